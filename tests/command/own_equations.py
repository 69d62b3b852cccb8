"""A user's own equations through the command: exponents known exactly, the same bits, and what is refused."""
import math

from harness import command, numbers, run, tests

LORENZ = "x' = s*(y - x); y' = x*(rho - z) - y; z' = x*y - b*z"


def exponents(task):
    row = task["observables"]["lyapunov_spectrum"]
    return row["mean"], row["error"]


def test_logistic_map_has_the_exponent_of_ulam():
    """r = 4: ln 2; r = 3.2: a cycle of two points with the multiplier 4 + 2 r - r^2, known to rounding."""
    document = run("map", "equations=x' = r*x*(1-x)", "vary=r", "value=4,3.2", "initial=0.3", "steps=20000", "warmup=1000")
    (mean, error), (cycle, _) = map(exponents, document["tasks"])
    assert abs(mean[0] - math.log(2)) < 6 * error[0] + 1e-3, (mean, error)
    assert abs(cycle[0] - 0.5 * math.log(abs(4 + 2 * 3.2 - 3.2 ** 2))) < 1e-9, cycle


def test_linear_flow_has_the_real_parts_of_its_eigenvalues():
    words = ["flow", "equations=w = 2*pi; x' = a*x - w*y; y' = w*x + a*y; z' = c*z + t*0", "parameters=a=-1/4 c=-3/2",
             "initial=[1,0,1]", "steps=64", "warmup=16"]
    mean, _ = exponents(run(*words)["tasks"][0])
    for ours, exact in zip(mean, (-0.25, -0.25, -1.5)):
        assert abs(ours - exact) < 1e-6, mean
    assert numbers(run(*words, "threads=1")) == numbers(run(*words, "threads=2"))


def test_methods_agree_on_a_stiff_flow():
    """On the slow manifold of x' = -x, y' = -m (y - x^2) the exponents are -1 and -m; the largest by both methods."""
    words = ["flow", "equations=x' = -x + 2*cos(t); y' = -m*(y - x^2)", "parameters=m=1000", "initial=[1,1]", "steps=16",
             "warmup=4", "exponents=1"]
    for method in ("dop853", "cvode", "arkode"):
        mean, _ = exponents(run(*words, f"method={method}", "tolerance=1e-8")["tasks"][0])
        assert abs(mean[0] + 1) < 0.15, (method, mean)


def test_events_are_where_the_formula_is_zero():
    """x = cos t: zero first at pi/2, twice a turn; v = -sin t falls through 0 once a turn, first at 2 pi."""
    words = ["flow", "equations=x' = v; v' = -w^2*x", "parameters=w=1", "initial=[1,0]", "spread=0", "warmup=0"]
    rows = run(*words, "steps=1", "event=x", "event_stop=yes")["tasks"][0]["observables"]
    assert "event_time" in rows
    task = run(*words, "steps=200", "event=x - (1 - w)", "event_stop=yes", "tolerance=1e-12")["tasks"][0]
    rows = task["observables"]
    assert abs(rows["event_time"]["value"] - math.pi / 2) < 1e-10, rows["event_time"]
    assert abs(rows["event_point"]["value"][1] + 1) < 1e-10, rows["event_point"]
    rows = run(*words, "steps=628", "event=v", "event_direction=down", "tolerance=1e-12")["tasks"][0]["observables"]
    assert abs(rows["event_time"]["value"] - 2 * math.pi) < 1e-10, rows["event_time"]
    assert abs(rows["event_rate"]["mean"] - 99 / 628) < 1e-12, rows["event_rate"]


def test_events_faster_than_the_flow_are_all_found():
    """sin(4 pi t) is zero four times a unit of time, though steps along x' = 1 could be of any length."""
    words = ["flow", "equations=x' = 1", "initial=0.1", "spread=0", "warmup=0", "steps=16"]
    rows = run(*words, "event=sin(4*pi*x)")["tasks"][0]["observables"]
    assert rows["event_rate"]["mean"] == 4, rows["event_rate"]


def test_invariant_axes_do_not_hide_the_largest_exponent():
    words = ["flow", "equations=x' = -3*x; y' = -2*y; z' = -z", "initial=[1,1,1]", "steps=64", "warmup=64"]
    mean, _ = exponents(run(*words)["tasks"][0])
    assert all(abs(ours - exact) < 1e-6 for ours, exact in zip(mean, (-1, -2, -3))), mean
    mean, _ = exponents(run(*words, "exponents=1")["tasks"][0])
    assert abs(mean[0] + 1) < 1e-6, mean


def test_what_cannot_be_run_is_refused_or_ends_with_a_reason():
    cases = [
        (2, ["flow", "equations=x' = s*(yy - x); y' = -y", "parameters=s=1", "initial=[1,1]"], "did you mean 'y'"),
        (2, ["flow", "equations=" + LORENZ, "parameters=s=10 rho=28 b=8/3", "initial=[1,1]"], "3 numbers are expected"),
        (2, ["flow", "equations=" + LORENZ, "parameters=s=10 rho=28 b=8/3 q=1", "initial=[1,1,1]"], "'q' does not occur"),
        (2, ["flow", "equations=x' = -x +", "initial=1"], "line 1"),
        (1, ["flow", "equations=x' = 1/x", "initial=0", "spread=0"], "blow-up"),
        (1, ["flow", "equations=x' = log(x)", "initial=-1"], "cannot go on beyond t = 0"),
        (1, ["map", "equations=x' = 2*x", "initial=1", "steps=2000"], "cannot go on beyond t = 102"),
        (2, ["flow", "equations=x' = -a*x", "parameters=a", "initial=1"], "NAME=NUMBER"),
        (2, ["flow", "equations=x' = -a*x", "parameters=a=b", "initial=1"], "a number is expected"),
        (2, ["flow", "equations=x' = -a*x", "parameters=a=1 a=2", "initial=1"], "two values"),
        (2, ["flow", "equations=x' = -x", "initial=1", "value=3"], "vary"),
        (2, ["flow", "equations=x' = -x", "initial=1", "exponents=2"], "exponents=2"),
        (2, ["flow", "equations=y = delay(x, 1); x' = -y", "initial=1"], "delays"),
        (2, ["flow", "event=q - 1"], "no `q`"),
        (2, ["flow", "event=x", "method=cvode"], "dense output"),
        (2, ["flow", "event=2"], "goes through 0"),
        (2, ["burgers", "start=formula", "formula=sin(z)"], "no `z`"),
        (2, ["kuramoto-sivashinsky", "points=33"], "even number"),
        (2, ["navier-stokes-2d", "points=32", "forcing=1", "forcing_wave=12"], "fewer than 10"),
        (1, ["navier-stokes-2d", "points=32", "speed=1e4", "time_step=0.1"], "not finite"),
        (1, ["flow", "equations=x' = x^2", "initial=1", "steps=5"], "t = 0.99"),
        (1, ["map", "equations=x' = 2*x^2", "initial=3", "steps=50"], "blow-up"),
        (1, ["flow", "equations=x' = v; v' = m*(1-x^2)*v - x", "parameters=m=1e6", "initial=[2,0]"], "method=cvode"),
    ]
    for code, words, text in cases:
        done = command("run", *words, "-o", "refused.h5", timeout=60)
        assert done.returncode == code and text in done.stderr, (words, done.returncode, done.stderr)


tests(globals())
