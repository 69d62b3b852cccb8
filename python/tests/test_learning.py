"""Networks that learn, from Python: operators against numpy, gradients against differences and JAX, arrays that are not
copied, faults as exceptions.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import gc
import inspect
import typing

import numpy as np
import pytest

import onsager
from onsager import learning, random


def value_of(*tensors):
    """The numbers of tensors that need no inputs."""
    found = tensors[0].graph.program(*tensors).run()
    return tuple(map(np.array, found)) if len(tensors) > 1 else np.array(found)


def numbers(*shape, seed=1):
    return random.Stream(seed).normal(shape)


# ---- operators


@pytest.mark.parametrize("key", [
    0, -1, slice(1, 3), slice(None, None, 2), slice(None, None, -1), slice(3, None, -2), (0, 1), (slice(None), 1),
    (Ellipsis, 0), (None, 2), (slice(1, None), None, slice(0, 2)), (Ellipsis, slice(-2, None), 1), (2, Ellipsis, None),
], ids=str)
def test_indices_are_those_of_numpy(key):
    array = numbers(4, 3, 5)
    found = learning.Graph().constant(array)[key]
    assert found.shape == array[key].shape
    np.testing.assert_array_equal(value_of(found), array[key])


def test_operators_are_those_of_numpy():
    graph, a, b = learning.Graph(), numbers(4, 3), 2 + abs(numbers(3, seed=2))
    x, y = graph.constant(a), graph.constant(b)
    for one, other in ((x + y, a + b), (x - y, a - b), (x * y, a * b), (x / y, a / b), (1 - x, 1 - a), (2 / y, 2 / b),
                       (x + 1, a + 1), (x - 1, a - 1), (3 * x, 3 * a), (x**2, a**2), (y**0.5, b**0.5), (-x, -a),
                       (abs(x), abs(a)), (x < y, a < b), (x >= 0, a >= 0), (x > y, a > b), (x <= 0.5, a <= 0.5),
                       (x.equal(x), a == a), (a + y, a + b), (b * x, b * a), (a - x, a - a), (b / y, b / b),
                       (np.float64(2) * x, 2 * a), (x @ y[:, None], a @ b[:, None]), (a @ y[:, None], a @ b[:, None]),
                       (x @ a.T, a @ a.T), (x @ y, a @ b), (y @ x.T, b @ a.T), (y @ y, b @ b), (a @ y, a @ b),
                       (b @ x.T.reshape(1, 3, 4), b @ a.T.reshape(1, 3, 4)), (x.maximum(y), np.maximum(a, b)), (np.minimum(b, x), np.minimum(b, a)),
                       (np.tanh(x), np.tanh(a)), (np.add(a, y), a + b), (np.negative(x), -a), (b < x, b < a),
                       (x.sum(), a.sum()), (x.sum(0), a.sum(0)), (x.mean(-1, keepdims=True), a.mean(-1, keepdims=True)),
                       (x.max((0, 1)), a.max()), (x.T, a.T), (x.reshape(2, -1), a.reshape(2, -1)), (x.cumsum(0), a.cumsum(0)),
                       (x.reshape(2, 2, 3).transpose(2, 0, 1), a.reshape(2, 2, 3).transpose(2, 0, 1)),
                       (learning.where(x > 0, x, 0.0), np.where(a > 0, a, 0)), (y.broadcast((4, 3)), np.broadcast_to(b, (4, 3))),
                       (learning.concatenate([x, x], 1), np.concatenate([a, a], 1)), (learning.stack([y, y]), np.stack([b, b])),
                       (x.T[:3, :3].solve(b[:, None]), np.linalg.solve(a.T[:3, :3], b[:, None])),
                       (x.softmax(), np.exp(a) / np.exp(a).sum(-1, keepdims=True)),
                       (x.log_sum_exp(0), np.log(np.exp(a).sum(0)))):
        assert one.shape == np.shape(other)
        np.testing.assert_allclose(value_of(one), other, rtol=1e-13, atol=1e-14, err_msg=one.name)


FUNCTIONS = ("square", "reciprocal", "sqrt", "exp", "log", "log1p", "expm1", "sin", "cos", "arctan", "arccos", "sinh", "cosh",
             "tanh", "erf", "sigmoid", "softplus", "relu", "silu", "gelu", "sign")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_their_derivatives(name):
    """numpy's values where it has the function, and differences of fourth order."""
    graph, at = learning.Graph(), np.linspace(0.1, 0.8, 7)
    x = graph.input("x", at.shape)
    y = getattr(x, name)()
    program = graph.program(y, graph.gradient(y.sum(), x))
    value, slope = map(np.array, program.run(x=at))
    if hasattr(np, name):
        np.testing.assert_allclose(value, getattr(np, name)(at), rtol=1e-14)
    step = 1e-3
    around = [np.array(program.run(x=at + k * step)[0]) for k in (-2, -1, 1, 2)]
    differences = (around[0] - 8 * around[1] + 8 * around[2] - around[3]) / (12 * step)
    np.testing.assert_allclose(slope, differences, rtol=1e-7, atol=1e-9)


