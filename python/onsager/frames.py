"""Results as pandas data frames and xarray data sets.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import numpy as np

from .errors import InvalidError


def _pandas():
    try:
        import pandas
    except ImportError as missing:
        raise ImportError("data frames need pandas: pip install pandas") from missing
    return pandas


def _xarray():
    try:
        import xarray
    except ImportError as missing:
        raise ImportError("data sets need xarray: pip install xarray") from missing
    return xarray


# ---- data frames of whole results


def dataframe(results, names, parameters="all"):
    """The data frame of Results.to_dataframe."""
    if parameters not in ("all", "varying"):
        raise InvalidError(f"parameters is 'all' or 'varying', not {parameters!r}")
    kinds = {name: results[name].kind for name in (names or results.names)}
    if names and len(names) == 1 and kinds[names[0]] in ("histogram", "table"):
        rows = _histogram_rows if kinds[names[0]] == "histogram" else _table_rows
        return _frame(results, rows(results, names[0]), parameters)
    plain = [name for name, kind in kinds.items() if kind in ("mean", "value")]
    series = [name for name, kind in kinds.items() if kind == "series"]
    if names and any(kinds[name] in ("histogram", "table") for name in names):
        raise InvalidError("a histogram or a table takes a data frame of its own: name it alone")
    if series and (names or not plain):
        return _frame(results, _series_rows(results, series, [name for name in plain if names]), parameters)
    return _frame(results, _mean_rows(results, plain), parameters)


def _frame(results, rows, parameters):
    """Columns: parameters in order, then what the rows have."""
    pandas = _pandas()
    rows = list(rows)
    names = list(dict.fromkeys(name for task in results.tasks for name in task.parameters))
    if parameters == "varying":
        varying = {name for task in results.tasks for name in task.varying}
        axes = {task[name].axis for task in results.tasks for name in task}
        names = [name for name in names if name in varying | axes]
    columns = list(dict.fromkeys([*names, *(key for _, row in rows for key in row)]))
    data = {column: [row.get(column, task.parameters.get(column, np.nan if column not in names else None))
                     for task, row in rows] for column in columns}
    return pandas.DataFrame({column: _column(values) for column, values in data.items()}, columns=columns)


def _column(values):
    """Arrays as values stay whole."""
    if any(isinstance(value, tuple) for value in values):
        made = np.empty(len(values), object)
        made[:] = values
        return made
    return values


def _widths(results, names):
    """The most components that a result takes in a row of any task, the axis left out."""
    widths = {}
    for name in names:
        for task in results.tasks:
            if name in task:
                shape = task[name].shape
                inner = shape[1:] if task[name].axis else shape
                widths[name] = max(widths.get(name, 1), int(np.prod(inner, dtype=int)))
    return widths


def _cells(row, estimate, width, *index):
    """The columns NAME and NAME_error of one row; NAME_0, NAME_1, ... where there are several components."""
    mean = np.ravel(estimate.mean[index])
    error = np.ravel(estimate.error[index]) if estimate.error is not None else np.full(mean.shape, np.nan)
    for k in range(mean.size):
        column = estimate.name if width == 1 else f"{estimate.name}_{k}"
        row[column], row[f"{column}_error"] = mean[k], error[k]


def _along(estimates):
    """The parameter that results run over, and how many elements it has."""
    axis, length = None, 1
    for estimate in estimates:
        if estimate.axis and estimate.shape and estimate.shape[0] >= length:
            axis, length = estimate.axis, estimate.shape[0]
    return axis, length


def _element(task, axis, index):
    value = task.parameters.get(axis)
    return value[index] if isinstance(value, tuple) else value


def _mean_rows(results, names):
    widths = _widths(results, names)
    for task in results.tasks:
        estimates = [task[name] for name in names if name in task]
        axis, length = _along(estimates)
        for index in range(length):
            row = {axis: _element(task, axis, index)} if axis else {}
            for estimate in estimates:
                if estimate.axis and estimate.shape:
                    if index < estimate.shape[0]:
                        _cells(row, estimate, widths[estimate.name], index)
                else:
                    _cells(row, estimate, widths[estimate.name])
            yield task, row


def _series_rows(results, series, plain):
    widths = _widths(results, series + plain)
    for task in results.tasks:
        estimates = [task[name] for name in series if name in task]
        others = [task[name] for name in plain if name in task]
        axis, length = _along(estimates)
        for k, time in enumerate(estimates[0].time if estimates else ()):
            for index in range(length):
                row = {"time": time}
                if axis:
                    row[axis] = _element(task, axis, index)
                for estimate in estimates:
                    along = estimate.axis and estimate.shape
                    if not along or index < estimate.shape[0]:
                        _cells(row, estimate, widths[estimate.name], *((k, index) if along else (k,)))
                for estimate in others:
                    _cells(row, estimate, widths[estimate.name])
                yield task, row


def _histogram_rows(results, name):
    for task in results.tasks:
        if name not in task:
            continue
        estimate = task[name]
        for k in range(len(estimate.edges) - 1):
            yield task, {"low": estimate.edges[k], "high": estimate.edges[k + 1], name: estimate.mean[k],
                         f"{name}_error": estimate.error[k] if estimate.error is not None else np.nan}


def _table_rows(results, name):
    for task in results.tasks:
        if name not in task:
            continue
        estimate = task[name]
        for row in estimate.rows:
            yield task, {column: row[column] for column in estimate.columns}


def quantity_frame(quantity):
    """A data frame of one quantity: a row for each point."""
    pandas = _pandas()
    index = np.indices(quantity.shape).reshape(len(quantity.dims), -1)
    data = {dim: np.asarray(quantity.coords[dim])[index[k]] for k, dim in enumerate(quantity.dims)}
    data[quantity.name] = np.ravel(quantity.mean)
    data[f"{quantity.name}_error"] = np.ravel(quantity.error) if quantity.error is not None else np.nan
    return pandas.DataFrame(data)


# ---- data sets


def _variables(quantity):
    about = {"unit": quantity.unit, "meaning": quantity.meaning}
    dims = list(quantity.dims)
    found = {quantity.name: (dims, quantity.mean, about)}
    if quantity.error is not None:
        error = {"unit": quantity.unit, "meaning": f"standard error of {quantity.name}"}
        found[f"{quantity.name}_error"] = (dims, quantity.error, error)
    return found


def quantity_dataset(quantity):
    """A data set of one quantity."""
    return _xarray().Dataset(_variables(quantity), coords=dict(quantity.coords))


def dataset(results, names):
    """The data set of Results.to_xarray: tables have no place in it."""
    xarray = _xarray()
    parts = []
    for name in names or results.names:
        quantity = results[name]
        if quantity.kind != "table":
            parts.append(quantity_dataset(quantity))
        elif names:
            raise InvalidError(f"'{name}' is a table, which has no dimensions: results['{name}'].rows() has its rows")
    made = xarray.merge(parts, join="outer") if parts else xarray.Dataset()
    made.attrs = {"system": results.system, "summary": results.summary, "step": results.step, "seed": results.seed,
                  "archive": results.path}
    return made
