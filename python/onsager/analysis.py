"""Analyses of results across tasks; each is the library's, which `onsager analyse` calls too.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import math
from dataclasses import dataclass

from ._native import check, encoded, ffi, lib
from .errors import InvalidError
from .text import number


@dataclass(frozen=True)
class CrossingRow:
    """The crossing of the curves of two neighbouring sizes; NaN where they do not cross once in the range."""

    by1: float
    by2: float
    x: float
    x_error: float
    y: float
    y_error: float
    degree: int
    goodness: float


class Crossings(list):
    """The crossings of all pairs of sizes, in order, as CrossingRow; `best` is that of the two largest."""

    def __init__(self, rows, quantity, x, by):
        super().__init__(rows)
        self.quantity, self.x, self.by = quantity, x, by

    @property
    def best(self):
        """The crossing of the two largest sizes; None where several groups of tasks have one."""
        largest = max(row.by1 + row.by2 for row in self)
        rows = [row for row in self if row.by1 + row.by2 == largest]
        return rows[0] if len(rows) == 1 else None

    def to_dataframe(self):
        """A pandas data frame, a row for each pair."""
        import pandas

        return pandas.DataFrame([{f"{self.by}_1": row.by1, f"{self.by}_2": row.by2, self.x: row.x,
                                  f"{self.x}_error": row.x_error, self.quantity: row.y,
                                  f"{self.quantity}_error": row.y_error, "goodness": row.goodness} for row in self])

    def __repr__(self):
        lines = [f"crossings of {self.quantity} against {self.x}"]
        for row in self:
            where = f"{self.x} = {number(row.x, row.x_error)}, {self.quantity} = {number(row.y, row.y_error)}"
            lines.append(f"{self.by} = {row.by1:g}, {row.by2:g}: "
                         + (where if math.isfinite(row.x) else "not once in this range"))
        return "\n".join(lines)


def default_axes(results, x, by):
    """x: the varying number with the most values; by: the next one."""
    numbers = [dim for dim in results.dims if all(isinstance(value, (int, float)) for value in results._axis(dim))]
    axes = {task[name].axis for task in results.tasks for name in task if task[name].axis}
    numbers += [axis for axis in axes if axis not in numbers]

    def length(dim):
        return max(len(results._axis(dim)), max((len(task.parameters[dim]) for task in results.tasks
                                                 if isinstance(task.parameters.get(dim), tuple)), default=0))

    ordered = sorted(numbers, key=length, reverse=True)
    if x is None:
        x = next((dim for dim in ordered if dim != by), None)
    if by is None:
        by = next((dim for dim in ordered if dim != x), None)
    if x is None or by is None:
        raise InvalidError("two parameters that vary are needed, x and by (the size)")
    return x, by


def crossing(results, quantity, x=None, by=None):
    """Where the curves of a quantity against x cross for neighbouring values of `by`: Crossings.

    Both curves are fitted by polynomials to the points nearest to the crossing; all such fits are averaged by their
    weights, and the error holds their errors and their spread (ons_cross in onsager/statistics.h). x: left out, the
    parameter with the most values; by: the next one.
    """
    x, by = default_axes(results, x, by)
    rows, count = ffi.new("ons_crossing_row **"), ffi.new("size_t *")
    check(lib.ons_results_crossings(results._pointer, encoded(quantity), encoded(x), encoded(by), rows, count))
    try:
        found = [CrossingRow(row.by1, row.by2, row.crossing.x, row.crossing.x_error, row.crossing.y, row.crossing.y_error,
                             row.crossing.degree, row.crossing.goodness) for row in (rows[0][k] for k in range(count[0]))]
    finally:
        lib.free(rows[0])
    return Crossings(found, quantity, x, by)
