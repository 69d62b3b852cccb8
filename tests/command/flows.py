"""The catalogue of flows and maps through the command: identities of the exponents, exact sums, presets, refusals, and,
where the public catalogue dysts is installed (DYSTS_PATH), its right-hand sides and short trajectories."""
import importlib.machinery
import math
import os
import re
import sys
import types

from harness import FULL, SANITIZED, SOURCE, command, run, tests

FUNCTIONS = {name: getattr(math, name) for name in "sin cos tan exp log sqrt tanh sinh cosh acos floor".split()}
FUNCTIONS.update(abs=abs, min=min, max=max, pi=math.pi, e=math.e, mod=lambda a, b: a % b,
                 sign=lambda x: 1.0 * (x > 0) - 1.0 * (x < 0), step=lambda x: 1.0 * (x > 0))


def read_catalogue():
    """The entries of flows.yaml; its plain layout needs no library."""
    entries, entry, equations = {}, None, None
    for line in open(os.path.join(SOURCE, "systems", "dynamics", "flows.yaml"), encoding="utf-8"):
        if re.match(r"[a-z][a-z0-9]*:", line):
            entry = entries[line.split(":")[0]] = {"equations": [], "parameters": {}, "traits": []}
        elif line.startswith("    "):
            entry["equations"].append(line.strip())
        elif line.startswith("  ") and entry is not None:
            key, value = line.strip().split(":", 1)
            value = value.strip()
            if key in ("parameters", "catalogue", "angles"):
                entry[key] = dict(word.strip().split(": ") for word in value.strip("{}").split(","))
            elif key in ("start", "traits"):
                entry[key] = [word.strip() for word in value.strip("[]").split(",")]
            elif key != "equations":
                entry[key] = value.strip('"')
    return entries


CATALOGUE = read_catalogue()


def formula(text, names):
    return eval(text.replace("^", "**"), {"__builtins__": {}}, names)


def numbers_of(entry):
    return {name: float(formula(text, {})) for name, text in entry["parameters"].items()}


def right_hand_side(entry, x, t, past=None, changed=()):
    names = dict(FUNCTIONS, t=t, **{**numbers_of(entry), **dict(changed)})
    variables = [line.split("'")[0] for line in entry["equations"] if "'" in line.split("=")[0]]
    names.update(zip(variables, x))
    result = []
    for line in entry["equations"]:
        left, right = (part.strip() for part in line.split("=", 1))
        value = past if right.startswith("delay(") else formula(right, names)
        if left.endswith("'"):
            result.append(float(value))
        else:
            names[left] = value
    return result


def steps_of(entry):
    if "map" in entry:
        return 4000
    period = float(entry["period"])
    return max(2, min(60 if not FULL else 400, round(20 * period)))


SLOW = {"belousovzhabotinsky": 1, "macarthur": 10, "interiorsquirmer": 20}


def spectrum(name, *words):
    steps = SLOW.get(name, steps_of(CATALOGUE[name]))
    task = run(name, f"steps={steps}", f"warmup={max(1, steps // 4)}", "threads=1", "--quiet", *words)["tasks"][0]
    return task


