"""The Ising model on a square torus in Python: 16 replicas at once in one numpy array.  python examples/python/ising_system.py

A state may carry several replicas, its lanes: here the array spins[16, L, L]. numpy then has long rows to work on, and
the laboratory still sees 16 independent replicas, each with its own errors and its own check of the warm-up.
"""
import math

import numpy as np
import onsager

LANES = 16


class IsingLanes(onsager.System):
    """The Ising model on a square torus, heat bath on two sublattices in turn, many replicas at once.

    H = - sum over bonds s_i s_j, k_B = 1. A step updates all black sites, then all white ones: each takes s = +1 with
    the probability 1 / (1 + exp(-2 h / T)), h the sum of its neighbours.
    """

    name = "ising-lanes"
    step = "sweep"
    traits = onsager.STATIONARY
    parameters = [
        onsager.Parameter("L", int, default=16, range="[2, 4096]", meaning="length of the torus, even"),
        onsager.Parameter("temperature", float, default=2.5, range="(0, inf)", live=True, meaning="T"),
    ]
    observables = [
        onsager.Mean("energy", "<e>, e = H/N", unit="coupling"),
        onsager.Mean("energy_squared", "<e^2>", unit="coupling^2"),
        onsager.Mean("magnetization_squared", "<m^2>"),
        onsager.Mean("magnetization_fourth", "<m^4>"),
    ]
    derived = [
        onsager.Derived("binder", lambda means, parameters: 1 - means.magnetization_fourth
                        / (3 * means.magnetization_squared**2), meaning="1 - <m^4> / (3 <m^2>^2)"),
        onsager.Derived("specific_heat", lambda means, parameters: parameters.L**2
                        * (means.energy_squared - means.energy**2) / parameters.temperature**2,
                        meaning="N (<e^2> - <e>^2) / T^2"),
    ]
    exact = [
        onsager.Exact("energy", lambda p: onsager.spins.torus(p.L, p.L, p.temperature).energy, "Kaufman 1949"),
        onsager.Exact("specific_heat", lambda p: onsager.spins.torus(p.L, p.L, p.temperature).specific_heat,
                      "Kaufman 1949"),
    ]
    controls = {"steps": 10000, "replicas": LANES}
    state = ["spins", "streams"]
    configuration = ["spins"]

    def check(self, parameters, plan):
        if parameters.L % 2:
            raise ValueError(f"L is {parameters.L}; the two sublattices need an even length")
        plan.lanes(LANES)
        plan.bytes(LANES * 10 * parameters.L**2)

    def create(self, context):
        length = context.parameters.L
        self.temperature = context.parameters.temperature
        self.spins = np.ones((LANES, length, length), np.int8)
        self.streams = context.streams()
        self.uniform = np.empty(self.spins.shape)
        rows, columns = np.indices((length, length))
        self.black = (rows + columns) % 2 == 0
        fields = np.arange(-4, 5)
        self.up = 1 / (1 + np.array([math.exp(-2 * h / self.temperature) for h in fields]))

    def advance(self, context):
        for lane, stream in enumerate(self.streams):
            stream.uniform(out=self.uniform[lane])
        for sublattice in (self.black, ~self.black):
            field = sum(np.roll(self.spins, shift, axis) for shift in (1, -1) for axis in (1, 2))
            drawn = np.where(self.uniform < self.up[field + 4], 1, -1).astype(np.int8)
            np.copyto(self.spins, drawn, where=sublattice)

    def measure(self, context):
        spins = self.spins
        sites = spins[0].size
        bonds = spins * (np.roll(spins, 1, 1) + np.roll(spins, 1, 2))
        energy = -bonds.sum((1, 2), dtype=np.int64) / sites
        magnetization = spins.sum((1, 2), dtype=np.int64) / sites
        context.measure("energy", energy)
        context.measure("energy_squared", energy**2)
        context.measure("magnetization_squared", magnetization**2)
        context.measure("magnetization_fourth", magnetization**4)

    def picture(self, lane):
        return onsager.colours.index(self.spins[lane] > 0)


if __name__ == "__main__":
    results = onsager.run(IsingLanes, L=16, temperature=[2.2, 2.5, 3.0], steps=2000, output="ising-lanes.h5")
    for name in ("energy", "specific_heat", "binder"):
        for row, temperature in enumerate([2.2, 2.5, 3.0]):
            found = results[name]
            print(f"T = {temperature}  {name:14} {found.mean[row]:8.4f} +- {found.error[row]:.4f}")