def test_rows_by_index():
    graph, table = learning.Graph(), numbers(5, 3)
    index = graph.constant(np.array([4, 0, 4], np.int32))
    assert index.dtype == np.int32
    x = graph.constant(table)
    np.testing.assert_array_equal(value_of(x[index]), table[[4, 0, 4]])
    np.testing.assert_array_equal(value_of(x[index].scatter(index, 5))[[0, 4]], table[[0, 4]] * [[1], [2]])
    np.testing.assert_array_equal(value_of(index.one_hot(5)), np.eye(5)[[4, 0, 4]])
    logits = graph.constant(table[:, :3])[:3]
    labels = graph.constant(np.array([0, 2, 1], np.int32))
    np.testing.assert_array_equal(value_of(logits.pick(labels)), table[:3][range(3), [0, 2, 1]])
    expected = np.log(np.exp(table[:3]).sum(1)) - table[:3][range(3), [0, 2, 1]]
    np.testing.assert_allclose(value_of(learning.cross_entropy(logits, labels)), expected, rtol=1e-13)


# ---- derivatives


def perceptron(dtype=np.float64):
    """A network of two hidden layers with its loss; the program gives the loss and its gradient."""
    graph = learning.Graph(dtype)
    x, y = graph.input("x", (20, 3)), graph.input("y", (20, 2))
    out = graph.layers.mlp("net", x, [8, 7, 2], "tanh")
    loss = ((out - y) ** 2).mean()
    program = graph.program(loss, graph.gradient(loss))
    program.bind(x=numbers(20, 3).astype(dtype), y=numbers(20, 2, seed=3).astype(dtype))
    graph.draw(random.Stream(5), out=program.parameters)
    return graph, program


def test_the_gradient_of_a_network_is_that_of_differences():
    graph, program = perceptron()
    gradient = program.run()[1].copy()
    step, weights = 1e-3, program.parameters
    assert len(graph) == len(weights) == 3 * 8 + 8 + 8 * 7 + 7 + 7 * 2 + 2
    for k in range(len(weights)):
        old, values = weights[k], []
        for shift in (-2, -1, 1, 2):
            weights[k] = old + shift * step
            values.append(program.run()[0])
        weights[k] = old
        found = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
        assert gradient[k] == pytest.approx(found, rel=1e-8, abs=1e-10), k


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_loss_and_gradient_are_those_of_jax(dtype, tolerance):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    graph, program = perceptron(dtype)
    weights = {name: jax.numpy.array(array) for name, array in graph.split(program.parameters).items()}
    x, y = jax.numpy.array(program["x"]), jax.numpy.array(program["y"])

    def loss(w):
        h = x
        for layer in ("0", "1", "2"):
            h = h @ w[f"net/{layer}/weight"] + w[f"net/{layer}/bias"]
            h = h if layer == "2" else jax.numpy.tanh(h)
        return ((h - y) ** 2).mean()

    value, slopes = jax.value_and_grad(loss)(weights)
    ours, gradient = program.run()
    assert ours.dtype == dtype and ours == pytest.approx(float(value), rel=tolerance)
    for name, array in graph.split(gradient).items():
        np.testing.assert_allclose(array, np.asarray(slopes[name]), rtol=0, atol=tolerance * np.abs(gradient).max())


