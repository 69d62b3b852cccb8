"""The systems that come with onsager, as functions with real signatures: `onsager.systems.ising(L=16, temperature=2.3)`.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
from dataclasses import dataclass

from ._native import check, encoded, ffi, lib, text
from .errors import InvalidError


@dataclass
class Descriptor:
    """A system as the library knows it. `keep` holds what must live as long as the pointer is used."""

    name: str
    pointer: object
    code: object = ffi.NULL
    keep: object = None


def _registry():
    found, place = {}, lib.ons_registry()
    while place[0]:
        found[text(place[0].name)] = place[0]
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
            return Descriptor(name, registry[name])
        guess = nearest(system, registry)
        hint = f", did you mean '{guess}'?" if guess else ""
        raise InvalidError(f"there is no system '{system}'{hint} (dir(onsager.systems) lists all)")
    from . import user_systems

    return user_systems.find(system)


def _compiled(path):
    place = ffi.new("ons_plugin **")
    check(lib.ons_plugin_load(encoded(path), place))
    plugin = ffi.gc(place[0], lib.ons_plugin_free)
    pointer = lib.ons_plugin_system(plugin)
    return Descriptor(path, pointer, lib.ons_plugin_digest(plugin), plugin)
