"""Values between Python and the text of jobs: numbers and arrays as words, words as numbers and arrays.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import numbers
import os

import numpy as np

from .errors import InvalidError


def _real(value):
    return float.__repr__(float(value))


def single(key, value):
    """One value as the command line writes it: 16, 2.5, 1+2i, yes, wolff, [16,32]."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return _real(value)
    if isinstance(value, numbers.Complex):
        value = complex(value)
        sign = "-" if value.imag < 0 or str(value.imag).startswith("-") else "+"
        return f"{_real(value.real)}{sign}{_real(abs(value.imag))}i"
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return single(key, value[()])
    if isinstance(value, (tuple, list, np.ndarray)):
        return "[" + ",".join(single(key, item) for item in value) + "]"
    raise InvalidError(f"{key}: a value of type {type(value).__name__} cannot be used: numbers, texts, lists (a grid), "
                       "tuples (one array value) and dicts (as in until={'binder': 1e-3}) can")


def is_grid(value):
    """Lists, ranges and numpy arrays are grids; a tuple is one array value."""
    return isinstance(value, (list, range, set, frozenset)) or (isinstance(value, np.ndarray) and value.ndim > 0) or (
        hasattr(value, "__array__") and not isinstance(value, (np.ndarray, np.generic, tuple))
        and np.ndim(value) > 0)


def elements(value):
    """The points of a grid, in order (a set: sorted)."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if not isinstance(value, (list, range, np.ndarray)):
        value = np.asarray(value)
    if isinstance(value, np.ndarray):
        return [tuple(item) if isinstance(item, list) else item for item in value.tolist()]
    return [tuple(item.tolist()) if isinstance(item, np.ndarray) and item.ndim else item for item in value]


def word(key, value):
    """The text of a value or a grid, as after `key=` on the command line."""
    if not is_grid(value):
        if hasattr(value, "__array__") and not isinstance(value, (np.ndarray, np.generic)):
            value = np.asarray(value)[()]
        return single(key, value)
    points = elements(value)
    if not points:
        raise InvalidError(f"{key}: the grid is empty; at least one value is expected")
    return ",".join(single(key, item) for item in points)


def flatten(words):
    """Keywords as pairs of key and value: dicts unfold (until={'binder': 1e-3} is until.binder), None is left out."""
    pairs = []
    for key, value in words.items():
        key = key.rstrip("_")
        if value is None:
            continue
        if isinstance(value, dict):
            pairs += [(f"{key}.{name}", item) for name, item in value.items() if item is not None]
        else:
            pairs.append((key, value))
    return pairs


def number(text):
    """The number that a text of the library stands for; the text itself where it is none."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def parse(text, is_number):
    """A parameter's value in Python: a number, a tuple of them, or text."""
    if text.startswith("[") and text.endswith("]"):
        inside = [item.strip() for item in text[1:-1].split(",")] if len(text) > 2 else []
        return tuple(number(item) if is_number else item for item in inside)
    return number(text) if is_number else text


def yaml(text):
    """A YAML document, read by the library, as dicts, lists and values."""
    from ._native import check, encoded, ffi, lib

    if not text or not text.strip():
        return None
    raw, place = encoded(text), ffi.new("ons_yaml_document **")
    check(lib.ons_yaml_parse(place, b"document", raw, len(raw)))
    document = ffi.gc(place[0], lib.ons_yaml_free)
    return _node(lib.ons_yaml_root(document))


def _node(node):
    from ._native import lib, text

    if node.kind == lib.ONS_YAML_MAPPING:
        return {text(node.keys[k].text): _node(node.items[k]) for k in range(node.count)}
    if node.kind == lib.ONS_YAML_SEQUENCE:
        return [_node(node.items[k]) for k in range(node.count)]
    return text(node.text) if node.quoted else number(text(node.text))