def test_partial_derivatives_are_those_of_the_formula():
    """u = exp(a) sin(2 b): u_a = u, u_bb = -4 u, u_abb = -4 u, u_aabb = -4 u."""
    graph, at = learning.Graph(), numbers(6, 3)
    points = graph.input("points", at.shape)
    u = points[:, 2:3].exp() * (2 * points[:, 0:1]).sin()
    program = graph.program(u, *graph.partials(u, points, (0, 0, 1), (2, 0, 0), (2, 0, 1), (2, 0, 2), (1, 0, 0)))
    value, *found, slope = program.run(points=at)
    expected = np.exp(at[:, 2:3]) * np.sin(2 * at[:, :1])
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    for factor, one in zip((1, -4, -4, -4), found):
        np.testing.assert_allclose(one, factor * expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(slope, 2 * np.exp(at[:, 2:3]) * np.cos(2 * at[:, :1]), rtol=1e-12, atol=1e-13)
    with pytest.raises(ValueError, match="has not 3 orders"):
        graph.partials(u, points, (1, 0))


def test_modes_of_differentiation_agree():
    """f = sum sin(w)^2 / 2 by both modes; its Hessian is diagonal, cos(2 w)."""
    graph = learning.Graph()
    w = graph.parameter("w", (5,), "normal")
    v = graph.input("v", (5,))
    f = (w.sin() ** 2).sum() / 2
    seed = graph.constant(np.array(1.0))
    program = graph.program(graph.gradient(f), graph.push_forward([f], {w: v})[0], graph.pull_back({f: seed}, [w])[0],
                            graph.hessian_product(f, v), graph.gradient(w.stop().sum(), w))
    at, along = graph.draw(random.Stream(2), out=program.parameters), numbers(5)
    assert np.abs(at).min() > 0
    gradient, tangent, pulled, product, stopped = program.run(v=along)
    np.testing.assert_allclose(gradient, np.sin(2 * at) / 2, rtol=1e-13)
    np.testing.assert_array_equal(gradient, pulled)
    assert tangent == pytest.approx(gradient @ along, rel=1e-13)
    np.testing.assert_allclose(product, np.cos(2 * at) * along, rtol=1e-12)
    assert not stopped.any()


def test_a_fixed_point_has_the_derivative_of_the_implicit_function():
    """x = cos(a x): dx/da = -x sin(a x) / (1 + a sin(a x))."""
    graph = learning.Graph()
    a, x = graph.parameter("a"), graph.input("x")
    found, residual = graph.fixed_point(x, (a * x).cos(), graph.constant(np.array(0.5)), 200)
    program = graph.program(found, residual, graph.gradient(found, a))
    program.parameters[0] = 0.9
    at, off, slope = program.run()
    assert off < 1e-14 and at == pytest.approx(np.cos(0.9 * at), rel=1e-14)
    assert slope == pytest.approx(-at * np.sin(0.9 * at) / (1 + 0.9 * np.sin(0.9 * at)), rel=1e-12)


def test_jacobians_of_examples_and_checkpoints():
    graph, at = learning.Graph(), numbers(6, 2)
    one, many = graph.input("one", (2,)), graph.input("many", (6, 2))
    w = graph.parameter("w", (2,), "normal")
    with graph.checkpoint():
        out = (one * w).sum().tanh()
    program = graph.program(graph.jacobians(one, out, many))
    weights = graph.draw(random.Stream(3), out=program.parameters)
    expected = at / np.cosh(at @ weights)[:, None] ** 2
    np.testing.assert_allclose(program.run(many=at)[:, 0, :], expected, rtol=1e-12)


# ---- layers


LAYERS = [
    (lambda l, x: l.dense("l", x, 7, "gelu"), (2, 6, 7)), (lambda l, x: l.mlp("l", x, [5, 3], "silu"), (2, 6, 3)),
    (lambda l, x: l.gated_mlp("l", x, [5, 5, 2]), (2, 6, 2)), (lambda l, x: l.fourier("l", x, 9, trained=True), (2, 6, 18)),
    (lambda l, x: l.norm("l", x), (2, 6, 4)), (lambda l, x: l.rms_norm("l", x), (2, 6, 4)),
    (lambda l, x: l.batch_norm("l", x)[0], (2, 6, 4)), (lambda l, x: l.attention("l", x, 2, causal=True), (2, 6, 4)),
    (lambda l, x: l.attention("l", x, 2, width=8, qk_norm=True, bias=False), (2, 6, 4)),
    (lambda l, x: l.lstm("l", x, 3), (2, 6, 3)), (lambda l, x: l.gru("l", x, 3), (2, 6, 3)),
    (lambda l, x: l.state_space("l", x, 2), (2, 6, 4)), (lambda l, x: l.convolution("l", x, 3, 3, padding=1), (2, 3, 4)),
    (lambda l, x: l.periodic(x.reshape(48, 1), 2.0, 3), (48, 6)),
    (lambda l, x: l.embedding("l", l.graph.constant(np.arange(3, dtype=np.int32)), 5, 4), (3, 4)),
    (lambda l, x: l.messages("l", x.reshape(12, 4), *[l.graph.constant(np.arange(6, dtype=np.int32) + k) for k in (0, 6)],
                             hidden=5, width=3, outputs=2, mean=True), (12, 2)),
]


@pytest.mark.parametrize("layer, shape", LAYERS)
def test_layers_have_their_shapes_and_a_gradient_along_a_direction(layer, shape):
    """d/ds f(w + s v) by the gradient and by differences, f = sum sin(out)."""
    graph = learning.Graph()
    x = graph.input("x", (2, 6, 4))
    out = layer(graph.layers, x)
    assert out.shape == shape
    f = out.sin().sum() + (x**3).sum()
    if not len(graph):
        return
    program = graph.program(f, graph.gradient(f))
    program.bind(x=numbers(2, 6, 4, seed=8))
    start = graph.draw(random.Stream(4))
    assert start.any()
    direction, step = numbers(len(graph), seed=9), 2e-4
    program.parameters = start
    slope = program.run()[1] @ direction
    values = []
    for k in (-2, -1, 1, 2):
        program.parameters = start + k * step * direction
        values.append(program.run()[0])
    assert slope == pytest.approx((values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step), rel=1e-6, abs=1e-7)


def test_weights_are_tied_by_name_and_drawn_by_name():
    graph = learning.Graph()
    x = graph.input("x", (3, 4))
    with graph.scope("coder"):
        h = graph.layers.dense("same", graph.layers.dense("same", x, 4), 4)
        assert graph.layers.dense("same", h, 4).shape == (3, 4)
    assert list(graph.split(graph.draw(random.Stream(1)))) == ["coder/same/weight", "coder/same/bias"]
    first = graph.split(graph.draw(random.Stream(1)))["coder/same/weight"].copy()
    graph.parameter("more", (9,), "uniform", 0.5)
    again = graph.split(graph.draw(random.Stream(1)))
    np.testing.assert_array_equal(again["coder/same/weight"], first)
    assert np.abs(again["more"]).max() <= 0.5 and again["more"].any()
    assert not np.array_equal(graph.split(graph.draw(random.Stream(1, replica=1)))["coder/same/weight"], first)


# ---- arrays


def test_nothing_is_copied():
    graph, program = perceptron()
    mine, weights = numbers(20, 3, seed=6), graph.draw(random.Stream(6))
    program.bind(x=mine)
    program.parameters = weights
    assert program["x"] is mine and program.parameters is weights
    before, gradient = program.run()
    mine *= 2
    assert program.run()[0] != before  # it reads the array where it lies
    mine /= 2
    weights[0] += 1
    assert program.run()[0] != before
    weights[0] -= 1
    value, again = program.run()
    assert value == before and again is gradient and not gradient.flags.writeable
    parts = graph.split(weights)
    assert all(np.shares_memory(part, weights) for part in parts.values())
    assert sum(part.size for part in parts.values()) == len(graph)
    program.parameters = None
    own = program.parameters
    assert own is not weights and np.shares_memory(own, program.parameters)


def test_a_bound_array_lives_as_long_as_the_program_and_results_longer():
    graph, program = perceptron()
    program.bind(x=numbers(20, 3, seed=6), y=np.zeros((20, 2)))
    program["y"] = 1.0
    value, gradient = program.run()
    kept = gradient.copy()
    del program, graph
    gc.collect()
    np.testing.assert_array_equal(gradient, kept)


def test_two_threads_give_the_bits_of_one():
    graph = learning.Graph(np.float32)
    x = graph.input("x", (3000, 4))
    loss = (graph.layers.mlp("net", x, [32, 32, 1]) ** 2).mean()
    outputs = loss, graph.gradient(loss)
    start, data = graph.draw(random.Stream(7)), numbers(3000, 4).astype(np.float32)
    found = []
    for threads in (1, 2):
        program = graph.program(*outputs, threads=threads)
        program.parameters = start
        found.append([np.array(one) for one in program.run(x=data)])
    assert found[0][0] == found[1][0] and np.array_equal(found[0][1], found[1][1])


def test_taps_are_read_and_overridden():
    graph = learning.Graph()
    x = graph.input("x", (3,))
    middle = (2 * x).tap("middle")
    program = graph.program(middle + 1, graph.find("middle"), overrides=[middle])
    np.testing.assert_array_equal(program.run(x=np.ones(3))[0], [3, 3, 3])
    program.override("middle", np.zeros(3))
    np.testing.assert_array_equal(program.run()[0], [1, 1, 1])
    program.override("middle", None)
    np.testing.assert_array_equal(program.run()[1], [2, 2, 2])


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_are_saved_and_loaded_by_name(tmp_path, ending, dtype):
    graph, program = perceptron(dtype)
    path = tmp_path / f"net.{ending}"
    learning.save(path, graph, program.parameters)
    if ending == "npz":
        with np.load(path) as file:
            np.testing.assert_array_equal(file["net/0/weight"], graph.split(program.parameters)["net/0/weight"])
            assert file["net/2/bias"].dtype == dtype
    again = np.empty(len(graph), dtype)
    assert learning.load(path, graph, again) is again
    np.testing.assert_array_equal(again, program.parameters)
    double = learning.load(path, perceptron()[0])
    np.testing.assert_array_equal(double, program.parameters.astype(np.float64))


def test_files_that_do_not_fit_change_nothing(tmp_path):
    graph, program = perceptron()
    learning.save(tmp_path / "net.npz", graph, program.parameters)
    for name, shape, message in (("net/0/weigth", (3, 8), "net/0/weigth(.|\\n)*net/0/weight"),
                                 ("net/0/weight", (8, 3), r"'net/0/weight' has the shape \[3, 8\], expected \[8, 3\]")):
        other, kept = learning.Graph(), np.ones(24)
        other.parameter(name, shape)
        with pytest.raises(onsager.InvalidError, match=message):
            learning.load(tmp_path / "net.npz", other, kept)
        assert (kept == 1).all()
    with pytest.raises(onsager.InvalidError, match="net.pt"):
        learning.save(tmp_path / "net.pt", graph, program.parameters)
    np.savez(tmp_path / "pickled.npz", **{"net/0/weight": np.array([print], object)})
    with pytest.raises(onsager.InvalidError, match="pickled.npz"):
        learning.load(tmp_path / "pickled.npz", graph)
    assert not (tmp_path / "net.pt").exists()


# ---- optimisers


def test_adam_is_adam():
    """Kingma and Ba (2015), with the decay of AdamW, worked by numpy."""
    graph, program = perceptron()
    adam = learning.Optimiser(graph, rate=0.02, decay=0.1, coupling="rate", rules={"*/bias": (1, 0)})
    weights = program.parameters
    decays = np.concatenate([np.full(part.size, 0.0 if name.endswith("bias") else 0.1)
                             for name, part in graph.split(weights).items()])
    w, m, v = weights.copy(), 0, 0
    for t in range(1, 30):
        gradient = program.run()[1]
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        w = w * (1 - 0.02 * decays) - 0.02 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        adam.step(weights, gradient)
        np.testing.assert_allclose(weights, w, rtol=1e-9, atol=1e-12)
    assert adam.steps == 29 and adam.rate == 0.02 and adam.norm == pytest.approx(np.linalg.norm(gradient))
    np.testing.assert_allclose(adam.state["second"], v, rtol=1e-10)


def test_the_state_of_an_optimiser_goes_on_with_the_same_bits():
    graph, program = perceptron(np.float32)
    weights = program.parameters

    def made():
        return learning.Optimiser(graph, rate=0.01, amsgrad=True, average=0.9, clip=0.1,
                                  schedule=learning.schedule("cosine", 40, floor=0.1, warmup=3))

    def steps(optimiser, count):
        for _ in range(count):
            optimiser.step(weights, program.run()[1])
        return weights.copy()

    first = made()
    middle = steps(first, 10)
    stored = {name: array.copy() for name, array in first.state.items()}
    end = steps(first, 10)
    weights[:] = middle
    second = made()
    for name, array in second.state.items():
        array[...] = stored[name]
    assert np.array_equal(steps(second, 10), end) and second.rate == first.rate
    assert np.array_equal(second.average, first.average)
    second.rate = 0.5
    assert second.rate > 10 * first.rate


def test_what_is_frozen_or_masked_stays():
    graph, program = perceptron()
    weights, start = program.parameters, program.parameters.copy()
    mask = np.zeros((3, 8), bool)
    mask[1] = True
    sgd = learning.Optimiser(graph, "sgd", rate=0.1, rules={"net/1/*": (0, 0)}, masks={"net/0/weight": mask})
    sgd.step(weights, program.run()[1])
    moved = graph.split(weights - start)
    assert (moved["net/0/weight"][1] != 0).all() and not moved["net/0/weight"][[0, 2]].any()
    assert not moved["net/1/weight"].any() and moved["net/2/weight"].any()
    mask[0] = True
    sgd.step(weights, program.run()[1])
    assert graph.split(weights - start)["net/0/weight"][0].any()
    for masks, message in (({"net/0/weight": mask.T.copy()}, r"shape \(8, 3\), expected \(3, 8\)"), ({"net/0": mask}, "net/0")):
        with pytest.raises(ValueError, match=message):
            learning.Optimiser(graph, masks=masks)


def test_a_sharpness_aware_step_ascends_first():
    """w -= rate g(w + radius g/|g|), worked by numpy."""
    graph, program = perceptron()
    weights, start = program.parameters, program.parameters.copy()
    sgd = learning.Optimiser(graph, "sgd", rate=0.1)
    gradient = program.run()[1].copy()
    sgd.ascend(weights, gradient, 0.05)
    np.testing.assert_allclose(weights, start + 0.05 * gradient / np.linalg.norm(gradient), rtol=1e-12)
    there = program.run()[1].copy()
    sgd.step(weights, there)
    np.testing.assert_allclose(weights, start - 0.1 * there, rtol=1e-12, atol=1e-15)


def test_lbfgs_finds_the_minimum_of_rosenbrocks_valley():
    def valley(w):
        x, y = w
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2, [-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)]

    w = np.array([-1.2, 1.0])
    lbfgs = learning.LBFGS(valley, 2)
    for _ in range(200):
        if lbfgs.step(w) or lbfgs.norm < 1e-10:
            break
    np.testing.assert_allclose(w, 1, atol=1e-9)
    assert lbfgs.loss < 1e-18 and lbfgs.evaluations < 200

    def broken(w):
        raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here"):
        learning.LBFGS(broken, 2).step(w)
    with pytest.raises(ValueError, match="gave 3 derivatives, expected 2"):
        learning.LBFGS(lambda w: (0.0, np.ones(3)), 2).step(w)


