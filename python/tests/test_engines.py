"""Engines on numpy arrays: without copying, the same as worked by hand and as the exact answers, clear refusals.

Statistical comparisons allow 6 errors: a false alarm has a probability below 1e-6.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import itertools
import math
import pickle

import numpy as np
import pytest

import onsager
from onsager import arrays, random, spins, statistics


# ---- random numbers


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011), by hand."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


def test_words_are_those_of_philox():
    seed = 0x123456789ABCDEF0
    words = random.Stream(seed, replica=7, purpose=9).words(16)
    by_hand = [word for block in range(4) for word in philox((block, 0, 7, 9), (seed % 2**32, seed >> 32))]
    assert words.tolist() == by_hand


def test_arrays_hold_the_numbers_that_single_calls_give():
    for method, given in (("words", ()), ("uniform", ()), ("normal", ()), ("integers", (6,)), ("integers", (-3, 4))):
        one, many = random.Stream(5), random.Stream(5)
        filled = getattr(many, method)(*given, size=(3, 100))
        assert filled.ravel().tolist() == [getattr(one, method)(*given) for _ in range(300)]
        assert one.position == many.position


def test_uniform_and_integers_have_their_moments():
    stream = random.Stream(11)
    uniform = stream.uniform(10**6)
    assert 0 < uniform.min() and uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 6 * math.sqrt(1 / 12 / 1e6)
    counts = np.bincount(stream.integers(6, size=600000), minlength=6)
    assert np.all(np.abs(counts - 1e5) < 6 * math.sqrt(1e5 * 5 / 6))
    assert abs(stream.normal(10**6).var() - 1) < 6 * math.sqrt(2e-6)


def test_out_is_filled_in_place_and_a_position_jumps():
    stream, memory = random.Stream(3), np.zeros((4, 5))
    assert stream.uniform(out=memory) is memory and np.all(memory > 0)
    stream.position = 0
    assert stream.uniform() == memory[0, 0]
    again = pickle.loads(pickle.dumps(stream))
    assert again.words() == stream.words() and again.key == 3


def test_a_numpy_generator_takes_its_bits_from_the_stream():
    stream, plain = random.Stream(8), random.Stream(8)
    generator = stream.generator()
    assert generator.random() == plain.uniform()
    assert stream.position == plain.position == 2
    shuffled = generator.permutation(100)
    assert sorted(shuffled) == list(range(100))
    sample = generator.exponential(size=10**6)
    assert abs(sample.mean() - 1) < 6e-3
    place = stream.position
    expected = generator.standard_normal(5)
    stream.position = place
    assert generator.standard_normal(5).tolist() == expected.tolist()  # it keeps nothing of its own


def test_streams_refuse_what_cannot_be():
    for wrong in (lambda: random.Stream(-1), lambda: random.Stream(1, replica=2**32), lambda: random.Stream(0).integers(0),
                  lambda: random.Stream(0).integers(5, 5), lambda: random.Stream(0).integers(2**32)):
        with pytest.raises(ValueError, match="expected"):
            wrong()


# ---- the door


@pytest.mark.parametrize("array, error, message", [
    (np.zeros(4, np.float32), TypeError, r"x has elements of float32, expected float64; give x.astype\(np.float64\)"),
    (np.zeros((4, 4))[:, ::2], ValueError, r"x is not contiguous in memory; give np.ascontiguousarray\(x\)"),
    (np.zeros((4, 4)).T[:2], ValueError, "x is not contiguous"),
    (np.zeros((2, 3)), ValueError, r"x has the shape \(2, 3\), expected \(any,\)"),
    ([1.0, 2.0], TypeError, "x must be a numpy array of float64, not list: it is written to"),
])
def test_arrays_are_looked_at(array, error, message):
    with pytest.raises(error, match=message):
        arrays.checked("x", array, shape=(None,), writable=True)


def test_a_read_only_array_is_not_written_to():
    frozen = np.zeros(4)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="cannot be written to"):
        random.Stream(0).uniform(out=frozen)
    assert statistics.mean(frozen).mean == 0


# ---- statistics


def autoregressive(length, memory, seed, replicas=1):
    """x' = memory x + noise: tau = (1 + memory) / (1 - memory) / 2, variance 1."""
    noise = random.Stream(seed).normal((replicas, length)) * math.sqrt(1 - memory**2)
    noise[:, 0] /= math.sqrt(1 - memory**2)
    for i in range(1, length):
        noise[:, i] += memory * noise[:, i - 1]
    return noise


