"""Analyses of curves: crossings, fits, collapses, slopes and maxima; each is the library's, as in `onsager analyse`.

Results have them as methods: results.crossing("binder"), results.fit("energy", "power", x="L").

`x` is a parameter of numbers, also the one that an array runs over, "time" of a series or "index" along an array; `by`
the parameter that tells the curves apart; left out, x is the one with the most values and by the next one. Points with
x within `between` = (lowest, highest) count, an end may be None.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import math
from dataclasses import dataclass, field

import numpy as np

from ._native import check, encoded, ffi, lib, text
from .errors import InvalidError
from .quantities import array
from .text import number


def _numbers(results):
    """The parameters of numbers that vary, those with the most values first."""
    numbers = [dim for dim in results.dims if all(isinstance(value, (int, float)) for value in results._axis(dim))]
    axes = {task[name].axis for task in results.tasks for name in task if task[name].axis}
    numbers += sorted(axis for axis in axes if axis not in numbers)

    def length(dim):
        return max(len(results._axis(dim)), max((len(task.parameters[dim]) for task in results.tasks
                                                 if isinstance(task.parameters.get(dim), tuple)), default=0))

    return sorted(numbers, key=length, reverse=True)


def default_axes(results, x, by):
    """x: the varying number with the most values; by: the next one."""
    ordered = _numbers(results)
    if x is None:
        x = next((dim for dim in ordered if dim != by), None)
    if by is None:
        by = next((dim for dim in ordered if dim != x), None)
    if x is None or by is None:
        raise InvalidError("two parameters that vary are needed, x and by (the size)")
    return x, by


def _ends(between):
    low, high = between if between is not None else (None, None)
    return -math.inf if low is None else float(low), math.inf if high is None else float(high)


class _Kept(list):
    """C strings that live as long as they are used."""

    def __call__(self, string):
        if string is None:
            return ffi.NULL
        self.append(ffi.new("char[]", encoded(string)))
        return self[-1]


# ---- curves


@dataclass(frozen=True)
class Curve:
    """The points of one curve, ordered by x. `covariance` is None where points are independent."""

    label: str
    by: float
    x: np.ndarray
    y: np.ndarray
    error: np.ndarray
    covariance: np.ndarray | None
    freedom: float
    left_out: int
    note: str


class _Curves:
    """The library's curves; they live as long as this object."""

    def __init__(self, results, quantity, x, by, between):
        keep = _Kept()
        if by is None:
            ordered = _numbers(results)
            by = next((dim for dim in ordered if dim != (x or ordered[0])), None)
        request = ffi.new("ons_curves_request *", {"quantity": keep(quantity), "x": keep(x), "by": keep(by)})
        setattr(request, "from", _ends(between)[0])
        request.to = _ends(between)[1]
        place = ffi.new("ons_curves **")
        check(lib.ons_results_curves(results._pointer, request, place))
        self.pointer = ffi.gc(place[0], lib.ons_curves_free)
        self.x = text(self.pointer.x)
        self.curves = [self.pointer.curve[k] for k in range(self.pointer.count)]


def _curve(curve):
    points, count = curve.points, curve.points.count
    return Curve(text(curve.label) or "", curve.by, array(points.x, (count,)), array(points.y, (count,)),
                 array(points.errors, (count,)), array(points.covariance, (count, count)), points.freedom,
                 int(curve.left_out), text(curve.note) or "")


def curves(results, quantity, x=None, by=None, *, between=None):
    """The curves of a quantity, as all analyses take them: a list of Curve."""
    drawn = _Curves(results, quantity, x, by, between)
    return [_curve(curve) for curve in drawn.curves]


# ---- crossings


@dataclass(frozen=True)
class Crossing:
    """The crossing of the curves of two sizes; NaN where they do not cross once in the range."""

    by1: float
    by2: float
    x: float
    x_error: float
    y: float
    y_error: float
    degree: int
    goodness: float


