"""Jobs from Python: keywords, grids, controls, errors, warnings.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import subprocess
import warnings

import numpy as np
import pytest

import onsager
from onsager.__main__ import command
from onsager.values import flatten, word

QUICK = {"steps": 64, "warmup": 0, "replicas": 1, "progress": False}


@pytest.mark.parametrize("value, text", [
    (16, "16"), (np.int64(16), "16"), (2.5, "2.5"), (np.float64(0.1), "0.1"), (np.float32(0.5), "0.5"), (1e-300, "1e-300"),
    (1 - 2j, "1.0-2.0i"), (True, "yes"), (np.bool_(False), "no"), ("2.0:2.5:0.1", "2.0:2.5:0.1"),
    ([8, 16], "8,16"), (np.array([2.0, 2.25]), "2.0,2.25"), (range(3), "0,1,2"), (np.array(3), "3"),
    ((8, 16), "[8,16]"), ([8, (4, 6)], "8,[4,6]"), (np.array([[8, 16], [4, 6]]), "[8,16],[4,6]"),
])
def test_writes_values_as_the_command_line_does(value, text):
    assert word("key", value) == text


def test_unfolds_dicts_and_leaves_out_none():
    assert flatten({"until": {"binder": 1e-3, "energy": "1%"}, "steps": None, "lambda_": 2}) == [
        ("until.binder", 1e-3), ("until.energy", "1%"), ("lambda", 2)]


def test_a_list_is_a_grid_and_a_tuple_is_one_array_value():
    grid = onsager.run("ising", L=[4, 6], temperature=2.5, output=False, **QUICK)
    assert len(grid.tasks) == 2 and grid.energy.dims == ("L",)
    rectangle = onsager.run("ising", L=(4, 6), temperature=2.5, output=False, **QUICK)
    assert len(rectangle.tasks) == 1 and rectangle.tasks[0].parameters["L"] == (4, 6)


def test_grids_are_products_of_their_own():
    results = onsager.run("ising", grids=[{"L": 4, "temperature": [2.0, 2.5]}, {"L": (4, 6), "temperature": 3.0, "steps": 32}],
                          output=False, **QUICK)
    assert [task.parameters["temperature"] for task in results.tasks] == [2.0, 2.5, 3.0]
    assert [task.steps for task in results.tasks] == [64, 64, 32]
    energy = results["energy"]
    assert energy.dims == ("L", "temperature") and np.isnan(energy.mean).sum() == 3


def test_the_call_has_the_numbers_of_the_command(tmp_path):
    """The same job through the command: every number is the same, bit for bit."""
    ours = onsager.run("ising", L=[4, 6], temperature=[2.0, 2.5], steps=200, seed=7, output="ours.h5", progress=False)
    subprocess.run([command(), "run", "ising", "L=4,6", "temperature=2.0,2.5", "steps=200", "seed=7", "-o", "theirs.h5",
                    "--json", "theirs.json", "--quiet"], check=True)
    theirs = json.loads((tmp_path / "theirs.json").read_text())
    for task, other in zip(ours.tasks, theirs["tasks"], strict=True):
        for name, numbers in other["observables"].items():
            assert task[name].mean == numbers["mean"] and task[name].error == numbers["error"]


def test_goals_are_met():
    results = onsager.run("ising", L=4, temperature=2.5, update="wolff", until={"energy": 0.02}, steps=1e5, output=False,
                          progress=False)
    assert results.energy.error < 0.02 and results.tasks[0].steps < 1e5


def test_the_default_output_is_that_of_the_command_and_is_used_again(tmp_path):
    first = onsager.run("ising", L=4, temperature=[2.0, 2.5], **QUICK)
    assert len(list(tmp_path.glob("ising-*.h5"))) == 1
    changed = os.stat(first.path).st_mtime_ns
    again = onsager.run("ising", L=4, temperature=[2.0, 2.5], **QUICK)
    assert again.path == first.path and os.stat(first.path).st_mtime_ns == changed
    more = onsager.run("ising", L=4, temperature=[2.0, 2.5], **dict(QUICK, steps=128))
    assert more.path == first.path and more.tasks[0].steps == 128


def test_output_false_keeps_nothing(tmp_path):
    results = onsager.run("ising", L=4, temperature=2.5, output=False, **QUICK)
    path = results.path
    assert os.path.exists(path) and not list(tmp_path.iterdir())
    del results
    assert not os.path.exists(path)


def test_takes_job_files_and_overrides_them(tmp_path):
    (tmp_path / "job.yaml").write_text("system: ising\nL: [4, 6]\ntemperature: 2.5\nsteps: 64\nwarmup: 0\n")
    results = onsager.run("job.yaml", steps=32, progress=False)
    assert results.path.endswith("job.h5") and [task.steps for task in results.tasks] == [32, 32]


def test_takes_a_c_file(tmp_path):
    subprocess.run([command(), "new", "dice"], check=True, stdout=subprocess.DEVNULL)
    results = onsager.run("./dice.c", progress=False, steps=100)
    assert results.tasks[0].steps == 100


@pytest.mark.parametrize("system, words, expected", [
    ("ising", {"temprature": 2.0}, "temperature"),
    ("ising", {"progess": False}, "did you mean 'progress'"),
    ("isong", {}, "did you mean 'ising'"),
    ("ising", {"L": 4.5}, "4.5"),
    ("ising", {"L": object()}, "type object"),
    ("ising", {"L": []}, "empty"),
    ("ising", {"update": "wulff"}, "wolff"),
    ("ising", {"until": {"bindr": 1e-3}}, "binder"),
    ("no-such-file.yaml", {}, "no-such-file"),
    (None, {}, "no system is named"),
])
def test_refuses_before_anything_is_written(tmp_path, system, words, expected):
    with pytest.raises(onsager.InvalidError, match=expected) as caught:
        onsager.run(system, progress=False, **words)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, onsager.Error)
    assert not list(tmp_path.iterdir())


def test_says_in_a_warning_at_the_callers_line_what_is_not_equilibrated():
    with pytest.warns(onsager.OnsagerWarning, match="not-equilibrated") as caught:
        onsager.run("ising", L=16, temperature=1.0, start="random", steps=10, warmup=0, replicas=2, output=False)
    assert [warning.filename for warning in caught] == [__file__]


def test_progress_goes_to_a_function_or_nowhere(capfd):
    seen = []
    onsager.run("ising", L=64, temperature=2.5, steps=2e6, every=1000, warmup=0, replicas=2, output=False,
                progress=seen.append)
    assert seen and 0 <= seen[0].fraction <= 1 and "steps" in str(seen[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        onsager.run("ising", L=64, temperature=2.5, steps=3e4, warmup=0, replicas=2, output=False, progress=False)
    assert capfd.readouterr() == ("", "")


def test_no_system_has_a_parameter_that_run_takes_for_itself():
    from onsager._descriptors import registry

    for system in registry.values():
        assert not {"grids", "progress", "output"} & {parameter.name for parameter in system.parameters}
