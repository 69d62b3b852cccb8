"""The critical temperature over 50 seeds: the reported error is the scatter. Long: only with ONSAGER_EFFORT=full.

The job of the demo with a quarter of its steps, so that 50 of them take some half an hour on one core; rms of (ours -
exact)/error within 0.8 and 1.2 (the scatter of an rms of 50 is 0.1)."""
import json
import math
import os

from harness import FULL, SOURCE, command, tests

EXACT = 2 / math.log(1 + math.sqrt(2))
SEEDS = int(os.environ.get("ONSAGER_SEEDS", "50"))


def test_errors_of_the_critical_temperature():
    if not FULL:
        print("skipped: ONSAGER_EFFORT=full runs it")
        return
    with open(os.path.join(SOURCE, "examples", "ising-critical.yaml")) as file:
        job = file.read()
    job = job.replace("steps: 2e4", "steps: 5e3").replace("steps: 1e4", "steps: 2.5e3")
    job = job.replace("threads: 2", f"threads: {os.environ.get('ONSAGER_THREADS', '2')}")
    with open("critical.yaml", "w") as file:
        file.write(job)
    pulls = []
    for seed in range(1, SEEDS + 1):
        done = command("run", "critical.yaml", f"seed={seed}", "-o", "critical.h5", "--quiet")
        assert done.returncode == 0, done.stderr
        found = json.loads(command("analyse", "critical.h5", "crossing", "--json", "-").stdout)["estimate"]
        pulls.append((found["x"] - EXACT) / found["x_error"])
        print(seed, found["x"], found["x_error"], f"{pulls[-1]:+.2f}", flush=True)
        os.remove("critical.h5")
    rms = math.sqrt(sum(pull * pull for pull in pulls) / len(pulls))
    mean = sum(pulls) / len(pulls)
    print(f"rms of the pulls {rms:.3f}, mean {mean:+.3f}")
    assert 0.8 <= rms <= 1.2


tests(globals())
