"""Laws of growth and decay of Ising spins in time, through the command.

The tolerances are from physics: a length a t^n + b shifts the slope of its logarithm by n b/L. At T = 0 walls are sharp and b
is of the order of one site: 0.06 from L = 8 sites on, 0.03 from L = 20 on. At T = 1.5 walls are wider (b of two sites or
three): 0.06 from L = 18 on. The finite lattice is at least ten times the largest length of the window.
"""
import math

from harness import FULL, command, numbers, run, tests


def series(document, name, component=None):
    row = document["tasks"][0]["observables"][name]
    pick = (lambda x: x) if component is None else (lambda x: x[component])
    return row["time"], [pick(x) for x in row["mean"]], [pick(x) for x in row["error"]]


def slope(times, values, first, last):
    """Least squares of ln(value) against ln(time), every point alike."""
    points = [(math.log(t), math.log(v)) for t, v in zip(times, values) if first <= t <= last]
    assert len(points) >= 8
    x, y = (sum(p[k] for p in points) / len(points) for k in (0, 1))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, b in points)


def exponent_of(temperature, size, first, last, replicas, *words):
    document = run("ising-kinetics", f"L={size}", f"temperature={temperature}", f"steps={last}", "every=log:20",
                   f"replicas={replicas}", "waiting=0", *words)
    times, length, _ = series(document, "domain_length")
    return slope(times, length, first, last)


def test_domains_of_a_quench_grow_with_the_square_root_of_time():
    size, first, last, replicas, tolerance = (1024, 300, 2000, 16, 0.03) if FULL else (256, 30, 300, 16, 0.06)
    exponent = exponent_of(0, size, first, last, replicas, "update=n-fold")
    assert abs(exponent - 0.5) < tolerance, exponent
    if FULL:
        exponent = exponent_of(1.5, size, first, last, 8, "update=n-fold")
        assert abs(exponent - 0.5) < 0.06, exponent


def test_conserved_domains_grow_more_slowly():
    """1/3 (Lifshitz and Slyozov 1961), reached slowly and from below (Huse 1986)."""
    size, last = (256, 5000) if FULL else (128, 1000)
    exponent = exponent_of(1.5, size, last / 20, last, 8, "update=kawasaki", "start=half")
    assert 0 < exponent < 1 / 3 + 0.03, exponent


def test_magnetization_of_the_glauber_chain_decays_exactly():
    document = run("ising-kinetics", "lattice=chain", "L=1000", "temperature=1", "start=up", "update=n-fold",
                   "rates=heat-bath", "steps=40", "every=4", "replicas=64", "waiting=0")
    rate = 1 - math.tanh(2)
    for t, m, error in zip(*series(document, "magnetization")):
        assert abs(m - math.exp(-rate * t)) <= 6.5 * error + 1e-12, (t, m, error)
    for t, c, error in zip(*series(document, "autocorrelation", 0)):
        assert abs(c - math.exp(-rate * t)) <= 6.5 * error + 1e-12, (t, c, error)


def test_updates_of_equal_rates_have_equal_histories():
    """Metropolis by attempts and the n-fold way differ by O(1/N) at equal times."""
    words = ["L=64", "temperature=1.5", "steps=20", "every=5", "replicas=64", "waiting=0"]
    for attempts, events in (("metropolis", ["rates=metropolis"]), ("heat-bath", ["rates=heat-bath"])):
        a = series(run("ising-kinetics", *words, f"update={attempts}"), "energy")
        b = series(run("ising-kinetics", *words, "update=n-fold", *events, "seed=2"), "energy")
        for t, x, y, dx, dy in zip(a[0], a[1], b[1], a[2], b[2]):
            assert abs(x - y) <= 6 * math.hypot(dx, dy) + 2 / 4096, (attempts, t, x, y)


def test_threads_do_not_change_a_bit():
    words = ["ising-kinetics", "L=16", "temperature=[3,0.5]", "temperature_times=[0,10]", "steps=12", "replicas=3"]
    assert numbers(run(*words, "threads=1")) == numbers(run(*words, "threads=2", "-o", "other.h5"))


def test_refusals_are_one_line_with_exit_code_2():
    for words in (["temperature=[1,2]"], ["update=heat-bath", "neutral=1"], ["period=1", "field=[0,1]", "field_times=[0,2]"]):
        done = command("run", "ising-kinetics", *words)
        assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr


tests(globals())
