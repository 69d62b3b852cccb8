"""Flips a nanosecond of peapods on a +-J cube: heat bath and exchange at 11 temperatures, two copies, one core.

peer_spin_glass.py L"""
import sys
import time

import numpy
import peapods

L = int(sys.argv[1])
model = peapods.Ising((L, L, L), couplings="bimodal", temperatures=numpy.linspace(1.0, 2.0, 11), n_replicas=2)
model.sample(10, sweep_mode="gibbs", pt_interval=1, sequential=True)
sweeps = max(20, 2000 * 512 // L**3)
rates = []
for _ in range(3):
    begin = time.process_time()
    model.sample(sweeps, sweep_mode="gibbs", pt_interval=1, sequential=True)
    rates.append(1e-9 * sweeps * 22 * L**3 / (time.process_time() - begin))
print(sorted(rates)[1])
