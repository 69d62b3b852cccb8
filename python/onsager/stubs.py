"""Type hints of onsager.systems from the descriptors: `python -m onsager.stubs > systems.pyi`. The build does it.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from . import _descriptors
from .systems import BoundSystem

_HEAD = '''"""Made by python -m onsager.stubs from the descriptors of the systems."""

from collections.abc import Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias

import numpy as np

from . import _descriptors
from .background import Submitted
from .results import Results

__all__: list[str]

# A list or an array is a grid; a tuple is one array value; a text is read as on the command line ("2.0:2.5:0.1").
_Integer: TypeAlias = int | np.integer[Any] | float | str
_Real: TypeAlias = float | np.floating[Any] | np.integer[Any] | str
_Complex: TypeAlias = complex | np.number[Any] | str
_Boolean: TypeAlias = bool | np.bool_ | str
_Grid: TypeAlias = Sequence[Any] | np.ndarray[Any, Any]

class BoundSystem:
    name: str
    descriptor: _descriptors.Descriptor
    parameters: dict[str, Any]
    def __init__(self, descriptor: _descriptors.Descriptor, parameters: dict[str, Any]) -> None: ...
    def run(self, **controls: Any) -> Results: ...
    def submit(self, **controls: Any) -> Submitted: ...

'''
_TYPES = {"integer": "_Integer", "real": "_Real", "complex": "_Complex", "boolean": "_Boolean"}


def _hint(parameter):
    if parameter.choices and not parameter.file:
        single = "Literal[" + ", ".join(f'"{choice}"' for choice in parameter.choices) + "]"
    else:
        single = _TYPES.get(parameter.type, "str | PathLike[str]")
    return f"{single} | _Grid | None"


def stub(name, descriptor):
    """The declaration of one system's function."""
    keywords = [f"    {parameter.name}: {_hint(parameter)} = ..." for parameter in descriptor.parameters]
    inside = "    *,\n" + ",\n".join(keywords) + ",\n" if keywords else ""
    return f"def {name}(\n{inside}) -> BoundSystem: ...\n" if inside else f"def {name}() -> BoundSystem: ...\n"


def stubs():
    """The text of systems.pyi."""
    functions = [stub(name.replace("-", "_"), descriptor) for name, descriptor in sorted(_descriptors.registry.items())]
    return _HEAD + "\n".join(functions)


if __name__ == "__main__":
    assert BoundSystem
    print(stubs(), end="")
