"""Networks that train, through the command: learning, the same bits after kills and on two threads, divergence as a
result, images from files, refusals; a network of the user's own; grokking."""
import gzip
import random
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path

from harness import ONSAGER, SOURCE, command, numbers, run, tests


def row(document, name, task=0):
    return document["tasks"][task]["observables"][name]


def last(document, name, task=0):
    return row(document, name, task)["mean"][-1]


def test_spirals_are_learned():
    document = run("network", "steps=1500", "-o", "spirals.h5")
    assert last(document, "test_accuracy") > 0.9 and last(document, "train_loss") < 0.3
    assert row(document, "diverged_at")["value"] == 0 and row(document, "events")["rows"] == []


def test_every_optimiser_lowers_the_loss_of_a_teacher():
    for words in (["optimiser=sgd", "learning_rate=0.1"], ["optimiser=momentum"], ["optimiser=nesterov"],
                  ["optimiser=adam"], ["optimiser=amsgrad", "schedule=cosine", "schedule_length=300", "warm_up=20"],
                  ["optimiser=adamw", "decay=0.01", "sharpness=0.05", "clip=1"]):
        document = run("network", "data=teacher", "layers=10-20-1", "loss=squares", "train=200", "test=200", "steps=300",
                       *words, "-o", "teacher.h5")
        loss = row(document, "train_loss")["mean"]
        assert loss[-1] < 0.5 * loss[0], (words, loss[0], loss[-1])
        assert "train_accuracy" not in document["tasks"][0]["observables"]
        Path("teacher.h5").unlink()


def test_same_bits_after_kills_and_on_two_threads():
    job = ["network", "steps=12000", "replicas=2", "every=400", "checkpoint=0.05", "train=300", "test=300"]
    whole = numbers(run(*job, "threads=1", "-o", "whole.h5"))
    kills = 0
    for wait in (0.3, 0.5, 0.8):
        running = subprocess.Popen([ONSAGER, "run", *job, "threads=1", "-o", "cut.h5", "--quiet"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        kills += running.wait() == -9
    assert numbers(run(*job, "threads=1", "-o", "cut.h5")) == whole
    assert numbers(run(*job, "threads=2", "-o", "two.h5")) == whole
    print("   killed in the middle:", kills)


def test_divergence_is_a_result():
    """Squares of a linear network with a rate far beyond 2/curvature leave the finite numbers."""
    document = run("network", "data=teacher", "layers=10-20-1", "loss=squares", "activation=linear", "optimiser=sgd",
                   "learning_rate=100", "steps=200", "train=100", "test=100", "-o", "diverged.h5")
    assert 1 < row(document, "diverged_at")["value"] < 200
    events = row(document, "events")["rows"]
    assert len(events) == 1 and ("inf" in events[0][-1] or "nan" in events[0][-1]), events


def write_idx(name, shape, values):
    with gzip.open(name, "wb") as file:
        file.write(bytes([0, 0, 8, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + bytes(values))


def test_images_of_files():
    """Four bright quarters of 6 x 6 pixels, which are told apart."""
    draw = random.Random(1)
    pixels, labels = [], []
    for _ in range(400):
        label = draw.randrange(4)
        labels.append(label)
        pixels += [draw.randrange(60) + 150 * (x // 3 + 2 * (y // 3) == label) for y in range(6) for x in range(6)]
    write_idx("quarters-images-idx3-ubyte.gz", (400, 6, 6), pixels)
    write_idx("quarters-labels-idx1-ubyte.gz", (400,), labels)
    images = "data=quarters-images-idx3-ubyte.gz"
    document = run("network", images, "layers=36-10-4", "train=300", "test=100", "steps=300", "-o", "quarters.h5")
    assert last(document, "test_accuracy") > 0.97
    refusals = {("layers=35-10-4", "train=300"): "35 inputs", ("layers=36-10-3", "train=300"): "4 outputs",
                ("layers=36-10-4", "train=350"): "400", ("layers=36-10-4", "train=9", "labels=missing.gz"): "missing.gz"}
    for words, text in refusals.items():
        refused = command("run", "network", images, "test=100", *words, "-o", "refused.h5")
        assert refused.returncode == 2 and text in refused.stderr, (words, refused.stderr)
        assert not Path("refused.h5").exists()


def test_refusals():
    for words, text in ((["layers=2-x-3"], "2-x-3"), (["layers=2"], "784-300-100-10"), (["batch=2000"], "1000"),
                        (["data=teacher", "layers=10-5-1"], "loss=squares"), (["optimiser=adan"], "adam"),
                        (["data=nothing-images-idx3"], "nothing-")):
        refused = command("run", "network", *words, "-o", "refused.h5")
        assert refused.returncode == 2 and text in refused.stderr and refused.stderr.count("\n") == 1, refused.stderr
        assert not Path("refused.h5").exists()


def test_a_network_of_ones_own():
    shutil.copy(Path(SOURCE) / "examples/my-network.c", "my-network.c")
    document = run("./my-network.c", "steps=1500", "-o", "own.h5")
    assert last(document, "error") < 0.3 * row(document, "error")["mean"][0]


def test_grokking_goes_on_with_the_same_bits():
    job = ["grokking", "D=30", "P=90", "N=60", "steps=400", "replicas=2", "every=50", "threads=1"]
    whole = numbers(run(*job, "-o", "grok.h5"))
    run(*[word.replace("steps=400", "steps=150") for word in job], "-o", "part.h5")
    assert numbers(run(*job, "-o", "part.h5")) == whole
    document = run("grokking", "D=20", "P=60", "N=50", "rate=1e4", "steps=50", "kernels=no", "-o", "away.h5")
    assert row(document, "diverged_at")["value"] > 0


tests(globals())
