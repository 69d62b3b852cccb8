#!/usr/bin/env python3
"""The bench against programs that people use: peers.py ONSAGER FILE.json [PART ...], the parts of the bench

peapods and ALPS (pyalps) run beside `onsager run` on the same machine, each in processor time on one core, and as the
difference of a long and a short run, so that starting up drops out. Adds its rows to FILE.json and prints them."""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import boltzmann_peers
import flow_peers
import learning_peers

T = 2.269185314213022
RUNS = 3
onsager, table = sys.argv[1], sys.argv[2]


def onsager_seconds(words, steps, replicas=1):
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([onsager, "run", *words, f"steps={steps}", "warmup=0", f"replicas={replicas}", "threads=1", "-o",
                        os.path.join(folder, "x.h5"), "--quiet"], check=True, stdout=subprocess.DEVNULL)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def ours(words, few, many):
    """Seconds a step, median of the runs."""
    return statistics.median((onsager_seconds(words, many) - onsager_seconds(words, few)) / (many - few)
                             for _ in range(RUNS))


def peapods_seconds(length, sweeps, **options):
    """Seconds a sweep of peapods, from a lattice that clusters have brought to equilibrium."""
    import numpy
    import peapods
    model = peapods.Ising((length, length), temperatures=numpy.array([T]))
    model.sample(200, sequential=True, cluster_update_interval=1, cluster_mode="sw", warmup_ratio=0.0)
    times = []
    for _ in range(RUNS):
        begin = time.process_time()
        model.sample(sweeps, sequential=True, warmup_ratio=0.0, **options)
        times.append((time.process_time() - begin) / sweeps)
    return statistics.median(times)