class Crossings(list):
    """The crossings of pairs of sizes, in order, as Crossing; `best` is that of the two largest.

    `covariance` is that of their x, which share curves. `limit` is where they go for infinite sizes, a Fit of
    x_c + a L^-w, None where it was not found (`why` says why); `constant` the fit of one value to all of them.
    """

    def __init__(self, rows, quantity, x, by):
        super().__init__(rows)
        self.quantity, self.x, self.by = quantity, x, by
        self.covariance = self.limit = self.constant = None
        self.why = ""

    @property
    def best(self):
        """The crossing of the two largest sizes; None where several groups of tasks have one."""
        largest = max(row.by1 + row.by2 for row in self)
        rows = [row for row in self if row.by1 + row.by2 == largest]
        return rows[0] if len(rows) == 1 else None

    def to_dataframe(self):
        """A pandas data frame, a row for each pair."""
        from .frames import _pandas

        return _pandas().DataFrame([{f"{self.by}_1": row.by1, f"{self.by}_2": row.by2, self.x: row.x,
                                     f"{self.x}_error": row.x_error, self.quantity: row.y,
                                     f"{self.quantity}_error": row.y_error, "goodness": row.goodness} for row in self])

    def __repr__(self):
        lines = [f"crossings of {self.quantity} against {self.x}"]
        for row in self:
            where = f"{self.x} = {number(row.x, row.x_error)}, {self.quantity} = {number(row.y, row.y_error)}"
            lines.append(f"{self.by} = {row.by1:g}, {row.by2:g}: "
                         + (where if math.isfinite(row.x) else "not once in this range"))
        if self.limit is not None:
            lines.append(f"for infinite {self.by}: {self.x} = {number(self.limit['x_c'], self.limit.errors['x_c'])}")
        return "\n".join(lines)


def crossing(results, quantity, x=None, by=None, *, between=None, all=False, omega=None, resamples=0, seed=0):
    """Where the curves of a quantity cross for neighbouring (all: all) pairs of sizes, and where that goes: Crossings.

    Both curves are fitted by polynomials to the points nearest to the crossing; all such fits are averaged by their
    weights, and the error holds their errors and their spread. omega: the exponent w of the limit x_c + a L^-w (None:
    free). resamples, seed: of the bootstrap behind the joint errors (0: 400).
    """
    x, by = default_axes(results, x, by)
    keep = _Kept()
    request = ffi.new("ons_crossings_request *", {
        "quantity": keep(quantity), "x": keep(x), "by": keep(by), "all": all, "to": _ends(between)[1],
        "omega": math.nan if omega is None else omega, "resamples": resamples, "seed": seed})
    setattr(request, "from", _ends(between)[0])
    found = ffi.new("ons_crossings *")
    check(lib.ons_results_crossings_limit(results._pointer, request, found))
    try:
        rows = [found.row[k] for k in range(found.count)]
        made = Crossings([Crossing(row.by1, row.by2, row.crossing.x, row.crossing.x_error, row.crossing.y,
                                   row.crossing.y_error, row.crossing.degree, row.crossing.goodness) for row in rows],
                         quantity, x, by)
        made.covariance, made.why = array(found.covariance, (found.count, found.count)), text(found.why) or ""
        names = ["x_c", "a", "omega"]
        made.limit = _fit(found.limit, names, "x_c + a*L^-omega", None) if found.has_limit else None
        made.constant = _fit(found.constant, names[:1], "x_c", None) if found.has_constant else None
    finally:
        lib.ons_crossings_free(found)
    return made


# ---- fits


@dataclass(frozen=True)
class Fit:
    """A model fitted to one curve: `values` and `errors` by name (an error of 0: fixed), their covariance, chi^2.

    fit["b"] is a value; fit(x) the fitted function at numbers, fit.at(x) with its error. goodness: the probability of a
    larger chi^2. expected: what chi_squared is expected to be.
    """

    model: str
    label: str
    values: dict
    errors: dict
    covariance: np.ndarray
    chi_squared: float
    freedom: float
    expected: float
    goodness: float
    points: int
    curve: Curve | None = None
    _keep: tuple = field(default=(), repr=False)

    def __getitem__(self, name):
        return self.values[name]

    def at(self, x):
        """The fitted function and its error at numbers."""
        model, fit = self._keep
        place, x = ffi.new("double *"), np.asarray(x, float)
        pairs = []
        for value in x.ravel():
            mean = lib.ons_model_fit_value(model, fit, float(value), place)
            pairs.append((mean, place[0]))
        made = np.array(pairs).reshape(*x.shape, 2)
        return made[..., 0], made[..., 1]

    def __call__(self, x):
        return self.at(x)[0]

    def __repr__(self):
        values = ", ".join(f"{name} = {number(value, self.errors[name] or math.nan)}" for name, value in self.values.items())
        where = f" ({self.label})" if self.label else ""
        return f"{self.model}{where}: {values}; chi^2 = {self.chi_squared:.3g} of {self.expected:.3g}, " \
               f"goodness {self.goodness:.2g}"


