"""The same bits for every solver of flows, delays, noise and fields: on one thread and on two, straight and continued."""
from harness import numbers, run, tests

STIFF = ["flow", "equations=x' = -80*(x - cos(t)); y' = x - y", "initial=[1,0]", "exponents=1", "warmup=2", "replicas=9"]
JOBS = {
    "dop853": (["flow", "warmup=5", "replicas=9"], 16),
    "dormand-prince": (["flow", "method=dormand-prince", "warmup=5", "replicas=9"], 16),
    "cvode": ([*STIFF, "method=cvode"], 4),
    "arkode": ([*STIFF, "method=arkode", "tolerance=1e-6"], 4),
    "events": (["flow", "event=z-27", "event_direction=up", "warmup=5", "replicas=9"], 16),
    "fine-grid": (["rossler", "every=0.25", "warmup=5", "replicas=9"], 8),
    "angles": (["doublependulum", "warmup=5", "replicas=9"], 40),
    "map": (["henon", "warmup=100", "replicas=9"], 2000),
    "delay": (["mackeyglass", "tau=17", "warmup=20", "exponents=2", "replicas=9"], 40),
    "noise": (["phase-oscillators", "L=64", "non_oddity=1", "noise=0.02", "replicas=9"], 20),
    "disorder": (["kuramoto", "N=50", "warmup=5", "replicas=3"], 20),
    "clocks": (["asynchronous-lattice", "replicas=3"], 8),
    "allen-cahn": (["allen-cahn", "points=64", "start=random", "replicas=3", "diffusion=1e-3"], 2),
    "burgers": (["burgers", "points=128", "viscosity=0.1", "time_step=0.01", "mean=1"], 2),
    "kuramoto-sivashinsky": (["kuramoto-sivashinsky", "points=64", "length=22", "start=random", "replicas=3"], 20),
    "navier-stokes-2d": (["navier-stokes-2d", "points=32", "forcing=1", "time_step=0.01", "replicas=2"], 2),
}


def make(name, words, steps):
    def test():
        straight = run(*words, f"steps={steps}", "threads=1", "-o", f"{name}-1.h5")
        assert numbers(run(*words, f"steps={steps}", "threads=2", "-o", f"{name}-2.h5")) == numbers(straight), name
        run(*words, f"steps={steps // 2}", "-o", f"{name}-3.h5")
        continued = run(*words, f"steps={steps}", "-o", f"{name}-3.h5")
        assert numbers(continued) == numbers(straight), f"{name}: what was continued differs"
    return test


for key, (job, length) in JOBS.items():
    globals()["test_" + key] = make(key, job, length)
tests(dict(globals()))
