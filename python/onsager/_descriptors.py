"""Systems as the library describes them: by name, from a C file, or from a class in Python.

Needs no numpy, so that the build can read the descriptors too.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
from dataclasses import dataclass

from ._native import check, encoded, ffi, lib, text
from .errors import InvalidError

TYPES = {
    lib.ONS_INTEGER: "integer", lib.ONS_REAL: "real", lib.ONS_COMPLEX: "complex", lib.ONS_BOOLEAN: "boolean",
    lib.ONS_CHOICE: "choice", lib.ONS_TEXT: "text", lib.ONS_FILE: "file", lib.ONS_FORMULA: "formula",
}
KINDS = {
    lib.ONS_MEAN: "mean", lib.ONS_SERIES: "series", lib.ONS_VALUE: "value", lib.ONS_HISTOGRAM: "histogram",
    lib.ONS_TABLE: "table",
}
CONTROLS = ("steps", "warmup", "every", "replicas", "seed", "threads", "until", "time", "checkpoint", "output",
            "series", "snapshots", "start")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a system. `standard`: the default as text, None where a value is required."""

    name: str
    type: str
    array: bool
    live: bool
    standard: str | None
    choices: tuple[str, ...]
    file: bool  # a path may stand for a choice
    range: str | None
    when: str | None
    unit: str | None
    meaning: str


@dataclass(frozen=True)
class Observable:
    """What a system measures (derived: computed from means)."""

    name: str
    kind: str
    derived: bool
    axis: str | None
    unit: str | None
    meaning: str


class Descriptor:
    """A system as the library knows it. `keep` holds what must live as long as the pointer is used."""

    def __init__(self, name, pointer, code=ffi.NULL, keep=None):
        self.name, self.pointer, self.code, self.keep = name, pointer, code, keep

    def finished(self):
        """A job was bound, or has ended well: raises what could not be told meanwhile (functions in Python that cannot
        fail in C)."""

    summary = property(lambda self: text(self.pointer.summary))
    details = property(lambda self: text(self.pointer.details))
    step = property(lambda self: text(self.pointer.step) or "step")

    @property
    def parameters(self):
        """The parameters, in order."""
        found = []
        for item in _entries(self.pointer.parameters):
            choices = text(item.choices)
            found.append(Parameter(
                text(item.name), TYPES[item.type], bool(item.flags & lib.ONS_ARRAY), bool(item.flags & lib.ONS_LIVE),
                text(item.standard), tuple(choices.split("|")) if choices else (),
                bool(item.flags & (lib.ONS_OR_FILE | lib.ONS_OR_ARCHIVE)), text(item.range), text(item.when),
                text(item.unit), text(item.meaning) or ""))
        return found

    @property
    def observables(self):
        """The observables, and behind them what is derived."""
        found = [Observable(text(item.name), KINDS[item.kind], False, text(item.axis), text(item.unit),
                            text(item.meaning) or "") for item in _entries(self.pointer.observables)]
        kinds = list(found)
        found += [Observable(text(item.name), "mean", True, kinds[item.like].axis, text(item.unit),
                             text(item.meaning) or "") for item in _entries(self.pointer.derived)]
        return found

    @property
    def controls(self):
        """The system's own defaults of run controls, as text."""
        own = self.pointer.controls
        return {"steps": str(own.steps), "warmup": text(own.warmup), "every": text(own.every) or "1",
                "replicas": str(max(own.replicas, 1))}

    def __repr__(self):
        return f"<onsager system {self.name}: {self.summary}>"


def _entries(pointer):
    """A list in C that ends with an entry without a name."""
    entries, place = [], 0
    while pointer and pointer[place].name:
        entries.append(pointer[place])
        place += 1
    return entries


def _registry():
    found, place = {}, lib.ons_registry()
    while place[0]:
        name = text(place[0].name)
        found[name] = Descriptor(name, place[0])
        place += 1
    return found


registry = _registry()


def nearest(word, names):
    """The name that was probably meant, or None."""
    kept = [ffi.new("char[]", encoded(name)) for name in names]
    return text(lib.ons_nearest(encoded(word), ffi.new("char *[]", kept), len(kept))) if kept else None


def find(system):
    """The descriptor of a system: its name, the path of a C file, or a class that describes one in Python."""
    if isinstance(system, Descriptor):
        return system
    if isinstance(system, os.PathLike) or (isinstance(system, str) and system.endswith(".c")):
        return _compiled(os.fspath(system))
    if isinstance(system, str):
        name = system if system in registry else system.replace("_", "-")
        if name in registry:
            return registry[name]
        guess = nearest(system, registry)
        hint = f", did you mean '{guess}'?" if guess else ""
        raise InvalidError(f"there is no system '{system}'{hint} (dir(onsager.systems) lists all)")
    if system is None:
        raise InvalidError("no system is named: onsager.run(SYSTEM, ...); dir(onsager.systems) lists all")
    from . import user_systems

    return user_systems.find(system)


def _compiled(path):
    place = ffi.new("ons_plugin **")
    check(lib.ons_plugin_load(encoded(path), place))
    plugin = ffi.gc(place[0], lib.ons_plugin_free)
    return Descriptor(path, lib.ons_plugin_system(plugin), lib.ons_plugin_digest(plugin), plugin)
