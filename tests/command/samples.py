"""What is made of samples after the run: analyse reweight, autocorrelation, binning, bootstrap, histogram, structure.

Where the peers are there (emcee, pymbar and h5py of this python3) the same numbers must come out of them; without them
those tests are skipped with a word.
"""
import json
import math

from harness import command, run, tests

SIMULATED = "2.1,2.3,2.5,2.7"


def analyse(*words, expected=0):
    done = command("analyse", *words, "--json", "-")
    assert done.returncode == expected, f"{words}: exit code {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout) if expected == 0 else done.stderr


def archive():
    run("ising", "L=8", f"temperature={SIMULATED}", "update=swendsen-wang", "steps=5000", "replicas=2", "series=yes",
        "snapshots=500", "-o", "samples.h5")
    return "samples.h5"


PATH = archive()


def series(h5py, task):
    """[replica][row][component] of a task."""
    with h5py.File(PATH) as file:
        group = file[f"tasks/{task:04d}/replicas"]
        return [group[name]["series"][()] for name in sorted(group)]


def test_reweighting_meets_direct_runs():
    # 6 errors of the difference; four points
    curve = analyse(PATH, "reweight", "-y", "binder", "--at", "2.2:2.6:0.1")["curves"][0]
    direct = run("ising", "L=8", "temperature=2.2:2.6:0.1", "update=swendsen-wang", "steps=5000", "replicas=2",
                 "seed=7", "-o", "direct.h5")
    for x, mean, error, task in zip(curve["x"], curve["mean"], curve["error"], direct["tasks"]):
        other = task["observables"]["binder"]
        assert task["parameters"]["temperature"] == x
        assert abs(mean - other["mean"]) < 6 * math.hypot(error, other["error"]), (x, mean, error, other)
        assert 0 < error < other["error"]


def test_reweighted_points_have_their_exact_values():
    """Where nothing was simulated they are those that a run there prints; 6 errors."""
    curve = analyse(PATH, "reweight", "-y", "energy", "--at", "2.2,2.6")["curves"][0]
    direct = run("ising", "L=8", "temperature=2.2,2.6", "update=swendsen-wang", "steps=5000", "replicas=2", "seed=7",
                 "-o", "direct-energy.h5")
    assert curve["exact_source"] == "Kaufman 1949"
    for mean, error, exact, task in zip(curve["mean"], curve["error"], curve["exact"], direct["tasks"]):
        assert exact == task["observables"]["energy"]["exact"] and abs(mean - exact) < 6 * error
    assert "exact" not in analyse(PATH, "reweight", "-y", "binder", "--at", "2.2")["curves"][0]


def test_tables_and_figures():
    for words in (["reweight", "-y", "specific_heat", "-o", "reweight.svg"], ["autocorrelation", "-o", "tau.svg"],
                  ["binning", "-y", "binder", "-o", "binning.svg"], ["bootstrap", "-y", "binder", "-o", "bootstrap.svg"],
                  ["histogram", "-y", "magnetization", "-o", "histogram.svg"],
                  ["structure", "--task", "2", "-o", "structure.svg", "--keep", "structure"]):
        done = command("analyse", PATH, *words)
        assert done.returncode == 0 and done.stdout, (words, done.stderr)


def test_structure_map_is_that_of_the_table():
    found = analyse(PATH, "structure", "--task", "2", "-o", "map.svg", "--keep", "map")
    with open("map/figure-1-map.dat", encoding="utf-8") as lines:
        drawn = [[float(word) for word in line.split()] for line in lines if line.strip() and not line.startswith("#")]
    expected = [(x, y, math.log(value)) for y, row in zip(found["k_rows"], found["structure_factor"]) for x, value in zip(found["k_columns"], row)]
    assert len(drawn) == len(expected) and all(
        (row[0], row[3]) == (x, y) and math.isclose(row[6], value, abs_tol=1e-12) for row, (x, y, value) in zip(drawn, expected))