def _fit(fit, names, model, curve, keep=()):
    count = fit.parameters
    names = names[:count]
    return Fit(model, curve.label if curve else "", dict(zip(names, fit.value)), dict(zip(names, fit.error)),
               np.array(list(fit.covariance[0:count * count])).reshape(count, count), fit.chi_squared, fit.freedom, fit.expected,
               fit.goodness, int(fit.points), curve, keep)


def models():
    """The models with a name: {name: (formula, meaning)}."""
    found, formula, meaning = {}, ffi.new("const char **"), ffi.new("const char **")
    index = 0
    while True:
        name = lib.ons_model_name(index, formula, meaning)
        if not name:
            return found
        found[text(name)] = text(formula[0]), text(meaning[0])
        index += 1


def _model(model, variable):
    """A model by its name, or a formula in x (or the name of the axis)."""
    place = ffi.new("ons_model **")
    if model in models() or model.replace("-", "").isalpha():
        check(lib.ons_model_named(place, encoded(model)))
    else:
        check(lib.ons_model_formula(place, encoded(model), encoded(variable)))
    return ffi.gc(place[0], lib.ons_model_free)


def fit(results, quantity, model="power", x=None, by=None, *, between=None, start=None, fixed=None, uncorrelated=False):
    """Fits a model to each curve of a quantity by least squares: a Fit where there is one curve, else a list.

    model: a name (see onsager.analysis.models()) or a formula in x, or in the name of the axis, "a*L^b + c". start:
    where parameters begin, {"b": 1}, others are searched for; fixed: those that keep a value. The covariance of points
    of the same replicas is used but for uncorrelated=True.
    """
    drawn = _Curves(results, quantity, x, by, between)
    chosen = _model(model, drawn.x)
    names = [text(lib.ons_model_parameter(chosen, k)) for k in range(lib.ons_model_count(chosen))]
    begin, held = ffi.new("double[]", [math.nan] * len(names)), ffi.new("bool[]", [False] * len(names))
    for given, fixes in ((start or {}, False), (fixed or {}, True)):
        for name, value in given.items():
            index = ffi.new("size_t *")
            check(lib.ons_model_find(chosen, encoded(name), index))
            begin[index[0]], held[index[0]] = value, fixes
    fits = []
    for curve in drawn.curves:
        points = ffi.new("ons_points *", curve.points)
        if uncorrelated:
            points.covariance = ffi.NULL
        found = ffi.new("ons_model_fit *")
        check(lib.ons_model_least_squares(chosen, points, begin, held, found))
        fits.append(_fit(found, names, text(lib.ons_model_text(chosen)), _curve(curve), (chosen, found)))
    return fits[0] if len(fits) == 1 else fits


# ---- slopes and maxima


@dataclass(frozen=True)
class Slope:
    """The value and the slope of a curve at x, with errors."""

    label: str
    by: float
    x: float
    value: float
    value_error: float
    slope: float
    slope_error: float
    goodness: float


def derivative(results, quantity, x=None, by=None, *, at=None, between=None):
    """The slope of each curve at the given places (None: at every point): a list of Slope."""
    found, drawn = [], _Curves(results, quantity, x, by, between)
    for curve in drawn.curves:
        places = array(curve.points.x, (curve.points.count,)) if at is None else np.atleast_1d(at)
        points = ffi.new("ons_points *", curve.points)
        for place in places:
            slope = ffi.new("ons_slope *")
            check(lib.ons_curve_slope(points, float(place), slope))
            found.append(Slope(text(curve.label) or "", curve.by, slope.x, slope.value, slope.value_error, slope.slope,
                               slope.slope_error, slope.goodness))
    return found


@dataclass(frozen=True)
class Extremum:
    """Where a curve is highest or lowest, and how high, with errors; NaN, with the reason in `why`, where it is not."""

    label: str
    by: float
    x: float = math.nan
    x_error: float = math.nan
    y: float = math.nan
    y_error: float = math.nan
    goodness: float = math.nan
    why: str = ""


