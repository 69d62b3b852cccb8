"""What the library calls: the functions of a descriptor, each of which calls a method of a class in Python.

They hold the GIL, whatever thread they are called on. An exception ends the job with its message and place; the
exception itself is kept for the caller of the job.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import collections
import enum
import itertools
import math
import os
import traceback
import typing
import weakref

import numpy as np

from . import _native, arrays
from ._native import encoded, ffi, lib
from .errors import Error, InvalidError, OutOfMemoryError
from .handles import Context, Means, Part, Plan, parameters_of

if typing.TYPE_CHECKING:
    from .user_systems import Definition, System


class Answer(enum.Enum):
    """What advance() may return."""

    DONE = lib.ONS_DONE
    STOPPED = lib.ONS_STOPPED


class _State:
    """A Python object that is a state, with what its methods are handed."""

    __slots__ = ("definition", "system", "context")

    def __init__(self, definition: Definition, system: System, context: Context):
        self.definition, self.system, self.context = definition, system, context


_numbers = itertools.count(1)
_definitions: weakref.WeakValueDictionary[int, Definition] = weakref.WeakValueDictionary()
_states: dict[int, _State] = {}


def enter(definition: Definition) -> int:
    """A number by which the library names the definition."""
    number = next(_numbers)
    _definitions[number] = definition
    return number


# ---- slots: functions in C that differ in a number

_SLOTS = 256
_slots: dict[str, dict[int, tuple[weakref.ref[Definition], int]]] = {"derived": {}, "exact": {}, "quenched": {}}


def take_slot(definition: Definition, kind: str, index: int) -> int:
    """A free slot for the function number ``index`` of a definition; given back with it."""
    taken = _slots[kind]
    slot = next((number for number in range(_SLOTS) if number not in taken), None)
    if slot is None:
        raise OutOfMemoryError(f"systems written in Python have {_SLOTS} functions of kind '{kind}' between them; all are taken")
    taken[slot] = (weakref.ref(definition), index)
    weakref.finalize(definition, taken.pop, slot, None)
    return slot


def _in_slot(kind: str, slot: int) -> tuple[Definition, int]:
    reference, index = _slots[kind][slot]
    definition = reference()
    assert definition is not None
    return definition, index


# ---- exceptions

_causes: collections.deque[tuple[str, BaseException]] = collections.deque(maxlen=8)
_silent: weakref.WeakKeyDictionary[Definition, tuple[str, BaseException]] = weakref.WeakKeyDictionary()
_HERE = os.path.dirname(os.path.abspath(__file__))


def _place(failure: BaseException) -> str:
    """Where it was raised: the innermost line that is not of this package."""
    frames = traceback.extract_tb(failure.__traceback__)
    outside = [frame for frame in frames if os.path.dirname(os.path.abspath(frame.filename)) != _HERE]
    if not outside:
        return ""
    return f" ({os.path.basename(outside[-1].filename)}, line {outside[-1].lineno})"


def _line(what: str, failure: BaseException) -> str:
    said = " ".join(str(failure.args[0] if isinstance(failure, KeyError) and failure.args else failure).split())
    return f"{what} raised {type(failure).__name__}{': ' + said if said else ''}{_place(failure)}"


def _fail(definition: Definition | None, method: str, failure: BaseException) -> int:
    """Sets the message of an exception in a method and gives the status that ends the job."""
    if definition is None:  # the class is gone
        return lib.bridge_fail(lib.ONS_FAILED, b"the class of a system written in Python is gone")
    line = _line(f"{method}() of '{definition.name}'", failure)
    status = lib.ONS_MEMORY if isinstance(failure, MemoryError) else lib.ONS_FAILED
    refuses = (ValueError, Error) if method == "check" else InvalidError if method == "persist" else ()
    if isinstance(failure, refuses) and str(failure).strip():
        line, status = " ".join(str(failure).split()), lib.ONS_INVALID
    _causes.append((line, failure))
    return lib.bridge_fail(status, encoded(line.replace("\0", " ")))


def cause_of(message: str) -> BaseException | None:
    """The exception of which a message tells; it is kept no longer."""
    for entry in reversed(_causes):
        if entry[0] in message:
            _causes.remove(entry)
            return entry[1]
    return None


_native.cause_of = cause_of


def take_silent(definition: Definition) -> tuple[str, BaseException] | None:
    return _silent.pop(definition, None)


# ---- a state

@ffi.def_extern(error=lib.ONS_FAILED)
def python_check(number: int, parameters: typing.Any, pointer: typing.Any) -> int:
    definition = _definitions.get(number)
    try:
        assert definition is not None
        definition.plan(parameters_of(parameters, definition.parameters), Plan(definition, pointer))
        return lib.ONS_OK
    except BaseException as failure:
        return _fail(definition, "check", failure)


@ffi.def_extern(error=lib.ONS_FAILED)
def python_create(number: int, pointer: typing.Any, place: typing.Any) -> int:
    definition = _definitions.get(number)
    try:
        assert definition is not None
        context = Context(definition, pointer)
        system = definition.cls()
        state = next(_numbers)
        _states[state] = _State(definition, system, context)
        place[0] = state
        system.create(context)
        context._pointer = None
        return lib.ONS_OK
    except BaseException as failure:
        return _fail(definition, "create", failure)


@ffi.def_extern(error=lib.ONS_FAILED)
def python_advance(number: int, pointer: typing.Any) -> int:
    state = _states[number]
    try:
        context = state.context
        context._pointer = pointer
        answer = state.system.advance(context)
        context._pointer = None
        if answer is None:
            return 0
        if isinstance(answer, Answer):
            return answer.value
        raise TypeError(f"advance() returned {answer!r}, expected None, onsager.DONE or onsager.STOPPED")
    except BaseException as failure:
        return _fail(state.definition, "advance", failure)


@ffi.def_extern(error=lib.ONS_FAILED)
def python_measure(number: int, pointer: typing.Any) -> int:
    state = _states[number]
    try:
        context = state.context
        context._pointer = pointer
        state.system.measure(context)
        context._pointer = None
        return 0
    except BaseException as failure:
        return _fail(state.definition, "measure", failure)


@ffi.def_extern(error=lib.ONS_FAILED)
def python_persist(number: int, pointer: typing.Any) -> int:
    state = _states[number]
    part = Part(pointer)
    try:
        state.system.persist(part)
        return 0
    except BaseException as failure:
        return _fail(state.definition, "persist", failure)
    finally:
        part._pointer = None


@ffi.def_extern()
def python_destroy(number: int) -> None:
    _states.pop(number, None)


def _as_rgb(image: typing.Any) -> np.ndarray:
    image = np.asarray(image)
    if image.dtype != np.uint8:
        raise TypeError(f"picture() gave an array of {image.dtype}, expected uint8 (0 to 255)")
    if image.ndim == 2:
        image = np.repeat(image[:, :, np.newaxis], 3, axis=2)
    if image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"picture() gave an array of shape {image.shape}, expected (height, width, 3) or (height, width)")
    return np.ascontiguousarray(image)


@ffi.def_extern(error=lib.ONS_FAILED)
def python_picture(number: int, lane: int, picture: typing.Any) -> int:
    state = _states[number]
    try:
        image = _as_rgb(state.system.picture(lane))  # type: ignore[attr-defined]
        return lib.ons_picture_lattice(picture, 2, list(image.shape[:2]), arrays.pointer(image))
    except BaseException as failure:
        return _fail(state.definition, "picture", failure)


# ---- functions of the means and of the parameters

def _note_silent(definition: Definition, what: str, failure: BaseException) -> None:
    if definition not in _silent:
        _silent[definition] = (_line(what, failure), failure)


@ffi.def_extern()
def python_derived(slot: int, means: typing.Any, parameters: typing.Any, place: typing.Any) -> None:
    definition, index = _in_slot("derived", slot)
    declared = definition.derived[index]
    like = definition.like(declared)
    seen = Means(definition, means)
    values = None
    try:
        given = parameters_of(parameters, definition.parameters)
        shape: tuple[int, ...] = () if definition.is_scalar(like) else definition.shapes(given)[like]
        values = np.frombuffer(ffi.buffer(place, 8 * math.prod(shape)), np.float64).reshape(shape)
        values[...] = np.nan
        with np.errstate(all="ignore"):
            values[...] = declared.function(seen, given)
    except (ArithmeticError, np.linalg.LinAlgError):
        pass  # not a number, as it would be in C
    except BaseException as failure:
        if values is None:
            place[0] = math.nan
        if not (isinstance(failure, ValueError) and "math domain" in str(failure)):
            _note_silent(definition, f"the derived quantity '{declared.name}' of '{definition.name}'", failure)
    finally:
        seen._pointer = None


@ffi.def_extern(error=lib.ONS_FAILED)
def python_exact(slot: int, parameters: typing.Any, place: typing.Any) -> int:
    definition, index = _in_slot("exact", slot)
    known = definition.exact[index]
    try:
        given = parameters_of(parameters, definition.parameters)
        value = known.function(given)
        if value is None:
            return lib.ONS_DONE
        shape: tuple[int, ...] = ()
        if known.name in definition.observable_indices:
            shape = definition.shapes(given)[definition.observable_indices[known.name]]
        else:
            made = next(one for one in definition.derived if one.name == known.name)
            shape = definition.shapes(given)[definition.like(made)]
        np.frombuffer(ffi.buffer(place, 8 * math.prod(shape)), np.float64).reshape(shape)[...] = value
        return lib.ONS_OK
    except BaseException as failure:
        return _fail(definition, f"the exact value '{known.name}'", failure)


@ffi.def_extern(error=0)
def python_quenched(slot: int, parameters: typing.Any) -> int:
    definition, _ = _in_slot("quenched", slot)
    try:
        given = parameters_of(parameters, definition.parameters)
        return int(bool(definition.cls.quenched(given)))  # type: ignore[misc]
    except BaseException as failure:
        _note_silent(definition, f"quenched() of '{definition.name}'", failure)
        return 0