def test_components_are_not_taken_for_cells():
    """Angles of the XY model are stored as [L, L, 2]; S(0) of aligned spins is N."""
    run("xy", "L=6", "temperature=1e-6", "start=up", "steps=20", "snapshots=10", "-o", "vectors.h5")
    message = analyse("vectors.h5", "structure", expected=2)
    assert "components 2" in message and message.count("\n") == 1, message
    found = analyse("vectors.h5", "structure", "--components", "2")
    assert math.isclose(found["structure_factor"][3][3], 36, rel_tol=1e-4), found["structure_factor"][3][3]


def test_bad_questions_are_refused():
    for words, part in ((["reweight", "-y", "enrgy"], "energy"), (["reweight", "-x", "L", "--at", "5"], "temperature"),
                        (["reweight", "--at", "2,x"], "--at"), (["bootstrap", "--resamples", "1"], "resamples"),
                        (["histogram", "--task", "9"], "tasks"), (["structure"], "--task"), (["structure", "--task", "2", "--keep", "k"], "--keep"),
                        (["histogram", "-y", "binder"], "binder")):
        message = analyse(PATH, *words, expected=2)
        assert part in message and message.count("\n") == 1, (words, message)


def peers(*names):
    modules = []
    for name in names:
        try:
            modules.append(__import__(name, fromlist=["x"]))
        except ImportError:
            print("skipped: this python3 has no", name)
            return None
    return modules


def test_autocorrelation_times_are_those_of_emcee():
    """The same window rule on the same rows: W >= 5 tau is W >= 2.5 of emcee's time, which is 2 tau. emcee takes the mean of each walker where we take that of all, and divides by
    N where we divide by N - lag: 2 tau/N, some 1e-3."""
    modules = peers("h5py", "numpy", "emcee.autocorr")
    if not modules:
        return
    h5py, numpy, autocorr = modules
    document = analyse(PATH, "autocorrelation", "-y", "energy")
    for index, task in enumerate(document["tasks"]):
        walkers = numpy.stack([rows[:, 0] for rows in series(h5py, index)], axis=1)[:, :, None]
        peer = float(autocorr.integrated_time(walkers, c=2.5, tol=0)[0])
        assert abs(2 * task["tau"] / peer - 1) < 0.02, (2 * task["tau"], peer)


def test_free_energies_and_means_are_those_of_pymbar():
    """The equations are the same; our means are corrected for bias by the jackknife, a small part of the error. Errors:
    pymbar takes samples as independent; tau is some 2 here, so that ours are larger by at most sqrt(2 tau)."""
    modules = peers("h5py", "numpy", "pymbar")
    if not modules:
        return
    h5py, numpy, pymbar = modules
    temperatures = [float(word) for word in SIMULATED.split(",")]
    energies = [64 * numpy.concatenate([rows[:, 0] for rows in series(h5py, index)]) for index in range(4)]
    counts = numpy.array([len(e) for e in energies])
    all_energies = numpy.concatenate(energies)
    reduced = numpy.array([all_energies / t for t in temperatures])
    peer = pymbar.MBAR(reduced, counts, solver_protocol="robust")
    ours = analyse(PATH, "reweight", "-y", "energy", "--at", "2.2,2.4,2.6")["curves"][0]
    assert ours["samples"] == len(all_energies)
    differences = peer.compute_free_energy_differences()
    for k in range(1, 4):
        error = ours["state_free_energy_error"][k]
        assert abs(ours["state_free_energy"][k] - differences["Delta_f"][0, k]) < 0.1 * error
    for x, mean, error, free in zip(ours["x"], ours["mean"], ours["error"], ours["free_energy"]):
        found = peer.compute_expectations(all_energies / 64, u_kn=(all_energies / x)[None, :])
        assert abs(mean - float(found["mu"][0])) < 0.1 * error, (x, mean, found)
        assert 0.7 < error / float(found["sigma"][0]) < 3, (error, found)


tests(globals())
