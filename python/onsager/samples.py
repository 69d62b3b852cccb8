"""The samples that an archive keeps behind its results, as numpy arrays, and what can be made of them after the run.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from dataclasses import dataclass

import numpy as np

from ._native import check, encoded, ffi, lib, text
from .errors import InvalidError
from .quantities import array, flag_names


class Samples:
    """The samples of one task: samples.components are the names of the numbers of one sample.

    bins(replica): means over `bin_length(replica)` samples each, [bins][components]; record(replica): single samples,
    every stride-th one; series(replica): all of them, where the job had series=True; snapshots(array, replica).
    """

    def __init__(self, results, task):
        place = ffi.new("ons_samples **")
        check(lib.ons_samples_open(place, encoded(results.path)))
        self._samples = ffi.gc(place[0], lib.ons_samples_close)
        self._index = lib.ons_samples_find(self._samples, encoded(task.key))
        found = ffi.new("ons_task_samples **")
        check(lib.ons_samples_task(self._samples, self._index, found))
        self._task = ffi.gc(found[0], lib.ons_task_samples_free)
        self.components = [text(self._task.component[k]) for k in range(self._task.components)]
        self.replicas = int(self._task.replicas)
        self.independent = bool(self._task.independent)
        self.steps = [int(self._task.replica[k].steps) for k in range(self.replicas)]  # measured, of each replica

    def _replica(self, replica):
        if not 0 <= replica < self.replicas:
            raise IndexError(f"there is no replica {replica}: the task has {self.replicas}")
        return self._task.replica[replica]

    def bin_length(self, replica=0):
        """Samples in one bin."""
        return int(self._replica(replica).bins.length)

    def bins(self, replica=0):
        """Means over consecutive samples, [bins][components]."""
        bins = self._replica(replica).bins
        width = len(self.components)
        return array(bins.bins, (bins.count, width)) + array(bins.shift, (width,))

    def record(self, replica=0):
        """Single samples at equal distances, [rows][components], and that distance."""
        record = self._replica(replica).record
        if not record or not record.count:
            raise InvalidError("the archive keeps no record of this task")
        return array(record.rows, (record.count, record.components)), int(record.stride)

    def series(self, replica=0):
        """All samples, [samples][components]; the job must have had series=True."""
        rows = int(self._replica(replica).series)
        if not rows:
            raise InvalidError("the full series was not stored: run the job with series=True")
        made = np.empty((rows, len(self.components)))
        check(lib.ons_samples_series(self._samples, self._index, self._task, replica, 0, rows,
                                     ffi.from_buffer("double *", made, require_writable=True)))
        return made

    def snapshots(self, name=None, replica=0):
        """The stored configurations, [snapshots][...], and the steps before each; name: the array that is wanted."""
        own = self._replica(replica)
        arrays = {text(own.array[k].name): own.array[k] for k in range(own.arrays)}
        if not own.snapshots or not arrays:
            raise InvalidError("no snapshots were stored: run the job with snapshots=STEPS")
        name = next(iter(arrays)) if name is None else name
        if name not in arrays:
            raise InvalidError(f"there is no array '{name}' in the snapshots; there are {', '.join(arrays)}")
        shape = tuple(arrays[name].dimensions[k] for k in range(arrays[name].rank))
        made = np.empty((own.snapshots, *shape))
        for k in range(own.snapshots):
            check(lib.ons_samples_snapshot(self._samples, self._index, self._task, replica, encoded(name), k,
                                           ffi.from_buffer("double *", made[k], require_writable=True)))
        return made, array(own.snapshot_steps, (own.snapshots,), np.uint64)

    def __repr__(self):
        return f"<onsager samples: {self.replicas} replicas, {', '.join(self.components)}>"


# ---- reweighting


@dataclass(frozen=True)
class Reweighted:
    """A quantity along x from all samples together: `mean` and `error` at `x`, NaN where nothing bears the point.

    effective: independent samples that bear each point, flags in words; free_energy: -ln Z relative to the first
    simulated state, with its error; overlap: the smallest between neighbouring states. exact: what the system knows of
    the quantity at these points, NaN where nothing, and from where; None where it knows nothing at all.
    """

    quantity: str
    parameters: dict
    x: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    effective: np.ndarray
    flags: list
    free_energy: np.ndarray
    free_energy_error: np.ndarray
    states: np.ndarray
    state_free_energy: np.ndarray
    state_free_energy_error: np.ndarray
    overlap: float
    samples: int
    exact: np.ndarray | None = None
    exact_source: str = ""

    def __repr__(self):
        lost = int(np.isnan(self.mean).sum())
        outside = f", {lost} outside the histograms" if lost else ""
        return f"<onsager reweighted {self.quantity}: {len(self.x)} points{outside}; {self.samples} samples, x, mean, error>"


def reweight(results, quantity, x="temperature", at=None):
    """A quantity at parameters that were not simulated, from all histograms together (MBAR): a list of Reweighted.

    All tasks that differ in x alone are put together, a ladder of values within one task too; one Reweighted for each
    set of the other parameters. quantity: a mean, a derived quantity, or an expression of means. at: where; left out, 21
    points over what was simulated. Errors come from leaving out blocks of time, the equations solved again without each.
    """
    at = _everywhere(results, x) if at is None else np.atleast_1d(np.asarray(at, float))
    from .jobs import reopen

    place = ffi.new("ons_samples **")
    check(lib.ons_samples_open(place, encoded(results.path)))
    samples = ffi.gc(place[0], lib.ons_samples_close)
    job = reopen(results)
    view = ffi.new("ons_archive_view *", {"results": results._pointer, "samples": samples,
                                          "job": ffi.NULL if job is None else job[0]})
    found, count = ffi.new("ons_reweighting **"), ffi.new("size_t *")
    points = ffi.new("double[]", at.tolist())
    check(lib.ons_results_reweight(view, encoded(quantity), encoded(x), points, len(at), found, count))
    try:
        return [_reweighted(results, quantity, x, found[0][k]) for k in range(count[0])]
    finally:
        lib.ons_reweightings_free(found[0], count[0])


def _everywhere(results, x):
    values = [value for task in results.tasks for value in np.atleast_1d(task.parameters.get(x, np.nan))]
    if not values or not np.isfinite(np.asarray(values, float)).all():
        raise InvalidError(f"there is no parameter '{x}' of numbers to go along")
    return np.linspace(min(values), max(values), 21)


def _reweighted(results, quantity, x, curve):
    shape = (curve.targets, curve.size) if curve.size > 1 else (curve.targets,)
    estimates = [curve.estimates[k] for k in range(curve.targets * curve.size)]

    def field(name):
        return np.array([getattr(estimate, name) for estimate in estimates]).reshape(shape)

    others = {name: value for name, value in results.tasks[curve.task].parameters.items() if name != x}
    flags = [flag_names(estimates[k * curve.size].flags) for k in range(curve.targets)]
    return Reweighted(quantity, others, array(curve.x, (curve.targets,)), field("mean"), field("error"), field("effective"),
                      flags, array(curve.free_energy, (curve.targets,)), array(curve.free_energy_error, (curve.targets,)),
                      array(curve.state_x, (curve.states,)), array(curve.state_free_energy, (curve.states,)),
                      array(curve.state_free_energy_error, (curve.states,)), curve.overlap, int(curve.rows),
                      array(curve.exact, shape), text(curve.exact_source) or "")


# ---- what is made of the samples of one task


class _View:
    """An archive as the library's analyses of samples take it."""

    def __init__(self, results):
        from .jobs import reopen

        place = ffi.new("ons_samples **")
        check(lib.ons_samples_open(place, encoded(results.path)))
        self._samples = ffi.gc(place[0], lib.ons_samples_close)
        self._job, self._results = reopen(results), results
        self.pointer = ffi.new("ons_archive_view *", {"results": results._pointer, "samples": self._samples,
                                                      "job": ffi.NULL if self._job is None else self._job[0]})


