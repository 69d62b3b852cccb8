"""What the methods of a system written in Python are handed: parameters, plan, context, part, means.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import math
import pathlib
import typing

import numpy as np

from . import arrays, declarations
from ._native import check, encoded, ffi, lib, text
from .random import Stream

if typing.TYPE_CHECKING:
    from .user_systems import Definition


def nearest_hint(word: str, names: typing.Iterable[str]) -> str:
    """", did you mean 'x'?" or what there is."""
    kept = [ffi.new("char[]", encoded(name)) for name in names]
    if not kept:
        return "; there is none"
    guess = lib.ons_nearest(encoded(word), ffi.new("char *[]", kept), len(kept))
    return f", did you mean '{text(guess)}'?" if guess else f"; there are {', '.join(names)}"


class Expression:
    """A formula given as a parameter: ``formula(x=1.5)``; ``names`` are those that it uses."""

    def __init__(self, source: str):
        place = ffi.new("ons_expression **")
        check(lib.ons_expression_parse(place, encoded(source)))
        self._expression = ffi.gc(place[0], lib.ons_expression_free)
        self.source = source
        count = lib.ons_expression_name_count(self._expression)
        self.names = tuple(text(lib.ons_expression_name(self._expression, i)) for i in range(count))

    def __call__(self, **values: float) -> float:
        missing = [name for name in self.names if name not in values]
        if missing:
            raise TypeError(f"the formula {self.source} needs a value of {', '.join(missing)}")
        return lib.ons_expression_value(self._expression, [values[name] for name in self.names])

    def __str__(self) -> str:
        return self.source

    def __reduce__(self) -> typing.Any:
        return Expression, (self.source,)


def _array_value(pointer: typing.Any, name: bytes, code: int) -> np.ndarray:
    count = ffi.new("size_t *")
    dtype: typing.Any = np.int64
    factor = 1
    if code in (declarations.REAL, declarations.COMPLEX):
        data = lib.ons_reals(pointer, name, count)
        dtype, factor = (np.float64, 1) if code == declarations.REAL else (np.complex128, 2)
    else:
        data = lib.ons_integers(pointer, name, count)
    return np.frombuffer(ffi.buffer(data, count[0] * factor * 8), dtype).copy()


def _parameter_value(pointer: typing.Any, declared: declarations.Parameter) -> typing.Any:
    name, code = encoded(declared.name), declared.code
    if not lib.ons_present(pointer, name):
        return None
    if declared.is_array:
        return _array_value(pointer, name, code)
    if code == declarations.INTEGER:
        return lib.ons_integer(pointer, name)
    if code == declarations.REAL:
        return lib.ons_real(pointer, name)
    if code == declarations.COMPLEX:
        return complex(_array_value(pointer, name, code)[0])
    if code == declarations.BOOLEAN:
        return bool(lib.ons_boolean(pointer, name))
    if code == declarations.FORMULA:
        return Expression(text(lib.ons_string(pointer, name)))
    string = text(lib.ons_string(pointer, name))
    return pathlib.Path(string) if code == declarations.FILE else string


class Parameters:
    """The values of one task: ``parameters.L`` or ``parameters["L"]``; None for one that does not exist in this task.

    Arrays are numpy arrays, files are paths, formulas are functions of keywords.
    """

    def __init__(self, values: dict[str, typing.Any]):
        self.__dict__.update(values)

    def __getitem__(self, name: str) -> typing.Any:
        return self.__dict__[name]

    def __getattr__(self, name: str) -> typing.Any:
        raise AttributeError(f"there is no parameter '{name}'{nearest_hint(name, self.__dict__)}")

    def __iter__(self) -> typing.Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        return "Parameters(" + ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items()) + ")"


def parameters_of(pointer: typing.Any, declared: typing.Iterable[declarations.Parameter]) -> Parameters:
    return Parameters({one.name: _parameter_value(pointer, one) for one in declared})


class Plan:
    """What check() plans for a task."""

    def __init__(self, definition: Definition, pointer: typing.Any = None):
        self._definition = definition
        self._pointer = pointer
        self.shapes: dict[int, tuple[int, ...]] = {}

    def bytes(self, count: float) -> None:
        """Memory of one state, all its lanes."""
        if self._pointer is not None:
            lib.ons_plan_bytes(self._pointer, count)

    def lanes(self, lanes: int) -> None:
        """Replicas that one state carries; 1 unless said."""
        if self._pointer is not None:
            lib.ons_plan_lanes(self._pointer, lanes)

    def threads(self, threads: int) -> None:
        """Threads that one state can use; 1 unless said."""
        if self._pointer is not None:
            lib.ons_plan_threads(self._pointer, threads)

    def shape(self, observable: str, shape: int | tuple[int, ...]) -> None:
        """Makes an observable an array of this shape, at most 4 dimensions."""
        index = self._definition.observable_index(observable)
        shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(int(length) for length in shape)
        self.shapes[index] = shape
        if self._pointer is not None:
            lib.ons_plan_shape(self._pointer, index, len(shape), list(shape))

    def edges(self, observable: str, low: float, high: float, bins: int) -> None:
        """The edges of a histogram: ``bins`` equal ones from ``low`` to ``high``."""
        if self._pointer is not None:
            lib.ons_plan_edges(self._pointer, self._definition.observable_index(observable), low, high, bins)

    def omit(self, name: str) -> None:
        """There is no such observable or derived quantity in this task."""
        if self._pointer is not None:
            lib.ons_plan_omit(self._pointer, encoded(name))

    def note(self, line: str) -> None:
        """Something the user should know of this task, shown with the results."""
        if self._pointer is not None:
            lib.bridge_note(self._pointer, encoded(line))


class Context:
    """What a running state may ask, and where measured numbers go. Of use inside the method that it is handed to."""

    def __init__(self, definition: Definition, pointer: typing.Any):
        self._definition = definition
        self._pointer = pointer
        self._indices = definition.observable_indices
        #: The parameters of the task.
        self.parameters = parameters_of(lib.ons_context_parameters(pointer), definition.parameters)
        #: Replicas that this state carries.
        self.lanes: int = lib.ons_lanes(pointer)
        #: Threads that this state may use.
        self.threads: int = lib.ons_threads(pointer)
        self._shapes = definition.shapes(self.parameters)

    @property
    def steps(self) -> int:
        """Steps made so far, warm-up included."""
        return lib.ons_steps(self._pointer)

    @property
    def time(self) -> float:
        return lib.ons_time(self._pointer)

    @property
    def target(self) -> float:
        """The time that advance() must reach."""
        return lib.ons_target(self._pointer)

    def replica(self, lane: int = 0) -> int:
        """The number of the replica in a lane."""
        return lib.ons_replica(self._pointer, lane)

    def stream(self, purpose: int = 0, lane: int = 0) -> Stream:
        """The random stream of a lane for a purpose of your own choice (0: the dynamics). Keep and persist it."""
        return Stream._of(lib.ons_stream(self._pointer, lane, purpose))

    def streams(self, purpose: int = 0) -> list[Stream]:
        """The streams of all lanes."""
        return [self.stream(purpose, lane) for lane in range(self.lanes)]

    def poll(self, done: float, total: float) -> bool:
        """Inside a long step: reports progress; True: leave now, with onsager.STOPPED and a state that can go on."""
        return bool(lib.ons_poll(self._pointer, done, total))

    def _index(self, name: str) -> int:
        try:
            return self._indices[name]
        except KeyError:
            return self._definition.observable_index(name)

    def measure(self, name: str, value: typing.Any, lane: int | None = None) -> None:
        """In measure(): a Mean or Series, exactly once for each lane.

        Without ``lane`` all at once: the number (or array) of the only lane, or an array whose first index is the lane.
        """
        index = self._index(name)
        shape = self._shapes[index]
        if shape == () and (lane is not None or self.lanes == 1):
            lib.ons_measure(self._pointer, index, lane or 0, _scalar(name, value))
            return
        numbers = np.ascontiguousarray(value, dtype=np.float64)
        wanted = shape if lane is not None or self.lanes == 1 else (self.lanes, *shape)
        if numbers.shape != wanted:
            raise ValueError(f"the observable '{name}' was given an array of shape {numbers.shape}, expected {wanted}"
                             + (f" ({self.lanes} lanes first)" if wanted != shape else ""))
        if lane is not None:
            lib.ons_measure_array(self._pointer, index, lane, arrays.pointer(numbers))
        else:
            size = math.prod(shape)
            lib.bridge_measure_lanes(self._pointer, index, size, arrays.pointer(numbers))

    def count(self, name: str, values: typing.Any, lane: int = 0) -> None:
        """In measure(), any number of times: counts a number, or all of an array, in a Histogram."""
        numbers = np.ascontiguousarray(values, dtype=np.float64)
        lib.bridge_count(self._pointer, self._index(name), lane, arrays.pointer(numbers), numbers.size)

    def value(self, name: str, value: typing.Any, error: typing.Any = math.nan, lane: int = 0) -> None:
        """In advance() or measure(): a Value, a number or an array of its shape; the last one set stands."""
        index = self._index(name)
        numbers = np.asarray(value, dtype=np.float64)
        if numbers.shape != self._shapes[index]:
            raise ValueError(f"the value '{name}' was given an array of shape {numbers.shape}, expected "
                             f"{self._shapes[index]}")
        errors = np.broadcast_to(np.asarray(error, dtype=np.float64), numbers.shape)
        for component, (one, its_error) in enumerate(zip(numbers.ravel(), errors.ravel())):
            lib.ons_value(self._pointer, index, lane, component, one, its_error)

    def row(self, name: str, *cells: typing.Any, lane: int = 0) -> None:
        """In advance() or measure(): a row of a Table, one cell a column."""
        index = self._index(name)
        is_text = getattr(self._definition.observables[index], "has_text")
        if len(cells) != len(is_text):
            raise ValueError(f"a row of the table '{name}' has {len(is_text)} cells, not {len(cells)}")
        row, kept = ffi.new("ons_cell[]", len(cells)), []
        for place, (cell, as_text) in enumerate(zip(cells, is_text)):
            if as_text:
                kept.append(ffi.new("char[]", encoded(cell)))
                row[place].text = kept[-1]
            else:
                row[place].number = cell
        lib.ons_row(self._pointer, index, lane, row)


def _scalar(name: str, value: typing.Any) -> float:
    try:
        return float(value)
    except TypeError:
        raise TypeError(f"the observable '{name}' was given {type(value).__name__}, expected a number") from None


_ELEMENTS = {
    np.dtype(np.int8): (lib.ONS_I8, 1), np.dtype(np.uint8): (lib.ONS_U8, 1), np.dtype(np.bool_): (lib.ONS_U8, 1),
    np.dtype(np.int32): (lib.ONS_I32, 1), np.dtype(np.uint32): (lib.ONS_U32, 1),
    np.dtype(np.int64): (lib.ONS_I64, 1), np.dtype(np.uint64): (lib.ONS_U64, 1),
    np.dtype(np.float32): (lib.ONS_F32, 1), np.dtype(np.float64): (lib.ONS_F64, 1),
    np.dtype(np.complex64): (lib.ONS_F32, 2), np.dtype(np.complex128): (lib.ONS_F64, 2),
}


class Part:
    """Where a state is written, and where it is read from: the same calls do both."""

    def __init__(self, pointer: typing.Any):
        self._pointer = pointer
        #: Whether the state is being read.
        self.reading = bool(lib.ons_part_reading(pointer))

    def _memory(self, name: str, array: np.ndarray) -> tuple[int, int, typing.Any]:
        if not isinstance(array, np.ndarray):
            raise TypeError(f"'{name}' is {type(array).__name__}, expected a numpy array; part.value() takes numbers")
        if array.dtype not in _ELEMENTS:
            names = ", ".join(str(dtype) for dtype in _ELEMENTS)
            raise TypeError(f"the array '{name}' has elements of {array.dtype}, which cannot be stored; those of {names} can")
        if not array.flags.c_contiguous:
            raise ValueError(f"the array '{name}' is not contiguous in memory and cannot be stored as it lies")
        if self.reading and not array.flags.writeable:
            raise ValueError(f"the array '{name}' cannot be written to, and so not be read back")
        element, factor = _ELEMENTS[array.dtype]
        data = ffi.from_buffer("char[]", array, require_writable=self.reading) if array.size else ffi.new("char[1]")
        return element, factor, ffi.cast("void *", data)

    def array(self, name: str, array: np.ndarray) -> None:
        """Stores the array, or fills it in place; nothing is copied on the way."""
        element, factor, data = self._memory(name, array)
        check(lib.ons_persist(self._pointer, encoded(name), element, data, array.size * factor))

    def configuration(self, name: str, array: np.ndarray) -> None:
        """An array that belongs to the configuration: what ``snapshots`` stores and ``start=FILE.h5`` restores."""
        element, factor, data = self._memory(name, array)
        shape = list(array.shape) + ([2] if factor == 2 else [])
        check(lib.ons_persist_configuration(self._pointer, encoded(name), element, data, len(shape), shape))

    def varying(self, name: str, array: np.ndarray) -> np.ndarray:
        """An array whose first length changes during the run: ``self.events = part.varying("events", self.events)``."""
        count = ffi.new("size_t *", len(array))
        check(lib.ons_persist_count(self._pointer, encoded(name + "_count"), count, 2**40))
        if self.reading:
            array = np.empty((count[0], *array.shape[1:]), array.dtype)
        self.array(name, array)
        return array

    def value(self, name: str, value: typing.Any) -> typing.Any:
        """A number or a truth value: ``self.x = part.value("x", self.x)``."""
        kinds: typing.Any = ((bool, np.uint8), (int, np.int64), (float, np.float64), (complex, np.complex128))
        if isinstance(value, np.generic):
            kinds = ((type(value), value.dtype),)
        for kind, dtype in kinds:
            if isinstance(value, kind):
                place = np.array([value], dtype)
                self.array(name, place)
                return kind(place[0])
        raise TypeError(f"'{name}' is {type(value).__name__}, expected a number; arrays, streams and texts have methods "
                        "of their own")

    def text(self, name: str, value: str) -> str:
        raw = np.frombuffer(value.encode("utf-8"), np.uint8)
        return self.varying(name, raw).tobytes().decode("utf-8")

    def random(self, name: str, stream: Stream) -> None:
        """A random stream; all that is stored is its name and its position."""
        check(lib.ons_persist_random(self._pointer, encoded(name), stream._random))

    def any(self, name: str, value: typing.Any) -> typing.Any:
        """Whatever it is: an array, a stream, a number, a text, None, or a list, tuple or dict of such."""
        if isinstance(value, np.ndarray):
            self.array(name, value)
        elif isinstance(value, Stream):
            self.random(name, value)
        elif isinstance(value, str):
            return self.text(name, value)
        elif isinstance(value, (list, tuple)):
            return type(value)(self.any(f"{name}/{place}", item) for place, item in enumerate(value))
        elif isinstance(value, dict):
            return {key: self.any(f"{name}/{key}", item) for key, item in value.items()}
        elif value is not None:
            return self.value(name, value)
        return value


class Means:
    """The means of which a derived quantity is made: ``means.energy``; arrays are numpy arrays."""

    def __init__(self, definition: Definition, pointer: typing.Any):
        self._definition = definition
        self._pointer = pointer

    def __getattr__(self, name: str) -> typing.Any:
        index = self._definition.observable_indices.get(name)
        if index is None or self._definition.observables[index].kind != declarations.Mean.kind:
            known = [one.name for one in self._definition.observables if one.kind == declarations.Mean.kind]
            raise AttributeError(f"there is no mean of '{name}'{nearest_hint(name, known)}")
        count = ffi.new("size_t *")
        data = lib.ons_mean_array(self._pointer, index, count)
        if self._definition.is_scalar(index):
            return np.float64(data[0])
        return np.frombuffer(ffi.buffer(data, 8 * count[0]), np.float64).copy()

    __getitem__ = __getattr__
