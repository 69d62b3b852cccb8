"""The sweep of dense-hopfield in vectorised NumPy, single precision: Metropolis with running overlaps, P = 2 or 4."""
import math
import time

import numpy


def sweep(columns, sums, spins, order, factor, random):
    """N attempts at random sites; columns[site] are the entries of all patterns there, sums their overlaps."""
    sites = len(spins)
    slope = numpy.float32(3 * (sites - 1) - 2)
    for _ in range(sites):
        i = int(random.integers(sites))
        column = columns[i]
        without = sums - column * spins[i]
        if order == 2:
            field = float(numpy.dot(column, without))
        else:
            field = float(numpy.dot(column, without * (without * without - slope))) / 6
        cost = 2 * factor * float(spins[i]) * field
        if cost <= 0 or random.random() < math.exp(-cost):
            spins[i] = -spins[i]
            sums += 2 * column * spins[i]


def seconds_a_sweep(sites, patterns, order, temperature, sweeps):
    random = numpy.random.default_rng(1)
    columns = (2 * random.integers(0, 2, (sites, patterns), dtype=numpy.int8) - 1).astype(numpy.float32)
    spins = columns[:, 0].copy()
    sums = (columns * spins[:, None]).sum(axis=0, dtype=numpy.float32)
    factor = math.factorial(order - 1) / float(sites) ** (order - 1) / temperature
    sweep(columns, sums, spins, order, factor, random)
    begin = time.process_time()
    for _ in range(sweeps):
        sweep(columns, sums, spins, order, factor, random)
    return (time.process_time() - begin) / sweeps
