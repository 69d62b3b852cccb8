"""One result over the grid of a job: numbers with errors, dimensions and coordinates.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from functools import cached_property

import numpy as np

from ._descriptors import KINDS
from ._native import ffi, lib, text

# What a result may have for every component, and what is missing where the grid has no point.
_FIELDS = ("mean", "error", "tau", "binning_tau", "samples", "effective", "rhat", "exact")


def flag_names(flags):
    """Bits as words: 'not-equilibrated', 'too-few-samples', 'not-finite'."""
    return tuple(text(lib.ons_flag_name(1 << bit)) for bit in range(32) if flags >> bit & 1)


def array(pointer, shape, dtype=np.float64):
    """A copy of C numbers; None for NULL."""
    if not pointer:
        return None
    count = int(np.prod(shape, dtype=np.int64))
    raw = ffi.buffer(pointer, count * np.dtype(dtype).itemsize)
    return np.frombuffer(raw, dtype, count).reshape(shape).copy()


class Estimate:
    """One result of one task: arrays in its own shape (a number has shape ()), None where it has no such field.

    mean, error (one standard error, 68.27 %), tau and binning_tau (integrated autocorrelation time in samples, 1/2:
    uncorrelated), samples, effective (independent samples), rhat (Gelman-Rubin), exact; a series has its times in
    `time`, a histogram its `edges` with counts in mean, a table `columns` and `rows`.
    """

    def __init__(self, result, keep):
        self._result, self._keep = result, keep  # keep: whose memory it is
        self.name, self.kind, self.axis = text(result.name), KINDS[result.kind], text(result.axis)
        self.shape = tuple(result.shape[k] for k in range(result.rank))

    unit = property(lambda self: text(self._result.unit) or "")
    meaning = property(lambda self: text(self._result.meaning) or "")
    exact_source = property(lambda self: text(self._result.exact_source))
    derived = property(lambda self: bool(self._result.derived))
    below = property(lambda self: self._result.below)
    above = property(lambda self: self._result.above)
    columns = property(lambda self: [text(self._result.column[c]) for c in range(self._result.columns)])

    @cached_property
    def time(self):
        """The times of a series."""
        return array(self._result.time, (self._result.times,)) if self.kind == "series" else None

    @cached_property
    def edges(self):
        """The edges of a histogram's bins, one more than bins."""
        return array(self._result.edges, (self._result.size + 1,)) if self.kind == "histogram" else None

    @cached_property
    def rows(self):
        """The rows of a table as a structured array."""
        return _rows(self._result) if self.kind == "table" else None

    @cached_property
    def flags(self):
        """Bits for every component: 1 not-equilibrated, 2 too-few-samples, 4 not-finite."""
        return array(self._result.flags, self.shape, np.uint32)

    def __getattr__(self, field):
        if field not in _FIELDS:
            raise AttributeError(f"a result has no '{field}'")
        if self.kind == "table":
            return None
        times = (self._result.times,) if self.kind == "series" and field in ("mean", "error") else ()
        value = array(getattr(self._result, field), times + self.shape)
        self.__dict__[field] = value
        return value

    def flagged(self, bit):
        """Whether any component has the flag."""
        pointer = self._result.flags
        return bool(pointer) and any(pointer[k] & bit for k in range(self._result.size))

    @property
    def inner(self):
        """The names of the dimensions of the arrays."""
        names = [f"{self.name}_{'bin' if self.kind == 'histogram' else f'index{k}' if k else 'index'}"
                 for k in range(len(self.shape))]
        if self.axis and names:
            names[0] = self.axis
        return (["time"] if self.kind == "series" else []) + names

    def __repr__(self):
        if self.kind == "table":
            return f"<onsager {self.kind} {self.name}: {len(self.rows)} rows of {', '.join(self.columns)}>"
        from .text import number

        shown = number(float(self.mean), float(self.error if self.error is not None else np.nan)) \
            if self.mean is not None and self.mean.ndim == 0 else f"array {self.mean.shape}"
        return f"<onsager {self.kind} {self.name}: {shown}>"


