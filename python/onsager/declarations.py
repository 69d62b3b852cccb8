"""What a system written in Python declares: parameters, observables, derived quantities, exact values.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import numbers
import os
import pathlib
import typing
from dataclasses import dataclass

import numpy as np

INTEGER, REAL, COMPLEX, BOOLEAN, CHOICE, TEXT, FILE, FORMULA = range(8)
_ARRAY, _LIVE, _OR_FILE = 1, 2, 4
_SLOW = 1


class Formula:
    """The type of a parameter that is an expression in free names, such as ``x^2 + 1``."""


_TYPES = {int: INTEGER, float: REAL, complex: COMPLEX, bool: BOOLEAN, str: TEXT, pathlib.Path: FILE, Formula: FORMULA}
_TYPE_NAMES = "int, float, complex, bool, str, pathlib.Path, onsager.Formula or a list of one of these"


def number_text(value: typing.Any) -> str:
    """A value as the laboratory reads it."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ",".join(number_text(item) for item in value) + "]"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    if isinstance(value, numbers.Complex):
        return f"{float(value.real)!r}{float(value.imag):+}i"
    return os.fspath(value)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a system.

    ``type`` is int, float, complex, bool, str, pathlib.Path (a file, identified by its content) or onsager.Formula, or
    ``list[...]`` of one of these for an array. ``choices`` makes it one of some words. ``default`` is a value or, for
    numbers, an expression of other parameters (``"L/2"``); without one the parameter must be given. ``range`` bounds
    numbers: ``"(0, 2]"``, ``"[1, inf)"``. ``when`` names the choice under which it exists: ``"update=wolff"``. ``live``:
    it may change while the system is watched.
    """

    name: str
    type: typing.Any = float
    default: typing.Any = None
    range: str | None = None
    choices: typing.Sequence[str] | None = None
    when: str | None = None
    unit: str | None = None
    meaning: str = ""
    live: bool = False
    or_file: bool = False

    @property
    def is_array(self) -> bool:
        return typing.get_origin(self.type) is list

    @property
    def code(self) -> int:
        """The number of the type in the library."""
        element = typing.get_args(self.type)[0] if self.is_array else self.type
        if self.choices is not None:
            return CHOICE
        try:
            return _TYPES[element]
        except (KeyError, TypeError):
            raise TypeError(f"the parameter '{self.name}' has the type {element!r}; expected {_TYPE_NAMES}") from None

    @property
    def flags(self) -> int:
        return _ARRAY * self.is_array | _LIVE * self.live | _OR_FILE * self.or_file

    @property
    def standard(self) -> str | None:
        return None if self.default is None else number_text(self.default)


@dataclass(frozen=True)
class Observable:
    """What a system measures; use Mean, Series, Value, Histogram or Table.

    ``shape`` makes it an array: a tuple, or a function of the parameters that gives one. ``axis`` names the array
    parameter over which its first index runs.
    """

    name: str
    meaning: str = ""
    unit: str | None = None
    shape: typing.Any = ()
    axis: str | None = None
    kind: typing.ClassVar[int] = 0

    @property
    def flags(self) -> int:
        return 0

    @property
    def column_text(self) -> str | None:
        return None


@dataclass(frozen=True)
class Mean(Observable):
    """A mean over steps and replicas, with its error and autocorrelation time.

    ``slow``: never asked when the end of the warm-up is decided (by a symmetry its relaxation may take for ever).
    """

    slow: bool = False
    kind: typing.ClassVar[int] = 0

    @property
    def flags(self) -> int:
        return _SLOW * self.slow


@dataclass(frozen=True)
class Series(Observable):
    """Against time: a mean over replicas at every time of the grid, with its error."""

    kind: typing.ClassVar[int] = 1


@dataclass(frozen=True)
class Value(Observable):
    """One number (or array) a replica, with an error of its own if it has one; the last one set stands."""

    kind: typing.ClassVar[int] = 2


@dataclass(frozen=True)
class Histogram(Observable):
    """Counts over fixed bins. ``edges`` is (low, high, bins), or a function of the parameters that gives it."""

    edges: typing.Any = None
    kind: typing.ClassVar[int] = 3


@dataclass(frozen=True)
class Table(Observable):
    """Rows of named columns, numbers or text: ``columns=("state", "energy", "name:text")``."""

    columns: typing.Sequence[str] = ()
    kind: typing.ClassVar[int] = 4

    @property
    def column_text(self) -> str:
        return self.columns if isinstance(self.columns, str) else ", ".join(self.columns)

    @property
    def has_text(self) -> tuple[bool, ...]:
        return tuple(column.strip().endswith(":text") for column in self.column_text.split(","))


@dataclass(frozen=True)
class Derived:
    """A function of the means, with its error by jackknife.

    ``function(means, parameters)`` gives a number, or an array of the shape of the mean named ``like`` (by default the
    first mean). ``means.energy`` is the mean of the observable ``energy``, ``parameters.L`` a parameter.
    """

    name: str
    function: typing.Callable[[typing.Any, typing.Any], typing.Any]
    like: str | None = None
    meaning: str = ""
    unit: str | None = None


@dataclass(frozen=True)
class Exact:
    """The exact value of an observable or derived quantity: ``function(parameters)``, None where it is not known."""

    name: str
    function: typing.Callable[[typing.Any], typing.Any]
    source: str = ""
