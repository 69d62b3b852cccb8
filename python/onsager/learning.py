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
import pathlib
import zipfile

import numpy as np

from . import arrays
from .errors import InvalidError
from .handles import nearest_hint
from .learning_graph import Graph
from .learning_layers import Layers, cross_entropy, squares
from .learning_optimisers import LBFGS, Levenberg, Optimiser, schedule
from .learning_program import Program
from .learning_tensor import Operand, Tensor, concatenate, scan, stack, where

__all__ = ["Graph", "Tensor", "Operand", "Program", "Layers", "Optimiser", "LBFGS", "Levenberg", "schedule", "where",
           "concatenate", "stack", "scan", "cross_entropy", "squares", "save", "load"]


def save(path: str | os.PathLike[str], graph: Graph, parameters: np.ndarray) -> None:
    """Writes the parameters by name into a file of numpy, FILE.npz."""
    path = _npz(path)
    part = path.with_name(path.name + ".part")
    with zipfile.ZipFile(part, "w") as archive:
        for name, array in graph.split(parameters).items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    os.replace(part, path)


def load(path: str | os.PathLike[str], graph: Graph, out: np.ndarray | None = None) -> np.ndarray:
    """Reads the parameters of a graph by name from FILE.npz: a flat array, or ``out`` filled.

    All of the graph's parameters must be there in their shapes; others are passed over. Nothing that a file carries is
    run.
    """
    flat = np.zeros(len(graph), graph.dtype) if out is None else out
    arrays.checked("out", flat, graph.dtype, (len(graph),), writable=True)
    places = graph.split(flat)
    with np.load(_npz(path), allow_pickle=False) as file:
        found = {}
        for name, place in places.items():
            if name not in file:
                raise InvalidError(f"{path} has no parameter '{name}'{nearest_hint(name, file.files)}")
            found[name] = file[name]
            if found[name].shape != place.shape:
                raise InvalidError(f"{path}: '{name}' has the shape {list(found[name].shape)}, expected {list(place.shape)}")
    for name, place in places.items():
        place[...] = found[name]
    return flat


def _npz(path: str | os.PathLike[str]) -> pathlib.Path:
    path = pathlib.Path(path)
    if path.suffix != ".npz":
        raise InvalidError(f"{path}: parameters are kept in files of numpy, with the ending .npz")
    return path
