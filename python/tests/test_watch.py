"""Systems that are watched from Python: those of the library and those written in Python.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest

import onsager

PATIENCE = 60  # seconds that anything may take


class Walk(onsager.System):
    """Walkers on a line."""

    name = "watched-walk"
    parameters = [onsager.Parameter("N", int, default=10, range="[1, inf)", meaning="walkers"),
                  onsager.Parameter("pull", float, default=0.0, live=True, range="[-1, 1]", meaning="to the right")]
    observables = [onsager.Mean("place", meaning="mean position")]
    state = ["x", "random"]

    def create(self, context):
        self.x, self.random = np.zeros(context.parameters.N, np.int64), context.stream()
        self.pull = context.parameters.pull

    def advance(self, context):
        self.x += np.where(self.random.uniform(self.x.size) < (1 + self.pull) / 2, 1, -1)

    def measure(self, context):
        context.measure("place", self.x.mean())

    def picture(self, lane):
        pixels = np.zeros((16, 32, 3), np.uint8)
        pixels[:, self.x % 32] = 255
        return pixels


class Broken(Walk):
    """Fails in its first step."""

    name = "watched-broken"

    def advance(self, context):
        raise RuntimeError("no such step")


def get(page, path):
    with urllib.request.urlopen(page.address + path, timeout=PATIENCE) as answer:
        return answer.read()


def state(page):
    return json.loads(get(page, "state?after=0"))


def post(page, action):
    token = get(page, "").decode().split('name="token" content="')[1].split('"')[0]
    request = urllib.request.Request(page.address + "action", json.dumps(action).encode(),
                                     {"X-Onsager-Token": token, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.status


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_system_of_the_library_is_watched():
    before = sorted(os.listdir("."))
    with onsager.watch("ising", L=16, temperature=2.5) as page:
        until(lambda: state(page)["steps"] > 100)
        system = json.loads(get(page, "system"))
        assert system["command"] == "onsager.watch('ising'" and system["python"]
        assert "127.0.0.1" in repr(page) and page.running
    assert not page.running and "stopped" in repr(page) and sorted(os.listdir(".")) == before


def test_a_system_in_python_is_watched_and_changed():
    with onsager.watch(Walk, N=5) as page, onsager.watch("ising", L=8) as other:
        until(lambda: state(page)["steps"] > 10 and state(other)["steps"] > 10)
        assert get(page, "frame?after=0")[:4] == b"ONSF"
        assert post(page, {"action": "set", "parameters": {"pull": "1"}}) == 200
        first = state(page)
        assert first["changes"] == 1 and first["error"] is None
        until(lambda: len(state(page)["samples"]) > len(first["samples"]) + 2)
        rows = [row for row in state(page)["samples"] if row[1] == 1]
        for earlier, later in zip(rows, rows[1:]):  # each step goes to the right
            assert later[2] - earlier[2] == pytest.approx(later[0] - earlier[0])


def test_a_failure_is_told_by_the_page():
    with onsager.watch(Broken) as page:
        until(lambda: state(page)["error"] is not None)
        assert "no such step" in state(page)["error"]


@pytest.mark.parametrize("words, says", [({"L": [4, 8]}, "one value"), ({"port": 70000}, "65535"), ({"LL": 4}, "`L`")])
def test_what_cannot_be_watched_is_refused(words, says):
    with pytest.raises(onsager.InvalidError, match=says):
        onsager.watch("ising", **words)


def test_a_script_ends_with_its_pages():
    script = "import onsager; page = onsager.watch('ising', L=8); page.wait(0.1); assert page.running"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0 and done.stderr == "", done.stderr
