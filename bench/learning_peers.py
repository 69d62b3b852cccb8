"""The training steps of bench/learning.c in JAX (jit, CPU) and PyTorch: the same weights, the same batch, loss, gradient and
a step of plain gradient descent, in milliseconds of processor time of one thread.

Called by peers.py with the rows that the bench has written, or alone: learning_peers.py [CASE...]."""
import os
import sys
import time

RUNS = 3
CASES = {"Allen-Cahn network 4x128, 25600 points": ("pinn", 25600, [2, 128, 128, 128, 128, 1]),
         "Allen-Cahn network 3x64, 3200 points": ("pinn", 3200, [2, 64, 64, 64, 1]),
         "784-300-100-10, batch 32": ("digits", 32, [784, 300, 100, 10]),
         "transformer d = 128, p = 97, all pairs": ("transformer", 97, []),
         "2-16-16-1, batch 1": ("tiny", 1, [2, 16, 16, 1])}


def shapes(kind, rows, widths):
    if kind == "transformer":
        d, p = 128, rows
        return [(p + 1, d), (3, d), (d, d), (d, d), (d, d), (d, d), (d, 512), (512, d), (d, p)]
    return [s for a, b in zip(widths, widths[1:]) for s in ((a, b), (b,))]


def weights(kind, rows, widths):
    import numpy
    taken, at = [], 0
    for shape in shapes(kind, rows, widths):
        count = int(numpy.prod(shape))
        taken.append((numpy.cos(3.3 * numpy.arange(at, at + count)) / 8).astype("f").reshape(shape))
        at += count
    return taken


def batch(kind, rows, widths):
    import numpy
    if kind == "transformer":
        pairs = numpy.arange(rows * rows)
        a, b = pairs // rows, pairs % rows
        return numpy.stack([a, b, 0 * a + rows], 1), (a + b) % rows
    x = numpy.sin(1.7 * numpy.arange(rows * widths[0])).astype("f").reshape(rows, widths[0])
    return x, numpy.arange(rows) % 10


def timed(step):
    """Milliseconds of one step, after two for warmth."""
    step(), step()
    begin = time.process_time()
    step()
    count = max(1, int(0.5 / (time.process_time() - begin + 1e-6)))
    best = float("inf")
    for _ in range(RUNS):
        begin = time.process_time()
        for _ in range(count):
            step()
        best = min(best, (time.process_time() - begin) / count)
    return 1e3 * best


def jax_step(kind, rows, widths):
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax
    import jax.numpy as jnp
    x, labels = (jnp.asarray(a) for a in batch(kind, rows, widths))

    def net(p, x, activation):
        for i in range(0, len(p) - 2, 2):
            x = activation(x @ p[i] + p[i + 1])
        return x @ p[-2] + p[-1]

    def entropy(logits):
        return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(len(labels)), labels])

    def pinn(p):
        def f(x):
            return net(p, x, jnp.tanh)
        e0, e1 = (jnp.zeros_like(x).at[:, i].set(1) for i in range(2))
        u, ut = jax.jvp(f, (x,), (e0,))
        uxx = jax.jvp(lambda x: jax.jvp(f, (x,), (e1,))[1], (x,), (e1,))[1]
        return jnp.mean((ut - 1e-4 * uxx + 5 * (u ** 3 - u)) ** 2)

    def transformer(w):
        def split(z):
            return z.reshape(-1, 3, 4, 32).transpose(0, 2, 1, 3)
        h = w[0][x] + w[1]
        q, k, v = split(h @ w[2]), split(h @ w[3]), split(h @ w[4])
        mixed = (jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) * 32 ** -0.5) @ v).transpose(0, 2, 1, 3).reshape(-1, 3, 128)
        h = h + mixed @ w[5]
        h = h + jax.nn.relu(h @ w[6]) @ w[7]
        return entropy(h[:, 2] @ w[8])
    loss = {"pinn": pinn, "digits": lambda p: entropy(net(p, x, jax.nn.relu)), "transformer": transformer,
            "tiny": lambda p: jnp.mean(net(p, x, jnp.tanh) ** 2)}[kind]

    @jax.jit
    def update(p):
        value, slope = jax.value_and_grad(loss)(p)
        return value, [a - 1e-6 * b for a, b in zip(p, slope)]
    state = [[jnp.asarray(w) for w in weights(kind, rows, widths)]]

    def step():
        value, state[0] = update(state[0])
        jax.block_until_ready(state[0])
        return float(value)
    return step


def torch_step(kind, rows, widths):
    import torch
    torch.set_num_threads(1)
    p = [torch.tensor(w, requires_grad=True) for w in weights(kind, rows, widths)]
    x, labels = (torch.tensor(a) for a in batch(kind, rows, widths))
    optimiser = torch.optim.SGD(p, 1e-6)

    def net(p, x, activation):
        for i in range(0, len(p) - 2, 2):
            x = activation(x @ p[i] + p[i + 1])
        return x @ p[-2] + p[-1]

    def pinn():
        z = x.clone().requires_grad_(True)
        u = net(p, z, torch.tanh)
        d = torch.autograd.grad(u.sum(), z, create_graph=True)[0]
        uxx = torch.autograd.grad(d[:, 1].sum(), z, create_graph=True)[0][:, 1:]
        return ((d[:, :1] - 1e-4 * uxx + 5 * (u ** 3 - u)) ** 2).mean()

    def transformer():
        def split(z):
            return z.reshape(-1, 3, 4, 32).transpose(1, 2)
        h = p[0][x] + p[1]
        q, k, v = split(h @ p[2]), split(h @ p[3]), split(h @ p[4])
        mixed = (torch.softmax(q @ k.transpose(2, 3) * 32 ** -0.5, -1) @ v).transpose(1, 2).reshape(-1, 3, 128)
        h = h + mixed @ p[5]
        h = h + torch.relu(h @ p[6]) @ p[7]
        return torch.nn.functional.cross_entropy(h[:, 2] @ p[8], labels)
    loss = {"pinn": pinn, "digits": lambda: torch.nn.functional.cross_entropy(net(p, x, torch.relu), labels),
            "transformer": transformer, "tiny": lambda: (net(p, x, torch.tanh) ** 2).mean()}[kind]

    def step():
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()
        return value.item()
    return step


def rows(everything, row, attempt):
    """One row for each case that the bench measured with one thread and each peer that is there."""
    for name, case in CASES.items():
        ours = [r["ours"] for r in everything if r["what"] == f"learning: {name}, 1 thread"]
        for peer, make in (("JAX", jax_step), ("PyTorch", torch_step)):
            if ours:
                attempt(peer, lambda: row(f"learning: {name}", "ms", ours[0], peer, timed(make(*case))))


if __name__ == "__main__":
    for name, case in CASES.items():
        if len(sys.argv) > 1 and not any(word in name for word in sys.argv[1:]):
            continue
        for peer, make in (("JAX", jax_step), ("PyTorch", torch_step)):
            step = make(*case)
            print(f"{name:45} {peer:8} {timed(step):12.4f} ms, loss {step():.7g}", flush=True)
