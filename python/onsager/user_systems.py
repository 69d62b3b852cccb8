"""Systems written in Python: a class with five methods, run by the same laboratory as those in C.

::

    class Walk(onsager.System):
        "Walkers on a line."
        name = "walk"
        parameters = [onsager.Parameter("N", int, default=10, range="[1, inf)", meaning="walkers")]
        observables = [onsager.Series("spread", meaning="mean square distance")]
        state = ["x", "random"]

        def create(self, context):
            self.x = np.zeros(context.parameters.N, np.int64)
            self.random = context.stream()

        def advance(self, context):
            self.x += 2 * self.random.integers(2, size=self.x.size) - 1

        def measure(self, context):
            context.measure("spread", (self.x**2).mean())

    results = onsager.run(Walk, N=[10, 100], steps=1000)

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import enum
import importlib.machinery
import importlib.util
import inspect
import operator
import os
import re
import sys
import typing
import weakref

from . import _descriptors, callbacks, declarations, source
from ._descriptors import Descriptor
from ._native import check, encoded, ffi, lib
from .errors import FailedError, InvalidError
from .handles import Context, Parameters, Part, Plan, nearest_hint


class Traits(enum.IntFlag):
    """What kind of system it is."""

    #: A Markov chain or flow with a stationary state: warm-up, autocorrelation times, R-hat, goals.
    STATIONARY = lib.ONS_STATIONARY
    #: Replicas are samples of a quenched disorder.
    QUENCHED = lib.ONS_QUENCHED
    #: Continuous time: advance() goes from context.time to context.target.
    CONTINUOUS = lib.ONS_CONTINUOUS


STATIONARY, QUENCHED, CONTINUOUS = Traits.STATIONARY, Traits.QUENCHED, Traits.CONTINUOUS
DONE, STOPPED = callbacks.Answer.DONE, callbacks.Answer.STOPPED


class System:
    """The base of systems written in Python. Subclasses declare themselves and define create, advance and measure.

    ``state`` names the attributes that hold the state: arrays, streams, numbers, texts, lists and dicts of such; all
    that create() does not make from the parameters must be among them. persist() stores them; a class may define its
    own. ``version`` changes when what is stored changes its meaning.
    """

    name: typing.ClassVar[str] = ""
    summary: typing.ClassVar[str | None] = None
    details: typing.ClassVar[str | None] = None
    step: typing.ClassVar[str] = "step"
    version: typing.ClassVar[int] = 1
    traits: typing.ClassVar[int] = 0
    parameters: typing.ClassVar[typing.Sequence[declarations.Parameter]] = ()
    observables: typing.ClassVar[typing.Sequence[declarations.Observable]] = ()
    derived: typing.ClassVar[typing.Sequence[declarations.Derived]] = ()
    exact: typing.ClassVar[typing.Sequence[declarations.Exact]] = ()
    #: Defaults of the run controls: steps, replicas, warmup, every.
    controls: typing.ClassVar[typing.Mapping[str, typing.Any]] = {}
    state: typing.ClassVar[typing.Sequence[str]] = ()
    #: The attributes among ``state`` that are the configuration, for ``snapshots`` and ``start=FILE.h5``.
    configuration: typing.ClassVar[typing.Sequence[str]] = ()
    #: A function of the parameters that decides whether replicas are samples of a disorder.
    quenched: typing.ClassVar[typing.Callable[[Parameters], bool] | None] = None

    def check(self, parameters: Parameters, plan: Plan) -> None:
        """Refuses bad combinations with ValueError and plans the rest. Called for every task before it is run."""

    def create(self, context: Context) -> None:
        """Makes the state from the parameters."""
        raise NotImplementedError

    def advance(self, context: Context) -> typing.Any:
        """One step. onsager.DONE: nothing is left to do after it."""
        raise NotImplementedError

    def measure(self, context: Context) -> None:
        """Measures every Mean and Series once for each lane."""

    def persist(self, part: Part) -> None:
        """Writes and reads the whole state."""
        for name in self.state:
            if name in self.configuration:
                part.configuration(name, getattr(self, name))
            else:
                setattr(self, name, part.any(name, getattr(self, name)))


def _documentation(cls: type[System]) -> tuple[str, str]:
    """Summary and details: as declared, else the first line of the documentation string and the rest."""
    lines = (inspect.cleandoc(cls.__doc__) if cls.__doc__ else "").split("\n", 1)
    summary = cls.summary if cls.summary is not None else lines[0].rstrip(".")
    details = cls.details if cls.details is not None else (lines[1].strip() if len(lines) > 1 else "")
    return summary or cls.name, details


def _wrong(cls: type, fault: str) -> TypeError:
    return TypeError(f"the class {cls.__qualname__} describes no system: {fault}")


def _look_at(cls: type[System]) -> None:
    """What the library could not say in the words of Python."""
    if not cls.name:
        guess = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        raise _wrong(cls, f'it has no name; give it one, name = "{guess}"')
    if cls.name in _descriptors.registry:
        raise _wrong(cls, f"'{cls.name}' is the name of a system that comes with onsager; give it another")
    for method in ("create", "advance"):
        if getattr(cls, method) is getattr(System, method):
            raise _wrong(cls, f"the method {method}(self, context) is missing")
    if cls.persist is System.persist and not cls.state:
        raise _wrong(cls, 'nothing says what must be stored; name it, state = ["x", "random"], or define persist()')
    lists = {"parameters": declarations.Parameter, "observables": declarations.Observable,
             "derived": declarations.Derived, "exact": declarations.Exact}
    for attribute, kind in lists.items():
        for item in getattr(cls, attribute):
            if not isinstance(item, kind) or type(item) is declarations.Observable:
                expected = "Mean, Series, Value, Histogram or Table" if attribute == "observables" else kind.__name__
                raise _wrong(cls, f"{attribute} holds {item!r}, expected onsager.{expected}")
    unknown = [name for name in cls.configuration if name not in cls.state]
    if unknown and cls.persist is System.persist:
        raise _wrong(cls, f"configuration names '{unknown[0]}', which is not in state")
    strange = [name for name in cls.controls if name not in ("steps", "replicas", "warmup", "every")]
    if strange:
        raise _wrong(cls, f"controls name '{strange[0]}'; expected steps, replicas, warmup or every")


class Definition:
    """A class as the library knows it: its descriptor, and what the callbacks need."""

    def __init__(self, cls: type[System]):
        _look_at(cls)
        self._class = weakref.ref(cls)
        self.name = cls.name
        self.parameters = tuple(cls.parameters)
        self.observables = tuple(cls.observables)
        self.derived = tuple(cls.derived)
        self.exact = tuple(cls.exact)
        self.observable_indices = {one.name: index for index, one in enumerate(self.observables)}
        self.planned: set[int] = set()  # observables to which a check() has given a shape
        self.checks = cls.check is not System.check
        self.number = callbacks.enter(self)
        self.quenched = getattr(cls, "quenched")
        draws = callable(getattr(cls, "picture", None))
        bridge = lib.bridge_create(self.number, len(self.parameters), len(self.observables), len(self.derived),
                                   len(self.exact), draws)
        if not bridge:
            check(lib.ONS_MEMORY)
        self._bridge = ffi.gc(bridge, lib.bridge_free)
        self._describe(cls)
        self.pointer = lib.bridge_system(self._bridge)
        if not self.pointer:
            check(lib.ONS_MEMORY)
        text = source.source_of(cls, System).encode("utf-8")
        self.code = ffi.new("ons_digest *", lib.ons_digest_bytes(text, len(text)))

    @property
    def cls(self) -> type[System]:
        cls = self._class()
        assert cls is not None
        return cls

    def _describe(self, cls: type[System]) -> None:
        kept: list[typing.Any] = []

        def c_text(value: typing.Any) -> typing.Any:
            if value is None or value == "":
                return ffi.NULL
            kept.append(ffi.new("char[]", encoded(value)))
            return kept[-1]

        summary, details = _documentation(cls)
        lib.bridge_head(self._bridge, cls.version, int(cls.traits), c_text(cls.name), c_text(summary), c_text(details),
                        c_text(cls.step))
        controls = cls.controls
        every, warmup = controls.get("every"), controls.get("warmup")
        lib.bridge_controls(self._bridge, int(controls.get("steps", 10000)), int(controls.get("replicas", 1)),
                            c_text(None if warmup is None else declarations.number_text(warmup)),
                            c_text(None if every is None else declarations.number_text(every)))
        if self.quenched is not None:
            lib.bridge_quenched(self._bridge, callbacks.take_slot(self, "quenched", 0))
        for index, one in enumerate(self.parameters):
            if one.is_array and one.code not in (declarations.INTEGER, declarations.REAL, declarations.COMPLEX):
                raise _wrong(cls, f"the parameter '{one.name}' is an array of what are no numbers")
            lib.bridge_parameter(self._bridge, index, one.code, one.flags, c_text(one.name), c_text(one.standard),
                                 c_text(None if one.choices is None else "|".join(one.choices)), c_text(one.range),
                                 c_text(one.when), c_text(one.unit), c_text(one.meaning))
        for index, seen in enumerate(self.observables):
            lib.bridge_observable(self._bridge, index, seen.kind, seen.flags, c_text(seen.name), c_text(seen.axis),
                                  c_text(seen.column_text), c_text(seen.unit), c_text(seen.meaning))
        for index, made in enumerate(self.derived):
            lib.bridge_derived(self._bridge, index, callbacks.take_slot(self, "derived", index), self.like(made),
                               c_text(made.name), c_text(made.unit), c_text(made.meaning))
        for index, known in enumerate(self.exact):
            lib.bridge_exact(self._bridge, index, callbacks.take_slot(self, "exact", index), c_text(known.name),
                             c_text(known.source))

    def observable_index(self, name: str) -> int:
        try:
            return self.observable_indices[name]
        except KeyError:
            hint = nearest_hint(name, self.observable_indices)
            raise KeyError(f"'{self.name}' has no observable '{name}'{hint}") from None

    def like(self, made: declarations.Derived) -> int:
        """The index of the mean whose shape a derived quantity has."""
        means = [one.name for one in self.observables if one.kind == declarations.Mean.kind]
        name = made.like if made.like is not None else (means[0] if means else "")
        if name not in means:
            raise _wrong(self.cls, f"the derived quantity '{made.name}' is like '{name}', which is no mean"
                         + nearest_hint(name, means))
        return self.observable_indices[name]

    def is_scalar(self, index: int) -> bool:
        return self.observables[index].shape == () and index not in self.planned

    def plan(self, parameters: Parameters, plan: Plan) -> None:
        """Shapes and edges as declared, and what check() says."""
        for one in self.observables:
            shape = one.shape(parameters) if callable(one.shape) else one.shape
            if shape != ():
                plan.shape(one.name, shape)
            edges = getattr(one, "edges", None)
            if edges is not None:
                plan.edges(one.name, *(edges(parameters) if callable(edges) else edges))
        if self.checks:
            before = set(plan.shapes)
            self.cls.__new__(self.cls).check(parameters, plan)
            self.planned |= set(plan.shapes) - before

    def shapes(self, parameters: Parameters) -> list[tuple[int, ...]]:
        """The shape of every observable in a task."""
        plan = Plan(self)
        self.plan(parameters, plan)
        return [plan.shapes.get(index, ()) for index in range(len(self.observables))]


_definitions: weakref.WeakKeyDictionary[type[System], tuple[dict[str, int], Definition]] = weakref.WeakKeyDictionary()


def _members(cls: type[System]) -> dict[str, int]:
    """What a class consists of, to see when one of it is replaced."""
    return {name: id(thing) for base in reversed(cls.__mro__) for name, thing in vars(base).items()
            if not name.startswith("__")}


def define(cls: type[System]) -> Definition:
    """The definition of a class; made once, and anew when the class was changed."""
    found = _definitions.get(cls)
    if found is None or found[0] != _members(cls):
        found = _definitions[cls] = (_members(cls), Definition(cls))
    return found[1]


class _Descriptor(Descriptor):
    """The descriptor of a class."""

    def __init__(self, definition: Definition, cls: type[System]):
        super().__init__(definition.name, definition.pointer, definition.code, (definition, cls))

    def finished(self) -> None:
        failure = callbacks.take_silent(self.keep[0])
        if failure is not None:
            raise FailedError(failure[0]) from failure[1]


def find(system: typing.Any) -> Descriptor:
    """The descriptor of a class for onsager.run and its companions."""
    if not (isinstance(system, type) and issubclass(system, System)):
        kind = f"the class {system.__qualname__}" if isinstance(system, type) else f"an object of {type(system).__name__}"
        raise InvalidError(f"{kind} names no system; expected a name, the path of a C file or a subclass of onsager.System")
    return _Descriptor(define(system), system)


# ---- classes in another process


class Traveller:
    """A class that can be pickled also where it stands in the script that runs."""

    def __init__(self, cls: type):
        self.cls = cls

    def __reduce__(self) -> typing.Any:
        if self.cls.__module__ != "__main__":
            return _itself, (self.cls,)
        path = getattr(sys.modules["__main__"], "__file__", None)
        if path is None or "<locals>" in self.cls.__qualname__:
            raise InvalidError(f"the class {self.cls.__qualname__} cannot be found by another process: it stands in no "
                               "file (of a notebook or prompt), or inside a function; write it in a file of its own")
        return _from_script, (os.path.abspath(path), self.cls.__qualname__, list(sys.argv))


def _itself(cls: type) -> type:
    return cls


def _from_script(path: str, name: str, arguments: list[str]) -> type:
    """A class of a script, which is run as a module that is not the main one."""
    sys.argv = arguments
    module = sys.modules.get("__mp_main__")
    if module is None:
        loader = importlib.machinery.SourceFileLoader("__mp_main__", path)
        specification = importlib.util.spec_from_loader("__mp_main__", loader)
        assert specification is not None
        module = sys.modules["__mp_main__"] = importlib.util.module_from_spec(specification)
        loader.exec_module(module)
    return operator.attrgetter(name)(module)
