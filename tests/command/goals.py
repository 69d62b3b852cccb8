"""until., time, series, snapshots, start: what the run controls promise."""
import json
import subprocess
import time

from harness import command, run, tests


def test_goal_stops_near_and_not_before():
    document = run("ising", "L=16", "temperature=2.269", "until.binder=0.2%", "steps=1e8", "update=wolff", "-o", "goal.h5")
    task = document["tasks"][0]
    binder = task["observables"]["binder"]
    relative = binder["error"] / abs(binder["mean"])
    assert relative <= 0.002, relative
    assert relative > 0.002 / 2, f"stopped late: {relative}"
    assert task["steps"] < 1e8 and task["complete"]


def test_a_relative_goal_on_zero_is_refused():
    refused = command("run", "ising", "L=8", "temperature=3", "until.magnetization=1%", "steps=1e5", "-o", "zero.h5")
    assert refused.returncode == 2, refused.stderr
    assert "absolute" in refused.stderr, refused.stderr
    absolute = run("ising", "L=8", "temperature=3", "until.magnetization=0.01", "steps=1e6", "-o", "absolute.h5")
    assert absolute["tasks"][0]["observables"]["magnetization"]["error"] <= 0.01


def test_time_stops_in_time_with_a_valid_archive():
    begin = time.monotonic()
    document = run("ising", "L=16", "temperature=2.2,2.3", "steps=1e9", "time=3s", "update=metropolis", "-o", "time.h5")
    assert time.monotonic() - begin < 5
    for task in document["tasks"]:
        assert task["steps"] > 100 and not task["complete"]
    assert command("show", "time.h5").returncode == 0


def test_series_holds_every_sample():
    run("ising", "L=8", "temperature=3", "steps=500", "replicas=2", "series=yes", "snapshots=100", "-o", "series.h5")
    try:
        import h5py
    except ImportError:
        print("part skipped: no h5py here")
        return
    with h5py.File("series.h5") as archive:
        print(list(archive))


def test_start_from_a_stored_state():
    run("ising", "L=8", "temperature=1.5", "steps=500", "replicas=1", "-o", "first.h5")
    second = run("ising", "L=8", "temperature=1.0", "steps=500", "replicas=1", "start=first.h5", "-o", "second.h5")
    assert second["tasks"][0]["parameters"]["start"] == "first.h5"
    wrong = command("run", "ising", "L=9", "temperature=1.0", "start=first.h5", "-o", "third.h5")
    assert wrong.returncode == 2 and "first.h5" in wrong.stderr, wrong.stderr


tests(globals())
