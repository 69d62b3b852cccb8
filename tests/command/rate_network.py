"""Rate networks through the command: theory beside simulation, couplings from a file, the same bits on two threads and
after an end in the middle, refusals."""
import math
import signal
import subprocess
import time

from harness import ONSAGER, command, numbers, run, tests

SMALL = ["rate-network", "N=60", "duration=100", "transient=50", "replicas=3"]


def value(document, name, task=0):
    return document["tasks"][task]["observables"][name]["value"]


def test_theory_of_gain_three_and_of_infinite_gain():
    document = run("rate-network-theory", "gain=3,inf", "-o", "theory.h5")
    assert abs(value(document, "x_variance") - 5.446) < 1e-3
    assert abs(value(document, "participation_phi") - 0.0445) < 1e-3
    assert abs(value(document, "x_variance", 1) - 2 * (1 - 2 / math.pi)) < 1e-12
    table = document["tasks"][0]["observables"]["correlation"]
    assert table["columns"] == ["time", "x", "phi"] and len(table["rows"]) == 101


def test_networks_follow_the_theory():
    """12 networks of 150 units; C(0) within a tenth (1/N is below a hundredth, the rest is their spread)."""
    document = run("rate-network", "N=150", "duration=300", "replicas=12", "-o", "network.h5")
    assert abs(value(document, "phi_variance") - 0.6806) < 0.068
    assert value(document, "linear_correlation") > 0.6
    assert value(document, "closure_correlation") < value(document, "linear_correlation")
    assert value(document, "offdiagonal_residual") < 0.2 * value(document, "offdiagonal_phi")


def test_same_bits_on_two_threads():
    assert numbers(run(*SMALL, "threads=1", "-o", "one.h5")) == numbers(run(*SMALL, "threads=2", "-o", "two.h5"))


def test_same_bits_after_an_end_in_the_middle():
    job = ["rate-network", "N=60", "duration=4000", "transient=50", "replicas=2", "threads=1", "moments=yes"]
    whole = numbers(run(*job, "-o", "whole.h5"))
    ends = 0
    for wait in (0.3, 0.4, 0.5):
        running = subprocess.Popen([ONSAGER, "run", *job, "-o", "cut.h5", "--quiet"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(wait)
        running.send_signal(signal.SIGTERM)
        ends += running.wait() == 143
    assert numbers(run(*job, "-o", "cut.h5")) == whole
    print("   ended in the middle:", ends)


def test_couplings_from_a_file():
    with open("J.txt", "w") as file:
        file.write("".join(" ".join(str(3 * math.sin(1 + 7 * i * i + 3 * k) / 3) for k in range(6)) + "\n" for i in range(6)))
    document = run("rate-network", "N=6", "couplings=J.txt", "linear_form=no", "duration=50", "replicas=1", "-o", "file.h5")
    assert value(document, "phi_variance") >= 0
    for units, text in (("7", "7"), ("5", "5")):
        refused = command("run", "rate-network", f"N={units}", "couplings=J.txt", "-o", "refused.h5")
        assert refused.returncode == 2 and "J.txt" in refused.stderr, refused.stderr
    with open("J.txt", "a") as file:
        file.write("1 2 x\n")
    refused = command("run", "rate-network", "N=6", "couplings=J.txt", "-o", "refused.h5")
    assert refused.returncode == 2 and "J.txt:7" in refused.stderr, refused.stderr


def test_sparse_couplings():
    document = run("rate-network", "N=100", "couplings=sparse", "degree=50", "duration=100", "replicas=2", "-o", "sparse.h5")
    assert 0.3 < value(document, "phi_variance") < 0.9


def test_refusals():
    for words, text in ((["rate-network-theory", "gain=1"], "chaos"), (["rate-network-theory", "gain=0.5"], "chaos"),
                        (["rate-network", "gain=0.5"], "linear_form=no"), (["rate-network", "copies=3"], "even"),
                        (["rate-network", "dt=0.03"], "whole number"), (["rate-network", "interval=0.07"], "multiple"),
                        (["rate-network", "couplings=sparse", "degree=400"], "inputs"),
                        (["rate-network", "N=0"], "N"), (["rate-network", "gian=3"], "gain")):
        refused = command("run", *words, "-o", "refused.h5")
        assert refused.returncode == 2 and text in refused.stderr, (words, refused.stderr)
    assert command("run", "rate-network", "gain=0.5", "linear_form=no", "N=30", "duration=20", "--quiet", "-o",
                   "rest.h5").returncode == 0


tests(globals())