def test_levenberg_solves_least_squares():
    design, target = numbers(12, 3), numbers(12, seed=2)
    w = np.zeros(3)
    method = learning.Levenberg(lambda w: (design @ w - target, design), 3, 12, gauss_newton=True)
    for _ in range(5):
        if method.step(w):
            break
    expected, sums, *_ = np.linalg.lstsq(design, target, rcond=None)
    np.testing.assert_allclose(w, expected, rtol=1e-10)
    assert method.loss == pytest.approx(sums[0] / 2) and method.norm < 1e-10


# ---- faults


def test_a_fault_names_layer_and_shapes_and_the_graph_goes_on():
    graph = learning.Graph()
    x, y = graph.input("x", (3, 4)), graph.input("y", (5, 6))
    with pytest.raises(onsager.InvalidError, match="encoder: matmul") as fault:
        with graph.scope("encoder"):
            x @ y
    assert "[3, 4]" in str(fault.value) and "[5, 6]" in str(fault.value)
    np.testing.assert_array_equal(graph.program(x + 1).run(x=np.zeros((3, 4))), np.ones((3, 4)))


@pytest.mark.parametrize("wrong, error, message", [
    (lambda g, x: x + np.ones(5), ValueError, r"\[3, 4\].*\[5\]"),
    (lambda g, x: x + learning.Graph().input("y", (3, 4)), ValueError, "y belongs to another graph"),
    (lambda g, x: x + "a", TypeError, "cannot be put together"),
    (lambda g, x: x[7], IndexError, "no element 7 along axis 0 of x, which has 3"),
    (lambda g, x: x[0, 0, 0], IndexError, r"3 indices for x"),
    (lambda g, x: x[0.5], TypeError, "indexed by float"),
    (lambda g, x: bool(x > 0), TypeError, "neither true nor false"),
    (lambda g, x: x.sum(5), ValueError, "axis"),
    (lambda g, x: x.transpose(0, 0), ValueError, "no permutation"),
    (lambda g, x: x**x, TypeError, "expected a number"),
    (lambda g, x: x.reshape(5, 5), ValueError, "reshape"),
    (lambda g, x: np.arctan2(x, x), TypeError, "ufunc"),
    (lambda g, x: g.input("x", (2,)), ValueError, '"x" is taken'),
    (lambda g, x: g.input("z", (0,)), ValueError, "at least 1"),
    (lambda g, x: g.input("z", (1,) * 7), ValueError, "7 dimensions"),
    (lambda g, x: g.input("z", (1,), np.int64), TypeError, "float32, float64 or int32, not int64"),
    (lambda g, x: g.find("y"), ValueError, "y"),
    (lambda g, x: g.parameter("w", (2,), "glorot"), ValueError, "expected standard, constant, normal"),
    (lambda g, x: g.layers.dense("a", x, 3, "tan"), ValueError, "activation is 'tan'; expected linear"),
    (lambda g, x: g.layers.attention("a", x.reshape(1, 3, 4), 3), ValueError, "a.*heads"),
    (lambda g, x: g.gradient(x * g.parameter("w")), ValueError, "expected one number"),
    (lambda g, x: g.program(x).run(x=np.zeros((4, 3))), ValueError, r"x has the shape \(4, 3\), expected \(3, 4\)"),
    (lambda g, x: g.program(x).run(x=np.zeros((3, 4), np.float32)), TypeError, "float32, expected float64"),
    (lambda g, x: g.program(x).run(x=np.zeros((4, 3)).T), ValueError, "not contiguous"),
    (lambda g, x: g.program(x).run(x=[[0.0] * 4] * 3), TypeError, "x must be a numpy array, not list"),
    (lambda g, x: g.program(x).run(z=np.zeros(3)), ValueError, "z"),
    (lambda g, x: g.program(g.constant(np.ones(3)))["x"], ValueError, "no input of this program"),
    (lambda g, x: g.program(x, threads=0), ValueError, "0 threads"),
    (lambda g, x: learning.Optimiser(g, "adan"), ValueError, "expected sgd, momentum or adam"),
    (lambda g, x: learning.Optimiser(g, rate=-1.0), ValueError, "rate"),
    (lambda g, x: learning.concatenate([]), ValueError, "no tensors"),
])
def test_faults_are_exceptions(wrong, error, message):
    graph = learning.Graph()
    with pytest.raises(error, match=message):
        wrong(graph, graph.input("x", (3, 4)))
    assert graph.program(graph.find("x") * 2)


