"""Programs: graphs of tensors made to be run many times, on numpy arrays without copies. See onsager.learning.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing

import numpy as np

from . import arrays
from ._native import check, ffi, lib, text
from .learning_tensor import Tensor

if typing.TYPE_CHECKING:
    from .learning_graph import Graph


class Program:
    """Computes the outputs with which ``graph.program(...)`` was called.

    ``program["x"]`` is the memory of an input, to be written; ``program.bind(x=array)`` reads an array of yours from now
    on; ``parameters`` is the flat array of all parameters. A program is for one thread of Python at a time.
    """

    def __init__(self, graph: Graph, outputs: typing.Sequence[Tensor], threads: int, overrides: typing.Sequence[Tensor]):
        if threads < 1:
            raise ValueError(f"a program has {threads} threads; expected 1 or more")
        numbers = graph._numbers(overrides)
        options = ffi.new("ons_program_options *", {"threads": threads, "overrides": numbers,
                                                    "overrides_count": len(overrides)})
        place = ffi.new("ons_program **")
        check(lib.ons_program_create(place, graph._pointer, graph._numbers(outputs), len(outputs), options))
        self._pointer = ffi.gc(place[0], lib.ons_program_free)
        self.graph = graph
        self._total = len(graph)
        # Arrays of the caller with the pointers that keep their memory where it is.
        self._bound: dict[int, tuple[np.ndarray, typing.Any]] = {}
        self._shared: tuple[np.ndarray, typing.Any] | None = None
        self._outputs = [self._view(number, tensor) for number, tensor in enumerate(outputs)]

    def _view(self, number: int, tensor: Tensor) -> np.ndarray:
        address = lib.ons_program_output(self._pointer, number)
        view = arrays.view(address, tensor.dtype, tensor.shape, self._pointer)
        view.flags.writeable = False
        return view

    def _input(self, name: str | Tensor) -> Tensor:
        return name if isinstance(name, Tensor) else self.graph.find(name)

    # ---- what goes in

    def __getitem__(self, name: str | Tensor) -> np.ndarray:
        """The memory of an input; a bound array where there is one."""
        tensor = self._input(name)
        index = self.graph._own(tensor)
        if index in self._bound:
            return self._bound[index][0]
        address = lib.ons_program_input(self._pointer, index)
        if address == ffi.NULL:
            raise ValueError(f"{tensor.name} is no input of this program: its outputs do not need it")
        return arrays.view(address, tensor.dtype, tensor.shape, self._pointer)

    def __setitem__(self, name: str | Tensor, numbers: typing.Any) -> None:
        """Copies numbers into an input."""
        self[name][...] = numbers

    def bind(self, **inputs: np.ndarray) -> None:
        """Reads inputs from these arrays from now on, where they lie: of the input's shape and type, contiguous."""
        for name, array in inputs.items():
            self.bind_to(name, array)

    def bind_to(self, name: str | Tensor, array: np.ndarray | None) -> None:
        """bind() for names that are no words of Python; None: the program's own memory again."""
        tensor = self._input(name)
        index = self.graph._own(tensor)
        if array is None:
            check(lib.ons_program_bind(self._pointer, index, ffi.NULL))
            self._bound.pop(index, None)
            return
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{tensor.name} must be a numpy array, not {type(array).__name__}: it is read where it lies")
        arrays.checked(tensor.name, array, tensor.dtype, tensor.shape)
        pointer = arrays.pointer(array)
        check(lib.ons_program_bind(self._pointer, index, pointer))
        self._bound[index] = array, pointer

    @property
    def parameters(self) -> np.ndarray:
        """The flat array of all parameters, to be written in place: the shared one, or the program's own."""
        if self._shared is not None:
            return self._shared[0]
        return arrays.view(lib.ons_program_parameters(self._pointer), self.graph.dtype, (self._total,), self._pointer)

    @parameters.setter
    def parameters(self, flat: np.ndarray | None) -> None:
        """Shares an array: it is read where it lies, also by other programs. None: the program's own again."""
        if flat is None:
            lib.ons_program_share_parameters(self._pointer, ffi.NULL)
            self._shared = None
            return
        if not isinstance(flat, np.ndarray):
            raise TypeError(f"parameters must be a numpy array, not {type(flat).__name__}: they are read where they lie")
        pointer = arrays.pointer(arrays.checked("parameters", flat, self.graph.dtype, (self._total,)))
        lib.ons_program_share_parameters(self._pointer, pointer)
        self._shared = flat, pointer

    def override(self, tap: str | Tensor, numbers: np.ndarray | None) -> None:
        """Puts numbers in the place of a tap, whatever was computed (copied); None: its own again."""
        tensor = self._input(tap)
        if numbers is not None:
            numbers = arrays.checked(tensor.name, numbers, tensor.dtype, tensor.shape)
        check(lib.ons_program_override(self._pointer, self.graph._own(tensor),
                                       ffi.NULL if numbers is None else arrays.pointer(numbers)))

    # ---- what comes out

    def run(self, **inputs: np.ndarray) -> typing.Any:
        """Computes the outputs: one, or a tuple of several. Scalars are numbers; arrays lie in the program's memory, are
        the same at every run and change with the next one (copy() what is to be kept). Inputs that are given are bound
        first."""
        self.bind(**inputs)
        check(lib.ons_program_run(self._pointer))
        found = tuple(view if view.shape else view[()] for view in self._outputs)
        return found[0] if len(found) == 1 else found

    def first_bad(self) -> str | None:
        """Runs once more and looks for the first tensor that is not finite: a sentence with its layer and element."""
        tensor, sentence = ffi.new("ons_tensor *"), ffi.new("char[400]")
        check(lib.ons_program_first_bad(self._pointer, tensor, sentence))
        return None if tensor[0] == lib.ONS_NO_TENSOR else text(sentence)

    @property
    def bytes(self) -> int:
        """Memory of intermediate results."""
        return lib.ons_program_figures_of(self._pointer).bytes

    @property
    def multiplications(self) -> float:
        """Floating-point operations in products of matrices, a run."""
        return lib.ons_program_figures_of(self._pointer).multiplications
