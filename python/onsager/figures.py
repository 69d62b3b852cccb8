"""Figures with matplotlib: curves with error bars, in colours that every eye can tell apart and that differ in grey.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import numpy as np

from .errors import InvalidError

# Okabe and Ito (2008), ordered so that neighbours differ in lightness too; the markers differ as well.
COLOURS = ("#0072B2", "#E69F00", "#000000", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#999999")
MARKERS = "osD^v<>P"


def _matplotlib():
    try:
        import matplotlib.pyplot as pyplot
    except ImportError as missing:
        raise ImportError("figures need matplotlib: pip install matplotlib") from missing
    return pyplot


def plot(results, x=None, y=None, by=None, *, ax=None, exact=True, **options):
    """Draws the quantity y against x, a curve for each value of `by`, with error bars of one standard error.

    x: a parameter that varies, `time` for a series, or the parameter that an array runs over; left out: the one with
    the most values. by: left out: the next one; other parameters that vary give curves of their own too. exact: values
    that theory knows are drawn as thin lines. ax: axes to draw on; options go to Axes.errorbar. Gives the axes.
    """
    if y is None and x in results.names:
        x, y = None, x
    if y is None:
        raise InvalidError("plot needs y, the name of a result: " + ", ".join(results.names))
    quantity = results[y]
    if quantity.kind == "table":
        raise InvalidError(f"'{y}' is a table, which cannot be drawn as a curve")
    x, by = _axes(quantity, x, by)
    if ax is None:
        _, ax = _matplotlib().subplots(layout="constrained")
    for number, (label, part) in enumerate(_curves(quantity, x, by)):
        _curve(ax, part, x, label, number, exact, options)
    ax.set_xlabel(_label(x, _unit(results, x)))
    ax.set_ylabel(_label(y, quantity.unit))
    if len(quantity.dims) > 1:
        ax.legend(frameon=False)
    return ax


def _axes(quantity, x, by):
    dims = list(quantity.dims)
    for name in (x, by):
        if name is not None and name not in dims:
            raise InvalidError(f"'{quantity.name}' does not vary with '{name}' (it does with {', '.join(dims) or 'nothing'})")
    if x is None:
        numbers = [dim for dim in dims if np.asarray(quantity.coords[dim]).dtype.kind in "iuf" and dim != by]
        if not numbers:
            raise InvalidError(f"'{quantity.name}' varies with no number: there is nothing to draw it against")
        x = "time" if "time" in numbers else max(numbers, key=lambda dim: len(quantity.coords[dim]))
    if by is None:
        others = [dim for dim in dims if dim != x]
        by = max(others, key=lambda dim: len(quantity.coords[dim])) if others else None
    return x, by


def _curves(quantity, x, by):
    """The parts of a quantity that are a curve each, with their labels."""
    others = ([by] if by else []) + [dim for dim in quantity.dims if dim not in (x, by)]
    for place in np.ndindex(*(len(quantity.coords[dim]) for dim in others)):
        labels = {dim: quantity.coords[dim][k] for dim, k in zip(others, place)}
        yield ", ".join(f"{dim} = {value:.6g}" if isinstance(value, float) else f"{dim} = {value}"
                        for dim, value in labels.items()), quantity.sel(**labels)


def _curve(ax, part, x, label, number, exact, options):
    there = np.isfinite(part.mean)
    if not there.any():
        return
    at = np.asarray(part.coords[x])[there]
    style = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)], "markersize": 4,
             "linewidth": 1, "capsize": 2, "label": label or None}
    style.update(options)
    error = part.error[there] if part.error is not None else None
    ax.errorbar(at, part.mean[there], yerr=error, **style)
    if exact and part.exact is not None and np.isfinite(part.exact).any():
        ax.plot(at, part.exact[there], color=style["color"], linewidth=0.8, linestyle="--", zorder=1)


def _unit(results, name):
    from . import _descriptors

    known = _descriptors.registry.get(results.system)
    units = {parameter.name: parameter.unit for parameter in known.parameters} if known else {}
    return units.get(name)


def _label(name, unit):
    return f"{name.replace('_', ' ')} / {unit}" if unit else name.replace("_", " ")
