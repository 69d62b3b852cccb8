"""Results: labelled arrays, data frames, data sets, figures, text; archives by the module and by h5py.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import pickle

import numpy as np
import pytest

import onsager
from onsager.text import number


def test_a_quantity_has_a_dimension_for_each_parameter_that_varies(ising):
    binder = ising["binder"]
    assert binder.dims == ("L", "temperature") and binder.shape == (2, 5)
    assert list(binder.coords["L"]) == [4, 8]
    np.testing.assert_array_equal(binder.coords["temperature"], np.linspace(2.0, 2.6, 5))
    for k, task in enumerate(ising.tasks):
        place = np.unravel_index(k, binder.shape)
        for field in ("mean", "error", "tau", "effective", "rhat"):
            np.testing.assert_array_equal(getattr(binder, field)[place], getattr(task["binder"], field))
    assert ising.binder.meaning == binder.meaning and np.asarray(binder) is not None
    assert "binder" in ising and "binder" in dir(ising)


def test_energies_agree_with_kaufman(ising):
    """Exact finite-size energies (Kaufman 1949); 5 standard errors on 10 points: false alarms below 1e-5."""
    energy = ising["energy"]
    assert np.all(np.abs(energy.mean - energy.exact) < 5 * energy.error)
    assert energy.exact_source == "Kaufman 1949"


def test_sel_drops_or_keeps_a_dimension(ising):
    binder = ising["binder"]
    small = binder.sel(L=4)
    assert small.dims == ("temperature",) and np.array_equal(small.mean, binder.mean[0])
    part = binder.sel(L=[8], temperature=2.0)
    assert part.dims == ("L",) and part.mean[0] == binder.mean[1, 0]
    assert float(binder.sel(L=4, temperature=2.6)) == binder.mean[0, -1]
    with pytest.raises(KeyError, match="16"):
        binder.sel(L=16)
    with pytest.raises(KeyError, match="size"):
        binder.sel(size=4)


def test_a_wrong_name_tells_the_nearest(ising):
    with pytest.raises(KeyError, match="binder"):
        ising["bindr"]
    with pytest.raises(AttributeError):
        ising.bindr


def test_a_descending_grid_keeps_its_order():
    results = onsager.run("ising", L=4, temperature=[2.5, 2.0], steps=16, warmup=0, output=False, progress=False)
    assert list(results.energy.coords["temperature"]) == [2.5, 2.0]


def test_parameters_that_follow_others_make_no_dimension():
    """clusters exists with update=wolff only, so it varies whenever the update does."""
    results = onsager.run("ising", L=4, update=["wolff", "metropolis"], steps=16, warmup=0, output=False, progress=False)
    assert results.energy.dims == ("update",)


def test_a_ladder_of_temperatures_is_a_dimension():
    results = onsager.run("spin-glass", L=4, temperature=(1.0, 1.5, 2.0), steps=16, warmup=0, replicas=64, output=False,
                          progress=False)
    energy = results["energy"]
    assert energy.dims == ("temperature",) and list(energy.coords["temperature"]) == [1.0, 1.5, 2.0]
    frame = results.to_dataframe()
    assert list(frame["temperature"]) == [1.0, 1.5, 2.0]
    np.testing.assert_array_equal(frame["energy"], energy.mean)


def test_ladders_of_two_tasks_are_put_together_by_their_labels():
    results = onsager.run("spin-glass", L=4, temperature=[(1.0, 2.0), (1.5, 2.5)], steps=16, warmup=0, replicas=64,
                          output=False, progress=False)
    energy = results["energy"]
    assert energy.dims == ("temperature",) and list(energy.coords["temperature"]) == [1.0, 1.5, 2.0, 2.5]
    assert np.isfinite(energy.mean).all()


def test_a_series_has_times():
    results = onsager.run("ising-kinetics", L=8, steps=16, output=False, progress=False)
    energy = results["energy"]
    assert energy.dims[0] == "time" and len(energy.coords["time"]) == len(energy.mean)
    assert {"time", "energy", "energy_error", "domain_length", "L"} <= set(results.to_dataframe().columns)
    frame = results.to_dataframe("energy")
    np.testing.assert_array_equal(frame["time"], energy.coords["time"])
    np.testing.assert_array_equal(frame["energy"], energy.mean)


def test_data_frames_have_parameters_names_and_errors(ising):
    frame = ising.to_dataframe()
    assert len(frame) == 10
    assert {"L", "temperature", "update", "binder", "binder_error", "energy", "energy_error"} <= set(frame.columns)
    np.testing.assert_array_equal(frame["binder"], ising.binder.mean.ravel())
    np.testing.assert_array_equal(frame["binder_error"], ising.binder.error.ravel())
    assert list(ising.to_dataframe("binder", parameters="varying").columns) == ["L", "temperature", "binder", "binder_error"]
    assert list(ising.binder.to_dataframe().columns) == ["L", "temperature", "binder", "binder_error"]


def test_data_sets_have_dimensions_and_units(ising):
    pytest.importorskip("xarray")
    data = ising.to_xarray()
    assert data["energy"].dims == ("L", "temperature") and data["energy"].attrs["unit"] == "coupling"
    assert float(data["binder_error"].sel(L=8, temperature=2.6)) == ising.binder.error[1, -1]


def test_histograms_and_tables():
    results = onsager.run("ising-exact", L=4, output=False, progress=False)
    tables = [name for name in results if results[name].kind == "table"]
    for name in tables:
        assert len(results[name].rows()) == len(results[name].to_dataframe())
        assert results[name].rows().dtype.names == tuple(results[name].columns)


def test_figures_have_error_bars(ising):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    ax = ising.plot(x="temperature", y="binder", by="L")
    assert len(ax.containers) == 2 and all(bars.has_yerr for bars in ax.containers)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["L = 4", "L = 8"]
    assert ising.plot("energy").get_xlabel().startswith("temperature")
    with pytest.raises(onsager.InvalidError, match="size"):
        ising.plot(x="size", y="binder")
    pyplot.close("all")


def test_text_and_html_begin_with_warnings(ising):
    young = onsager.run("ising", L=8, temperature=1.0, start="random", steps=10, warmup=0, replicas=2, output=False)
    assert repr(young).splitlines()[1].startswith("warning: not-equilibrated")
    assert "<table>" in young._repr_html_() and "warning: not-equilibrated" in young._repr_html_()
    assert max(map(len, repr(ising).splitlines()[1:])) <= 100 or ising.warnings
    assert "binder" in repr(ising["binder"])


@pytest.mark.parametrize("mean, error, text", [
    (1.74561, 0.0012, "1.7456(12)"), (-0.5, 0.25, "-0.50(25)"), (12.34, 1.23, "12.3(1.2)"), (1234.5, 67.0, "1234(67)"),
    (0.1, 0.0, "0.1"), (2.0, float("nan"), "2"), (float("nan"), 1.0, "nan"), (0.9999, 0.00996, "1.000(10)"),
    (1.5e-7, 2e-9, "1.500(20)e-07"),
])
def test_numbers_show_two_digits_of_their_error(mean, error, text):
    assert number(mean, error) == text


def test_opens_archives_of_the_module_and_of_the_command(ising):
    again = onsager.open(ising.path)
    np.testing.assert_array_equal(again.binder.mean, ising.binder.mean)
    assert again.system == "ising" and again.job["system"] == "ising" and again.seed == 1
    assert again.provenance[0]["command"].startswith("onsager.run('ising', L=[4, 8]")
    with pytest.raises(onsager.InvalidError, match="no-such"):
        onsager.open("no-such.h5")


def test_archives_are_plain_hdf5(ising):
    h5py = pytest.importorskip("h5py")
    with h5py.File(ising.path) as archive:
        for k, task in enumerate(ising.tasks):
            group = archive[f"tasks/{k:04d}"]
            assert group["parameters"].attrs["temperature"] == task.parameters["temperature"]
            assert group["results/binder/mean"][()] == task["binder"].mean
            assert group["results/binder/error"][()] == task["binder"].error


def test_crossings_are_those_of_the_command(ising):
    crossings = ising.crossing("binder")
    assert (crossings.x, crossings.by) == ("temperature", "L") and crossings.best is crossings[0]
    assert np.isfinite([crossings.best.x, crossings.best.x_error]).all()
    assert len(crossings.to_dataframe()) == 1
    with pytest.raises(onsager.InvalidError):
        ising.crossing("bindr")


def test_errors_travel_between_processes():
    for error in (onsager.InvalidError("a"), onsager.Cancelled("b", "c.h5"), onsager.Interrupted("d", "e.h5")):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error) and copy.args[0] == error.args[0]


def test_results_of_some_tasks(ising):
    """sel() leaves tasks; what it leaves is what the whole has there."""
    part = ising.sel(L=8, temperature=slice(2.1, 2.4))
    assert len(part.tasks) == 2 and part.dims == ["temperature"]
    assert np.array_equal(part["binder"].mean, ising["binder"].sel(L=8).mean[1:3])
    assert len(ising.sel(temperature=[2.0, 2.6]).tasks) == 4
    assert len(ising.sel(temperature=slice(None, 2.2)).tasks) == 4
    assert len(ising.sel(lambda task: task.parameters["L"] * task.parameters["temperature"] < 9).tasks) == 2
    assert ising.sel(L=4).binning("energy", task=1).error[0] == ising.binning("energy", task=1).error[0]
    own = ising.measure(m6="magnetization^6").sel(L=8)
    assert np.array_equal(own["m6"].mean, ising.measure(m6="magnetization^6")["m6"].sel(L=8).mean)
    assert "m8" in own.measure(m8="magnetization^8") and "m6" in own.measure(m8="magnetization^8")


@pytest.mark.parametrize("words, says", [({"l": 4}, "'L'"), ({"L": 5}, "L=5"), ({"update": slice(1, 2)}, "numbers")])
def test_no_such_tasks(ising, words, says):
    with pytest.raises(onsager.InvalidError, match=says):
        ising.sel(**words)
