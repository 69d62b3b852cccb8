"""The network of examples/python/own_network.py as a system: it learns, and it goes on with the same bits.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import signal
import subprocess
import sys
import time

import archives
import numpy as np
import pytest
from archives import ROOT, parts_of, run
from own_network import EXACT, TIMES, OwnNetwork

import onsager

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import onsager
from own_network import OwnNetwork

class Counted(OwnNetwork):
    calls = 0
    def advance(self, context):
        Counted.calls += 1
        super().advance(context)

if __name__ == "__main__":
    onsager.run(Counted, steps=2500, checkpoint=0.05, output=sys.argv[2], progress=False)
    print(Counted.calls)
"""


def test_the_exact_solution_is_one():
    """u'' + 0.4 u' + 4 u = 0 by differences of fourth order, and the start."""
    step = TIMES[1, 0] - TIMES[0, 0]
    u = EXACT[:, 0]
    slope = (u[:-4] - 8 * u[1:-3] + 8 * u[3:-1] - u[4:]) / (12 * step)
    curvature = (-u[:-4] + 16 * u[1:-3] - 30 * u[2:-2] + 16 * u[3:-1] - u[4:]) / (12 * step**2)
    np.testing.assert_allclose(curvature + 0.4 * slope + 4 * u[2:-2], 0, atol=1e-4)
    assert u[0] == 1 and (-25 * u[0] + 48 * u[1] - 36 * u[2] + 16 * u[3] - 3 * u[4]) / (12 * step) == pytest.approx(0, abs=1e-4)


def test_it_learns(tmp_path):
    results = run(OwnNetwork, tmp_path / "a.h5", steps=2000)
    error = results["error"].mean
    assert error[0] > 0.1 and error[-1] < 0.01
    assert results["loss"].mean[-1] < 0.01 * results["loss"].mean[0]


def test_threads_and_more_steps_change_no_bit(tmp_path):
    words = {"width": [4, 8], "replicas": 2}
    run(OwnNetwork, tmp_path / "one.h5", steps=200, threads=1, **words)
    run(OwnNetwork, tmp_path / "two.h5", steps=100, threads=3, **words)
    run(OwnNetwork, tmp_path / "two.h5", steps=200, threads=3, **words)
    archives.assert_same(tmp_path / "one.h5", tmp_path / "two.h5")


def start(tmp_path, output):
    script = tmp_path / "counted.py"
    script.write_text(SCRIPT)
    return subprocess.Popen([sys.executable, str(script), str(ROOT / "examples" / "python"), str(output)],
                            stdout=subprocess.PIPE, text=True)


def test_a_killed_training_resumes_with_the_same_bits(tmp_path):
    assert int(start(tmp_path, tmp_path / "whole.h5").communicate(timeout=120)[0]) == 2500
    killed = start(tmp_path, tmp_path / "killed.h5")
    deadline = time.monotonic() + 60
    while not parts_of(tmp_path / "killed.h5") and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert 0 < int(start(tmp_path, tmp_path / "killed.h5").communicate(timeout=120)[0]) < 2500
    archives.assert_same(tmp_path / "killed.h5", tmp_path / "whole.h5")


def test_a_trained_network_is_where_another_begins(tmp_path):
    """Weights are the configuration: snapshots keep them, start= restores them."""
    run(OwnNetwork, tmp_path / "a.h5", steps=400, snapshots=400)
    ends = run(OwnNetwork, tmp_path / "a.h5", steps=400, snapshots=400)["loss"].mean[-1]
    begins = run(OwnNetwork, tmp_path / "b.h5", steps=5, start=str(tmp_path / "a.h5"))["loss"].mean[0]
    assert begins < 2 * ends


def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(onsager.InvalidError, match="learning_rate"):
        run(OwnNetwork, tmp_path / "a.h5", learning_rate=-1.0)
    assert not (tmp_path / "a.h5").exists()


class Poisoned(OwnNetwork):
    """A weight that is not finite after the third step."""

    name = "poisoned"

    def advance(self, context):
        super().advance(context)
        if context.steps == 3:
            self.program.bind(t=np.full_like(TIMES, np.nan))
            self.loss, self.gradient, self.u = self.program.run()


def test_a_gradient_that_is_not_finite_ends_the_job_with_step_and_parameter(tmp_path):
    with pytest.raises(onsager.FailedError, match=r"step \d+(.|\n)*u/0/weight"):
        run(Poisoned, tmp_path / "a.h5", steps=10)


def test_the_page_shows_the_example():
    example = (ROOT / "examples" / "python" / "own_network.py").read_text()
    assert f"```python\n{example}```" in (ROOT / "docs" / "python-learning.md").read_text()