def alps_seconds(length, few, many, update):
    """Seconds a sweep of ALPS spinmc; with clusters a sweep is one of them."""
    script = ("import pyalps,sys\n"
              "f=pyalps.writeInputFiles('run',[{'LATTICE':'square lattice','MODEL':'Ising','J':1,'L':%d,'T':%r,"
              "'THERMALIZATION':0,'SWEEPS':%s,'UPDATE':'%s'}])\n"
              "pyalps.runApplication('spinmc',f,Tmin=1)\n")
    def seconds(sweeps):
        with tempfile.TemporaryDirectory() as folder:
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            subprocess.run([sys.executable, "-c", script % (length, T, sweeps, update)], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return (seconds(many) - seconds(few)) / (many - few)


rows = []


def row(what, unit, ours_value, peer, theirs):
    print(f"{what:<62} {ours_value:10.3f} {theirs:10.3f} {ours_value / theirs:8.3f}   {unit}; {peer}", flush=True)
    rows.append({"what": what, "unit": unit, "ours": ours_value, "peer": peer, "theirs": theirs, "limit": ""})


def attempt(what, function):
    try:
        return function()
    except Exception as fault:  # a peer that does not run is left out, and said so
        print(f"{what}: not measured ({type(fault).__name__}: {fault})", flush=True)
        return None


def clusters(length):
    per_site = 1e9 / (length * length)
    square = ["ising", f"L={length}", "start=up"]
    # the sizes of single clusters follow m^2, which some ten of them hardly change: hundreds on both sides
    wolff = per_site * ours(square + ["update=wolff"], 100, 1100)
    multiple = per_site * ours(square + ["update=swendsen-wang"], 20, 120)
    def peapods():
        sweep = peapods_seconds(length, 30)
        one = peapods_seconds(length, 300, cluster_update_interval=1, cluster_mode="wolff") - sweep
        all_of_them = peapods_seconds(length, 30, cluster_update_interval=1, cluster_mode="sw") - sweep
        row(f"a Wolff cluster, square, L = {length}, T_c", "ns a site of the lattice", wolff, "peapods",
            per_site * one)
        row(f"Swendsen-Wang, square, L = {length}, T_c", "ns a site", multiple, "peapods", per_site * all_of_them)
    def alps():
        row(f"a Wolff cluster, square, L = {length}, T_c", "ns a site of the lattice", wolff, "ALPS spinmc",
            per_site * alps_seconds(length, 20, 220, "cluster"))
    attempt("peapods", peapods)
    attempt("ALPS", alps)


def metropolis(length):
    per_site = 1e9 / (length * length)
    one = per_site * ours(["ising", f"L={length}", "update=metropolis"], 100, 1100)
    def peapods():
        row(f"Metropolis, square, L = {length}, T_c", "ns a site", one, "peapods",
            per_site * peapods_seconds(length, 30))
    def alps():
        row(f"Metropolis, square, L = {length}, T_c", "ns a site", one, "ALPS spinmc",
            per_site * alps_seconds(length, 10, 40, "local"))
    attempt("peapods", peapods)
    attempt("ALPS", alps)


def spin_glass(length):
    """Attempted flips a nanosecond of a +-J cube: 11 temperatures, two copies, exchanges, one core; 512 samples of
    ours, one of peapods with the heat bath."""
    flips = 2 * 11 * length**3
    def peapods():
        import numpy
        import peapods
        words = ["spin-glass", f"L={length}", "temperature=[1.0:2.0:0.1]", "every=100"]
        few, many = 200, 200 + 3000 * 512 // length**3
        one = statistics.median((onsager_seconds(words, many, 512) - onsager_seconds(words, few, 512)) / (many - few)
                                for _ in range(RUNS))
        model = peapods.Ising((length,) * 3, couplings="bimodal", temperatures=numpy.linspace(1.0, 2.0, 11),
                              n_replicas=2)
        model.sample(10, sweep_mode="gibbs", pt_interval=1, sequential=True)
        sweeps, times = max(20, 2000 * 512 // length**3), []
        for _ in range(RUNS):
            begin = time.process_time()
            model.sample(sweeps, sweep_mode="gibbs", pt_interval=1, sequential=True)
            times.append((time.process_time() - begin) / sweeps)
        row(f"+-J cube, L = {length}, 512 samples, 11 temperatures", "attempted flips a ns and core",
            1e-9 * 512 * flips / one, "peapods", 1e-9 * flips / statistics.median(times))
    attempt("peapods", peapods)


def patterns(sites, count, order, sweeps):
    """A Metropolis sweep of a network that stores patterns, beside a pattern at T = 0.3."""
    words = ["dense-hopfield", f"P={order}", f"N={sites}", f"K={count}", "temperature=0.3", "copies=1", "listed=0",
             "every=100000"]
    few, many = sweeps, 11 * sweeps
    sweep = 1e3 * ours(words, few, many)
    what = f"patterns, N = {sites}, P = {order}, K = {count}, T = 0.3"
    def with_numpy():
        import patterns_numpy
        row(what, "ms a sweep", sweep, "NumPy, float32", 1e3 * patterns_numpy.seconds_a_sweep(sites, count, order, 0.3, 5))
    def with_torch():
        import patterns_torch
        row(what, "ms a sweep", sweep, "PyTorch, float32", 1e3 * patterns_torch.seconds_a_sweep(sites, count, order, 0.3, 5))
    attempt("NumPy", with_numpy)
    attempt("PyTorch", with_torch)


for variable in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
with open(table) as file:
    everything = json.load(file)
def spins():
    clusters(1024)
    metropolis(1024)


def glasses():
    for length in (8, 12, 16):
        spin_glass(length)


def stored_patterns():
    patterns(160, 82000, 4, 100)
    patterns(2000, 280, 2, 1000)


# What stands beside each part of the bench.
parts = {"kernels": spins, "spin-glass": glasses, "patterns": stored_patterns,
         "flows": lambda: flow_peers.rows(everything, row, attempt),
         "boltzmann": lambda: boltzmann_peers.rows(everything, row, attempt),
         "learning": lambda: learning_peers.rows(everything, row, attempt)}
wanted = sys.argv[3:]
for name, measure in parts.items():
    if not wanted or name in wanted:
        attempt(name, measure)
        with open(table, "w") as file:
            json.dump(everything + rows, file, indent=1)
