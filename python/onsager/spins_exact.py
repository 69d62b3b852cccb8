"""Exact solutions of the Ising model: what a simulation is held against.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np

from ._native import check, ffi, lib, text


@dataclass(frozen=True)
class Exact:
    """Canonical means per site; nan for what a solution does not give."""

    free_energy: float
    energy: float
    specific_heat: float
    magnetization: float
    magnetization_abs: float
    magnetization_squared: float
    magnetization_fourth: float


def _exact(found: typing.Any) -> Exact:
    return Exact(*(getattr(found, field) for field in Exact.__dataclass_fields__))


def torus(rows: int, columns: int, temperature: float, coupling: float = 1.0) -> Exact:
    """The square lattice on a torus without field (Kaufman 1949; Ferdinand and Fisher 1969)."""
    found = ffi.new("ons_ising_exact *")
    if check(lib.ons_ising_exact_torus(rows, columns, coupling, temperature, found)) == lib.ONS_DONE:
        raise ValueError("coupling < 0 needs rows and columns that are even: no closed form is known otherwise")
    return _exact(found)


def chain(sites: int, temperature: float, coupling: float = 1.0, field: float = 0.0, open: bool = False) -> Exact:
    """The chain in a field, by its transfer matrix (Ising 1925)."""
    found = ffi.new("ons_ising_exact *")
    boundary = lib.ONS_OPEN if open else lib.ONS_PERIODIC
    check(lib.ons_ising_exact_chain(sites, boundary, coupling, field, temperature, found))
    return _exact(found)


def complete(sites: int, temperature: float, coupling: float = 1.0, field: float = 0.0) -> Exact:
    """The complete graph, coupling / sites a pair."""
    found = ffi.new("ons_ising_exact *")
    check(lib.ons_ising_exact_complete(sites, coupling, field, temperature, found))
    return _exact(found)


def strip(width: int, length: int, temperature: float, coupling: float = 1.0, field: float = 0.0, *,
          triangular: bool = False, across_open: bool = False, along_open: bool = False) -> tuple[Exact, float]:
    """A strip by its transfer matrix, ``length`` rows (0: infinitely many) of ``width`` sites; with the correlation
    length of infinite strips without field (nan otherwise)."""
    options = ffi.new("ons_transfer_options *")
    options.triangular, options.width, options.length = triangular, width, length
    options.across_open, options.along_open = across_open, along_open
    options.coupling, options.field, options.temperature = coupling, field, temperature
    place = ffi.new("ons_transfer **")
    check(lib.ons_transfer_create(place, options))
    transfer = ffi.gc(place[0], lib.ons_transfer_free)
    while check(lib.ons_transfer_step(transfer)) != lib.ONS_DONE:
        pass
    found = ffi.new("ons_ising_exact *")
    lib.ons_transfer_means(transfer, found)
    length_found = lib.ons_transfer_at(transfer).correlation_length
    return _exact(found), length_found if length == 0 and field == 0 else float("nan")


class DensityOfStates:
    """The exact number of states g(E) of every energy E, in units of the coupling; g as integers of Python."""

    def __init__(self, pointer: typing.Any):
        self._density = pointer
        count = pointer.count
        self.sites = int(pointer.sites)
        self.energy = np.array([pointer.level[i] for i in range(count)], np.int64)
        self.log_g = np.array([pointer.log_g[i] for i in range(count)])
        self.g = [int(text(pointer.text[i])) for i in range(count)]

    def canonical(self, temperature: float, coupling: float = 1.0) -> dict[str, float]:
        """Free energy, energy, specific heat and entropy per site at a temperature."""
        if not temperature > 0:
            raise ValueError(f"the temperature is {temperature}; expected a number > 0")
        means = ffi.new("ons_density_means *")
        lib.ons_density_canonical(self._density, coupling, temperature, means)
        return {name: getattr(means, name) for name in ("free_energy", "energy", "specific_heat", "entropy")}


def density_of_states(rows: int, columns: int) -> DensityOfStates:
    """Of the square torus without field, exactly (Beale 1996); at most 4096 sites."""
    beale = ffi.gc(ffi.new("ons_beale *"), lib.ons_beale_free)
    check(lib.ons_beale_init(beale, rows, columns))
    while check(lib.ons_beale_step(beale)) != lib.ONS_DONE:
        pass
    density = ffi.gc(ffi.new("ons_density *"), lib.ons_density_free)
    check(lib.ons_beale_density(beale, density))
    return DensityOfStates(density)
