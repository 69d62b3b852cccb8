"""Networks that store patterns, through the command: the same bits on any number of threads and after going on, exact
limits, and what is refused before anything is written.

Seeds are fixed; statistical bounds are beyond 5.5 standard deviations: 4e-8 each.
"""
import gzip
import math
import os
import struct

from harness import command, numbers, run, tests

SMALL = ["dense-hopfield", "N=40", "load=0.1", "warmup=10", "replicas=3"]


def mean(document, name, task=0):
    return document["tasks"][task]["observables"][name]["mean"]


def same(a, b):
    a, b = numbers(a), numbers(b)
    for document in (a, b):
        for task in document["tasks"]:
            task.pop("notes", None)
    assert a == b


def test_threads_and_going_on_leave_the_bits():
    for words in (["temperature=[0.3,0.5,0.8]"], ["teacher=supervised", "temperature=0.2", "update=heat-bath"],
                  ["P=2", "rule=storkey", "K=5", "temperature=0.5"], ["P=2", "K=80", "dilution=0.2", "temperature=0.4"]):
        job = [w for w in SMALL if not (w.startswith("load") and any(x.startswith("K=") for x in words))] + words
        once = run(*job, "steps=40", "threads=1", "-o", "once.h5")
        same(once, run(*job, "steps=40", "threads=2", "-o", "two.h5"))
        run(*job, "steps=15", "-o", "more.h5")
        same(once, run(*job, "steps=40", "-o", "more.h5"))
        for name in ("once.h5", "two.h5", "more.h5"):
            os.remove(name)


def test_a_lone_pattern_is_a_mattis_magnet():
    # the energy of the pattern itself: -(P-1)!/N^(P-1) C(N, P), per spin
    for order in (2, 3, 4, 6):
        done = run("dense-hopfield", f"P={order}", "N=30", "K=1", "temperature=0", "steps=3", "warmup=0", "replicas=2")
        expected = -math.factorial(order - 1) / 30 ** (order - 1) * math.comb(30, order) / 30
        assert abs(mean(done, "energy") - expected) < 1e-12 and mean(done, "overlap") == 1
    # examples without errors are the pattern
    for teacher in ("supervised", "unsupervised"):
        done = run("dense-hopfield", "N=30", "K=1", "temperature=0", "steps=3", "warmup=0", "replicas=2", "quality=1",
                   f"teacher={teacher}", "examples=7")
        expected = -6 / 30**3 * math.comb(30, 4) / 30
        assert abs(mean(done, "energy") - expected) < 1e-9 and mean(done, "example_overlap") == 1


def test_pressure_is_the_logarithm_of_the_partition_function():
    # five patterns of eight sites, all 256 configurations; the cubics between rungs leave less than 1e-4
    rows = ["++++++++", "+-+-+-+-", "++--+-+-", "+-++-+--", "--+++-++"]
    energies = []
    for state in range(256):
        spins = [1 if state >> i & 1 else -1 for i in range(8)]
        sums = [sum(s if c == "+" else -s for s, c in zip(spins, row)) for row in rows]
        energies.append(-6 / 8**3 * sum((u**4 - 40 * u * u + 144) / 24 for u in sums))
    with open("rows.txt", "w") as file:
        file.write("\n".join(rows) + "\n")
    ladder = [0.1, 0.12, 0.14, 0.165, 0.2, 0.25, 0.33, 0.5, 1]
    done = run("dense-hopfield", "N=8", "K=5", "patterns=rows.txt", f"temperature={ladder}".replace(" ", ""), "steps=4000",
               "warmup=100", "replicas=4", "start=random")["tasks"][0]["observables"]
    for k, temperature in enumerate(ladder):
        weights = [math.exp(-energy / temperature) for energy in energies]
        pressure = math.log(sum(weights)) / 8
        entropy = pressure + sum(w * e for w, e in zip(weights, energies)) / sum(weights) / 8 / temperature
        for name, exact in (("pressure", pressure), ("entropy", entropy)):
            ours, error = done[name]["mean"][k], done[name]["error"][k]
            assert error < 0.02 and abs(ours - exact) < 6.5 * error + 1e-4, (name, temperature, ours, error, exact)
    # only a ladder of two copies tells it
    lone = run("dense-hopfield", "N=8", "load=0.1", "steps=5", "warmup=0", "replicas=2")["tasks"][0]["observables"]
    assert "pressure" not in lone and "entropy" not in lone
    os.remove("rows.txt")


