"""Losses and gradients of the learning engine against JAX, on the same weights: an MLP, a transformer block, the loss of
an Allen-Cahn network with jets, an LSTM, a layer on a graph. Agreement to 1e-5 in single and 1e-10 in double precision.
Skipped where JAX is not installed. The library is called as it is, through ctypes."""
import ctypes
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import harness

try:
    import numpy as np
    import jax
    import jax.numpy as jnp
except ImportError:
    print("skipped: JAX and NumPy are not installed")
    sys.exit(77)
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_matmul_precision", "highest")

library = ctypes.CDLL(os.path.join(os.path.dirname(harness.ONSAGER), "libonsager.so"))
FLOAT, DOUBLE, INDEX = 0, 1, 2
ALL_AXES = 1 << 30


class Shape(ctypes.Structure):
    _fields_ = [("dimensions", ctypes.c_int), ("size", ctypes.c_int64 * 6)]


def shape(*sizes):
    return Shape(len(sizes), (ctypes.c_int64 * 6)(*sizes))


library.ons_message.restype = ctypes.c_char_p
library.ons_tensor_parameter_total.restype = ctypes.c_size_t
library.ons_program_input.restype = ctypes.c_void_p
library.ons_program_parameters.restype = ctypes.c_void_p
library.ons_program_output.restype = ctypes.c_void_p


class Graph:
    """A graph of tensors; g.tanh(a) is ons_tensor_tanh(graph, a)."""

    def __init__(self, kind):
        self.kind, self.graph, self.inputs = kind, ctypes.c_void_p(), {}
        assert library.ons_tensor_graph_create(ctypes.byref(self.graph), kind) == 0

    def __getattr__(self, name):
        function = getattr(library, "ons_tensor_" + name)

        def call(*arguments):
            return function(self.graph, *(ctypes.c_double(a) if isinstance(a, float) else a for a in arguments))
        return call

    def put(self, name, array):
        array = np.ascontiguousarray(array, np.int32 if array.dtype.kind == "i" else self.real())
        kind = INDEX if array.dtype == np.int32 else self.kind
        tensor = library.ons_tensor_input(self.graph, name.encode(), kind, shape(*array.shape))
        self.inputs[tensor] = array
        return tensor

    def parameter(self, name, *sizes):
        return library.ons_tensor_parameter(self.graph, name.encode(), shape(*sizes))

    def real(self):
        return np.float32 if self.kind == FLOAT else np.float64

    def dense(self, name, x, width, out):
        return self.add(self.matmul(x, self.parameter(name + "/w", width, out), 0), self.parameter(name + "/b", out))

    def cut(self, x, axis, first, last):
        return self.slice(x, axis, ctypes.c_int64(first), ctypes.c_int64(last), ctypes.c_int64(1))

    def run(self, loss, weights):
        gradient = self.parameter_gradient(loss)
        program, outputs = ctypes.c_void_p(), (ctypes.c_int32 * 2)(loss, gradient)
        status = library.ons_program_create(ctypes.byref(program), self.graph, outputs, ctypes.c_size_t(2), None)
        assert status == 0, library.ons_message()
        for tensor, array in self.inputs.items():
            at = library.ons_program_input(program, tensor)
            if at:
                ctypes.memmove(at, array.ctypes.data, array.nbytes)
        total = library.ons_tensor_parameter_total(self.graph)
        assert total == weights.size, (total, weights.size)
        weights = np.ascontiguousarray(weights, self.real())
        ctypes.memmove(library.ons_program_parameters(program), weights.ctypes.data, weights.nbytes)
        assert library.ons_program_run(program) == 0
        values = [np.empty(n, self.real()) for n in (1, total)]
        for i, value in enumerate(values):
            ctypes.memmove(value.ctypes.data, library.ons_program_output(program, ctypes.c_size_t(i)), value.nbytes)
        library.ons_program_free(program)
        library.ons_tensor_graph_free(self.graph)
        return values[0][0], values[1]


class Weights:
    """Takes tensors off a flat array, in the order in which ours were made."""

    def __init__(self, flat):
        self.flat, self.at = flat, 0

    def take(self, *sizes):
        count = int(np.prod(sizes))
        self.at += count
        return self.flat[self.at - count:self.at].reshape(sizes)

    def dense(self, x, width, out):
        w, b = self.take(width, out), self.take(out)
        return x @ w + b


