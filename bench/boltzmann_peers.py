"""An update of an RBM, 784 x 500, 128 examples, persistent contrastive divergence, as one writes it in NumPy and PyTorch,
on one thread in double precision (and in PyTorch's usual single precision): ms of processor time, medians of five.

Called by peers.py with the rows that the bench has written."""
import statistics
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
    kind = torch.float32 if single else torch.float64
    W, a, b = 0.05 * torch.randn(PIXELS, HIDDEN, dtype=kind), torch.zeros(PIXELS, dtype=kind), torch.zeros(HIDDEN, dtype=kind)
    data = (torch.rand(BATCH, PIXELS, dtype=kind) < 0.5).to(kind)
    state = {"chains": data.clone()}

    @torch.no_grad()
    def update():
        positive = torch.sigmoid(data @ W + b)
        hidden = torch.bernoulli(torch.sigmoid(state["chains"] @ W + b))
        chains = state["chains"] = torch.bernoulli(torch.sigmoid(hidden @ W.T + a))
        negative = torch.sigmoid(chains @ W + b)
        W.add_(data.T @ positive - chains.T @ negative, alpha=RATE / BATCH)
        a.add_((data - chains).mean(0), alpha=RATE)
        b.add_((positive - negative).mean(0), alpha=RATE)

    return update


def rows(everything, row, attempt):
    """A row for each peer, beside what the bench measured for ours."""
    ours = [entry for entry in everything if entry["what"].startswith("RBM")]
    for name, make in [("NumPy, 64 bits", numpy_update), ("PyTorch, 64 bits", lambda: torch_update(False)),
                       ("PyTorch, 32 bits", lambda: torch_update(True))]:
        if ours:
            attempt(name, lambda: row(ours[0]["what"], "ms", ours[0]["ours"], name, median(make())))
