"""Jobs that are interrupted, killed, and in the background.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import onsager

LONG = {"L": 32, "temperature": 2.5, "steps": 2e4, "replicas": 2, "warmup": 0, "seed": 3}
SCRIPT = """
import sys, onsager
try:
    onsager.run("ising", L=32, temperature=2.5, steps=float(sys.argv[1]), replicas=2, warmup=0, seed=3, checkpoint="0.05s",
                output="job.h5", progress=False)
except onsager.Interrupted as stopped:
    print(stopped, flush=True)
    sys.exit(9)
"""


def wait_for(condition):
    """At most half a minute."""
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 9), (signal.SIGKILL, -9)])
def test_an_interrupted_or_killed_process_goes_on_with_the_same_numbers(tmp_path, number, code):
    whole = onsager.run("ising", output="whole.h5", progress=False, **LONG)
    child = subprocess.Popen([sys.executable, "-c", SCRIPT, "1e9"], stdout=subprocess.PIPE, text=True)
    parts = tmp_path / "job.h5.parts"
    wait_for(lambda: parts.is_dir() and sum(not name.startswith(("lock", "job")) for name in os.listdir(parts)) >= 2)
    child.send_signal(number)
    output = child.communicate(timeout=60)[0]
    assert child.returncode == code
    assert number == signal.SIGKILL or "the same call goes on" in output
    stored = onsager.open("job.h5")
    assert not stored.complete and stored.tasks[0].steps > 0
    # A replica may be further than was asked for in `whole`: all are brought to where the furthest is, or beyond.
    ahead = max(*stored.samples().steps, int(LONG["steps"]))
    more = onsager.run("ising", output="job.h5", progress=False, **dict(LONG, steps=ahead))
    again = onsager.run("ising", output="whole.h5", progress=False, **dict(LONG, steps=more.tasks[0].steps))
    assert again.tasks[0].steps == more.tasks[0].steps >= whole.tasks[0].steps
    assert again.energy.mean == more.energy.mean and again.energy.error == more.energy.error


@pytest.mark.parametrize("process", [False, True])
def test_runs_in_the_background(process):
    job = onsager.submit("ising", process=process, output=False, **LONG)
    results = job.result(timeout=60)
    assert job.done() and results.complete
    np.testing.assert_array_equal(results.energy.mean, onsager.run("ising", output=False, **LONG).energy.mean)


@pytest.mark.parametrize("process", [False, True])
def test_a_cancelled_job_goes_on_later(process):
    words = dict(LONG, steps=1e9, output="job.h5")
    job = onsager.submit("ising", process=process, **words)
    wait_for(lambda: job.progress() is not None and job.progress().done > 100)
    assert not job.done() and "steps" in repr(job)
    with pytest.raises(TimeoutError):
        job.result(timeout=0.01)
    job.cancel()
    with pytest.raises(onsager.Cancelled, match="the same call goes on"):
        job.result(timeout=60)
    stored = onsager.open("job.h5")
    assert 0 < stored.tasks[0].steps < 1e9


@pytest.mark.parametrize("process", [False, True])
def test_refuses_at_once(process):
    with pytest.raises(onsager.InvalidError, match="temperature"):
        onsager.submit("ising", process=process, temprature=2)


def test_a_failure_comes_with_the_result(tmp_path):
    (tmp_path / "broken.h5").write_text("this is no archive")
    job = onsager.submit("ising", L=4, steps=10, output="broken.h5")
    with pytest.raises(onsager.Error, match="broken.h5"):
        job.result(timeout=60)


def test_several_jobs_at_a_time():
    jobs = [onsager.submit("ising", L=4, temperature=t, steps=500, output=False, threads=1) for t in (2.0, 2.5, 3.0)]
    energies = [float(job.result(timeout=60).energy) for job in jobs]
    assert energies == sorted(energies)


def test_a_killed_child_is_a_failure():
    job = onsager.submit("ising", process=True, output="job.h5", **dict(LONG, steps=1e9))
    wait_for(lambda: job.progress() is not None)
    job._child.kill()
    with pytest.raises(onsager.FailedError, match="-9"):
        job.result(timeout=60)