def compare(ours, theirs, total, data):
    """ours(g, tensors) and theirs(weights, arrays) give a loss."""
    random = np.random.default_rng(5)
    weights = random.normal(0, 0.4, total)
    for kind, tolerance in ((FLOAT, 1e-5), (DOUBLE, 1e-10)):
        g = Graph(kind)
        real = g.real()
        loss, gradient = g.run(ours(g, *(g.put(name, a) for name, a in data.items())), weights)
        arrays = [jnp.asarray(a if a.dtype.kind == "i" else a.astype(real)) for a in data.values()]
        value, slope = jax.value_and_grad(lambda w: theirs(Weights(w), *arrays))(jnp.asarray(weights.astype(real)))
        assert slope.dtype == real
        scale = np.abs(slope).max()
        worst = max(abs(loss - value) / (1 + abs(value)), np.abs(gradient - np.asarray(slope)).max() / (1 + scale))
        assert worst <= tolerance, f"{'single' if kind == FLOAT else 'double'}: {worst:.2e} > {tolerance:.0e}"


def test_mlp():
    random = np.random.default_rng(1)
    data = {"x": random.normal(size=(40, 7)), "label": random.integers(0, 5, 40)}

    def ours(g, x, label):
        y = g.dense("b", g.gelu(g.dense("a", x, 7, 11)), 11, 5)
        return g.negate(g.mean(g.pick(g.log_softmax(y, -1), label), ALL_AXES, False))

    def theirs(w, x, label):
        y = w.dense(jax.nn.gelu(w.dense(x, 7, 11), approximate=False), 11, 5)
        return -jnp.mean(jax.nn.log_softmax(y)[jnp.arange(40), label])
    compare(ours, theirs, 7 * 11 + 11 + 55 + 5, data)


def test_transformer_block():
    rows, tokens, d, heads, p = 9, 5, 12, 3, 7
    random = np.random.default_rng(2)
    data = {"tokens": random.integers(0, p, (rows, tokens))}

    def norm(g, x, name):
        low = g.subtract(x, g.mean(x, 1 << 15, True))
        scale = g.rsqrt(g.shift(g.mean(g.square(low), 1 << 15, True), 1e-5))
        return g.add(g.multiply(g.multiply(low, scale), g.parameter(name + "/gain", d)), g.parameter(name + "/bias", d))

    def split(g, x):
        x = g.reshape(x, shape(rows, tokens, heads, d // heads))
        return g.permute(x, (ctypes.c_int * 4)(0, 2, 1, 3))

    def ours(g, ids):
        x = g.gather(g.parameter("embedding", p, d), ids)
        n = norm(g, x, "first")
        q, k, v = (split(g, g.dense(name, n, d, d)) for name in "qkv")
        mask = g.put("mask", np.triu(np.full((tokens, tokens), -1e9), 1))
        scores = g.softmax(g.add(g.scale(g.matmul(q, k, 2), (d / heads) ** -0.5), mask), -1)
        mixed = g.reshape(g.permute(g.matmul(scores, v, 0), (ctypes.c_int * 4)(0, 2, 1, 3)), shape(rows, tokens, d))
        x = g.add(x, g.dense("out", mixed, d, d))
        x = g.add(x, g.dense("down", g.relu(g.dense("up", norm(g, x, "second"), d, 20)), 20, d))
        return g.mean(g.square(x), ALL_AXES, False)

    def jax_norm(w, x):
        low = x - x.mean(-1, keepdims=True)
        return low * jax.lax.rsqrt((low ** 2).mean(-1, keepdims=True) + 1e-5) * w.take(d) + w.take(d)

    def theirs(w, ids):
        x = w.take(p, d)[ids]
        n = jax_norm(w, x)
        q, k, v = (w.dense(n, d, d).reshape(rows, tokens, heads, -1).transpose(0, 2, 1, 3) for _ in "qkv")
        mask = jnp.triu(jnp.full((tokens, tokens), -1e9), 1).astype(x.dtype)
        scores = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) * (d / heads) ** -0.5 + mask)
        x = x + w.dense((scores @ v).transpose(0, 2, 1, 3).reshape(rows, tokens, d), d, d)
        n = jax_norm(w, x)
        x = x + w.dense(jax.nn.relu(w.dense(n, d, 20)), 20, d)
        return jnp.mean(x ** 2)
    total = p * d + 4 * d + 4 * (d * d + d) + d * 20 + 20 + 20 * d + d
    # Ours names the second norm before "up" but after "out"; the order in which tensors are made is the flat order.
    compare(ours, theirs, total, data)


