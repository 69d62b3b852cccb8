"""Results: what an archive holds, as labelled numpy arrays with errors.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os

import numpy as np

from ._native import check, encoded, ffi, lib, text
from .values import parse


def _array(pointer, shape, dtype=np.float64):
    """A copy of C numbers; NaN-free None for NULL."""
    if not pointer:
        return None
    count = int(np.prod(shape, dtype=np.int64))
    raw = ffi.buffer(pointer, count * np.dtype(dtype).itemsize)
    return np.frombuffer(raw, dtype).reshape(shape).copy()


class Task:
    """One point of the grid: its parameters, what it has done, and its results by name."""

    def __init__(self, results, index):
        self._keep = results._pointer
        self._task = task = lib.ons_results_task(results._pointer, index)
        self.index = index
        self.key = text(task.key)
        self.parameters = {
            text(task.parameter[p]): parse(text(task.value[p]), task.value_is_number[p]) for p in range(task.parameters)
        }
        self.varies = [text(task.parameter[p]) for p in range(task.parameters) if task.varies[p]]
        self.steps, self.replicas, self.warmup = task.steps, task.replicas, task.warmup
        self.seconds, self.complete, self.notes = task.seconds, bool(task.complete), text(task.notes)
        self.flags = flag_names(task.flags)
        self.results = {text(task.result[r].name): task.result[r] for r in range(task.results)}


def flag_names(flags):
    """Bits as words: 'not-equilibrated', 'too-few-samples', 'not-finite'."""
    return tuple(text(lib.ons_flag_name(1 << bit)) for bit in range(32) if flags >> bit & 1)


class Quantity:
    """One observable over the grid."""

    def __init__(self, name, mean, error, tau, dims, coords):
        self.name, self.mean, self.error, self.tau, self.dims, self.coords = name, mean, error, tau, dims, coords


class Results:
    """The results of a job or an archive."""

    def __init__(self, pointer):
        self._pointer = pointer
        self.tasks = [Task(self, index) for index in range(lib.ons_results_count(pointer))]

    def __getitem__(self, name):
        dims = []
        for task in self.tasks:
            dims += [d for d in task.varies if d not in dims]
        coords = {d: sorted({task.parameters[d] for task in self.tasks}) for d in dims}
        shape = tuple(len(coords[d]) for d in dims)
        arrays = {key: np.full(shape, np.nan) for key in ("mean", "error", "tau")}
        for task in self.tasks:
            place = tuple(coords[d].index(task.parameters[d]) for d in dims)
            for key, array in arrays.items():
                array[place] = getattr(task.results[name], key)[0]
        return Quantity(name, arrays["mean"], arrays["error"], arrays["tau"], tuple(dims), coords)


def read(path, job=None):
    """Reads an archive; with a job only its tasks."""
    place = ffi.new("ons_results **")
    check(lib.ons_results_read(place, encoded(os.fspath(path))))
    pointer = ffi.gc(place[0], lib.ons_results_free)
    if job is not None:
        check(lib.ons_results_select(pointer, job._pointer))
    return Results(pointer)