def test_numbers_that_are_not_finite_are_found():
    graph = learning.Graph()
    with graph.scope("energy"):
        w = graph.parameter("w", (4,))
        loss = w.log().sum()
    program = graph.program(loss, graph.gradient(loss))
    program.parameters[:] = [1, 2, -1, 3]
    value, gradient = program.run()
    assert np.isnan(value) and "log in energy is nan at element 2" in program.first_bad()
    sgd = learning.Optimiser(graph, "sgd", rate=0.1)
    with pytest.raises(onsager.FailedError, match="energy/w"):
        sgd.step(program.parameters, np.array([1, 1, np.nan, 1]))
    assert program.parameters.tolist() == [1, 2, -1, 3]
    program.parameters[2] = 1
    program.run()
    assert program.first_bad() is None


def test_an_index_outside_stops_the_run():
    graph = learning.Graph()
    index = graph.input("index", (2,), np.int32)
    program = graph.program(graph.constant(numbers(3, 2))[index])
    with pytest.raises(onsager.InvalidError, match="7"):
        program.run(index=np.array([0, 7], np.int32))


def test_everything_public_is_documented_and_has_type_hints():
    for name in learning.__all__:
        thing = getattr(learning, name)
        if not inspect.isclass(thing) and not inspect.isfunction(thing):
            continue
        assert inspect.getdoc(thing), name
        functions = [thing] if inspect.isfunction(thing) else [
            member for label, member in vars(thing).items() if inspect.isfunction(member) and not label.startswith("_")]
        for function in functions:
            hints = inspect.signature(function)
            assert hints.return_annotation is not inspect.Signature.empty, function
            assert all(one.annotation is not inspect.Parameter.empty for label, one in hints.parameters.items()
                       if label != "self"), function
    assert typing.get_type_hints(learning.where)["return"] is learning.Tensor