def test_tau_and_error_of_an_autoregressive_series():
    series = autoregressive(200000, 0.8, seed=21)[0]
    found = statistics.mean(series)
    assert found.tau == pytest.approx(4.5, rel=0.15) and found.binning_tau == pytest.approx(4.5, rel=0.25)
    assert statistics.tau(series) == pytest.approx(found.tau, rel=0.05)
    assert found.error == pytest.approx(math.sqrt(2 * 4.5 / 200000), rel=0.1)
    assert abs(found.mean) < 6 * found.error and found.flags == ()
    function = statistics.autocorrelation(series, 6)
    np.testing.assert_allclose(function, 0.8 ** np.arange(6), atol=0.05)


def test_means_of_constant_and_small_data_by_hand():
    assert statistics.mean(np.full(100, 3.5)).mean == 3.5
    values = np.array([1.0, 2.0, 4.0, 7.0])
    assert statistics.spread(values).mean == 3.5
    plain = values.std(ddof=1) / 2
    assert statistics.spread(values).error >= plain  # Student's factor


def test_binning_is_that_worked_by_hand():
    series = autoregressive(4096, 0.5, seed=4)[0]
    lengths, errors = statistics.binning(series)
    for length, error in zip(lengths, errors):
        blocks = series.reshape(-1, length).mean(1)
        assert error == pytest.approx(blocks.std(ddof=1) / math.sqrt(len(blocks)), rel=1e-9)


def test_jackknife_of_a_ratio_of_independent_data():
    """Var(a/b) = (var a + r^2 var b - 2 r cov) / b^2 to leading order."""
    data = random.Stream(31).uniform((40000, 2)) + [1.0, 2.0]
    found = statistics.jackknife(lambda m: m[0] / m[1], data)
    ratio = data[:, 0].mean() / data[:, 1].mean()
    linear = (data[:, 0] - ratio * data[:, 1]) / data[:, 1].mean()
    assert found.mean == pytest.approx(ratio, rel=1e-5)
    assert found.error == pytest.approx(linear.std() / math.sqrt(40000), rel=0.1)
    both = statistics.jackknife(lambda m: np.array([[m[0], m[1]]]), data)
    assert both.mean.shape == (1, 2) and both.flags.shape == (1, 2)
    np.testing.assert_allclose(both.mean[0], data.mean(0), rtol=1e-12)


def test_covariance_and_bootstrap_have_the_errors_of_means():
    data = autoregressive(20000, 0.7, seed=17, replicas=2).T.copy()
    data[:, 1] += data[:, 0]
    found = statistics.means(data)
    covariance = statistics.covariance(data)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), found.error, rtol=1e-9)
    assert covariance[0, 1] > 0 and np.allclose(covariance, covariance.T)
    drawn = statistics.bootstrap(data, 2000)
    assert drawn.shape == (2000, 2)
    np.testing.assert_allclose(drawn.std(0), found.error, rtol=0.2)
    np.testing.assert_array_equal(drawn, statistics.bootstrap(data, 2000))


def test_rhat_tells_replicas_that_disagree():
    series = autoregressive(5000, 0.3, seed=2, replicas=4)
    assert statistics.rhat(series) == pytest.approx(1, abs=0.02)
    assert statistics.rhat(list(series)) == statistics.rhat(series)
    series[2] += 3
    assert statistics.rhat(series) > 1.5
    assert "not-equilibrated" in statistics.mean(series).flags


def test_warmup_finds_the_end_of_a_decay():
    series = autoregressive(2**14, 0.2, seed=9)[0]
    assert statistics.warmup(series) <= 1024
    drifting = series + 20 * np.exp(-np.arange(len(series)) / 300)
    found = statistics.warmup(drifting)
    assert 1024 <= found <= 8192
    assert statistics.warmup(np.column_stack([series, drifting])) == found
    assert statistics.warmup(np.linspace(0, 10, 4096) + 0.01 * series[:4096]) is None


def test_fits_and_crossings_of_straight_lines():
    x = np.linspace(0, 1, 7)
    errors = np.full(7, 0.1)
    fit = statistics.polynomial(x, 2 * x + 1, errors, 1)
    assert fit(0.25) == pytest.approx(1.5) and fit.slope(0.3) == pytest.approx(2)
    assert fit.chi_squared == pytest.approx(0, abs=1e-20) and fit.freedom == 5
    assert fit.error(0.5) == pytest.approx(0.1 / math.sqrt(7))
    crossing = statistics.crossing(x, x, errors, x, 0.8 - x, errors)
    assert crossing.x == pytest.approx(0.4) and crossing.y == pytest.approx(0.4)