class Finding:
    """What an analysis found: its numbers and arrays are attributes."""

    def __init__(self, about, **values):
        self._about = about
        self.__dict__.update(values)

    def __repr__(self):
        fields = ", ".join(f"{name} {value.shape}" if isinstance(value, np.ndarray) else f"{name} {value!r}"
                           for name, value in vars(self).items() if name != "_about")
        return f"<onsager {self._about}: {fields}>"


def _shaped(pointer, *shape):
    """Numbers in a shape, in which a last length of one is dropped."""
    made = array(pointer, shape)
    return made if made is None or shape[-1] != 1 or len(shape) == 1 else made[..., 0]


def binning(results, quantity, task=0):
    """The error of a quantity against the length of blocks; its plateau is the error: length, blocks, error, error_error."""
    view, found = _View(results), ffi.new("ons_binning *")
    check(lib.ons_results_binning(view.pointer, results.task(task).index, encoded(quantity), found))
    levels, size = found.levels, found.size
    made = Finding(f"binning of {quantity}", length=array(found.length, (levels,)), blocks=array(found.blocks, (levels,)),
                   error=_shaped(found.error, levels, size), error_error=_shaped(found.error_error, levels, size))
    lib.ons_binning_free(found)
    return made


def bootstrap(results, quantity, task=0, *, resamples=1000, probabilities=(0.025, 0.16, 0.5, 0.84, 0.975)):
    """Block bootstrap of a quantity: value, error, quantiles at the probabilities, and the resamples themselves."""
    view, found = _View(results), ffi.new("ons_bootstrap *")
    wanted = ffi.new("double[]", list(probabilities))
    check(lib.ons_results_bootstrap(view.pointer, results.task(task).index, encoded(quantity), resamples, wanted,
                                    len(wanted), found))
    size = found.size
    quantiles = array(found.quantiles, (size, len(wanted)))
    made = Finding(f"bootstrap of {quantity}", value=array(found.value, (size,)), error=array(found.error, (size,)),
                   probabilities=tuple(probabilities), quantiles=quantiles[0] if size == 1 else quantiles,
                   resamples=_shaped(found.resample, found.resamples, size))
    lib.ons_bootstrap_free(found)
    if size == 1:
        made.value, made.error = float(made.value[0]), float(made.error[0])
    return made


