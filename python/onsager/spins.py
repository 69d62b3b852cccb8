"""Classical spins on lattices and graphs, on numpy arrays: the engine below `ising` and its companions, alone.

::

    graph = onsager.spins.lattice("square", [64, 64])
    spins = np.ones(graph.sites, np.int8)
    ising = onsager.spins.Ising(graph, temperature=2.269, update="wolff", stream=onsager.random.Stream(1), spins=spins)
    ising.step(100)                 # changes `spins` itself
    print(ising.energy, spins.mean())

Exact solutions: torus, chain, complete, strip, density_of_states.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import os
import typing

import numpy as np

from . import arrays
from ._native import check, encoded, ffi, lib
from .errors import InvalidError
from .random import Stream
from .spins_exact import DensityOfStates, Exact, chain, complete, density_of_states, strip, torus

__all__ = ["Graph", "lattice", "complete_graph", "edges", "Ising", "correlations", "Exact", "torus", "chain", "complete",
           "strip", "DensityOfStates", "density_of_states"]

_UPDATES = ("metropolis", "heat-bath", "wolff", "swendsen-wang")
_ORDERS = ("random", "checkerboard")


def choice(name: str, word: str, words: typing.Sequence[str]) -> int:
    """The number of a word among those that are allowed."""
    plain = word.replace("_", "-")
    if plain not in words:
        raise InvalidError(f"{name} is '{word}'; expected {', '.join(words[:-1])} or {words[-1]}")
    return list(words).index(plain)


class Graph:
    """Sites and bonds. Its arrays lie in the library's memory and cannot be written to.

    Sites of a lattice are counted by cells in row-major order, the sites of a cell next to each other.
    """

    def __init__(self, pointer: typing.Any):
        self._pointer = ffi.gc(pointer, lib.ons_graph_free)
        self.sites: int = pointer.sites
        self.bonds: int = pointer.bonds

    def _view(self, address: typing.Any, dtype: typing.Any, count: int) -> np.ndarray:
        if not address:
            raise InvalidError("a complete graph has no list of bonds")
        array = arrays.view(address, dtype, (count,), self._pointer)
        array.flags.writeable = False
        return array

    @property
    def lengths(self) -> tuple[int, ...]:
        """Cells per direction; () for graphs that are no lattice."""
        described = self._pointer.lattice
        return tuple(self._pointer.lengths[d] for d in range(described.dimension)) if described else ()

    @property
    def source(self) -> np.ndarray:
        """The first site of every bond, [bonds]."""
        return self._view(self._pointer.source, np.uint32, self.bonds)

    @property
    def target(self) -> np.ndarray:
        """The second site of every bond, [bonds]."""
        return self._view(self._pointer.target, np.uint32, self.bonds)

    @property
    def strength(self) -> np.ndarray:
        """The factor of every bond on the coupling of the model, [bonds]."""
        if self._pointer.strength:
            return self._view(self._pointer.strength, np.float64, self.bonds)
        return np.full(self.bonds, self._pointer.common_strength)

    def neighbours(self, site: int | None = None) -> np.ndarray:
        """The neighbours of a site; of all, [sites, coordination], where every site has as many."""
        graph = self._pointer
        table = self._view(graph.neighbour, np.uint32, graph.entries)
        if site is not None:
            if not 0 <= site < self.sites:
                raise IndexError(f"there is no site {site}; the graph has {self.sites}")
            if graph.coordination:
                return table[site * graph.coordination:(site + 1) * graph.coordination]
            return table[graph.offset[site]:graph.offset[site + 1]]
        if not graph.coordination:
            raise InvalidError("the sites have different numbers of neighbours; ask for one site: neighbours(site)")
        return table.reshape(self.sites, graph.coordination)

    def positions(self) -> np.ndarray:
        """Cartesian coordinates of all sites of a lattice, [sites, dimension]."""
        if not self._pointer.lattice:
            raise InvalidError("a graph that is no lattice has no positions")
        found = np.empty((self.sites, self._pointer.lattice.dimension))
        for site in range(self.sites):
            lib.ons_graph_position(self._pointer, site, ffi.from_buffer("double *", found[site]))
        return found

    def __repr__(self) -> str:
        return f"<onsager.spins.Graph of {self.sites} sites and {self.bonds} bonds>"


def lattice(name: str | os.PathLike[str], lengths: int | typing.Sequence[int], boundary: str = "periodic",
            dimension: int | None = None) -> Graph:
    """A graph from a lattice: chain, square, triangular, honeycomb, kagome, cubic, bcc, fcc, hypercubic (with its
    ``dimension``), or a description in a file (a path). ``lengths``: cells, one number or one per direction."""
    place = ffi.new("ons_lattice **")
    if isinstance(name, os.PathLike):
        check(lib.ons_lattice_read(place, encoded(os.fspath(name))))
    else:
        check(lib.ons_lattice_create(place, encoded(name), dimension or 0))
    described = ffi.gc(place[0], lib.ons_lattice_free)
    cells = [lengths] if isinstance(lengths, (int, np.integer)) else list(lengths)
    graph = ffi.new("ons_graph **")
    check(lib.ons_graph_create(graph, described, cells, len(cells), choice("boundary", boundary, ("periodic", "open"))))
    return Graph(graph[0])


def complete_graph(sites: int) -> Graph:
    """Every pair of sites, with strength 1 / sites."""
    place = ffi.new("ons_graph **")
    check(lib.ons_graph_complete(place, sites))
    return Graph(place[0])


def edges(source: typing.Any, target: typing.Any, strength: typing.Any = None) -> Graph:
    """A graph from a list of edges: arrays of the two ends, sites counted from 0, and of the strengths (1)."""
    ends = np.asarray(source), np.asarray(target)
    for end in ends:
        if end.ndim != 1 or end.dtype.kind not in "iu" or len(end) != len(ends[0]):
            raise TypeError("source and target must be arrays of whole numbers of one length")
    factors = np.ones(len(ends[0])) if strength is None else np.asarray(strength, np.float64)
    if factors.shape != ends[0].shape:
        raise ValueError(f"strength has the shape {factors.shape}, expected {ends[0].shape}")
    lines = "".join(f"{i} {j} {float(s)!r}\n" for i, j, s in zip(*ends, factors)).encode()
    place = ffi.new("ons_graph **")
    check(lib.ons_graph_parse(place, b"edges", lines, len(lines)))
    return Graph(place[0])


class Ising:
    """The Ising model H = - sum J_ij s_i s_j - field sum s_i on a graph: one configuration with its random stream.

    ``update`` is metropolis, heat-bath, wolff (``clusters`` a step) or swendsen-wang; ``order``, of metropolis, random or
    checkerboard. ``couplings`` [bonds] gives J_ij of each bond. ``spins``, an int8 array of +1 and -1, [sites] or of any
    shape with as many numbers, is the configuration: steps change it in place. After changing it yourself call
    refresh(). Without it all spins are up, in memory of the engine.
    """

    def __init__(self, graph: Graph, temperature: float, *, stream: Stream, coupling: float = 1.0, field: float = 0.0,
                 update: str = "metropolis", order: str = "random", clusters: int = 1,
                 couplings: np.ndarray | None = None, spins: np.ndarray | None = None):
        self.graph = graph
        options = ffi.new("ons_ising_options *")
        options.temperature, options.coupling, options.field = temperature, coupling, field
        options.update, options.order = choice("update", update, _UPDATES), choice("order", order, _ORDERS)
        options.clusters = clusters
        if couplings is not None:
            couplings = arrays.checked("couplings", couplings, shape=(graph.bonds,))
            options.couplings = arrays.pointer(couplings)
        model = ffi.new("ons_ising_model **")
        check(lib.ons_ising_model_create(model, graph._pointer, options))
        self._model = ffi.gc(model[0], lib.ons_ising_model_free)
        place = ffi.new("ons_ising **")
        check(lib.ons_ising_create(place, self._model, stream._random[0]))
        self._ising = ffi.gc(place[0], lib.ons_ising_free)
        self._sliced = order == "checkerboard"
        self._spins: np.ndarray | None = None
        if spins is not None:
            self._use(spins)

    def _use(self, spins: np.ndarray) -> None:
        if self._sliced:
            raise InvalidError("the order checkerboard keeps its spins as bits, not in an array of yours; use order='random'")
        spins = arrays.checked("spins", spins, np.int8, writable=True)
        if spins.size != self.graph.sites:
            raise ValueError(f"spins has {spins.size} numbers, expected {self.graph.sites}")
        check(lib.ons_ising_use(self._ising, arrays.pointer(spins)))
        self._spins = spins

    @property
    def spins(self) -> np.ndarray:
        """The configuration, int8: the array that was given, else the memory of the engine. With the order checkerboard
        a copy of its bits, made now."""
        if self._spins is not None:
            return self._spins
        spins = arrays.view(lib.ons_ising_spins(self._ising), np.int8, (self.graph.sites,), self)
        return spins.copy() if self._sliced else spins

    def refresh(self) -> None:
        """Makes the sums anew after the spins were changed from outside."""
        check(lib.ons_ising_refresh(self._ising))

    def start_random(self, stream: Stream) -> None:
        """Infinite temperature."""
        lib.ons_ising_start_random(self._ising, stream._random)

    def set(self, temperature: float, field: float = 0.0) -> None:
        """Another temperature and field from now on."""
        check(lib.ons_ising_model_set(self._model, temperature, field))

    def step(self, steps: int = 1) -> None:
        """So many steps: sweeps, or clusters of wolff."""
        if steps < 0:
            raise ValueError(f"{steps} steps cannot be made")
        lib.engine_ising_steps(self._ising, steps)

    def series(self, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """So many steps; energy and magnetization per site after each."""
        energy, magnetization = np.empty(steps), np.empty(steps)
        lib.engine_ising_series(self._ising, steps, arrays.pointer(energy), arrays.pointer(magnetization))
        return energy, magnetization

    @property
    def energy(self) -> float:
        """Per site."""
        return lib.ons_ising_energy(self._ising)

    @property
    def magnetization(self) -> float:
        """Per site."""
        return lib.ons_ising_magnetization(self._ising)

    @property
    def magnetization_kmin_squared(self) -> float:
        """|m(k)|^2 at the smallest wave vectors."""
        return lib.ons_ising_magnetization_kmin_squared(self._ising)

    @property
    def position(self) -> int:
        """Of the random stream; with the spins it is all that must be stored."""
        return lib.ons_ising_random(self._ising).position

    @position.setter
    def position(self, position: int) -> None:
        lib.ons_random_seek(lib.ons_ising_random(self._ising), position)


def correlations(graph: Graph, *components: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Correlation function G(r) and structure factor S(k) along the axes of a lattice, of any field on its sites.

    Each component is an array [sites] of float64; of a vector give all. r = 0, 1, .. cells; k = 2 pi n / L.
    """
    if not components:
        raise ValueError("give at least one component, an array of one number a site")
    place = ffi.new("ons_correlations **")
    check(lib.ons_correlations_create(place, graph._pointer))
    found = ffi.gc(place[0], lib.ons_correlations_free)
    counts = ffi.new("size_t[2]")
    check(lib.ons_correlations_lengths(graph._pointer.lattice, graph._pointer.lengths,
                                       graph._pointer.boundary == lib.ONS_OPEN, counts, counts + 1))
    lib.ons_correlations_clear(found)
    for number, component in enumerate(components):
        component = arrays.checked(f"component {number}", component)
        if component.size != graph.sites:
            raise ValueError(f"component {number} has {component.size} numbers, expected {graph.sites}")
        lib.ons_correlations_add(found, arrays.pointer(component))
    correlation, structure = np.empty(counts[0]), np.empty(counts[1])
    lib.ons_correlations_take(found, arrays.pointer(correlation), arrays.pointer(structure))
    return correlation, structure
