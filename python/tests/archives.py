"""What tests of systems in Python share: the examples, and an archive as plain numbers, read through the library alone,
to compare bits.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import pathlib
import sys

import numpy as np

import onsager
from onsager._native import check, encoded, ffi, lib, text

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "python"))

from dice import Dice  # noqa: E402, F401
from ising_system import IsingLanes  # noqa: E402, F401

FIELDS = ("mean", "error", "tau", "binning_tau", "samples", "effective", "rhat", "exact")


def _numbers(pointer, count):
    return np.frombuffer(ffi.buffer(pointer, 8 * count), np.float64).copy() if pointer else None


def _quantity(result):
    size = result.size * max(1, result.times)
    found = {field: _numbers(getattr(result, field), size) for field in FIELDS}
    found["shape"] = tuple(result.shape[d] for d in range(result.rank))
    found["time"] = _numbers(result.time, result.times)
    found["edges"] = _numbers(result.edges, result.size + 1) if result.edges else None
    found["outside"] = (result.below, result.above)
    cells = result.rows * result.columns
    found["numbers"] = _numbers(result.numbers, cells)
    found["texts"] = [text(result.texts[i]) for i in range(cells)] if result.texts else None
    found["columns"] = [text(result.column[i]) for i in range(result.columns)]
    return found


def read(path):
    """A list of tasks: (parameters as text, {name: numbers}, notes)."""
    place = ffi.new("ons_results **")
    check(lib.ons_results_read(place, encoded(os.fspath(path))))
    results = ffi.gc(place[0], lib.ons_results_free)
    tasks = []
    for index in range(lib.ons_results_count(results)):
        task = lib.ons_results_task(results, index)
        parameters = {text(task.parameter[p]): text(task.value[p]) for p in range(task.parameters)}
        quantities = {text(task.result[r].name): _quantity(task.result[r]) for r in range(task.results)}
        tasks.append((parameters, quantities, text(task.notes)))
    return tasks


def assert_same(one, other):
    """Every number of two archives, to the last bit; parameters too."""
    first, second = read(one), read(other)
    assert len(first) == len(second)
    for (parameters, quantities, _), (others, theirs, _) in zip(first, second):
        assert parameters == others
        assert quantities.keys() == theirs.keys()
        for name, numbers in quantities.items():
            for field, value in numbers.items():
                np.testing.assert_array_equal(value, theirs[name][field], err_msg=f"{name}.{field} of {parameters}")


def run(system, path, **words):
    return onsager.run(system, output=path, progress=False, **words)


def parts_of(output):
    return list(pathlib.Path(f"{output}.parts").glob("*.part"))
