"""The source of a system written in Python, by which stored states know whether they may be continued.

It is the text of the class, of its bases, and of what they name in their own module: functions, classes and plain
constants, followed as far as they go. Other modules are not followed. Where the text cannot be had (a class made by
exec, or at an interactive prompt) the compiled code stands for it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import ast
import functools
import inspect
import linecache
import textwrap
import types
import typing
import warnings

_CONSTANTS = (bool, int, float, complex, str, bytes, type(None))


def _is_constant(value: typing.Any) -> bool:
    if isinstance(value, (tuple, frozenset)):
        return all(_is_constant(item) for item in value)
    return isinstance(value, _CONSTANTS)


def _functions(thing: typing.Any) -> typing.Iterator[types.FunctionType]:
    """The functions of a class, and those that its declarations hold."""
    if isinstance(thing, types.FunctionType):
        yield thing
    elif isinstance(thing, (staticmethod, classmethod)):
        yield from _functions(thing.__func__)
    elif isinstance(thing, property):
        for part in (thing.fget, thing.fset):
            yield from _functions(part)
    elif isinstance(thing, (list, tuple)):
        for item in thing:
            yield from _functions(item)
    elif hasattr(thing, "function") and hasattr(thing, "name"):
        yield from _functions(thing.function)
    elif isinstance(thing, type):
        for name in sorted(vars(thing)):
            if not isinstance(vars(thing)[name], type):
                yield from _functions(vars(thing)[name])


def _codes(code: types.CodeType) -> typing.Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _code_text(code: types.CodeType) -> str:
    """Compiled code without its place in a file."""
    constants = [constant for constant in code.co_consts if not isinstance(constant, types.CodeType)]
    return f"{code.co_name} {code.co_code.hex()} {code.co_names} {code.co_varnames} {constants!r}\n"


def _compiled(thing: typing.Any) -> str:
    return "".join(_code_text(code) for function in _functions(thing) for code in _codes(function.__code__))


def _named(function: types.FunctionType) -> typing.Iterator[tuple[str, typing.Any]]:
    """What a function names outside of itself, in order of the names."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    for name in sorted(names & function.__globals__.keys()):
        yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        if name == "__class__":
            continue
        try:
            yield name, cell.cell_contents
        except ValueError:  # not yet assigned
            continue


def _class_text(cls: type) -> str:
    """The text of a class. By a line of one of its methods, which tells classes of one name apart and is known in the
    cells of a notebook too."""
    for function in vars(cls).values():
        code = getattr(function, "__code__", None)
        if code is None or not code.co_qualname.startswith(cls.__qualname__ + "."):
            continue
        linecache.checkcache(code.co_filename)
        text = "".join(linecache.getlines(code.co_filename))
        for node in _classes(text):
            if node.name == cls.__name__ and code.co_firstlineno in _members(node):
                return ast.get_source_segment(text, node, padded=True) or ""
    return inspect.getsource(cls)


@functools.lru_cache(8)
def _classes(text: str) -> list[ast.ClassDef]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]


def _members(node: ast.ClassDef) -> set[int]:
    """The lines on which the members of a class begin, with their decorators."""
    return {min([member.lineno] + [one.lineno for one in getattr(member, "decorator_list", ())]) for member in node.body}


class _Collector:
    def __init__(self, module: str):
        self.module = module
        self.seen: set[int] = set()
        self.texts: list[str] = []
        self.compiled: list[str] = []

    def add(self, name: str, thing: typing.Any) -> None:
        if _is_constant(thing):
            self.texts.append(f"{name} = {thing!r}\n")
        elif isinstance(thing, (types.FunctionType, type)) and getattr(thing, "__module__", None) == self.module:
            self._add_definition(name, thing)

    def _add_definition(self, name: str, thing: typing.Any) -> None:
        if id(thing) in self.seen:
            return
        self.seen.add(id(thing))
        try:
            text = textwrap.dedent(_class_text(thing) if isinstance(thing, type) else inspect.getsource(thing))
        except (OSError, TypeError, SyntaxError):
            text = _compiled(thing)
            self.compiled.append(name)
        self.texts.append(f"# {name}\n{text}")
        for function in _functions(thing):
            if isinstance(thing, type) and not function.__code__.co_qualname.startswith(thing.__qualname__ + "."):
                self._add_definition(function.__name__, function)  # put into the class from elsewhere
            for other, value in _named(function):
                self.add(other, value)


def source_of(cls: type, base: type) -> str:
    """The text that identifies a class derived from ``base``."""
    texts = []
    for ancestor in cls.__mro__:
        if ancestor is base or ancestor is object or not issubclass(ancestor, base):
            continue
        collector = _Collector(ancestor.__module__)
        collector.add(ancestor.__qualname__, ancestor)
        texts += collector.texts
        if collector.compiled:
            names = ", ".join(collector.compiled)
            warnings.warn(
                f"the source of {names} cannot be read, so that stored runs of '{getattr(cls, 'name')}' are identified by its "
                "compiled code: another version of Python will not continue them; write the class in a file",
                stacklevel=4,
            )
    return "".join(texts)
