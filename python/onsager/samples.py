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
    simulated state, with its error; overlap: the smallest between neighbouring states.
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
                      array(curve.state_free_energy_error, (curve.states,)), curve.overlap, int(curve.rows))
