"""Training is broken off by kill -9 and goes on: the same bits as in one run; a missing file ends with code 2."""
import os
import subprocess
import time

from harness import ONSAGER, command, numbers, run, tests

JOBS = {
    "rbm": ["rbm", "data=drawn", "examples=600", "held=40", "hidden=40", "steps=24", "every=12", "replicas=1"],
    "monotone-dbm": ["monotone-dbm", "examples=160", "held=40", "steps=8", "every=4", "batch=32", "starts=2"],
}


def killed_and_resumed(name, job):
    output = f"killed-{name}.h5"
    for wait in (0.25, 0.5, 0.75):
        process = subprocess.Popen([ONSAGER, "run", *job, "checkpoint=0.05s", "-o", output], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.kill()
        process.wait(timeout=30)
    return numbers(run(*job, "checkpoint=0.05s", "-o", output))


def test_kill_9_costs_no_bits():
    for name, job in JOBS.items():
        straight = numbers(run(*job, "-o", f"straight-{name}.h5"))
        assert killed_and_resumed(name, job) == straight, name


def test_a_missing_file_is_said_with_what_would_do():
    for system in ("rbm", "dbm", "monotone-dbm", "softmax-regression"):
        refused = command("run", system, "data=nowhere", "-o", "none.h5")
        assert refused.returncode == 2, refused
        assert "nowhere holds no train-images-idx3-ubyte" in refused.stderr, refused.stderr
        assert "data=bars" in refused.stderr
        assert not os.path.exists("none.h5") and not os.path.exists("none.h5.parts")


tests(globals())
