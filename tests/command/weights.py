"""Audits of weight files in every format, null models, and training runs whose spectra are followed.

The files of PyTorch are made by Python's own pickle and zipfile, with classes that have the names of PyTorch's. Fits are held
against the package `powerlaw` where the interpreter of the tests has it."""
import collections
import io
import json
import math
import os
import pickle
import random
import struct
import sys
import types
import zipfile

from harness import command, numbers, run, tests

FLOATS = [random.Random(k).gauss(0, 1) for k in range(60 * 52)]


def fake_torch():
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    sys.modules["torch"], sys.modules["torch._utils"], torch._utils = torch, utils, utils
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
    exec("def _rebuild_tensor_v2(*parts): pass", utils.__dict__)
    utils._rebuild_tensor_v2.__module__ = "torch._utils"
    return torch


TORCH = fake_torch()


class Storage:
    def __init__(self, count):
        self.count = count


class Tensor:
    def __init__(self, storage, first, size, stride):
        self.parts = (storage, first, size, stride, False, collections.OrderedDict())

    def __reduce__(self):
        return TORCH._utils._rebuild_tensor_v2, self.parts


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return ("storage", TORCH.FloatStorage, "0", "cpu", value.count) if isinstance(value, Storage) else None


def write_torch(path, state, floats, protocol=2):
    program = io.BytesIO()
    Pickler(program, protocol).dump(state)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", program.getvalue())
        archive.writestr("archive/data/0", struct.pack(f"<{len(floats)}f", *floats))


