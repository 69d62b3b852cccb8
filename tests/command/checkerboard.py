"""The bit-sliced Metropolis through the command: the choice of the order, energies against Kaufman, snapshots and starts.

Long runs only with ONSAGER_EFFORT=full: L = 4096 at T = 2.0 and 2.5 with standard errors of 1e-5, L = 64 at T_c with 1e-4;
deviations below 4 of them. Otherwise L = 512 with what few sweeps give, below 5 (6e-7 each)."""
from harness import FULL, command, numbers, run, tests

TC = "2.269185314213022"


def energy(*words):
    task = run("ising", "update=metropolis", "replicas=1", *words)["tasks"][0]
    return task["observables"]["energy"]


def agrees(found, error, errors):
    print(found)
    assert found["error"] <= error, found
    assert abs(found["mean"] - found["exact"]) < errors * found["error"], found


def test_energies_agree_with_kaufman():
    agrees(energy("L=512", "temperature=2.5", "steps=3000", "warmup=500"), 4e-4, 5)
    agrees(energy("L=512", "temperature=2.0", "steps=3000", "warmup=500", "start=up"), 2e-4, 5)
    if not FULL:
        print("the errors of 1e-5: skipped, ONSAGER_EFFORT=full runs them")
        return
    agrees(energy("L=4096", "temperature=2.5", "steps=50000", "warmup=1000", "threads=2", "-o", "hot.h5"), 1e-5, 4)
    agrees(energy("L=4096", "temperature=2.0", "steps=10000", "warmup=1000", "start=up", "threads=2", "-o", "cold.h5"), 1e-5, 4)
    agrees(energy("L=64", f"temperature={TC}", "steps=1e8", "warmup=1e5", "start=up", "-o", "critical.h5"), 1e-4, 4)


def test_threads_share_one_lattice_and_change_nothing():
    job = ["ising", "L=768", "temperature=2.4", "steps=60", "warmup=4", "replicas=1"]
    one = run(*job, "threads=1", "-o", "one.h5")
    assert numbers(one) == numbers(run(*job, "threads=2", "-o", "two.h5"))
    assert numbers(one) == numbers(run(*job, "threads=5", "-o", "five.h5"))


def test_a_run_goes_on_as_if_it_had_not_stopped():
    job = ["ising", "lattice=cubic", "L=24", "temperature=4.6", "replicas=2", "snapshots=50"]
    run(*job, "steps=70", "-o", "longer.h5")
    longer = run(*job, "steps=300", "-o", "longer.h5")
    assert numbers(longer) == numbers(run(*job, "steps=300", "-o", "straight.h5"))
    started = run("ising", "lattice=cubic", "L=24", "temperature=0.01", "steps=1", "warmup=0", "start=longer.h5", "-o", "cold.h5")
    assert started["tasks"][0]["observables"]["energy"]["mean"] < longer["tasks"][0]["observables"]["energy"]["mean"]


def test_the_order_is_chosen_or_refused():
    for order in ("auto", "checkerboard", "random"):
        agrees(energy("L=32", "temperature=2.6", "steps=20000", "warmup=200", f"order={order}", "-o", f"{order}.h5"), 4e-3, 5)
    for words, expected in ((["L=33"], "even lengths"), (["L=32", "disorder=bimodal"], "disorder"),
                            (["L=32", "lattice=triangular"], "lattice"), (["L=32", "boundary=open"], "periodic"),
                            (["L=100", "lattice=complete"], "graph"), (["L=32", "field=0.1"], "field = 0")):
        done = command("run", "ising", "order=checkerboard", *words, "-o", "none.h5")
        assert done.returncode == 2 and expected in done.stderr, done.stderr
    done = command("run", "ising", "order=checkerboard", "update=wolff", "-o", "none.h5")
    assert done.returncode == 2 and "order" in done.stderr, done.stderr


tests(globals())