def autocorrelation(results, component, task=0):
    """The autocorrelation function of a recorded number: lag, function, tau up to each lag, tau_error, window (an index).

    Lags and times are in samples; tau[window] is the integrated autocorrelation time.
    """
    view, found = _View(results), ffi.new("ons_autocorrelation_times *")
    check(lib.ons_results_autocorrelation(view.pointer, results.task(task).index, encoded(component), found))
    fields = {name: array(getattr(found, name), (found.lags,)) for name in ("lag", "function", "tau", "tau_error")}
    made = Finding(f"autocorrelation of {component}", stride=found.stride, rows=int(found.rows), window=int(found.window),
                   **fields)
    lib.ons_autocorrelation_free(found)
    return made


def distribution(results, component, task=0, *, bins=0, x=None):
    """The distribution of a recorded number with errors, and the barrier between two peaks: edges, density, error, ...

    x: a parameter that is reweighted to where both peaks are equally high. bins=0: as the data ask for.
    """
    view, found = _View(results), ffi.new("ons_distribution *")
    check(lib.ons_results_distribution(view.pointer, results.task(task).index, encoded(component), bins,
                                       ffi.NULL if x is None else encoded(x), found))
    count = found.bins
    made = Finding(f"distribution of {component}", edges=array(found.edges, (count + 1,)),
                   density=array(found.density, (count,)), error=array(found.error, (count,)),
                   free_energy=array(found.free_energy, (count,)), two_peaks=bool(found.two_peaks),
                   peaks=(found.peak[0], found.peak[1]), dip=found.dip, barrier=found.barrier,
                   barrier_error=found.barrier_error, x=found.x, x_error=found.x_error)
    lib.ons_distribution_free(found)
    return made


def structure(results, name=None, task=0, *, components=0, states=1):
    """The structure factor of the stored snapshots on a map, k = 0 in the middle: value, error, snapshots.

    name: the array of the configuration; components, states: of vectors (1: the last index counts cells of the lattice) and of Potts states.
    """
    view, found = _View(results), ffi.new("ons_structure *")
    check(lib.ons_results_structure(view.pointer, results.task(task).index, ffi.NULL if name is None else encoded(name),
                                    components, states, found))
    shape = (found.rows, found.columns)
    made = Finding("structure factor", value=array(found.value, shape), error=array(found.error, shape),
                   snapshots=int(found.snapshots))
    lib.ons_structure_free(found)
    return made