def test_exponents_add_up_to_the_mean_divergence():
    """|sum - <divergence>| <= 1e-3 max(|<divergence>|, l_1) for every flow and map with all its exponents; the sum itself
    where the catalogue knows it exactly; pairs of opposite sign where the flow is Hamiltonian and autonomous."""
    names = list(CATALOGUE) if not SANITIZED else ["lorenz", "duffing", "henon"]
    if not FULL:  # every third; all of them with the full effort
        names = names[::3] + ["lorenz", "thomas", "halvorsen", "chen", "rucklidge", "duffing", "henonheiles"]
    for name in names:
        entry = CATALOGUE[name]
        if "delay" in entry["traits"]:
            continue
        observables = spectrum(name)["observables"]
        exponents, divergence = observables["lyapunov_spectrum"]["mean"], observables["divergence"]["mean"]
        allowed = 1e-3 * max(abs(divergence), exponents[0], 1e-6)
        assert abs(sum(exponents) - divergence) <= allowed, (name, exponents, divergence)
        if "sum" in entry:
            exact = formula(entry["sum"], dict(FUNCTIONS, **numbers_of(entry)))
            assert abs(divergence - exact) <= 1e-9 * max(1, abs(exact)), (name, divergence, exact)
        if "hamiltonian" in entry["traits"] and "nonautonomous" not in entry["traits"]:
            for k in range(len(exponents) // 2):
                assert abs(exponents[k] + exponents[-1 - k]) < 0.02, (name, exponents)


def test_an_autonomous_flow_has_a_zero_exponent():
    for name, steps in (("lorenz", 2000), ("rossler", 4000), ("halvorsen", 2000), ("chen", 1000)):
        result = run(name, f"steps={steps}", "warmup=100", "threads=1", "--quiet")["tasks"][0]
        observable = result["observables"]["lyapunov_spectrum"]
        assert abs(observable["mean"][1]) <= max(5.5 * observable["error"][1], 0.005), (name, observable)


def test_the_lorenz_spectrum():
    """0.9056, 0, -14.5723 (Sprott 2003; beta = 8/3), within 5.5 errors."""
    observable = run("lorenz", "steps=3000", "warmup=50", "threads=1")["tasks"][0]["observables"]["lyapunov_spectrum"]
    for ours, error, known in zip(observable["mean"], observable["error"], (0.9056, 0, -14.5723)):
        assert abs(ours - known) <= 5.5 * error + 1e-4, (ours, error, known)


def test_preset_catalogue_changes_the_default_and_shows_it():
    assert run("lorenz", "steps=1", "warmup=0")["tasks"][0]["parameters"]["beta"] == 8 / 3
    task = run("lorenz", "preset=catalogue", "steps=2", "warmup=0")["tasks"][0]
    assert task["parameters"]["beta"] == 2.667, task["parameters"]
    assert abs(task["observables"]["divergence"]["mean"] + 10 + 1 + 2.667) < 1e-9
    assert run("lorenz", "preset=catalogue", "beta=3", "steps=1", "warmup=0")["tasks"][0]["parameters"]["beta"] == 3


def test_escape_and_bad_delays_end_with_a_message():
    done = command("run", "rossler", "c=60", "a=0.9", "steps=2000", "warmup=0", "--quiet")
    assert done.returncode == 1 and re.search("escapes|blew up|too many steps|too small", done.stderr), done.stderr
    done = command("run", "tinkerbell", "a=2", "steps=2000", "warmup=0", "--quiet")
    assert done.returncode == 1 and re.search("escapes|blew up", done.stderr), done.stderr
    done = command("run", "mackeyglass", "tau=0", "--quiet")
    assert done.returncode == 2 and "delay" in done.stderr, done.stderr
    done = command("run", "mackeyglass", "exponents=500", "resolution=10", "--quiet")
    assert done.returncode == 2 and "history" in done.stderr, done.stderr


def test_a_delay_equation_resumes_with_the_same_bits():
    whole = run("mackeyglass", "tau=17", "steps=60", "warmup=20", "exponents=3", "-o", "whole.h5")
    run("mackeyglass", "tau=17", "steps=25", "warmup=20", "exponents=3", "-o", "parts.h5")
    again = run("mackeyglass", "tau=17", "steps=60", "warmup=20", "exponents=3", "-o", "parts.h5")
    assert (whole["tasks"][0]["observables"]["lyapunov_spectrum"]
            == again["tasks"][0]["observables"]["lyapunov_spectrum"])


# ---- against the public catalogue -------------------------------------------------------------------------------------


class Absent(types.ModuleType):
    """Stands for what dysts imports and its equations do not need."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(name)

    def __call__(self, *words, **more):
        return Absent("nothing")


class Finder:
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("gluonts", "darts", "torch", "sdeint", "jax", "tqdm"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = Absent(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


def peer():
    sys.path.insert(0, os.environ.get("DYSTS_PATH", "/nowhere"))
    sys.meta_path.append(Finder())
    try:
        import numpy
        import scipy.integrate
        import dysts.flows
        return dysts.flows, numpy, scipy.integrate.solve_ivp
    except ImportError as fault:
        print("skipped: dysts, numpy or scipy is absent:", fault)
        return None, None, None


def test_right_hand_sides_are_those_of_dysts():
    flows, numpy, solve = peer()
    if not flows:
        return
    known = {name.lower(): name for name in dir(flows)}
    random = numpy.random.default_rng(1)
    for name, entry in CATALOGUE.items():
        if "map" in entry:
            continue
        system = getattr(flows, known[name])()
        start = numpy.array([float(word) for word in entry["start"]])
        changed = {key: float(value) for key, value in entry.get("catalogue", {}).items()}
        for _ in range(3):
            x, t = start * (1 + 0.1 * random.uniform(-1, 1, len(start))), random.uniform(0, 3)
            if "delay" in entry["traits"]:
                ours = right_hand_side(entry, x, t, 1.3 * x[0])
                values = [system.params[key] for key in sorted(system.params)]
                theirs = [type(system)._rhs(x[0], 1.3 * x[0], t, *values)]
            else:
                ours, theirs = right_hand_side(entry, x, t, None, changed), system.rhs(x, t)
            scale = max(abs(numpy.array(theirs, float)))
            assert numpy.allclose(ours, numpy.array(theirs, float), rtol=1e-10, atol=1e-12 * scale), (name, ours, theirs)


def test_short_trajectories_are_those_of_an_independent_integration():
    """The point after one unit of time (the compiled right-hand side) against scipy on dysts' equations."""
    flows, numpy, solve = peer()
    if not flows:
        return
    known = {name.lower(): name for name in dir(flows)}
    for name, entry in CATALOGUE.items():
        if "map" in entry or "delay" in entry["traits"] or name in ("belousovzhabotinsky", "hyperqi", "dequanli"):
            continue  # 15 to 26 periods in a unit of time: chaos has eaten the digits
        words = ["preset=catalogue"] if "catalogue" in entry else []
        task = run(name, "steps=1", "warmup=0", "spread=0", "tolerance=1e-12", "threads=1", "--quiet", *words)["tasks"][0]
        system = getattr(flows, known[name])()
        start = [float(word) for word in entry["start"]]
        exact = solve(lambda t, x: numpy.array(system.rhs(x, t), float), (0, 1), start, method="DOP853", rtol=1e-12,
                      atol=1e-12).y[:, -1]
        ours = numpy.array(task["observables"]["point"]["mean"])
        for i, (a, b) in enumerate(zip(ours, exact)):
            variable = [line.split("'")[0] for line in entry["equations"] if "'" in line.split("=")[0]][i]
            period = entry.get("angles", {}).get(variable)
            if period and period != "unbounded":
                period = formula(period, dict(FUNCTIONS, **numbers_of(entry)))
                b -= period * round((b - a) / period)
            assert abs(a - b) <= 1e-5 * max(1, abs(b)), (name, variable, ours, exact)


tests(globals())
