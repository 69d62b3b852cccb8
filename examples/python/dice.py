"""dice: n dice on a table; every step one of them, chosen at random, is thrown again.  python examples/python/dice.py

The same system as examples/my-system.c, written in Python: it draws the same random numbers, and its results are the
same to the last bit.

Exact: <sum> = 7 n / 2, variance of the sum = 35 n / 12, and since a step keeps the fraction 1 - 1/n of a deviation, the
autocorrelation time of the sum is n - 1/2.
"""
import numpy as np
import onsager


class Dice(onsager.System):
    """dice, one thrown again at every step"""

    name = "dice"
    step = "throw"
    traits = onsager.STATIONARY
    parameters = [onsager.Parameter("dice", int, default=5, range="[1, 1000]", meaning="dice on the table, n")]
    observables = [onsager.Mean("sum", "sum of all faces"), onsager.Mean("sum_squared", "its square")]
    derived = [
        onsager.Derived("variance", lambda means, parameters: means.sum_squared - means.sum * means.sum, like="sum",
                        meaning="<sum^2> - <sum>^2")
    ]
    exact = [onsager.Exact("sum", lambda parameters: 7.0 * parameters.dice / 2, "faces are uniform")]
    controls = {"steps": 100000, "replicas": 2}
    state = ["faces", "random"]
    configuration = ["faces"]

    def create(self, context):
        self.faces = np.ones(context.parameters.dice, np.int32)
        self.random = context.stream()

    def advance(self, context):
        self.faces[self.random.integers(self.faces.size)] = 1 + self.random.integers(6)

    def measure(self, context):
        total = float(self.faces.sum())
        context.measure("sum", total)
        context.measure("sum_squared", total * total)


if __name__ == "__main__":
    results = onsager.run(Dice, dice=[2, 5, 10], steps=20000, output="dice.h5")
    for row, dice in enumerate([2, 5, 10]):
        total = results["sum"]
        print(f"{dice} dice: sum {total.mean[row]:.3f} +- {total.error[row]:.3f}, expected {3.5 * dice}")
