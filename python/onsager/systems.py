"""The systems that come with onsager, as functions with real signatures.

    >>> onsager.systems.ising(L=[16, 32], temperature=2.3).run(steps=1e4)

Each function takes the parameters of its system by keyword and gives an BoundSystem: the system with these values,
which onsager.run and onsager.submit take, and which has them as methods. Signatures, defaults and docstrings come from
the descriptors, so that help(onsager.systems.ising) says what `onsager describe ising` says.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import inspect as _inspect

from . import _descriptors

__all__ = sorted(name.replace("-", "_") for name in _descriptors.registry)


def __dir__():
    return __all__


def __getattr__(name):
    if name not in __all__:
        guess = _descriptors.nearest(name, __all__) if not name.startswith("_") else None
        hint = f", did you mean '{guess}'?" if guess else ""
        raise AttributeError(f"there is no system '{name}'{hint} (dir(onsager.systems) lists all)")
    function = _function(name, _descriptors.find(name))
    globals()[name] = function
    return function


class BoundSystem:
    """A system with values of its parameters: what onsager.run and onsager.submit take."""

    def __init__(self, descriptor, parameters):
        self.descriptor, self.parameters = descriptor, parameters
        self.name = descriptor.name

    def run(self, **controls):
        """Runs it: the same as onsager.run(SYSTEM, **controls)."""
        from .jobs import run

        return run(self, **controls)

    def submit(self, **controls):
        """Runs it in the background: the same as onsager.submit(SYSTEM, **controls)."""
        from .background import submit

        return submit(self, **controls)

    def __repr__(self):
        values = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"onsager.systems.{self.name.replace('-', '_')}({values})"


class _Expression(str):
    """A default that is computed from other parameters; shown without quotes."""

    def __repr__(self):
        return str(self)


def default(parameter):
    """The default of a parameter in Python: a number, a tuple, a truth, a text; an expression shows as it is."""
    standard = parameter.standard
    if standard is None:
        return _inspect.Parameter.empty
    if parameter.type == "boolean":
        return standard in ("yes", "true")
    if parameter.type in ("choice", "text", "file", "formula"):
        return standard
    if standard.startswith("["):
        items = [item.strip() for item in standard[1:-1].split(",") if item.strip()]
        return tuple(_number(item, parameter.type) for item in items)
    return _number(standard, parameter.type)


def _number(standard, kind):
    if kind == "complex":
        try:
            return complex(standard.replace("i", "j"))
        except ValueError:
            return _Expression(standard)
    try:
        value = float(standard)
    except ValueError:
        return _Expression(standard)
    return int(value) if kind == "integer" and value == int(value) else value


def signature(descriptor):
    """The signature of a system's function."""
    parameters = [_inspect.Parameter(parameter.name, _inspect.Parameter.KEYWORD_ONLY, default=default(parameter),
                                     annotation=_annotation(parameter)) for parameter in descriptor.parameters]
    return _inspect.Signature(parameters, return_annotation=BoundSystem)


def _annotation(parameter):
    return {"integer": int, "real": float, "complex": complex, "boolean": bool}.get(parameter.type, str)


def _indent(text, spaces=4):
    return "\n".join(" " * spaces + line if line.strip() else "" for line in text.splitlines())


def documentation(descriptor):
    """The docstring of a system's function."""
    parts = [f"{descriptor.name}: {descriptor.summary}", "Parameters\n----------"]
    for parameter in descriptor.parameters:
        about = [parameter.type + (" or array" if parameter.array else "")]
        about += [f"one of {', '.join(parameter.choices)}" + (" or a file" if parameter.file else "")] if parameter.choices else []
        about += [f"in {parameter.range}"] if parameter.range else []
        about += [f"default {parameter.standard}"] if parameter.standard is not None else ["required"]
        about += [f"in units of {parameter.unit}"] if parameter.unit else []
        about += [f"only with {parameter.when}"] if parameter.when else []
        parts.append(f"{parameter.name} : {', '.join(about)}\n{_indent(parameter.meaning)}")
    parts.append("A list or a numpy array is a grid; a tuple is one array value.")
    parts.append("Measures\n--------")
    for item in descriptor.observables:
        about = [item.kind] + (["derived"] if item.derived else []) + ([f"along {item.axis}"] if item.axis else [])
        about += [f"unit {item.unit}"] if item.unit else []
        parts.append(f"{item.name} : {', '.join(about)}\n{_indent(item.meaning)}")
    if descriptor.details:
        parts.append("Details\n-------\n" + descriptor.details.strip())
    controls = ", ".join(f"{name}={value}" for name, value in descriptor.controls.items() if value is not None)
    parts.append(f"One step: {descriptor.step}. Run controls that differ from the general defaults: {controls}.")
    return "\n\n".join(parts) + "\n"


def _function(name, descriptor):
    names = [parameter.name for parameter in descriptor.parameters]

    def function(**parameters):
        for key in parameters:
            if key not in names and key.rstrip("_") not in names and key.split(".")[0] not in names:
                guess = _descriptors.nearest(key, names)
                hint = f"; did you mean '{guess}'?" if guess else ""
                raise TypeError(f"{name}() got an unexpected keyword argument '{key}'{hint}")
        return BoundSystem(descriptor, parameters)

    function.__name__ = name
    function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = documentation(descriptor)
    function.__signature__ = signature(descriptor)
    function.descriptor = descriptor
    return function