def extremum(results, quantity, x=None, by=None, *, minimum=False, between=None):
    """Where each curve is highest (minimum: lowest), and how high: a list of Extremum.

    Raises InvalidError where no curve has one within its range.
    """
    found, failure, drawn = [], None, _Curves(results, quantity, x, by, between)
    for curve in drawn.curves:
        points, place = ffi.new("ons_points *", curve.points), ffi.new("ons_extremum *")
        try:
            check(lib.ons_curve_extremum(points, -1 if minimum else 1, place))
        except InvalidError as one:
            failure = one
            found.append(Extremum(text(curve.label) or "", curve.by, why=str(one)))
            continue
        found.append(Extremum(text(curve.label) or "", curve.by, place.x, place.x_error, place.y, place.y_error,
                              place.goodness))
    if failure is not None and all(row.why for row in found):
        raise failure
    return found


# ---- finite-size scaling

_EXPONENTS = ("xc", "nu", "kappa", "omega")


@dataclass(frozen=True)
class CollapseWindow:
    """One of the fits that were averaged: sizes from `smallest`, |X| up to `width`."""

    smallest: float
    width: float
    points: int
    weight: float
    values: dict
    errors: dict
    chi_squared: float
    freedom: float
    goodness: float


@dataclass(frozen=True)
class Collapse:
    """The critical point and exponents that make one curve of all sizes: `values` and `errors` by name.

    collapse["nu"] is a value; an error of 0: fixed. `exponent` is kappa/nu. `windows` are the fits behind the average.
    """

    quantity: str
    values: dict
    errors: dict
    covariance: np.ndarray
    exponent: float
    exponent_error: float
    windows: list
    heaviest: CollapseWindow

    def __getitem__(self, name):
        return self.values[name]

    def __repr__(self):
        values = ", ".join(f"{name} = {number(value, self.errors[name] or math.nan)}" for name, value in self.values.items()
                           if math.isfinite(value))
        return f"collapse of {self.quantity}: {values}; goodness {self.heaviest.goodness:.2g}"


def collapse(results, quantity, x=None, by=None, *, kappa=0.0, nu=None, xc=None, omega=None, corrections=False,
             between=None, whole=False, resamples=0, seed=0):
    """Finite-size scaling, y = L^(-kappa/nu) f((x - x_c) L^(1/nu)) with a Gaussian process for f: a Collapse.

    kappa: y scales as L^(-kappa/nu): beta of a magnetization, -gamma of a susceptibility, 0 for a ratio; nu, xc, omega:
    a value is fixed, None (and kappa="free") is found. corrections: with L^(-omega) g(X). whole: all points alone,
    without the average over smaller windows. resamples, seed: of the bootstrap (0: 100).
    """
    x, by = default_axes(results, x, by)
    keep = _Kept()
    request = ffi.new("ons_curves_request *", {"quantity": keep(quantity), "x": keep(x), "by": keep(by)})
    setattr(request, "from", _ends(between)[0])
    request.to = _ends(between)[1]
    options = ffi.new("ons_collapse_options *", {"corrections": corrections, "whole": whole, "resamples": resamples,
                                                 "seed": seed})
    for k, given in enumerate((xc, nu, None if kappa == "free" else kappa, omega)):
        options.start[k] = math.nan if given is None else float(given)
        options.fixed[k] = given is not None
    found = ffi.new("ons_collapse *")
    check(lib.ons_results_collapse(results._pointer, request, options, found))
    names = _EXPONENTS if corrections else _EXPONENTS[:3]
    windows = [CollapseWindow(one.smallest, one.width, int(one.points), one.weight, dict(zip(names, one.value)),
                              dict(zip(names, one.error)), one.chi_squared, one.freedom, one.goodness)
               for one in (found.window[k] for k in range(found.windows))]
    covariance = np.array(list(found.covariance)).reshape(len(_EXPONENTS), -1)[:len(names), :len(names)]
    return Collapse(quantity, dict(zip(names, found.value)), dict(zip(names, found.error)), covariance, found.exponent,
                    found.exponent_error, windows, windows[found.heaviest])