def _rows(result):
    """The rows of a table as a structured array."""
    columns, rows = result.columns, result.rows
    kinds = [(text(result.column[c]), object if result.column_is_text[c] else np.float64) for c in range(columns)]
    made = np.zeros(rows, kinds)
    numbers = array(result.numbers, (rows, columns)) if rows else np.zeros((0, columns))
    for c, (name, kind) in enumerate(kinds):
        if kind is object:
            made[name] = [text(result.texts[r * columns + c]) for r in range(rows)]
        else:
            made[name] = numbers[:, c]
    return made


class Quantity:
    """A result over the grid: `mean`, `error`, `tau`, ... with dimensions `dims` and the values along them in `coords`.

    The first dimensions are the parameters that vary, then come those of the result itself: the parameter that it runs
    over, `time` for a series, else NAME_index. NaN where there is no such point. `flags` has bits (1 not-equilibrated,
    2 too-few-samples, 4 not-finite). numpy.asarray(quantity) is the mean.
    """

    def __init__(self, name, dims, coords, arrays, about):
        self.name, self.dims, self.coords = name, tuple(dims), coords
        self._arrays, self._about = arrays, about

    @classmethod
    def collect(cls, results, name):
        """Puts the estimates of all tasks onto the grid."""
        found = [(task, task[name]) for task in results.tasks if name in task]
        first = max((estimate for _, estimate in found), key=lambda estimate: len(estimate.inner))
        outer = _outer(results, found, first.axis)
        axes = {dim: _labels([task.parameters.get(dim) for task, _ in found], results._axis(dim)) for dim in outer}
        places = [_inner_places(task, estimate) for task, estimate in found]
        for k, dim in enumerate(first.inner):
            axes[dim] = _merge([place[k] for place in places if len(place) > k])
        shape = tuple(len(values) for values in axes.values())
        present = [field for field in _FIELDS if any(getattr(estimate, field) is not None for _, estimate in found)]
        arrays = {field: np.full(shape, np.nan) for field in present}
        arrays["flags"] = np.zeros(shape, np.uint32)
        positions = {dim: {label: k for k, label in enumerate(values)} for dim, values in axes.items()}
        for (task, estimate), inner in zip(found, places):
            at = [np.array([positions[dim][task.parameters.get(dim)]]) for dim in outer]
            at += [np.array([positions[dim][label] for label in labels], int) for dim, labels in zip(first.inner, inner)]
            index = np.ix_(*at) if at else ()
            for field, target in arrays.items():
                value = getattr(estimate, field)
                if value is None:
                    continue
                if estimate.kind == "series" and field not in ("mean", "error"):
                    value = np.broadcast_to(value, (len(estimate.time), *estimate.shape))
                target[index] = value.reshape(target[index].shape)
        coords = {dim: _coordinate(values) for dim, values in axes.items()}
        about = {key: getattr(first, key) for key in ("kind", "unit", "meaning", "axis", "derived", "exact_source")}
        about["edges"] = _common_edges([estimate for _, estimate in found])
        return cls(name, axes, coords, arrays, about)

    def __getattr__(self, field):
        if field.startswith("_"):
            raise AttributeError(field)
        if field in self._arrays:
            return self._arrays[field]
        if field in self._about:
            return self._about[field]
        if field in _FIELDS:
            return None
        raise AttributeError(f"'{self.name}' has no attribute '{field}'")

    def __dir__(self):
        return sorted({*super().__dir__(), *self._arrays, *self._about})

    @property
    def shape(self):
        """The lengths of the dimensions."""
        return self.mean.shape

    def __len__(self):
        return len(self.mean)

    def __array__(self, dtype=None, copy=None):
        made = self.mean if dtype is None else self.mean.astype(dtype)
        return made.copy() if copy and made is self.mean else made

    def __float__(self):
        return float(self.mean)

    def sel(self, **labels):
        """The part at the given coordinates: a value drops its dimension, a list keeps it.

        >>> results["binder"].sel(L=16).mean
        """
        picked, dims, coords, arrays = [slice(None)] * len(self.dims), [], {}, {}
        for dim, label in labels.items():
            if dim not in self.dims:
                raise KeyError(f"'{self.name}' has no dimension '{dim}' (it has {', '.join(self.dims) or 'none'})")
            picked[self.dims.index(dim)] = self._find(dim, label)
        for field, values in self._arrays.items():
            for axis in reversed(range(len(picked))):
                values = values[(slice(None),) * axis + (picked[axis],)]
            arrays[field] = values
        for dim, pick in zip(self.dims, picked):
            if isinstance(pick, (slice, list)):
                dims.append(dim)
                coords[dim] = self.coords[dim][pick]
        return Quantity(self.name, dims, coords, arrays, self._about)

    def _find(self, dim, label):
        if isinstance(label, (list, np.ndarray)):
            return [self._find(dim, item) for item in label]
        for place, value in enumerate(self.coords[dim]):
            if same_value(value, label):
                return place
        raise KeyError(f"{dim} = {label!r} is none of {', '.join(str(value) for value in self.coords[dim])}")

    def to_dataframe(self):
        """A pandas data frame with a row for each point: its coordinates, NAME and NAME_error."""
        from .frames import quantity_frame

        return quantity_frame(self)

    def to_xarray(self):
        """An xarray data set with NAME and NAME_error."""
        from .frames import quantity_dataset

        return quantity_dataset(self)

    def __repr__(self):
        from .text import quantity_text

        return quantity_text(self)


