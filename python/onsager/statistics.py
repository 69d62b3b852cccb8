"""Statistics of correlated data in numpy arrays: errors, autocorrelation times, jackknife, warm-up, fits.

A series is an array [samples]; several replicas are a list of such arrays or an array [replicas, samples]; joint data of
several quantities have them in the last index. Numbers are float64 and contiguous, and are not copied. The
autocorrelation time tau is the integrated one in units of samples, 1/2 for uncorrelated data.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import math
import typing
from dataclasses import dataclass

import numpy as np

from . import arrays
from ._native import check, ffi, lib, text
from .random import Stream

_CAPACITY = 4096  # bins, as the laboratory keeps them


@dataclass(frozen=True)
class Estimate:
    """A mean with all that is known of it. Of several quantities: each field is an array."""

    mean: typing.Any
    #: One standard error, such that mean +- error covers 68.27 %.
    error: typing.Any
    #: Integrated autocorrelation time in samples: by windowing, and from the plateau of binning.
    tau: typing.Any
    binning_tau: typing.Any
    samples: typing.Any
    effective: typing.Any
    freedom: typing.Any
    rhat: typing.Any
    #: Words: "not-equilibrated", "too-few-samples", "not-finite".
    flags: typing.Any

    def __str__(self) -> str:
        return f"{self.mean} +- {self.error}"


_FIELDS = ("mean", "error", "tau", "binning_tau", "samples", "effective", "freedom", "rhat")


def _flag_words(flags: int) -> tuple[str, ...]:
    return tuple(text(lib.ons_flag_name(1 << bit)) for bit in range(3) if flags >> bit & 1)


def _estimate(estimates: typing.Any, shape: tuple[int, ...]) -> Estimate:
    count = math.prod(shape)
    if shape == ():
        return Estimate(**{field: getattr(estimates[0], field) for field in _FIELDS},
                        flags=_flag_words(estimates[0].flags))
    columns = {field: np.array([getattr(estimates[i], field) for i in range(count)]).reshape(shape) for field in _FIELDS}
    flags = np.empty(shape, object)
    for i in range(count):
        flags.flat[i] = _flag_words(estimates[i].flags)
    return Estimate(**columns, flags=flags)


def _replicas(data: typing.Any, components: bool) -> list[np.ndarray]:
    """The arrays of the replicas: [samples], or with components [samples, components]."""
    rank = 2 if components else 1
    if not isinstance(data, np.ndarray) and len(data) > 0 and isinstance(data[0], np.ndarray):
        found = [arrays.checked(f"data[{i}]", one, shape=(None,) * rank) for i, one in enumerate(data)]
    else:
        whole = arrays.checked("data", data)
        if whole.ndim not in (rank, rank + 1):
            raise ValueError(f"data has {whole.ndim} dimensions, expected [samples{', quantities' * components}], or the "
                             "replicas before that")
        found = [whole] if whole.ndim == rank else list(whole)
    if not found or any(one.shape[1:] != found[0].shape[1:] for one in found):
        raise ValueError("the replicas differ in their number of quantities, or there is none")
    return found


class _Joint:
    """Bins of all replicas and their joint analysis."""

    def __init__(self, replicas: list[np.ndarray], independent: bool = False):
        components = replicas[0].shape[1] if replicas[0].ndim == 2 else 1
        if components == 0:
            raise ValueError("data has no quantities")
        self.components = components
        self._bins = []
        for one in replicas:
            bins = ffi.gc(ffi.new("ons_bins *"), lib.ons_bins_free)
            check(lib.ons_bins_init(bins, components, _CAPACITY))
            lib.engine_add(bins, arrays.pointer(one), len(one))
            self._bins.append(bins)
        place = ffi.new("ons_joint **")
        pointers = ffi.new("ons_bins *[]", self._bins)
        check(lib.ons_joint_create(place, pointers, len(self._bins), lib.ONS_INDEPENDENT if independent else 0))
        self.pointer = ffi.gc(place[0], lib.ons_joint_free)

    def estimates(self) -> typing.Any:
        found = ffi.new("ons_estimate[]", self.components)
        for component in range(self.components):
            check(lib.ons_joint_estimate(self.pointer, component, found + component))
        return found


def mean(data: typing.Any, independent: bool = False) -> Estimate:
    """The mean of a series (or of the series of several replicas), with its error, tau and R-hat, by windowing (Wolff
    2004) and binning.

    ``independent``: replicas are independent samples of equal weight, and only the spread of their means counts.
    """
    return _estimate(_Joint(_replicas(data, False), independent).estimates(), ())


def means(data: typing.Any, independent: bool = False) -> Estimate:
    """The same for joint data [samples, quantities]: every field has one entry a quantity."""
    joint = _Joint(_replicas(data, True), independent)
    return _estimate(joint.estimates(), (joint.components,))


def covariance(data: typing.Any, independent: bool = False) -> np.ndarray:
    """The covariance of the means of joint data; its diagonal are the squares of the errors of means()."""
    joint = _Joint(_replicas(data, True), independent)
    matrix = np.empty((joint.components, joint.components))
    check(lib.ons_joint_covariance(joint.pointer, ffi.NULL, joint.components, arrays.pointer(matrix)))
    return matrix


class _Function:
    """A function of the means that the library calls."""

    def __init__(self, function: typing.Callable[[np.ndarray], typing.Any], inputs: int, shape: tuple[int, ...]):
        self.function, self.inputs, self.shape = function, inputs, shape
        self.raised: BaseException | None = None


@ffi.def_extern()
def python_means(data: typing.Any, means: typing.Any, outputs: typing.Any) -> None:
    call = ffi.from_handle(data)
    values = np.frombuffer(ffi.buffer(outputs, 8 * math.prod(call.shape)), np.float64).reshape(call.shape)
    values[...] = np.nan
    try:
        values[...] = call.function(np.frombuffer(ffi.buffer(means, 8 * call.inputs), np.float64).copy())
    except BaseException as failure:
        call.raised = call.raised or failure


def jackknife(function: typing.Callable[[np.ndarray], typing.Any], data: typing.Any, independent: bool = False) -> Estimate:
    """A function of the means of joint data [samples, quantities], a number or an array, with its error by jackknife.

    ``jackknife(lambda m: 1 - m[1] / (3 * m[0]**2), data)``
    """
    joint = _Joint(_replicas(data, True), independent)
    whole = np.frombuffer(ffi.buffer(lib.ons_joint_means(joint.pointer), 8 * joint.components), np.float64).copy()
    first = np.asarray(function(whole), np.float64)
    if first.size == 0:
        raise ValueError("the function gives no numbers")
    call = _Function(function, joint.components, first.shape)
    found = ffi.new("ons_estimate[]", first.size)
    handle = ffi.new_handle(call)
    status = lib.ons_joint_derived(joint.pointer, first.size, lib.python_means, handle, found)
    if call.raised is not None:
        raise call.raised
    check(status)
    return _estimate(found, first.shape)


def bootstrap(data: typing.Any, resamples: int, stream: Stream | None = None, independent: bool = False) -> np.ndarray:
    """Block bootstrap of joint data: ``resamples`` sets of means, [resamples, quantities]; blocks are longer than the
    correlations. Without a stream the same one every time."""
    joint = _Joint(_replicas(data, True), independent)
    if resamples < 1:
        raise ValueError(f"{resamples} resamples were asked for; expected 1 or more")
    drawn = np.empty((resamples, joint.components))
    random = (stream or Stream(0))._random
    check(lib.ons_joint_bootstrap(joint.pointer, resamples, random, arrays.pointer(drawn)))
    return drawn


def rhat(data: typing.Any) -> float:
    """Gelman and Rubin's R-hat over replicas, each split in halves: near 1 where they agree."""
    return mean(data).rhat