def test_statistics_refuse_what_cannot_be():
    for wrong, error in ((lambda: statistics.mean(np.arange(5)), TypeError),
                         (lambda: statistics.mean(np.zeros(0)), ValueError),
                         (lambda: statistics.mean([]), ValueError),
                         (lambda: statistics.means(np.zeros(5)), ValueError),
                         (lambda: statistics.polynomial([1, 2], [1, 2, 3], [1, 1], 1), ValueError),
                         (lambda: statistics.polynomial([1, 2], [1, 2], [1, 0], 1), onsager.Error),
                         (lambda: statistics.autocorrelation(np.zeros(5), 9), ValueError),
                         (lambda: statistics.binning([1.0]), ValueError)):
        with pytest.raises(error):
            wrong()
    with pytest.raises(ZeroDivisionError):
        statistics.jackknife(lambda m: 1 / 0, np.ones((10, 1)))


# ---- spins


def energies(configuration):
    """Energy of a square torus with numpy, coupling 1."""
    return -(configuration * (np.roll(configuration, 1, 0) + np.roll(configuration, 1, 1))).sum()


def test_steps_change_the_array_that_was_given():
    graph = spins.lattice("square", [8, 6])
    mine = np.ones((8, 6), np.int8)
    for update in ("metropolis", "heat-bath", "wolff", "swendsen-wang"):
        ising = spins.Ising(graph, 2.5, stream=random.Stream(1), update=update, spins=mine)
        own = spins.Ising(graph, 2.5, stream=random.Stream(1), update=update)
        own.spins[:] = mine.ravel()
        own.refresh()
        for _ in range(20):
            ising.step()
            own.step()
            assert ising.spins is mine and np.array_equal(mine.ravel(), own.spins)
            assert ising.energy == pytest.approx(energies(mine.astype(int)) / 48)
            assert ising.magnetization == pytest.approx(mine.mean())
    mine[:] = 1
    ising.refresh()
    assert ising.energy == -2


def test_an_array_outlives_its_model_and_the_other_way_round():
    graph = spins.lattice("chain", 10)
    view = spins.Ising(graph, 1.0, stream=random.Stream(1)).spins
    del graph
    assert view.tolist() == [1] * 10
    ising = spins.Ising(spins.lattice("chain", 10), 1.0, stream=random.Stream(1), spins=np.ones(10, np.int8))
    ising.step(100)
    assert abs(ising.spins).tolist() == [1] * 10


def test_every_dynamics_gives_kaufmans_energy():
    graph, exact = spins.lattice("square", [8, 8]), spins.torus(8, 8, 3.0)
    for update, order in (("metropolis", "random"), ("metropolis", "checkerboard"), ("heat-bath", "random"),
                          ("wolff", "random"), ("swendsen-wang", "random")):
        ising = spins.Ising(graph, 3.0, stream=random.Stream(7), update=update, order=order, clusters=3)
        ising.step(200)
        energy, magnetization = ising.series(20000)
        found = statistics.mean(energy)
        assert abs(found.mean - exact.energy) < 6 * found.error, (update, order)
        moment = statistics.mean(magnetization)
        assert abs(moment.mean) < 6 * moment.error


def test_exact_solutions_agree_with_the_sum_over_all_states():
    temperature, coupling = 1.7, 1.3
    configurations = np.array(list(itertools.product([1, -1], repeat=9))).reshape(-1, 3, 3)
    energy = coupling * np.array([energies(one) for one in configurations])
    weight = np.exp(-energy / temperature)
    mean = (energy * weight).sum() / weight.sum()
    square = (energy**2 * weight).sum() / weight.sum()
    for exact in (spins.torus(3, 3, temperature, coupling), spins.strip(3, 3, temperature, coupling)[0]):
        assert exact.energy == pytest.approx(mean / 9)
        assert exact.specific_heat == pytest.approx((square - mean**2) / 9 / temperature**2)
        assert exact.free_energy == pytest.approx(-temperature * math.log(weight.sum()) / 9)
    density = spins.density_of_states(3, 3)
    levels, counts = np.unique((energy / coupling).round().astype(int), return_counts=True)
    assert density.energy.tolist() == levels.tolist() and density.g == counts.tolist()
    assert density.canonical(temperature, coupling)["energy"] == pytest.approx(mean / 9)
    np.testing.assert_allclose(np.exp(density.log_g), counts)


def test_chain_and_complete_graph_by_hand():
    assert spins.chain(100, 1.5, open=True).energy == pytest.approx(-0.99 * math.tanh(1 / 1.5))
    pair = spins.complete(2, 1.0)
    assert pair.energy == pytest.approx(-math.tanh(0.5) / 4)  # one pair of strength 1/2, two sites
    _, length = spins.strip(1, 0, 2.0, across_open=True)
    assert length == pytest.approx(-1 / math.log(math.tanh(0.5)))


