"""The system fisher-curvature as a user meets it: published numbers, breaks that change no bit, refusals."""
import signal
import subprocess
import time

from harness import ONSAGER, command, numbers, run, tests

# arXiv:2603.07651, data/ising_2d.json
PUBLISHED = {3: 105.64, 4: 265.31, 5: 446.24, 6: 671.25, 7: 945.53, 8: 1272.14, 9: 1653.34}


def value(task, name):
    return task["observables"][name]["value"]


def test_curvatures_of_the_ising_torus():
    document = run("fisher-curvature", "L=3,4,5,6,7,8,9", "-o", "ising.h5")
    for task in document["tasks"]:
        published = PUBLISHED[task["parameters"]["L"]]
        assert abs(value(task, "abs_R") - published) < 0.005 + 1e-5 * published, task
        assert value(task, "R") == -value(task, "abs_R"), task
        assert abs(value(task, "residual_trace")) < 1e-10 and abs(value(task, "residual_tensor")) < 1e-10, task


def test_the_methods_agree():
    document = run("fisher-curvature", "L=[3,4]", "coupling=0.9*critical",
                   "method=free-fermion,transfer-matrix,enumeration", "-o", "methods.h5")
    curvatures = [value(task, "R") for task in document["tasks"]]
    assert max(curvatures) - min(curvatures) < 1e-8, curvatures


def test_large_lattice_in_seconds():
    start = time.monotonic()
    task = run("fisher-curvature", "L=48", "-o", "large.h5")["tasks"][0]
    assert 70100 < value(task, "abs_R") < 70200, task["observables"]["abs_R"]
    assert time.monotonic() - start < 120


JOBS = [["fisher-curvature", "L=40", "checkpoint=0.05s"],
        ["fisher-curvature", "model=potts", "q=4", "L=5", "checkpoint=0.05s"],
        ["fisher-curvature", "dimension=3", "L=4", "samples=20000", "checkpoint=0.05s"]]


def test_more_steps_give_the_same_bits():
    for number, job in enumerate(JOBS):
        straight = numbers(run(*job, "-o", f"straight{number}.h5"))
        command("run", *job, "steps=2", "-o", f"broken{number}.h5")
        continued = numbers(run(*job, "-o", f"broken{number}.h5"))
        assert continued == straight, job


def test_killed_and_started_again():
    for number, job in enumerate(JOBS):
        straight = numbers(run(*job, "-o", f"straight{number}.h5"))
        process = subprocess.Popen([ONSAGER, "run", *job, "-o", f"killed{number}.h5"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert numbers(run(*job, "-o", f"killed{number}.h5")) == straight, job


def test_refusals():
    for words, say in [(["L=2"], "too short"), (["L=[3,4,5]"], "3 numbers"), (["coupling=beta"], "critical"),
                       (["model=potts", "L=30", "method=transfer-matrix"], "16384"), (["dimension=3", "samples=1001"], "blocks"),
                       (["model=potts", "q=1"], "q"), (["model=potts", "dimension=3"], "critical coupling"),
                       (["method=free-fermion", "model=potts"], "Ising"), (["boundary=open", "L=9"], "enumeration")]:
        done = command("run", "fisher-curvature", *words, "-o", "refused.h5")
        assert done.returncode == 2 and say in done.stderr, (words, done.returncode, done.stderr)
        assert done.stderr.count("\n") == 1, done.stderr


tests(globals())