def test_one_noisy_example_is_followed():
    # one example of one pattern at T = 0: the network goes to the example, m = r on average, n = m R/R = 1/r^0
    done = run("dense-hopfield", "P=2", "N=2000", "K=1", "teacher=supervised", "quality=0.6", "examples=1", "copies=1",
               "temperature=0", "update=heat-bath", "steps=2", "warmup=5", "replicas=8")
    assert abs(mean(done, "overlap") - 0.6) < 5.5 * math.sqrt((1 - 0.36) / 2000 / 8)


def test_high_temperature_energy_is_the_annealed_one():
    # patterns and spins are random to each other: e = -(K/N) <e_4 scale> under exp(scale e_4 / T), exact without the
    # correlations between patterns that vanish as T grows; at T = 3 they are far below the error
    N, K, T = 24, 200, 3.0
    scale, weights = 6 / N**3, []
    for c in range(N + 1):
        e = [1, 2 * c - N]
        for k in range(1, 4):
            e.append(((2 * c - N) * e[k] - (N - k + 1) * e[k - 1]) / (k + 1))
        weights.append((math.comb(N, c) * math.exp(scale * e[4] / T), e[4]))
    expected = -K / N * scale * sum(w * e for w, e in weights) / sum(w for w, e in weights)
    done = run("dense-hopfield", f"N={N}", f"K={K}", f"temperature={T}", "start=random", "steps=400", "warmup=20",
               "replicas=64")
    error = done["tasks"][0]["observables"]["energy"]["error"]
    assert abs(mean(done, "energy") - expected) < 5.5 * error, (mean(done, "energy"), expected, error)


def refused(*words, says):
    done = command("run", "dense-hopfield", *words, "-o", "refused.h5")
    assert done.returncode == 2 and says in done.stderr, (words, done.returncode, done.stderr)
    assert not os.path.exists("refused.h5") and not os.path.exists("refused.h5.parts")


def test_what_cannot_be_is_refused_before_anything_is_written():
    refused("P=1", says="[2, 12]")
    refused("load=1e9", says="memory")
    refused("load=0.1", "K=5", says="give one of them")
    refused("temperature=[0,1]", says="positive")
    refused("P=12", "N=3000", "K=3", says="62 bits")
    refused("rule=storkey", says="P=2")
    refused("P=2", "rule=pseudo-inverse", "N=50", "K=60", says="at most N = 50")
    refused("N=150", "columns=28", says="no image of 28 columns")
    for name, text, says in (("short.txt", "1 1 1\n1 1\n", "short.txt:2: this pattern has 2 entries"),
                             ("two.txt", "1 2 1\n", "two.txt:1:3"), ("none.txt", "# nothing\n", "holds no patterns"),
                             ("fine.txt", "+-+\n-++\n", "say N=3")):
        with open(name, "w") as file:
            file.write(text)
        refused(f"patterns={name}", "N=9", "K=2", says=says)
    with open("broken.npy", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'}")
    refused("patterns=broken.npy", "N=3", "K=1", says="broken.npy")


def test_patterns_of_a_file_are_stored():
    with open("three.txt", "w") as file:
        file.write("+++---+++---\n1 1 1 1 1 1 -1 -1 -1 -1 -1 -1\n+,-,+,-,+,-,+,-,+,-,+,-\n")
    rows = [[1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1], [1] * 6 + [-1] * 6, [1, -1] * 6]
    with open("three.npy", "wb") as file:
        head = b"{'descr': '|i1', 'fortran_order': False, 'shape': (3, 3, 4), }"
        head += b" " * (64 - (10 + len(head) + 1) % 64) + b"\n"
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head)
        file.write(struct.pack("36b", *(x for row in rows for x in row)))
    with gzip.open("three-idx3-ubyte.gz", "wb") as file:
        file.write(struct.pack(">BBBBIII", 0, 0, 8, 3, 3, 3, 4) + bytes(255 if x > 0 else 3 for row in rows for x in row))
    overlaps = [sum(a * b for a, b in zip(rows[0], row)) for row in rows]
    energy = -sum(o * o - 12 for o in overlaps) / 2 / 12 / 12
    for name in ("three.txt", "three.npy", "three-idx3-ubyte.gz"):
        done = run("dense-hopfield", "P=2", "N=12", "K=3", f"patterns={name}", "temperature=1e-9", "steps=1", "warmup=0",
                   "replicas=1", "copies=1", "update=heat-bath")
        assert mean(done, "overlap") == 1 and abs(mean(done, "energy") - energy) < 1e-12, name
        os.remove(done["archive"])


tests(globals())