def test_density_of_states_counts_all_states_as_integers():
    density = spins.density_of_states(10, 12)
    assert sum(density.g) == 2**120 and density.g[0] == 2 and density.energy[0] == -240


def test_graphs_are_arrays():
    graph = spins.lattice("square", [4, 5])
    table = graph.neighbours()
    assert graph.sites == 20 and graph.bonds == 40 and graph.lengths == (4, 5) and table.shape == (20, 4)
    rows, columns = np.divmod(np.arange(20), 5)
    for site in range(20):
        expected = {((rows[site] + d) % 4) * 5 + columns[site] for d in (1, -1)}
        expected |= {rows[site] * 5 + (columns[site] + d) % 5 for d in (1, -1)}
        assert set(table[site].tolist()) == set(graph.neighbours(site).tolist()) == expected
    with pytest.raises(ValueError):
        table[0, 0] = 3
    np.testing.assert_allclose(graph.positions()[7], [1, 2])
    assert spins.lattice("honeycomb", 3).sites == 18 and spins.lattice("hypercubic", 2, dimension=4).bonds == 64
    listed = spins.edges([0, 1, 2], [1, 2, 3], [1.0, -0.5, 2.0])
    assert listed.strength.tolist() == [1.0, -0.5, 2.0] and listed.neighbours(1).tolist() == [0, 2]
    assert graph.strength.tolist() == [1.0] * 40


def test_couplings_of_a_small_glass_agree_with_enumeration():
    graph = spins.lattice("square", [3, 3], boundary="open")
    couplings = random.Stream(12).normal(graph.bonds)
    states = np.array(list(itertools.product([1, -1], repeat=9)))
    energy = -(states[:, graph.source] * states[:, graph.target] * couplings).sum(1)
    weight = np.exp(-energy / 2.0)
    exact = (energy * weight).sum() / weight.sum() / 9
    ising = spins.Ising(graph, 2.0, stream=random.Stream(13), update="heat-bath", couplings=couplings)
    found = statistics.mean(ising.series(40000)[0])
    assert abs(found.mean - exact) < 6 * found.error


def test_correlations_are_those_worked_by_hand():
    field = random.Stream(5).normal((6, 6))
    correlation, structure = spins.correlations(spins.lattice("square", 6), field)
    for r in range(4):
        by_hand = ((field * np.roll(field, r, 0)).mean() + (field * np.roll(field, r, 1)).mean()) / 2
        assert correlation[r] == pytest.approx(by_hand)
    modes = np.abs(np.fft.fft2(field)) ** 2 / 36
    for n in range(4):
        assert structure[n] == pytest.approx((modes[n, 0] + modes[0, n]) / 2)


@pytest.mark.parametrize("wrong, error, message", [
    (lambda g, s: spins.Ising(g, 2.0, stream=s, spins=np.ones(5, np.int8)), ValueError, "spins has 5 numbers, expected 16"),
    (lambda g, s: spins.Ising(g, 2.0, stream=s, spins=np.ones(16)), TypeError, "float64, expected int8"),
    (lambda g, s: spins.Ising(g, 2.0, stream=s, spins=np.zeros(16, np.int8)), ValueError, "spin 0 .* is 0, not 1 or -1"),
    (lambda g, s: spins.Ising(g, 2.0, stream=s, order="checkerboard", spins=np.ones(16, np.int8)), ValueError, "order"),
    (lambda g, s: spins.Ising(g, -2.0, stream=s), ValueError, "temperature"),
    (lambda g, s: spins.Ising(g, 2.0, stream=s, update="wolf"), ValueError, "expected metropolis"),
    (lambda g, s: spins.Ising(g, 2.0, stream=s, couplings=np.ones(3)), ValueError, r"shape \(3,\), expected \(32,\)"),
    (lambda g, s: spins.lattice("squar", 4), ValueError, "did you mean 'square'"),
    (lambda g, s: spins.lattice("square", [4, 4, 4]), ValueError, "2 dimensions"),
    (lambda g, s: spins.complete_graph(5).neighbours(), ValueError, "complete"),
    (lambda g, s: spins.correlations(g, np.ones(15)), ValueError, "15 numbers, expected 16"),
    (lambda g, s: spins.torus(3, 3, 1.0, -1.0), ValueError, "even"),
    (lambda g, s: spins.density_of_states(100, 100), ValueError, "4096"),
    (lambda g, s: g.neighbours(16), IndexError, "no site 16"),
])
def test_spins_refuse_what_cannot_be(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong(spins.lattice("square", 4), random.Stream(1))