def npy(shape, floats):
    head = ("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % (shape,)).encode()
    head += b" " * ((-len(head) - 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + struct.pack(f"<{len(floats)}f", *floats)


def audit(path, *words):
    return run("weight-spectrum", f"weights={path}", *words, "-o", "audit.h5")["tasks"][0]["observables"]


def rows(observables, table="layers"):
    columns = [column if isinstance(column, str) else column["name"] for column in observables[table]["columns"]]
    return [dict(zip(columns, row)) for row in observables[table]["rows"]]


def test_the_same_matrix_in_every_format():
    storage = Storage(len(FLOATS))
    with open("m.npy", "wb") as file:
        file.write(npy((60, 52), FLOATS))
    with zipfile.ZipFile("m.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m.npy", npy((60, 52), FLOATS))
    header = json.dumps({"m": {"dtype": "F32", "shape": [60, 52], "data_offsets": [0, 4 * len(FLOATS)]}}).encode()
    with open("m.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + struct.pack(f"<{len(FLOATS)}f", *FLOATS))
    whole, turned = Tensor(storage, 0, (60, 52), (52, 1)), Tensor(storage, 0, (52, 60), (1, 52))
    write_torch("m.pt", collections.OrderedDict(m=whole, bias=Tensor(storage, 3, (7,), (1,))), FLOATS)
    write_torch("turned.pt", {"model": {"m": turned}, "epoch": 3, "rate": 0.1}, FLOATS, protocol=4)
    first = None
    for path in ["m.npy", "m.npz", "m.safetensors", "m.pt", "turned.pt"]:
        found = rows(audit(path, "shuffle=no"))
        assert len(found) == 1, (path, found)
        row = {key: value for key, value in found[0].items() if key != "layer"}
        first = first or row
        for key, value in row.items():
            same = value == first[key] or math.isclose(value, first[key], rel_tol=1e-9, abs_tol=1e-12)
            assert same, (path, key, value, first[key])
    assert (first["rows"], first["columns"], first["eigenvalues"]) == (60, 52, 52)


def test_a_layer_of_zeros_does_not_end_the_audit():
    with zipfile.ZipFile("zeros.npz", "w") as archive:
        archive.writestr("a.npy", npy((60, 52), FLOATS))
        archive.writestr("b.npy", npy((60, 52), [0.0] * (60 * 52)))
    found = audit("zeros.npz", "shuffle=no", "eigenvalues=yes")
    trained, bare = rows(found)
    assert (bare["layer"], bare["label"], bare["alpha"]) == ("b", "too-small", None), bare
    assert (bare["rows"], bare["eigenvalues"], bare["tail"], bare["lambda_max"]) == (60, 52, 0, 0), bare
    assert found["examined"]["value"] == 1 and found["mean_alpha"]["value"] == trained["alpha"], found["mean_alpha"]


def test_files_that_do_more_are_refused():
    class Hostile:
        def __reduce__(self):
            return os.system, ("touch hacked",)

    write_torch("hostile.pt", {"m": Hostile()}, FLOATS)
    open("text.safetensors", "w").write("nothing of this kind")
    for path, words in [("hostile.pt", "system"), ("text.safetensors", "no npy, npz"), ("missing.pt", "missing.pt")]:
        done = command("run", "weight-spectrum", f"weights={path}", "-o", "refused.h5")
        assert done.returncode == 2 and words in done.stderr, (path, done.returncode, done.stderr)
        assert not os.path.exists("refused.h5") and not os.path.exists("hacked")


def test_fits_are_those_of_the_package_powerlaw():
    try:
        import numpy
        import powerlaw
    except ImportError:
        print("skipped: this Python has no powerlaw")
        return
    found = run("weight-spectrum", "weights=gaussian,student,inverse-wishart", "rows=400", "columns=200", "eigenvalues=yes",
                "-o", "null.h5")
    wide = {} if powerlaw.__version__.startswith("1") else {"parameter_ranges": {"alpha": [0, None]}}
    for task in found["tasks"]:
        layer = rows(task["observables"])[0]
        fit = powerlaw.Fit(numpy.array([row["eigenvalue"] for row in rows(task["observables"], "spectrum")]), verbose=False, **wide)
        for name, theirs in [("alpha", fit.alpha), ("x_min", fit.xmin), ("distance", fit.D), ("sigma", fit.sigma)]:
            assert abs(layer[name] - theirs) < 1e-6 * max(1, abs(theirs)), (name, layer[name], theirs)


def test_units_and_names():
    one = rows(audit("m.npz", "only=m"))[0]
    other = rows(audit("m.npz", "normalization=gram"))[0]
    assert math.isclose(other["lambda_max"], 60 * one["lambda_max"]) and math.isclose(other["alpha"], one["alpha"])
    assert math.isclose(other["alpha_hat"], one["alpha"] * math.log10(60 * one["lambda_max"]))
    done = command("run", "weight-spectrum", "weights=m.npz", "only=decoder")
    assert done.returncode == 2 and "decoder" in done.stderr, done.stderr


TRAINING = ["mlp-spectra", "examples=400", "hidden=[60,52]", "rate=0.2", "initial=3"]


def test_training_goes_on_with_the_same_bits():
    whole = numbers(run(*TRAINING, "steps=4", "replicas=2", "threads=1", "-o", "whole.h5"))
    run(*TRAINING, "steps=2", "replicas=2", "threads=2", "-o", "parts.h5")
    assert numbers(run(*TRAINING, "steps=4", "replicas=2", "threads=2", "-o", "parts.h5")) == whole


def test_frozen_layers_keep_their_spectra():
    for which, frozen in [("FC1", 1), ("FC2", 0)]:
        found = run(*TRAINING, f"train={which}", "steps=2", "-o", f"{which}.h5")["tasks"][0]["observables"]["alpha"]["mean"]
        assert found[0][frozen] == found[1][frozen] and found[0][1 - frozen] != found[1][1 - frozen], (which, found)


def test_training_ends_by_its_rule_and_learns():
    found = run(*TRAINING, "steps=500", "improvement=0.05", "truncation=yes", "-o", "end.h5")["tasks"][0]["observables"]
    assert 4 <= found["epochs"]["value"] < 100, found["epochs"]
    assert found["last_train_error"]["value"] < 5
    assert len(rows(found, "spectrum")) == 112


def test_divergence_is_a_result():
    found = run(*TRAINING[:-2], "rate=0.1,1e30", "steps=3", "-o", "diverged.h5")["tasks"]
    fine, lost = (task["observables"] for task in found)
    assert fine["diverged"]["value"] == 0 and fine["epochs"]["value"] == 3, fine["diverged"]
    assert lost["diverged"]["value"] == 1 and lost["last_loss"]["value"] is None, lost


def test_data_that_cannot_be_used():
    open("train-images-idx3-ubyte", "wb").write(struct.pack(">IIII", 0x803, 2, 1, 2) + bytes(4))
    done = command("run", "mlp-spectra", "data=./train-images-idx3-ubyte")
    assert done.returncode == 2 and "labels are missing" in done.stderr, done.stderr
    done = command("run", "mlp-spectra", "hidden=[300,2]")
    assert done.returncode == 2 and "hidden layer 2" in done.stderr, done.stderr


tests(globals())