def _outer(results, found, axis):
    """The dimensions of the grid; the parameter that the result runs over is one of its own."""
    outer = list(results.dims)
    if axis in outer:
        without = [dim for dim in outer if dim != axis]
        places = set()
        for task, _ in found:
            values = task.parameters.get(axis)
            values = values if isinstance(values, tuple) else (values,)
            places |= {(*(task.parameters.get(dim) for dim in without), value) for value in values}
        total = sum(len(np.atleast_1d(task.parameters.get(axis))) for task, _ in found)
        if len(places) == total:
            return without
    return outer


def _labels(values, order):
    return [value for value in order if value in values]


def _inner_places(task, estimate):
    """The labels along each dimension of a result within its task."""
    places = [list(map(float, estimate.time))] if estimate.kind == "series" else []
    for k, length in enumerate(estimate.shape):
        labels = list(range(length))
        if k == 0 and estimate.axis:
            values = task.parameters.get(estimate.axis)
            values = values if isinstance(values, tuple) else (values,)
            if len(values) == length and len(set(values)) == length:
                labels = list(values)
        places.append(labels)
    return places


def _merge(lists):
    """All labels of several tasks: as they are where all agree, else ascending."""
    if all(labels == lists[0] for labels in lists):
        return lists[0]
    merged = set().union(*lists)
    return sorted(merged) if _are_numbers(merged) else list(dict.fromkeys(label for labels in lists for label in labels))


def same_value(value, label):
    """Whether a parameter has this value; what numpy calculates may miss it by a last bit."""
    return np.isclose(value, label, rtol=1e-12, atol=0) if _are_numbers([value, label]) else value == label


def _are_numbers(values):
    return all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in values)


def _coordinate(values):
    """Labels as an array: of numbers where they are, else of objects."""
    if _are_numbers(values) or all(isinstance(value, str) for value in values):
        return np.array(values) if len(values) else np.zeros(0)
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _common_edges(estimates):
    edges = [estimate.edges for estimate in estimates if estimate.edges is not None]
    return edges[0] if edges and all(np.array_equal(edges[0], other) for other in edges) else None


class Table:
    """A table that a system has made: rows of named columns, for every task."""

    def __init__(self, results, name):
        self.name, self._results = name, results
        self.tasks = [task for task in results.tasks if name in task]
        first = self.tasks[0][name]
        self.columns, self.meaning, self.kind = first.columns, first.meaning, "table"

    def rows(self, task=0):
        """The rows of a task as a structured array of numpy."""
        return self.tasks[task][self.name].rows

    def to_dataframe(self):
        """A pandas data frame: the parameters of the task, then the columns."""
        return self._results.to_dataframe(self.name)

    def __repr__(self):
        counts = sum(len(task[self.name].rows) for task in self.tasks)
        return f"<onsager table {self.name}: {counts} rows of {', '.join(self.columns)} in {len(self.tasks)} tasks>"
