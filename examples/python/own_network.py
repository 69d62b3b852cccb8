"""A network of your own: an oscillator learned from its equation alone.  python examples/python/own_network.py

u(t) obeys u'' + 0.4 u' + 4 u = 0, u(0) = 1, u'(0) = 0; a network of two hidden layers is trained on the residual at 64
times and on the start. The laboratory keeps checkpoints: kill the script, start it again, and it goes on to the same bits.
"""
import numpy as np
import onsager
from onsager import learning

TIMES = np.linspace(0, 4, 64)[:, None]
FREQUENCY = np.sqrt(4 - 0.2**2)
EXACT = np.exp(-0.2 * TIMES) * (np.cos(FREQUENCY * TIMES) + 0.2 / FREQUENCY * np.sin(FREQUENCY * TIMES))


class OwnNetwork(onsager.System):
    """An oscillator learned from its equation

    A network u(t) trained with Adam on u'' + 0.4 u' + 4 u = 0.
    """

    name = "own-network"
    step = "step of Adam"
    parameters = [
        onsager.Parameter("width", int, default=16, range="[1, 1000]", meaning="units of a hidden layer"),
        onsager.Parameter("learning_rate", float, default=1e-2, range="(0, inf)", meaning="of Adam"),
    ]
    observables = [
        onsager.Series("loss", "mean squared residual and start"),
        onsager.Series("error", "rms distance from the exact oscillation"),
    ]
    controls = {"steps": 2000, "every": "log:10"}

    def create(self, context):
        graph = learning.Graph()
        t = graph.input("t", TIMES.shape)
        width = context.parameters.width
        u = graph.layers.mlp("u", t, [width, width, 1], "tanh")
        slope, curvature = graph.partials(u, t, (1,), (2,))
        residual = curvature + 0.4 * slope + 4 * u
        loss = (residual**2).mean() + 10 * ((u[0, 0] - 1) ** 2 + slope[0, 0] ** 2)
        self.program = graph.program(loss, graph.gradient(loss), u)
        self.program.bind(t=TIMES)
        self.weights = graph.draw(context.stream(), out=self.program.parameters)
        self.optimiser = learning.Optimiser(graph, "adam", rate=context.parameters.learning_rate)
        self.loss, self.gradient, self.u = self.program.run()

    def advance(self, context):
        self.optimiser.step(self.weights, self.gradient)
        self.loss, self.gradient, self.u = self.program.run()

    def measure(self, context):
        context.measure("loss", self.loss)
        context.measure("error", np.sqrt(((self.u - EXACT) ** 2).mean()))

    def persist(self, part):
        part.configuration("weights", self.weights)
        for name, array in self.optimiser.state.items():
            part.array(name, array)
        if part.reading:
            self.loss, self.gradient, self.u = self.program.run()

    def picture(self, lane):
        rows = np.clip(((1 - self.u[:, 0]) * 32).astype(int), 0, 63)
        return 255 * (rows[None, :] != np.arange(64)[:, None]).astype(np.uint8)


if __name__ == "__main__":
    results = onsager.run(OwnNetwork, steps=2000, replicas=2, output="own-network.h5")
    for name in ("loss", "error"):
        first, *_, last = results[name].mean
        print(f"{name}: {first:.1e} at first, {last:.1e} at the end")
    try:
        axes = results.plot(x="time", y="loss")
    except ImportError:
        print("no matplotlib: no figure")
    else:
        axes.set(xscale="log", yscale="log")
        axes.figure.savefig("own-network.png")
