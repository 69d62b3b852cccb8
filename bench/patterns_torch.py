"""The sweep of dense-hopfield in vectorised PyTorch, single precision, one thread: as patterns_numpy.py."""
import math
import time

import torch


def sweep(columns, sums, spins, order, factor, random, work):
    sites = len(spins)
    slope = 3.0 * (sites - 1) - 2
    chosen = torch.randint(sites, (sites,), generator=random).tolist()
    chances = torch.rand(sites, generator=random).tolist()
    for i, chance in zip(chosen, chances):
        column = columns[i]
        torch.sub(sums, column, alpha=spins[i], out=work)
        if order == 2:
            field = float(torch.dot(column, work))
        else:
            field = float(torch.dot(column, work * (work * work - slope))) / 6
        cost = 2 * factor * spins[i] * field
        if cost <= 0 or chance < math.exp(-cost):
            spins[i] = -spins[i]
            sums.add_(column, alpha=2 * spins[i])


@torch.no_grad()
def seconds_a_sweep(sites, patterns, order, temperature, sweeps):
    torch.set_num_threads(1)
    random = torch.Generator().manual_seed(1)
    columns = torch.randint(2, (sites, patterns), generator=random, dtype=torch.float32) * 2 - 1
    spins = columns[:, 0].tolist()
    sums = (columns * columns[:, :1]).sum(dim=0)
    work = torch.empty_like(sums)
    factor = math.factorial(order - 1) / float(sites) ** (order - 1) / temperature
    sweep(columns, sums, spins, order, factor, random, work)
    begin = time.process_time()
    for _ in range(sweeps):
        sweep(columns, sums, spins, order, factor, random, work)
    return (time.process_time() - begin) / sweeps
