"""Results depend on the job alone: not on threads, ranks, interruptions, the order or number of grid points."""
import json
import os
import random
import shutil
import signal
import subprocess
import time

from harness import ONSAGER, SANITIZED, by_point, command, numbers, run, tests

JOB = ["ising", "L=8,12", "temperature=2.0:2.4:0.2", "replicas=3", "steps=3000", "update=metropolis"]


def test_threads():
    one = run(*JOB, "threads=1", "-o", "one.h5")
    two = run(*JOB, "threads=2", "-o", "two.h5")
    assert numbers(one) == numbers(two)


def test_threads_within_one_lattice():
    job = ["ising", "L=640", "update=swendsen-wang", "replicas=1", "warmup=0", "steps=12"]
    one = run(*job, "threads=1", "-o", "one_lattice.h5")
    two = run(*job, "threads=2", "-o", "two_lattice.h5")
    assert numbers(one) == numbers(two)


def test_ranks_of_an_mpi_launch():
    if not shutil.which("mpirun") or SANITIZED:
        print("skipped: no mpirun here, or its own leaks would be counted as ours")
        return
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    one = run(*JOB, "-o", "alone.h5")
    done = subprocess.run(["mpirun", "--oversubscribe", "-n", "3", ONSAGER, "run", *JOB, "-o", "ranks.h5", "--json", "-"],
                          capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert numbers(json.loads(done.stdout)) == numbers(one)


def test_order_list_and_extra_points():
    range_form = by_point(run(*JOB, "-o", "range.h5"))
    list_form = by_point(run("ising", "temperature=2.4,2.2,2.0", "L=12,8", "update=metropolis", "steps=3000", "replicas=3",
                             "-o", "list.h5"))
    extra = by_point(run("ising", "L=6,8,12", "temperature=1.8:2.6:0.2", "replicas=3", "steps=3e3", "update=metropolis",
                         "-o", "extra.h5"))
    assert range_form == list_form
    assert len(extra) == 15
    for point, task in range_form.items():
        assert extra[point] == task, point


def test_new_points_reuse_the_finished_ones():
    run("ising", "L=8", "temperature=2.0", "steps=3000", "replicas=3", "update=metropolis", "-o", "grown.h5")
    grown = run(*JOB, "-o", "grown.h5")
    assert by_point(grown) == by_point(run(*JOB, "-o", "fresh.h5"))


def test_longer_steps_equal_a_run_that_was_long_from_the_start():
    job = ["ising", "L=12", "temperature=2.3", "update=metropolis", "replicas=2"]
    run(*job, "steps=1000", "-o", "extended.h5")
    middle = run(*job, "steps=5000", "-o", "extended.h5")
    extended = run(*job, "steps=20000", "-o", "extended.h5")
    straight = run(*job, "steps=20000", "-o", "straight.h5")
    assert numbers(extended) == numbers(straight)
    assert middle["tasks"][0]["steps"] == 5000
    assert extended["tasks"][0]["warmup"] == straight["tasks"][0]["warmup"] > 0


def test_goals_do_not_depend_on_threads():
    job = ["ising", "L=8", "temperature=2.0,2.3", "until.binder=1%", "steps=1e6"]
    assert numbers(run(*job, "threads=1", "-o", "goal1.h5")) == numbers(run(*job, "threads=2", "-o", "goal2.h5"))


def killed(job, output, kills, rng, longest):
    """Runs the job, killing it with SIGKILL at random moments, until `kills` kills are done; then lets it finish."""
    words = [ONSAGER, "run", *job, "-o", output, "checkpoint=0.05s", "--quiet"]
    done = 0
    while done < kills:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            process.wait(timeout=rng.uniform(0.02, longest))
            assert process.returncode == 0, process.stderr.read()
            return done
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
    return done


def test_killed_twenty_times():
    rng = random.Random(20251121)
    # Long enough that the kills fall inside: some 6 s of computing.
    job = ["ising", "L=32", "temperature=2.0:2.6:0.1", "replicas=2", "steps=20000", "update=metropolis", "order=random"]
    straight = run(*job, "-o", "unbroken.h5")
    kills = killed(job, "broken.h5", 20, rng, 0.5)
    resumed = run(*job, "-o", "broken.h5")
    assert numbers(resumed) == numbers(straight)
    print("killed", kills, "times")
    assert kills >= 5


def test_killed_with_goals_and_series():
    rng = random.Random(7)
    job = ["ising", "L=16", "temperature=2.1,2.4", "replicas=2", "steps=1e6", "until.energy=0.1%", "update=heat-bath", "series=yes"]
    straight = run(*job, "-o", "goals.h5")
    killed(job, "goals-broken.h5", 10, rng, 0.4)
    assert numbers(run(*job, "-o", "goals-broken.h5")) == numbers(straight)


tests(globals())
