"""Equations of one's own, compiled and not: the same numbers, also when a run is killed and goes on the other way; and the
method of Taylor for them and for the catalogue."""
import os
import signal
import subprocess
import time

from harness import ONSAGER, SANITIZED, command, numbers, run, tests

JOB = ["flow", "equations=x' = s*(y - x); y' = x*(28 - z) - y + sin(t)/9; z' = x*y - 8/3*z", "parameters=s=10",
       "initial=[1,1,20]", "steps=1000" if SANITIZED else "steps=6000", "threads=1"]


def surroundings(name, compiler):
    """A cache of its own."""
    folder = os.path.abspath(name)
    os.makedirs(folder, exist_ok=True)
    return dict(os.environ, XDG_CACHE_HOME=folder, CC=compiler)


def compiler():
    given = os.environ.get("CC", "cc")
    return given if subprocess.run([*given.split(), "--version"], capture_output=True).returncode == 0 else None


def objects(name):
    folder = os.path.join(name, "onsager")
    return [entry for entry in os.listdir(folder) if entry.endswith(".so")] if os.path.isdir(folder) else []


def test_compiled_and_interpreted_equations_give_the_same_numbers():
    interpreted = numbers(run(*JOB, "-o", "interpreted.h5", env=surroundings("none", "no-such-compiler")))
    assert not objects("none")
    if not compiler():
        print("skipped: no C compiler")
        return
    assert numbers(run(*JOB, "-o", "compiled.h5", env=surroundings("kept", compiler()))) == interpreted
    assert len(objects("kept")) == 1
    assert numbers(run(*JOB, "-o", "again.h5", env=surroundings("kept", compiler()))) == interpreted  # from the cache
    killed = surroundings("killed", compiler())
    process = subprocess.Popen([ONSAGER, "run", *JOB, "checkpoint=0.05s", "-o", "parts.h5", "--quiet"], env=killed)
    time.sleep(0.4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert numbers(run(*JOB, "-o", "parts.h5", env=surroundings("none", "no-such-compiler"))) == interpreted


def test_taylor_series_give_the_same_exponents():
    for system, words in (("flow", ["event=x"]), ("lorenz", []), ("rossler", [])):
        words = [*words, "steps=400", "warmup=50", "tolerance=1e-12"]
        by_series, by_steps = (run(system, *words, f"method={method}", "-o", f"{system}-{method}.h5")["tasks"][0]["observables"]
                               for method in ("taylor", "dop853"))
        for name in ("lyapunov_spectrum", "divergence"):
            ours, known = by_series[name], by_steps[name]
            pairs = ([(ours["mean"], ours["error"], known["mean"], known["error"])] if not isinstance(ours["mean"], list)
                     else list(zip(ours["mean"], ours["error"], known["mean"], known["error"])))
            for a, da, b, db in pairs:
                assert abs(a - b) < 6 * (da * da + db * db) ** 0.5 + 2e-3, (system, name, a, da, b, db)


def test_what_has_no_series_is_refused():
    for words, reason in ((["flow", "equations=x' = abs(x) - x", "initial=1", "method=taylor"], "abs has none"),
                          (["flow", "equations=x' = x^t", "initial=1", "method=taylor"], "exponent is constant"),
                          (["chua", "method=taylor"], "abs has none")):
        done = command("run", *words, "-o", "refused.h5")
        assert done.returncode == 2 and reason in done.stderr, (words, done.returncode, done.stderr)
        assert not os.path.exists("refused.h5")


tests(globals())
