"""The command on `spin-glass`: a ladder is one task with a row per temperature, and the same bits on any number of threads.

With ONSAGER_EFFORT=full (some ten minutes on one core): xi_L/L of the +-J cubes of L = 6 and 8 crosses between T = 1.0 and
1.25, from 8,192 samples; the L = 8 glass with gaussian couplings satisfies the identity of Katzgraber and Young (2001).

The samples: in the window the curves differ in slope by 0.11, and those of N samples are known within 0.26/sqrt(N) each, so
that the place of the crossing is known within 3.4/sqrt(N): 0.1 for 1,024 samples, as wide as the window is on either side,
0.04 for 8,192."""
import json

from harness import FULL, command, numbers, run, tests


def test_a_ladder_is_unfolded():
    document = run("spin-glass", "L=3", "temperature=[1.0,1.5,2.5]", "replicas=512", "steps=200", "warmup=100", "-o", "ladder.h5")
    task = document["tasks"][0]
    assert task["parameters"]["temperature"] == [1.0, 1.5, 2.5]
    assert len(task["observables"]["energy"]["mean"]) == 3
    table = command("show", "ladder.h5", "--quantity", "energy").stdout
    rows = [line.split() for line in table.splitlines()[1:] if "energy" in line]
    assert [row[0] for row in rows] == ["1", "1.5", "2.5"], table
    sheet = command("show", "ladder.h5", "-o", "csv").stdout
    assert len(sheet.splitlines()) == 4 and sheet.startswith("temperature,energy,"), sheet
    done = command("plot", "ladder.h5", "-y", "energy", "-o", "ladder.svg")
    assert done.returncode == 0, done.stderr


def test_the_same_bits_on_any_number_of_threads():
    words = ["spin-glass", "L=3", "temperature=[1.0,1.4]", "replicas=700", "steps=100", "warmup=auto", "warmup.max=256"]
    one = numbers(run(*words, "threads=1", "-o", "one.h5"))
    two = numbers(run(*words, "threads=2", "-o", "two.h5"))
    assert one == two
    assert one["tasks"][0]["observables"]["energy"]["samples"][0] > 0


def test_bad_input_is_refused_in_one_line():
    for words, hint in ((["temperature=[1,3,2]"], "ascend or descend"), (["houdayer=yes"], "lanes=no"),
                        (["disorder=gaussian", "lanes=yes"], "disorder"), (["temperature=[1,2,2]"], "ascend or descend"),
                        (["lattice=complete"], "complete")):
        done = command("run", "spin-glass", *words, "-o", "refused.h5")
        assert done.returncode == 2, (words, done.stderr)
        assert hint in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_the_transition_of_the_cube():
    if not FULL:
        print("skipped: ONSAGER_EFFORT=full runs it")
        return
    done = command("run", "spin-glass", "L=6,8", "temperature=[1.0:1.3:0.05,1.4,1.5,1.65,1.8,2.0]", "replicas=8192", "warmup=4000",
                   "steps=4000", "every=40", "--quiet", "-o", "cube.h5")
    assert done.returncode == 0, done.stderr
    done = command("analyse", "cube.h5", "crossing", "--quantity", "correlation_length_ratio", "-x", "temperature", "--by", "L",
                   "--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["estimate"]
    print("crossing of xi_L/L, L = 6 and 8:", found["x"], "+-", found["x_error"])
    assert 1.0 <= found["x"] <= 1.25, found


def test_the_identity_of_katzgraber_and_young():
    if not FULL:
        print("skipped: ONSAGER_EFFORT=full runs it")
        return
    task = run("spin-glass", "L=8", "disorder=gaussian", "temperature=[0.9:1.9:0.1]", "replicas=64", "warmup=10000", "steps=10000",
               "every=10", "-o", "identity.h5")["tasks"][0]
    gap = task["observables"]["equilibration_gap"]
    print(list(zip(gap["mean"], gap["error"])))
    for mean, error in zip(gap["mean"], gap["error"]):
        assert abs(mean) < 4 * error, gap


tests(globals())