def test_allen_cahn_loss_with_jets():
    random = np.random.default_rng(3)
    data = {"x": random.uniform(-1, 1, (150, 2))}

    def ours(g, x):
        u = g.dense("c", g.tanh(g.dense("b", g.tanh(g.dense("a", x, 2, 16)), 16, 16)), 16, 1)
        partials = (ctypes.c_ubyte * 8)(1, 0, 0, 0, 0, 2, 0, 0)
        d, value = (ctypes.c_int32 * 2)(), (ctypes.c_int32 * 1)(u)
        g.jet_columns(value, ctypes.c_size_t(1), x, (ctypes.c_int * 2)(0, 1), ctypes.c_size_t(2), partials,
                      ctypes.c_size_t(2), d)
        cubic = g.scale(g.subtract(g.power(u, 3.0), u), 5.0)
        return g.mean(g.square(g.add(g.subtract(d[0], g.scale(d[1], 1e-2)), cubic)), ALL_AXES, False)

    def theirs(w, x):
        layers = [(w.take(a, b), w.take(b)) for a, b in ((2, 16), (16, 16), (16, 1))]

        def net(t, y):
            h = jnp.stack([t, y])
            for m, b in layers[:-1]:
                h = jnp.tanh(h @ m + b)
            return (h @ layers[-1][0] + layers[-1][1])[0]
        u, ut, uxx = (jax.vmap(f)(x[:, 0], x[:, 1]) for f in (net, jax.grad(net), jax.grad(jax.grad(net, 1), 1)))
        return jnp.mean((ut - 1e-2 * uxx + 5 * (u ** 3 - u)) ** 2)
    compare(ours, theirs, 48 + 16 * 16 + 16 + 17, data)


def test_lstm():
    rows, steps, width, hidden = 6, 8, 3, 5
    data = {"x": np.random.default_rng(4).normal(size=(rows, steps, width))}

    def ours(g, x):
        w, u = g.parameter("w", width, 4 * hidden), g.parameter("u", hidden, 4 * hidden)
        b = g.parameter("b", 4 * hidden)
        h = c = g.filled(g.kind, shape(rows, hidden), 0.0)
        for t in range(steps):
            now = g.at(x, 1, ctypes.c_int64(t))
            z = g.add(g.add(g.matmul(now, w, 0), g.matmul(h, u, 0)), b)
            i, f, k, o = (g.cut(z, 1, q * hidden, (q + 1) * hidden) for q in range(4))
            c = g.add(g.multiply(g.sigmoid(f), c), g.multiply(g.sigmoid(i), g.tanh(k)))
            h = g.multiply(g.sigmoid(o), g.tanh(c))
        return g.sum(g.square(h), ALL_AXES, False)

    def theirs(w, x):
        a, u, b = w.take(width, 4 * hidden), w.take(hidden, 4 * hidden), w.take(4 * hidden)
        h = c = jnp.zeros((rows, hidden), x.dtype)
        for t in range(steps):
            i, f, k, o = jnp.split(x[:, t] @ a + h @ u + b, 4, 1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(k)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return jnp.sum(h ** 2)
    compare(ours, theirs, (width + hidden + 1) * 4 * hidden, data)


def test_graph_layer():
    nodes, edges, width = 12, 40, 6
    random = np.random.default_rng(6)
    data = {"x": random.normal(size=(nodes, width)), "from": random.integers(0, nodes, edges),
            "to": random.integers(0, nodes, edges)}

    def ours(g, x, source, target):
        parts = (ctypes.c_int32 * 2)(g.gather(x, source), g.gather(x, target))
        message = g.silu(g.dense("message", g.concatenate(parts, ctypes.c_size_t(2), 1), 2 * width, width))
        sums = g.scatter(message, target, ctypes.c_int64(nodes))
        return g.mean(g.square(g.tanh(g.dense("node", g.add(x, sums), width, 4))), ALL_AXES, False)

    def theirs(w, x, source, target):
        message = jax.nn.silu(w.dense(jnp.concatenate([x[source], x[target]], 1), 2 * width, width))
        sums = jnp.zeros((nodes, width), x.dtype).at[target].add(message)
        return jnp.mean(jnp.tanh(w.dense(x + sums, width, 4)) ** 2)
    compare(ours, theirs, 2 * width * width + width + 4 * width + 4, data)


harness.tests(globals())
