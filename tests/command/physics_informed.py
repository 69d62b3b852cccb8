"""Physics-informed networks through the command: what is solved, the same bits after an interruption, refusals."""
from pathlib import Path

from harness import command, numbers, run, tests


def row(document, name, task=0):
    return document["tasks"][task]["observables"][name]


def last(document, name):
    return row(document, name)["mean"][-1]


SMALL = ["width=8", "depth=2", "points_t=8", "points_x=16", "threads=1"]


def test_convection_on_characteristics_is_solved():
    document = run("lagrangian-pinn", "speed=20", "width=8", "points_t=12", "points_x=24", "iterations=100",
                   "quasi_newton=100", "steps=2", "every=1", "curvature=yes", "-o", "moving.h5")
    assert last(document, "error") < 0.02 and last(document, "least_jacobian") > 0.5
    assert row(document, "curvature")["value"] > 0


def test_runs_go_on_with_the_same_bits():
    for job in (["causal-pinn", *SMALL, "batch=10", "every=2"],
                ["causal-pinn", "problem=lorenz", "duration=0.2", "windows=2", "width=8", "depth=2", "points_t=8",
                 "precision=double", "epsilon=[0.1,1]", "iterations=20", "quasi_newton=20", "batch=5", "every=2",
                 "threads=1"],
                ["lagrangian-pinn", "problem=burgers", *SMALL, "iterations=20", "quasi_newton=40", "batch=5", "every=2"]):
        whole = numbers(run(*job, "steps=10", "-o", "whole.h5"))
        run(*job, "steps=4", "-o", "part.h5")
        assert numbers(run(*job, "steps=10", "-o", "part.h5")) == whole, job
        for name in ("whole.h5", "part.h5"):
            Path(name).unlink()


def test_refusals():
    for words, text in ((["causal-pinn", "problem=burgers"], "allen-cahn"), (["causal-pinn", "epsilon=[-1]"], "epsilon"),
                        (["causal-pinn", "problem=lorenz", "modes=3"], "modes"),
                        (["causal-pinn", "problem=kuramoto-sivashinsky-chaotic", "points_x=48"], "256"),
                        (["lagrangian-pinn", "problem=burgers", "viscosity=0"], "viscosity"),
                        (["lagrangian-pinn", "frame=eulerian", "mode=metric"], "mode")):
        refused = command("run", *words, "-o", "refused.h5")
        assert refused.returncode == 2 and text in refused.stderr, (words, refused.stderr)
        assert not Path("refused.h5").exists()


tests(globals())
