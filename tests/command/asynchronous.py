"""Networks of nodes with clocks of their own, through the command: exact decays, the same bits, refusals.

Tolerances are errors of the mean (5.5 of them are beyond 1e-7) or theorems.
"""
import math
import os

from harness import command, numbers, run, tests


def rows(document, name):
    row = document["tasks"][0]["observables"][name]
    return list(zip(row["time"], row["mean"], row["error"]))


def test_contractions_keep_the_bound_of_the_theorem():
    """Round-robin with delay B: everything shrinks by kappa in B + 1 units of time (Bertsekas 1983)."""
    document = run("asynchronous-lattice", "dynamics=affine", "contraction=0.8", "graph=regular", "N=100", "delay=2",
                   "clocks=round-robin", "steps=60", "every=3")
    far = rows(document, "distance")
    for time, distance, _ in far:
        assert distance <= 11 * 0.8 ** (time // 3) + 1e-12, (time, distance)  # |x(0)| <= 1, |x*| <= 1/(1 - kappa)
    assert far[-1][1] < far[0][1] / 50


def test_gossip_on_the_complete_graph_decays_exactly():
    """E W = 1 - (1 - J/N) / (N - 1): the variance falls by 1/(N - 1) an event, N events in a unit of time on average."""
    nodes = 50
    document = run("asynchronous-lattice", "dynamics=gossip", "graph=complete", f"N={nodes}", "steps=6", "every=1",
                   "replicas=2000")
    decay = rows(document, "variance")
    start, rate = (1 - 1 / nodes) / 12, nodes / (nodes - 1)
    for time, variance, error in decay:
        assert abs(variance - start * math.exp(-rate * time)) < 5.5 * error, (time, variance, error)


def test_blocks_stay_and_single_nodes_leave():
    words = ("asynchronous-lattice", "graph=torus", "N=16", "clusters=4", "start=clusters", "coupling=0.3", "steps=500",
             "every=500", "replicas=4")
    for clocks, stays in (("synchronous", True), ("blocks", True), ("poisson", False)):
        spread = rows(run(*words, f"clocks={clocks}", "-o", f"{clocks}.h5"), "block_spread")[-1][1]
        assert (spread == 0) == stays, (clocks, spread)


def test_same_bits_over_threads_and_through_a_stop():
    jobs = {"maps": ("asynchronous-lattice", "delay=3", "noise=1e-6", "graph=regular", "N=60", "coupling=0.3,0.6",
                     "every=1"),
            "phases": ("kuramoto", "N=100", "coupling=1,4", "warmup=0")}
    for name, words in jobs.items():
        one = run(*words, "steps=40", "threads=1", "-o", f"{name}-1.h5")
        two = run(*words, "steps=40", "threads=2", "-o", f"{name}-2.h5")
        run(*words, "steps=17", "-o", f"{name}-3.h5")
        more = run(*words, "steps=40", "-o", f"{name}-3.h5")
        assert numbers(one) == numbers(two), name
        assert numbers(one) == numbers(more), name


def test_what_makes_no_sense_is_refused():
    with open("apart.txt", "w") as file:
        file.write("0 1\n2 3\n")
    with open("bad.txt", "w") as file:
        file.write("# links\n0 1\n1 x\n")
    for words, expected in (
            (("asynchronous-lattice", "rates=-1"), "rates"),
            (("asynchronous-lattice", "rates=[1,2]"), "100 nodes"),
            (("asynchronous-lattice", "delay=256"), "[0, 255]"),
            (("asynchronous-lattice", "noise=-1"), "noise"),
            (("asynchronous-lattice", "graph=apart.txt"), "not connected"),
            (("asynchronous-lattice", "graph=bad.txt"), "bad.txt:3"),
            (("asynchronous-lattice", "dynamics=gossip", "clocks=synchronous"), "two nodes at a time"),
            (("asynchronous-lattice", "dynamics=affine", "contraction=1"), "[0, 1)"),
            (("asynchronous-lattice", "graph=torus", "N=10"), "square number"),
            (("kuramoto", "graph=regular", "N=5", "degree=3"), "even"),
            (("kuramoto", "start=twisted"), "graph=ring"),
            (("kuramoto", "width=-1"), "width")):
        done = command("run", *words, "-o", "refused.h5")
        assert done.returncode == 2 and expected in done.stderr, (words, done.returncode, done.stderr)
        assert not os.path.exists("refused.h5")


tests(globals())
