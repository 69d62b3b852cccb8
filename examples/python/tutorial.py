"""Ten minutes with onsager in Python, as a script of half a minute.  python examples/python/tutorial.py

The same steps, with their figures, stand in python/notebooks/first-steps.ipynb.
"""
import numpy as np
import onsager

# ---- 1. A run: the Ising model on three squares. A list is a grid; the product of all grids is run. --------------------

results = onsager.run(
    "ising",
    L=[8, 16, 32],
    temperature=np.linspace(2.15, 2.4, 6),
    update="wolff",
    steps=5000,
    output="tutorial.h5",
)
print(results["magnetization_abs"])

# Kill the script and start it again: it goes on where it was. Ask for more steps, and what is missing is added.

# ---- 2. Results are labelled arrays with errors. -----------------------------------------------------------------------

binder = results["binder"]
print(binder.dims, binder.mean.shape)
print("Binder cumulants of L = 32:", binder.mean[2].round(3), "+-", binder.error[2].round(3))
energy = results["energy"]
print("energies, in errors from Kaufman's exact ones:", ((energy.mean - energy.exact) / energy.error).round(1), sep="\n")

# ---- 3. The critical point is where the curves of the Binder cumulant cross. ------------------------------------------

crossings = results.crossing("binder", x="temperature", by="L")
exact = 2 / np.log(1 + np.sqrt(2))
for row in crossings:
    print(f"L = {row.by1:.0f} and {row.by2:.0f} cross at T = {row.x:.4f} +- {row.x_error:.4f}; exactly {exact:.4f}")

try:
    axes = results.plot(x="temperature", y="binder", by="L")
    axes.figure.savefig("tutorial.png")
except ImportError:
    print("no matplotlib: no figure")

# ---- 4. A system of your own. -------------------------------------------------------------------------------------------


class Walk(onsager.System):
    """Random walkers on a line; their mean square distance from the start grows as the time."""

    name = "walk"
    parameters = [onsager.Parameter("N", int, default=100, range="[1, inf)", meaning="walkers")]
    observables = [onsager.Series("distance_squared", "mean square distance from the start")]
    controls = {"steps": 100, "replicas": 20, "every": 10}
    state = ["x", "random"]

    def create(self, context):
        self.x = np.zeros(context.parameters.N, np.int64)
        self.random = context.stream()

    def advance(self, context):
        self.x += 2 * self.random.integers(2, size=self.x.size) - 1

    def measure(self, context):
        context.measure("distance_squared", (self.x**2).mean())


distance = onsager.run(Walk, N=1000, output="tutorial-walk.h5")["distance_squared"]
for time, mean, error in zip(distance.coords["time"], distance.mean, distance.error):
    print(f"after {time:3.0f} steps: {mean:6.2f} +- {error:.2f}")

# ---- 5. The engines below, on arrays of your own. ----------------------------------------------------------------------

graph = onsager.spins.lattice("square", [32, 32])
spins = np.ones((32, 32), np.int8)
ising = onsager.spins.Ising(graph, temperature=2.6, update="swendsen-wang", stream=onsager.random.Stream(1), spins=spins)
ising.step(100)
energies, magnetizations = ising.series(2000)
found = onsager.statistics.mean(energies)
print(f"energy {found.mean:.4f} +- {found.error:.4f}, tau {found.tau:.2f}; "
      f"exactly {onsager.spins.torus(32, 32, 2.6).energy:.4f}")