def binning(series: typing.Any) -> tuple[np.ndarray, np.ndarray]:
    """Binning analysis of one series: lengths of blocks 1, 2, 4, .. and the naive error of the mean from each.

    The errors grow to a plateau, the true error; a length has an error where there are at least two blocks.
    """
    samples = arrays.checked("series", series, shape=(None,))
    if len(samples) < 2:
        raise ValueError(f"the series has {len(samples)} numbers; expected 2 or more")
    bins = ffi.gc(ffi.new("ons_bins *"), lib.ons_bins_free)
    check(lib.ons_bins_init(bins, 1, _CAPACITY))
    lib.engine_add(bins, arrays.pointer(samples), len(samples))
    levels = len(samples).bit_length() - 1
    errors = np.array([lib.ons_bins_level_error(bins, 0, level) for level in range(levels)])
    return 2 ** np.arange(levels), errors


def autocorrelation(series: typing.Any, count: int | None = None) -> np.ndarray:
    """The normalised autocorrelation function of one series at lags 0 .. count - 1 (by default a tenth of it)."""
    samples = arrays.checked("series", series, shape=(None,))
    count = max(1, len(samples) // 10) if count is None else count
    if not 1 <= count <= len(samples):
        raise ValueError(f"{count} lags were asked for of a series of {len(samples)}")
    function = np.empty(count)
    lib.ons_autocorrelation(arrays.pointer(samples), len(samples), count, arrays.pointer(function))
    return function


def tau(data: typing.Any) -> float:
    """The integrated autocorrelation time in samples, by the window of Wolff (2004), from every sample of every
    replica."""
    replicas = _replicas(data, False)
    pointers = [arrays.pointer(one) for one in replicas]
    found = ffi.new("ons_estimate *")
    lengths = [len(one) for one in replicas]
    check(lib.ons_series_estimate(ffi.new("double *[]", pointers), lengths, len(replicas), 1.0, math.nan, found))
    return found.tau


def spread(values: typing.Any) -> Estimate:
    """Mean and error of independent numbers."""
    numbers = arrays.checked("values", values, shape=(None,))
    found = ffi.new("ons_estimate *")
    lib.ons_spread(arrays.pointer(numbers), len(numbers), found)
    return _estimate(found, ())


def warmup(data: typing.Any) -> int | None:
    """How many samples at the beginning of joint data [samples, quantities] (or one series) belong to the warm-up.

    Judged as the laboratory does, at the fixed lengths 2^k: the first at which all quantities have reached their
    stationary state; None where none is found.
    """
    samples = arrays.checked("data", data)
    if samples.ndim not in (1, 2):
        raise ValueError(f"data has {samples.ndim} dimensions, expected [samples] or [samples, quantities]")
    components = 1 if samples.ndim == 1 else samples.shape[1]
    bins = ffi.gc(ffi.new("ons_bins *"), lib.ons_bins_free)
    check(lib.ons_bins_init(bins, components, _CAPACITY))
    over, done = ffi.new("bool *"), 0
    for power in range(len(samples).bit_length()):
        length = 2**power
        if length > len(samples):
            break
        piece = samples[done:length]
        lib.engine_add(bins, arrays.pointer(piece), len(piece))
        done = length
        if length >= 128:
            check(lib.ons_warmup_over(bins, ffi.NULL, over, ffi.NULL))
            if over[0]:
                return length
    return None


@dataclass(frozen=True)
class Fit:
    """A weighted polynomial fit; ``fit(x)`` gives the value, ``fit.error(x)`` its error, ``fit.slope(x)`` its slope."""

    degree: int
    chi_squared: float
    freedom: float
    #: The probability of a larger chi^2.
    goodness: float
    _fit: typing.Any

    def __call__(self, x: float) -> float:
        return lib.ons_fit_value(self._fit, x, ffi.NULL)

    def error(self, x: float) -> float:
        place = ffi.new("double *")
        lib.ons_fit_value(self._fit, x, place)
        return place[0]

    def slope(self, x: float) -> float:
        return lib.ons_fit_slope(self._fit, x)


def _same_length(**columns: typing.Any) -> list[np.ndarray]:
    found = [arrays.checked(name, column, shape=(None,)) for name, column in columns.items()]
    if len({len(column) for column in found}) != 1:
        raise ValueError(" and ".join(columns) + " differ in length: " + ", ".join(str(len(one)) for one in found))
    return found


def polynomial(x: typing.Any, y: typing.Any, errors: typing.Any, degree: int) -> Fit:
    """Fits a polynomial of degree 0 to 7 to points with errors."""
    columns = _same_length(x=x, y=y, errors=errors)
    fit = ffi.new("ons_fit *")
    check(lib.ons_fit_polynomial(*(arrays.pointer(one) for one in columns), len(columns[0]), degree, fit))
    return Fit(degree, fit.chi_squared, fit.freedom, fit.goodness, fit)


@dataclass(frozen=True)
class Crossing:
    x: float
    x_error: float
    y: float
    y_error: float
    degree: int
    goodness: float


def crossing(x1: typing.Any, y1: typing.Any, errors1: typing.Any, x2: typing.Any, y2: typing.Any,
             errors2: typing.Any) -> Crossing:
    """Where two measured curves cross, by an average over fits of all polynomials (Jay and Neil 2021)."""
    first = _same_length(x1=x1, y1=y1, errors1=errors1)
    second = _same_length(x2=x2, y2=y2, errors2=errors2)
    found = ffi.new("ons_crossing *")
    check(lib.ons_cross(*(arrays.pointer(one) for one in first), len(first[0]),
                        *(arrays.pointer(one) for one in second), len(second[0]), found))
    return Crossing(found.x, found.x_error, found.y, found.y_error, found.degree, found.goodness)
