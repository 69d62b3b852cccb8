"""An update of an RBM, 784 x 500, 128 examples, persistent contrastive divergence, as one writes it in NumPy and PyTorch,
on one thread in double precision (and in PyTorch's usual single precision): ms of processor time, medians of five.
Beside it ours, from `bench ONSAGER FILE.json boltzmann` in the same run: boltzmann_peers.py BENCH ONSAGER."""
import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
import json
import statistics
import subprocess
import sys
import tempfile
import time

PIXELS, HIDDEN, BATCH, RATE = 784, 500, 128, 0.01


def median(update, number=10):
    times = []
    for run in range(6):
        begin = time.process_time()
        for _ in range(number):
            update()
        times.append(1e3 * (time.process_time() - begin) / number)
    return statistics.median(times[1:])


def numpy_update():
    import numpy as np

    rng = np.random.default_rng(1)
    W, a, b = 0.05 * rng.standard_normal((PIXELS, HIDDEN)), np.zeros(PIXELS), np.zeros(HIDDEN)
    data = (rng.random((BATCH, PIXELS)) < 0.5).astype(float)
    state = {"chains": data.copy()}

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def update():
        positive = sigmoid(data @ W + b)
        hidden = (rng.random((BATCH, HIDDEN)) < sigmoid(state["chains"] @ W + b)).astype(float)
        chains = state["chains"] = (rng.random((BATCH, PIXELS)) < sigmoid(hidden @ W.T + a)).astype(float)
        negative = sigmoid(chains @ W + b)
        W[:] += RATE / BATCH * (data.T @ positive - chains.T @ negative)
        a[:] += RATE * (data - chains).mean(0)
        b[:] += RATE * (positive - negative).mean(0)

    return update


def torch_update(single):
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    kind = torch.float32 if single else torch.float64
    W, a, b = 0.05 * torch.randn(PIXELS, HIDDEN, dtype=kind), torch.zeros(PIXELS, dtype=kind), torch.zeros(HIDDEN, dtype=kind)
    data = (torch.rand(BATCH, PIXELS, dtype=kind) < 0.5).to(kind)
    state = {"chains": data.clone()}

    def update():
        positive = torch.sigmoid(data @ W + b)
        hidden = torch.bernoulli(torch.sigmoid(state["chains"] @ W + b))
        chains = state["chains"] = torch.bernoulli(torch.sigmoid(hidden @ W.T + a))
        negative = torch.sigmoid(chains @ W + b)
        W.add_(data.T @ positive - chains.T @ negative, alpha=RATE / BATCH)
        a.add_((data - chains).mean(0), alpha=RATE)
        b.add_((positive - negative).mean(0), alpha=RATE)

    return update


def ours():
    bench, onsager = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bench.json")
        subprocess.run([bench, onsager, path, "boltzmann"], check=True, stdout=subprocess.DEVNULL)
        with open(path) as file:
            return next(row["ours"] for row in json.load(file) if row["what"].startswith("RBM"))


if __name__ == "__main__":
    mine = ours()
    print(f"RBM {PIXELS} x {HIDDEN}, update of {BATCH} examples: ours {mine:.2f} ms")
    for name, make in [("NumPy, 64 bits", numpy_update), ("PyTorch, 64 bits", lambda: torch_update(False)),
                       ("PyTorch, 32 bits", lambda: torch_update(True))]:
        try:
            theirs = median(make())
        except ImportError:
            print(f"{name}: not installed")
            continue
        print(f"{name}: {theirs:.2f} ms, ours {theirs / mine:.2f} times faster")
