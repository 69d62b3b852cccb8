"""Analyses from Python: the numbers of the command, and of formulas that can be worked out by hand.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import subprocess

import numpy as np
import pytest

import onsager
from onsager.__main__ import command


@pytest.fixture(scope="module")
def critical(tmp_path_factory):
    """Binder cumulants around T_c for three sizes."""
    folder = tmp_path_factory.mktemp("critical")
    return onsager.run("ising", L=[4, 8, 16], temperature=np.linspace(2.1, 2.5, 9), update="wolff", steps=4000,
                       replicas=2, output=folder / "critical.h5", progress=False)


def analysed(results, *words):
    """The document of `onsager analyse`."""
    words = [command(), "analyse", results.path, *words, "--json", "-"]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def test_crossings_are_those_of_the_command(critical):
    ours = critical.crossing("binder", x="temperature", by="L")
    theirs = analysed(critical, "crossing")["crossings"]
    assert len(ours) == len(theirs) == 2
    for row, other in zip(ours, theirs):
        numbers = [value for value in other.values() if isinstance(value, float)]
        assert row.x in numbers and row.x_error in numbers
    assert ours.covariance.shape == (2, 2) and ours.best is ours[-1]
    assert np.allclose(np.sqrt(np.diag(ours.covariance)), [row.x_error for row in ours], rtol=1)


def test_crossings_go_to_a_limit(critical):
    """T_c = 2.2692 within 5 errors: false alarms below 1e-6."""
    crossings = critical.crossing("binder", all=True, omega=2)
    assert len(crossings) == 3
    limit = crossings.limit
    assert abs(limit["x_c"] - 2 / np.log(1 + np.sqrt(2))) < 5 * limit.errors["x_c"]
    assert "infinite" in repr(crossings)


def test_a_collapse_finds_the_exponents(critical):
    """T_c and nu = 1 within 5 errors."""
    found = critical.collapse("binder", resamples=40)
    assert abs(found["nu"] - 1) < 5 * found.errors["nu"]
    assert abs(found["xc"] - 2 / np.log(1 + np.sqrt(2))) < 5 * found.errors["xc"]
    assert found["kappa"] == 0 and found.errors["kappa"] == 0
    assert abs(sum(window.weight for window in found.windows) - 1) < 1e-9
    fixed = critical.collapse("binder", nu=1, xc=2.2692, resamples=10)
    assert fixed["nu"] == 1 and fixed.errors["nu"] == 0


def test_a_straight_line_is_that_of_numpy(critical):
    """Weighted least squares by the normal equations, worked out here."""
    fitted = critical.fit("energy", "linear", x="temperature", between=(2.2, 2.4))[0]
    curve = fitted.curve
    design = np.vander(curve.x, 2, increasing=True) / curve.error[:, None]
    expected = np.linalg.lstsq(design, curve.y / curve.error, rcond=None)[0]
    np.testing.assert_allclose([fitted["a"], fitted["b"]], expected, rtol=1e-8)
    np.testing.assert_allclose(fitted.covariance, np.linalg.inv(design.T @ design), rtol=1e-5)
    np.testing.assert_allclose(fitted(curve.x), expected[0] + expected[1] * curve.x, rtol=1e-8)
    assert fitted.points == len(curve.x) == 5


def test_formulas_starts_and_fixed_parameters(critical):
    fits = critical.fit("magnetization_abs", "a*L^-b", x="L", by="temperature", start={"a": 1, "b": 0.1})
    assert len(fits) == 9 and all(set(fit.values) == {"a", "b"} for fit in fits)
    held = critical.fit("magnetization_abs", "power", x="L", by="temperature", fixed={"b": -0.125})[0]
    assert held["b"] == -0.125 and held.errors["b"] == 0
    with pytest.raises(onsager.InvalidError, match="power"):
        critical.fit("energy", "powr", x="L")
    with pytest.raises(onsager.InvalidError):
        critical.fit("magnetization_abs", "power", x="L", start={"c": 1})
    assert "power" in onsager.analysis.models()


def test_slopes_and_maxima(critical):
    """dE/dT is the specific heat: two ways to one number, within 6 joint errors."""
    slope = critical.derivative("energy", at=2.3)[0]
    assert slope.by == 4
    heat = critical.specific_heat.sel(L=4, temperature=2.3)
    assert abs(slope.slope - float(heat)) < 6 * np.hypot(slope.slope_error, float(heat.error))
    tops = critical.extremum("specific_heat", between=(2.1, 2.5))
    assert [top.by for top in tops] == [4, 8, 16]
    assert all(2.1 < top.x < 2.5 and top.x_error > 0 for top in tops if not top.why)
    with pytest.raises(onsager.InvalidError, match="both sides"):
        critical.extremum("energy")


def test_samples_are_arrays(critical):
    samples = critical.samples(0)
    assert samples.components[0] == "energy" and samples.replicas == 2
    bins = [samples.bins(replica) for replica in range(2)]
    assert bins[0].shape == (len(bins[0]), len(samples.components))
    mean = np.mean([part[:, 0].mean() for part in bins])
    assert abs(mean - float(critical.tasks[0]["energy"].mean)) < 4 * float(critical.tasks[0]["energy"].error)
    rows, stride = samples.record()
    assert rows.shape[1] == len(samples.components) and stride >= 1
    with pytest.raises(onsager.InvalidError, match="series=True"):
        samples.series()
    with pytest.raises(onsager.InvalidError, match="snapshots"):
        samples.snapshots()


def test_series_and_snapshots_are_complete():
    results = onsager.run("ising", L=4, temperature=2.5, steps=500, warmup=0, replicas=2, series=True, snapshots=100,
                          output="series.h5", progress=False)
    samples = results.samples()
    series = samples.series(1)
    assert series.shape == (500, len(samples.components))
    both = np.mean([samples.series(replica)[:, 0].mean() for replica in range(2)])
    assert abs(both - float(results.energy)) < 1e-12
    spins, steps = samples.snapshots()
    assert list(steps) == [100, 200, 300, 400, 500] and spins.shape[0] == 5 and spins[0].size == 16


def test_quantities_of_ones_own_before_and_after_the_run(critical):
    asked = onsager.run("ising", L=4, temperature=[2.0, 2.5], update="wolff", steps=500, series=True,
                        measure={"m4": "magnetization^4"}, output="own.h5", progress=False)
    np.testing.assert_allclose(asked["m4"].mean, asked["magnetization_fourth"].mean, rtol=1e-12)
    after = critical.measure(ratio="mean(magnetization_fourth)/mean(magnetization_squared)^2")
    np.testing.assert_allclose(after["ratio"].mean, critical["binder_ratio"].mean, rtol=1e-6)
    with pytest.raises(onsager.InvalidError, match="energy"):
        critical.measure(wrong="enrgy^2")
    with pytest.raises(onsager.InvalidError, match="there is no task 99"):
        critical.binning("energy", 99)
    with pytest.raises(AttributeError, match="did you mean 'binder'"):
        critical.bindr


def test_reweighting_agrees_with_direct_runs(critical):
    """Where was simulated the reweighted means agree with the direct ones within 5 joint errors."""
    for curve in critical.reweight("energy", at=[2.2, 2.3]):
        direct = critical.energy.sel(L=curve.parameters["L"], temperature=[2.2, 2.3])
        assert np.all(np.abs(curve.mean - direct.mean) < 5 * np.hypot(curve.error, direct.error))
        assert np.all(curve.error < direct.error * 1.5)
        assert 0 < curve.overlap <= 1 and len(curve.states) == 9


def test_binning_bootstrap_and_autocorrelation(critical):
    """Three ways to one error, within a factor that their own uncertainty allows."""
    direct = float(critical.tasks[4]["binder"].error)
    blocks = critical.binning("binder", task=4)
    assert blocks.length[0] < blocks.length[-1] and np.all(blocks.error > 0)
    again = critical.bootstrap("binder", task=4, resamples=400)
    assert direct / 2 < again.error < 2 * direct and len(again.resamples) == 400
    assert list(again.quantiles) == sorted(again.quantiles)
    times = critical.autocorrelation("energy", task=4)
    assert times.function[0] == 1 and times.tau[times.window] > 0


def test_distributions_and_structure_factors():
    results = onsager.run("ising", L=8, temperature=2.0, update="wolff", steps=2000, snapshots=100, output="snapshots.h5",
                          progress=False)
    found = results.distribution("magnetization")
    assert abs(np.sum(found.density * np.diff(found.edges)) - 1) < 1e-9
    factor = results.structure()
    assert factor.value.shape == (8, 8) and factor.value.argmax() == 4 * 8 + 4
    assert "snapshots" in repr(factor)


def test_a_job_over_several_machines_is_one():
    words = {"L": 4, "temperature": [2.0, 2.5], "steps": 200, "warmup": 0, "progress": False}
    whole = onsager.run("ising", output="whole.h5", **words)
    for part in (1, 2):
        onsager.run("ising", part=f"{part}/2", output=f"part{part}.h5", **words)
    merged = onsager.merge(["part1.h5", "part2.h5"], "merged.h5")
    np.testing.assert_array_equal(merged.energy.mean, whole.energy.mean)
    with pytest.raises(onsager.Error):
        onsager.merge(["part1.h5", "part1.h5"], "twice.h5")


def test_a_job_tells_what_it_will_take_and_how_far_it_is():
    job = onsager.Job("ising", L=[4, 8], temperature=2.5, steps=100, output="job.h5")
    ahead = job.foresight(0.05)
    assert ahead["tasks"] == job.tasks == 2 and ahead["seconds"] > 0
    assert [task["done"] for task in job.overview()] == [0, 0]
    job.run(progress=False)
    assert all(task["done"] == task["replicas"] for task in job.overview())
