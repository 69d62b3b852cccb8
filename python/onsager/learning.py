"""Networks that learn: tensors, derivatives of any order, layers, optimisers; the engine of C, on numpy arrays.

::

    from onsager import learning, random

    graph = learning.Graph()                                   # float64
    x = graph.input("x", (128, 1))
    u = graph.layers.mlp("u", x, [24, 24, 1], "tanh")
    (u_xx,) = graph.partials(u, x, (2,))                       # by Taylor series
    loss = ((u_xx + u) ** 2).mean() + (u[0, 0] - 1) ** 2
    program = graph.program(loss, graph.gradient(loss))
    graph.draw(random.Stream(1), out=program.parameters)
    adam = learning.Optimiser(graph, "adam", rate=1e-2)
    program["x"] = points
    for _ in range(1000):
        value, gradient = program.run()
        adam.step(program.parameters, gradient)

A graph is recorded once; a program runs it without taking memory, and gives the same bits for any number of threads.
All parameters lie in one flat array, which optimisers work on and which is all that must be stored of a network.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import os

import numpy as np

from . import arrays
from ._native import check, encoded, ffi, lib
from .errors import InvalidError
from .learning_graph import Graph
from .learning_layers import Layers, cross_entropy, squares
from .learning_optimisers import LBFGS, Levenberg, Optimiser, schedule
from .learning_program import Program
from .learning_tensor import Operand, Tensor, concatenate, scan, stack, where

__all__ = ["Graph", "Tensor", "Operand", "Program", "Layers", "Optimiser", "LBFGS", "Levenberg", "schedule", "where",
           "concatenate", "stack", "scan", "cross_entropy", "squares", "save", "load"]


_REALS = {np.dtype(np.float32): lib.ONS_STORED_F32, np.dtype(np.float64): lib.ONS_STORED_F64}


def save(path: str | os.PathLike[str], graph: Graph, parameters: np.ndarray) -> None:
    """Writes the parameters by name into a file; the ending decides: .npz of numpy, or .safetensors."""
    parts = graph.split(parameters)
    names = [ffi.new("char[]", encoded(name)) for name in parts]
    pointers = [arrays.pointer(part) for part in parts.values()]
    stored = [{"info": {"name": name, "type": _REALS[part.dtype], "rank": part.ndim, "shape": list(part.shape)},
               "values": pointer} for name, part, pointer in zip(names, parts.values(), pointers)]
    check(lib.ons_tensor_file_write(encoded(os.fspath(path)), ffi.new("ons_stored[]", stored), len(stored)))


def load(path: str | os.PathLike[str], graph: Graph, out: np.ndarray | None = None) -> np.ndarray:
    """Reads the parameters of a graph by name from a file of numpy, safetensors or PyTorch (tensors only: nothing that a
    file carries is run): a flat array, or ``out`` filled.

    All of the graph's parameters must be there in their shapes, else InvalidError, and ``out`` is as it was; others are
    passed over.
    """
    flat = np.zeros(len(graph), graph.dtype) if out is None else out
    arrays.checked("out", flat, graph.dtype, (len(graph),), writable=True)
    place = ffi.new("ons_tensor_file **")
    check(lib.ons_tensor_file_open(place, encoded(os.fspath(path))))
    file = ffi.gc(place[0], lib.ons_tensor_file_close)
    read = lib.ons_tensor_file_float if flat.dtype == np.float32 else lib.ons_tensor_file_double
    found, index = np.zeros_like(flat), ffi.new("size_t *")
    for name, part in graph.split(found).items():
        check(lib.ons_tensor_file_find(file, encoded(name), index))
        info = lib.ons_tensor_file_info(file, index[0])
        shape = [info.shape[i] for i in range(info.rank)]
        if shape != list(part.shape):
            raise InvalidError(f"{os.fspath(path)}: '{name}' has the shape {shape}, expected {list(part.shape)}")
        check(read(file, index[0], arrays.pointer(part)))
    flat[...] = found
    return flat
