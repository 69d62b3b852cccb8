"""Results: what an archive holds, task by task and as labelled arrays over the grid of parameters.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
from collections.abc import Mapping

import numpy as np

from . import _descriptors
from ._native import check, encoded, ffi, lib, text
from .errors import InvalidError
from .quantities import Estimate, Quantity, Table, flag_names, same_value
from .values import parse, yaml


class Task(Mapping):
    """One point of the grid: its parameters, what was done, and its results by name.

    `parameters` has all parameters with their values; `steps` are measured steps of one replica (the smallest),
    `warmup` the longest that a replica needed, `seconds` those of all replicas together. task["energy"] is the
    Estimate of one result.
    """

    def __init__(self, results, index, types):
        self._keep = results._pointer  # whose memory the results below are
        task = lib.ons_results_task(results._pointer, index)
        self.index, self.key = index, text(task.key)
        self.parameters, self.varying = {}, []
        for p in range(task.parameters):
            name = text(task.parameter[p])
            self.parameters[name] = _typed(parse(text(task.value[p]), task.value_is_number[p]), types.get(name))
            if task.varies[p]:
                self.varying.append(name)
        self.steps, self.replicas, self.warmup = int(task.steps), int(task.replicas), int(task.warmup)
        self.seconds, self.complete, self.notes = task.seconds, bool(task.complete), text(task.notes) or ""
        self.flags = flag_names(task.flags)
        self._results = {text(task.result[r].name): task.result[r] for r in range(task.results)}
        self._estimates = {}

    def __getitem__(self, name):
        if name not in self._estimates:
            self._estimates[name] = Estimate(self._results[name], self._keep)
        return self._estimates[name]

    def __contains__(self, name):
        return name in self._results

    def __iter__(self):
        return iter(self._results)

    def __len__(self):
        return len(self._results)

    def __repr__(self):
        place = ", ".join(f"{name}={self.parameters[name]!r}" for name in self.varying)
        return f"<onsager task {self.index}: {place or 'the only point'}; {self.steps} steps of {self.replicas} replicas>"


def _typed(value, kind):
    """Texts and numbers by the type of the parameter, where the system is known."""
    if isinstance(value, tuple):
        value = tuple(_typed(item, kind) for item in value)
        return value[0] if len(value) == 1 and isinstance(value[0], (int, float)) else value
    if kind == "real" and isinstance(value, int):
        return float(value)
    if kind == "boolean" and value in ("yes", "no"):
        return value == "yes"
    return value


class Results(Mapping):
    """The results of a job or of an archive.

    results["binder"] (or results.binder) is a Quantity: arrays `mean`, `error`, `tau`, ... with a dimension for each
    parameter that varies. results.tasks are the points one by one. Where the grid has no such point there is NaN.
    """

    def __init__(self, pointer, keep=None, formulas=None):
        self._pointer, self._keep, self._formulas = pointer, keep, formulas or {}
        self.path, self.system = text(lib.ons_results_path(pointer)), text(lib.ons_results_system(pointer))
        self.summary, self.step = text(lib.ons_results_summary(pointer)), text(lib.ons_results_step(pointer))
        self.seed = int(lib.ons_results_seed(pointer))
        known = _descriptors.registry.get(self.system)
        types = {parameter.name: parameter.type for parameter in known.parameters} if known else {}
        self.tasks = [Task(self, index, types) for index in range(lib.ons_results_count(pointer))]
        self.names = _names(pointer)

    # ---- the grid

    @property
    def dims(self):
        """The parameters that vary and tell the tasks apart, in the order of the descriptor."""
        varying = []
        for task in self.tasks:
            varying += [name for name in task.varying if name not in varying]
        given = [name for name in varying if name in self._given()]
        return given if self._distinct(given) else varying

    def _given(self):
        """The parameters that the job gives; the others follow their defaults."""
        if not hasattr(self, "_given_names"):
            job = self.job
            self._given_names = set(job).union(*(grid for grid in job.get("grids", []) if isinstance(grid, dict)))
        return self._given_names

    def _distinct(self, names):
        places = {tuple(task.parameters.get(name) for name in names) for task in self.tasks}
        return len(places) == len(self.tasks)

    @property
    def coords(self):
        """The values along each of `dims`."""
        return {name: self._axis(name) for name in self.dims}

    def _axis(self, name):
        """The values of a parameter, in order of appearance where that is up or down, else ascending."""
        values = list(dict.fromkeys(task.parameters.get(name) for task in self.tasks))
        if all(isinstance(value, (int, float)) for value in values) and values != sorted(values, reverse=True):
            return sorted(values)
        return values

    def task(self, index):
        """One of `tasks`, counted from 0."""
        if not isinstance(index, int) or not -len(self.tasks) <= index < len(self.tasks):
            raise InvalidError(f"there is no task {index!r}: {self.path} has {len(self.tasks)}, counted from 0")
        return self.tasks[index]

    # ---- results by name

    def __getitem__(self, name):
        kinds = [task[name].kind for task in self.tasks if name in task]
        if not kinds:
            guess = _descriptors.nearest(name, self.names)
            hint = f"; did you mean '{guess}'?" if guess else f" (there are {', '.join(self.names)})"
            raise KeyError(f"no result is named '{name}'{hint}")
        return Table(self, name) if kinds[0] == "table" else Quantity.collect(self, name)

    def __getattr__(self, name):
        if not name.startswith("_") and name in self.names:
            return self[name]
        guess = None if name.startswith("_") else _descriptors.nearest(name, self.names)
        raise AttributeError(f"Results have no attribute '{name}'" + (f"; did you mean '{guess}'?" if guess else ""))

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)

    def __dir__(self):
        return sorted({*super().__dir__(), *self.names})

    # ---- what stands beside the numbers

    @property
    def job(self):
        """The job as it was asked, as in a job file."""
        return yaml(text(lib.ons_results_job(self._pointer))) or {}

    @property
    def provenance(self):
        """How it was made: version, machine, compiler, command, dates; one entry for every run."""
        return yaml(text(lib.ons_results_provenance(self._pointer))) or []

    @property
    def flags(self):
        """What is wrong anywhere: 'not-equilibrated', 'too-few-samples', 'not-finite'."""
        return tuple(dict.fromkeys(flag for task in self.tasks for flag in task.flags))

    @property
    def complete(self):
        """Whether every task has made its steps or met its goals."""
        return all(task.complete for task in self.tasks)

    @property
    def warnings(self):
        """What the reader must know before the numbers: flags by quantity and place, unfinished tasks; a line each."""
        from .text import warnings

        return warnings(self)

    @property
    def notes(self):
        """What the system says about its tasks, each line once."""
        return list(dict.fromkeys(line for task in self.tasks for line in task.notes.splitlines() if line))

    # ---- other forms

    def to_dataframe(self, *names, parameters="all"):
        """A pandas data frame: a column for every parameter, NAME and NAME_error for every result.

        A row for each task, and for each element where an array runs over a parameter (a ladder of temperatures); other
        arrays take a column for each component, NAME_0, NAME_1. Without names all means and values; a series, a
        histogram or a table named alone gives a row for each time, bin and row. parameters="varying" leaves out those
        that are the same everywhere.
        """
        from .frames import dataframe

        return dataframe(self, names, parameters)

    def to_xarray(self, *names):
        """An xarray data set: NAME and NAME_error over the dimensions of each result, with units and meanings."""
        from .frames import dataset

        return dataset(self, names)

    def plot(self, x=None, y=None, by=None, **options):
        """Draws results against a parameter with matplotlib, with error bars; see onsager.figures.plot."""
        from .figures import plot

        return plot(self, x, y, by, **options)


    # ---- analyses

    def crossing(self, quantity, x=None, by=None, **options):
        """Where the curves of pairs of sizes cross, and where that goes for infinite sizes; see onsager.analysis.crossing."""
        from . import analysis

        return analysis.crossing(self, quantity, x, by, **options)

    def fit(self, quantity, model="power", x=None, by=None, **options):
        """A model or a formula fitted to each curve by least squares; see onsager.analysis.fit."""
        from . import analysis

        return analysis.fit(self, quantity, model, x, by, **options)

    def collapse(self, quantity, x=None, by=None, **options):
        """Finite-size scaling: critical point and exponents from one curve of all sizes; see onsager.analysis.collapse."""
        from . import analysis

        return analysis.collapse(self, quantity, x, by, **options)

    def derivative(self, quantity, x=None, by=None, **options):
        """The slope of each curve; see onsager.analysis.derivative."""
        from . import analysis

        return analysis.derivative(self, quantity, x, by, **options)

    def extremum(self, quantity, x=None, by=None, **options):
        """Where each curve is highest or lowest; see onsager.analysis.extremum."""
        from . import analysis

        return analysis.extremum(self, quantity, x, by, **options)

    def curves(self, quantity, x=None, by=None, **options):
        """The curves as all analyses take them; see onsager.analysis.curves."""
        from . import analysis

        return analysis.curves(self, quantity, x, by, **options)

    def reweight(self, quantity, x="temperature", at=None):
        """A quantity at parameters that were not simulated (MBAR); see onsager.samples.reweight."""
        from . import samples

        return samples.reweight(self, quantity, x, at)

    def binning(self, quantity, task=0):
        """The error of a quantity against the length of blocks; see onsager.samples.binning."""
        from . import samples

        return samples.binning(self, quantity, task)

    def bootstrap(self, quantity, task=0, **options):
        """Block bootstrap of a quantity after the run; see onsager.samples.bootstrap."""
        from . import samples

        return samples.bootstrap(self, quantity, task, **options)

    def autocorrelation(self, component, task=0):
        """The autocorrelation function and times of a recorded number; see onsager.samples.autocorrelation."""
        from . import samples

        return samples.autocorrelation(self, component, task)

    def distribution(self, component, task=0, **options):
        """The distribution of a recorded number, and the barrier between two peaks; see onsager.samples.distribution."""
        from . import samples

        return samples.distribution(self, component, task, **options)

    def structure(self, name=None, task=0, **options):
        """The structure factor of stored snapshots; see onsager.samples.structure."""
        from . import samples

        return samples.structure(self, name, task, **options)

    def measure(self, **formulas):
        """Results with quantities that were not asked for before the run, from the samples that the archive keeps.

        >>> results.measure(m6="magnetization^6", ratio="mean(m6)/mean(magnetization_squared)^3")

        Formulas are as in measure={...} of onsager.run: of samples, or of means.
        """
        return self._again(self.tasks, {**self._formulas, **formulas})

    def sel(self, wanted=None, /, **values):
        """Results of some tasks alone, chosen by their parameters; every analysis, figure and table then sees these only.

        >>> results.sel(L=[16, 32], temperature=slice(2.2, 2.3))
        >>> results.sel(lambda task: task.parameters["L"] * task.parameters["temperature"] < 40)

        A parameter has one value, one of a list, or lies within a slice (both ends included, either may be None); an
        array value is a tuple. `wanted` is a function of the Task.
        """
        names = {name for task in self.tasks for name in task.parameters}
        for name in values:
            if name not in names:
                guess = _descriptors.nearest(name, names)
                hint = f"; did you mean '{guess}'?" if guess else ""
                raise InvalidError(f"{self.path} has no parameter '{name}'{hint}")
        tasks = [task for task in self.tasks if (wanted is None or wanted(task)) and all(
            name in task.parameters and _meant(task.parameters[name], value) for name, value in values.items())]
        if not tasks:
            asked = ", ".join(f"{name}={value!r}" for name, value in values.items())
            raise InvalidError(f"{self.path} has no task with {asked or 'what is wanted'}")
        return self._again(tasks, self._formulas)

    def _again(self, tasks, formulas):
        """These tasks read anew, with quantities that were not asked for before the run."""
        pointer, keys = read(self.path, make=False), {task.key for task in tasks}
        kept = [text(lib.ons_results_task(pointer, index).key) in keys for index in range(lib.ons_results_count(pointer))]
        check(lib.ons_results_keep(pointer, ffi.new("bool[]", kept)))
        texts = [(ffi.new("char[]", encoded(name)), ffi.new("char[]", encoded(formula)))
                 for name, formula in formulas.items()]
        if texts:
            measures = ffi.new("ons_own_quantity[]", [{"name": name, "formula": formula} for name, formula in texts])
            check(lib.ons_results_measure(pointer, measures, len(texts)))
        return Results(pointer, self._keep, formulas)

    def samples(self, task=0):
        """The samples that the archive keeps of a task: bins, record, series and snapshots as numpy arrays."""
        from .samples import Samples

        return Samples(self, self.task(task))

    def __repr__(self):
        from .text import results_text

        return results_text(self)

    def _repr_html_(self):
        from .text import results_html

        return results_html(self)


def _meant(value, wanted):
    """Whether the value of a parameter is the wanted one, one of a list, or within a slice."""
    if isinstance(wanted, slice):
        if isinstance(value, (str, tuple)) or wanted.step is not None:
            raise InvalidError("a slice is of numbers, from:to without a step")
        return (wanted.start is None or value >= wanted.start) and (wanted.stop is None or value <= wanted.stop)
    if not isinstance(wanted, (str, tuple)) and hasattr(wanted, "__iter__"):
        return any(_meant(value, one) for one in wanted)
    return same_value(value, wanted)


def _names(pointer):
    place = ffi.new("const char *const **")
    count = lib.ons_results_names(pointer, place)
    return [text(place[0][index]) for index in range(count)]


def read(path, job=None, keep=None, make=True):
    """Reads an archive; with a job only its tasks. make=False: the library's results alone."""
    place = ffi.new("ons_results **")
    check(lib.ons_results_read(place, encoded(os.fspath(path))))
    pointer = ffi.gc(place[0], lib.ons_results_free)
    if job is not None:
        check(lib.ons_results_select(pointer, job._pointer))
    return Results(pointer, keep) if make else pointer


def open(path):  # noqa: A001 (onsager.open is its name)
    """Opens an archive, FILE.h5, of this module or of the command; gives its Results.

    What a job that runs or was broken off has left in FILE.h5.parts is gathered into the archive first.
    """
    from .jobs import gather

    gather(os.fspath(path))
    return read(path)


__all__ = ["Estimate", "InvalidError", "Quantity", "Results", "Table", "Task", "open", "read"]
