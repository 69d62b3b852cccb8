"""Systems written in Python: the same bits as their twin in C, as one thread, as a run that was not interrupted.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import gc
import os
import shutil
import signal
import subprocess
import sys
import time

import archives
import numpy as np
import pytest
from archives import ROOT, Dice, IsingLanes, parts_of, run

import onsager
from onsager import callbacks, user_systems
from onsager._native import check, encoded, ffi, lib


# ---- the same as in C


@pytest.mark.skipif(shutil.which(os.environ.get("CC", "cc")) is None, reason="there is no C compiler")
def test_dice_in_python_give_the_bits_of_dice_in_c(tmp_path):
    run(Dice, tmp_path / "python.h5", dice=[2, 5, 10], steps=20000)
    run(str(ROOT / "examples" / "my-system.c"), tmp_path / "c.h5", dice=[2, 5, 10], steps=20000)
    archives.assert_same(tmp_path / "python.h5", tmp_path / "c.h5")


def test_lanes_of_ising_agree_with_kaufman(tmp_path):
    """Six estimates within 6 of their errors: a false alarm has a probability below 1e-6."""
    run(IsingLanes, tmp_path / "a.h5", L=8, temperature=[2.5, 3.0, 4.0], steps=1500)
    for parameters, quantities, _ in archives.read(tmp_path / "a.h5"):
        assert parameters["L"] == "8"
        for name in ("energy", "specific_heat"):
            found = quantities[name]
            assert abs(found["mean"][0] - found["exact"][0]) < 6 * found["error"][0], (name, parameters)
        assert quantities["energy"]["samples"][0] == 16 * 1500


# ---- threads, interruptions, extensions


def test_two_threads_give_the_bits_of_one(tmp_path):
    run(Dice, tmp_path / "one.h5", dice=[2, 3, 5, 7], steps=3000, replicas=3, threads=1)
    run(Dice, tmp_path / "two.h5", dice=[2, 3, 5, 7], steps=3000, replicas=3, threads=4)
    archives.assert_same(tmp_path / "one.h5", tmp_path / "two.h5")


def test_more_steps_extend_to_the_bits_of_a_long_run(tmp_path):
    run(IsingLanes, tmp_path / "a.h5", L=4, temperature=3.0, steps=300, warmup=10)
    run(IsingLanes, tmp_path / "a.h5", L=4, temperature=3.0, steps=700, warmup=10)
    run(IsingLanes, tmp_path / "b.h5", L=4, temperature=3.0, steps=700, warmup=10)
    archives.assert_same(tmp_path / "a.h5", tmp_path / "b.h5")


SCRIPT = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import onsager
from dice import Dice

class Counted(Dice):
    calls = 0
    def advance(self, context):
        Counted.calls += 1
        super().advance(context)

if __name__ == "__main__":
    onsager.run(Counted, dice=[5, 6], steps=30000, warmup=0, checkpoint=0.1, output=sys.argv[2], progress=False, threads=2)
    print(Counted.calls)
"""


def start(tmp_path, output):
    script = tmp_path / "counted.py"
    script.write_text(SCRIPT)
    return subprocess.Popen([sys.executable, str(script), str(ROOT / "examples" / "python"), str(output)],
                            stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The archive of the script, run without an interruption."""
    folder = tmp_path_factory.mktemp("whole")
    assert int(start(folder, folder / "whole.h5").communicate(timeout=120)[0]) == 2 * 2 * 30000
    return folder / "whole.h5"


def test_a_killed_process_resumes_with_the_same_bits(tmp_path, whole):
    killed = start(tmp_path, tmp_path / "killed.h5")
    deadline = time.monotonic() + 60
    while not parts_of(tmp_path / "killed.h5") and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    resumed = start(tmp_path, tmp_path / "killed.h5")
    assert 0 < int(resumed.communicate(timeout=120)[0]) < 2 * 2 * 30000
    archives.assert_same(tmp_path / "killed.h5", whole)


def test_an_interrupted_process_stores_and_resumes(tmp_path, whole):
    interrupted = start(tmp_path, tmp_path / "a.h5")
    while not parts_of(tmp_path / "a.h5") and interrupted.poll() is None:
        time.sleep(0.01)
    interrupted.send_signal(signal.SIGINT)
    interrupted.communicate(timeout=60)
    assert interrupted.returncode != 0
    resumed = start(tmp_path, tmp_path / "a.h5")
    assert 0 < int(resumed.communicate(timeout=120)[0]) < 2 * 2 * 30000
    archives.assert_same(tmp_path / "a.h5", whole)


# ---- all kinds of parameters, observables and state


class Everything(onsager.System):
    """One of every kind.

    Details, in Markdown.
    """

    name = "everything"
    parameters = [
        onsager.Parameter("N", int, default=4, range="[1, 100]", meaning="numbers"),
        onsager.Parameter("half", float, default="N/2", meaning="an expression"),
        onsager.Parameter("phase", complex, default=1 - 2j, meaning="a complex number"),
        onsager.Parameter("swap", bool, default=True, meaning="a truth value"),
        onsager.Parameter("rule", choices=("plain", "fancy"), default="plain", meaning="a word"),
        onsager.Parameter("label", str, default="none", meaning="a text"),
        onsager.Parameter("law", onsager.Formula, default="x^2+1", meaning="a formula"),
        onsager.Parameter("fields", list[float], default=[0.5, 1.5], meaning="an array"),
        onsager.Parameter("sizes", list[int], default=[1, 2, 3], meaning="another"),
        onsager.Parameter("gain", float, default=2.0, when="rule=fancy", meaning="exists under a choice"),
    ]
    observables = [
        onsager.Mean("x", "a number"),
        onsager.Mean("square", "an array", shape=lambda p: (p.N,)),
        onsager.Mean("along", "with an axis", shape=lambda p: len(p.fields), axis="fields"),
        onsager.Series("trace", "against time"),
        onsager.Series("traces", "an array against time", shape=(2,)),
        onsager.Value("last", "a value"),
        onsager.Value("pair", "two values", shape=(2,)),
        onsager.Histogram("counts", "a histogram", edges=lambda p: (0.0, 1.0, p.N)),
        onsager.Table("rows", "a table", columns=("step", "word:text")),
        onsager.Mean("absent", "omitted"),
    ]
    derived = [
        onsager.Derived("double", lambda means, parameters: 2 * means.square, like="square", meaning="2 <square>"),
        onsager.Derived("plain", lambda means, parameters: means.x * parameters.half, meaning="<x> N/2"),
    ]
    controls = {"steps": 20, "replicas": 2, "every": 2}

    def check(self, parameters, plan):
        assert (parameters.N, parameters.half, parameters.phase) == (4, 2.0, 1 - 2j)
        assert parameters.swap is True and parameters.rule == "plain" and parameters["label"] == "none"
        assert parameters.law(x=3.0) == 10.0 and parameters.law.names == ("x",)
        assert parameters.fields.tolist() == [0.5, 1.5] and parameters.sizes.tolist() == [1, 2, 3]
        assert parameters.gain is None
        plan.omit("absent")
        plan.bytes(1e4)
        plan.note("noted")

    def create(self, context):
        self.random = context.stream()
        self.other = context.stream(purpose=3).generator()
        self.numbers = np.zeros(context.parameters.N)
        self.history = np.zeros((0, 2), np.int32)
        self.bits = np.zeros(5, bool)
        self.wave = np.zeros(3, np.complex128)
        self.word, self.count, self.ratio, self.flag = "", 0, 0.5, False
        self.small = np.float32(0.25)
        self.nested = {"a": [1, 2.5], "b": np.zeros(2, np.uint64)}
        assert context.replica() in (0, 1) and context.lanes == 1 and context.threads >= 1

    def advance(self, context):
        self.random.uniform(out=self.numbers)
        self.count += 1
        self.ratio *= 1.5
        self.flag = not self.flag
        self.small = np.float32(self.small * 1.25)
        self.word = "é" * (self.count % 5)
        self.wave += 1j
        self.bits[self.count % 5] ^= True
        self.nested["a"][0] += 1
        self.nested["b"] += np.uint64(1)
        if self.random.integers(3) == 0:
            self.history = np.append(self.history, np.array([[self.count, self.random.integers(9)]], np.int32), 0)
        context.value("last", self.ratio, 0.1)
        context.value("pair", [self.count, -1.0])
        if self.count % 10 == 0:
            context.row("rows", self.count, f"row {self.count}")

    def measure(self, context):
        context.measure("x", self.numbers[0])
        context.measure("square", self.numbers**2)
        context.measure("along", self.numbers[:2], lane=0)
        context.measure("trace", len(self.history) + self.wave[0].imag + self.bits.sum())
        context.measure("traces", [self.nested["a"][0], self.nested["b"][1] + self.small])
        context.count("counts", self.numbers)

    def persist(self, part):
        part.random("random", self.random)
        part.configuration("numbers", self.numbers)
        self.history = part.varying("history", self.history)
        part.array("bits", self.bits)
        part.configuration("wave", self.wave)
        self.word = part.text("word", self.word)
        self.count = part.value("count", self.count)
        for name in ("ratio", "flag", "small", "nested"):
            setattr(self, name, part.any(name, getattr(self, name)))


def test_every_kind_of_parameter_observable_and_state(tmp_path):
    run(Everything, tmp_path / "a.h5", steps=20)
    (parameters, found, notes), = archives.read(tmp_path / "a.h5")
    assert notes.strip() == "noted" and "absent" not in found and "gain" not in parameters
    assert found["square"]["shape"] == (4,) and found["along"]["shape"] == (2,)
    np.testing.assert_allclose(found["double"]["mean"], 2 * found["square"]["mean"], rtol=1e-12)
    np.testing.assert_allclose(found["plain"]["mean"], 2 * found["x"]["mean"], rtol=1e-12)
    assert found["trace"]["time"].tolist() == list(range(0, 21, 2))
    np.testing.assert_allclose(found["traces"]["mean"].reshape(-1, 2)[:, 0], 1 + np.arange(0, 21, 2))
    assert found["last"]["mean"][0] == 0.5 * 1.5**20 and found["pair"]["mean"].tolist() == [20, -1]
    assert found["counts"]["mean"].sum() == 2 * 11 * 4  # replicas, times, numbers
    assert [word for word in found["rows"]["texts"] if word] == ["row 10", "row 20"] * 2


def test_every_kind_of_state_is_restored(tmp_path):
    for steps in (6, 7, 20):
        run(Everything, tmp_path / "a.h5", steps=steps)
    run(Everything, tmp_path / "b.h5", steps=20)
    archives.assert_same(tmp_path / "a.h5", tmp_path / "b.h5")


def test_continuous_time_goes_to_its_targets(tmp_path):
    class Decay(onsager.System):
        """Exact exponential decay."""

        name = "decay"
        step = "1 time unit"
        traits = onsager.CONTINUOUS
        observables = [onsager.Series("y", "exp(-t)")]
        controls = {"steps": 2, "every": 0.25}
        state = ["y"]

        def create(self, context):
            self.y = 1.0

        def advance(self, context):
            self.y *= np.exp(context.time - context.target)

        def measure(self, context):
            context.measure("y", self.y)

    run(Decay, tmp_path / "a.h5")
    (_, found, _), = archives.read(tmp_path / "a.h5")
    np.testing.assert_allclose(found["y"]["time"], np.arange(0, 2.01, 0.25))
    np.testing.assert_allclose(found["y"]["mean"], np.exp(-found["y"]["time"]), rtol=1e-14)


def test_done_ends_a_task_and_stopped_continues_a_step(tmp_path):
    class Long(onsager.System):
        """Steps in ten pieces, three steps in all."""

        name = "long"
        observables = [onsager.Value("pieces", "made")]
        state = ["piece", "steps"]

        def create(self, context):
            self.piece = self.steps = 0

        def advance(self, context):
            while True:
                self.piece += 1
                if self.piece % 10 == 0:
                    break
                if context.poll(self.piece % 10, 10) or self.piece % 10 == 5:
                    return onsager.STOPPED
            self.steps += 1
            context.value("pieces", self.piece)
            return onsager.DONE if self.steps == 3 else None

    run(Long, tmp_path / "a.h5", steps=100)
    (_, found, _), = archives.read(tmp_path / "a.h5")
    assert found["pieces"]["mean"][0] == 30


def test_quenched_may_depend_on_the_parameters(tmp_path):
    class Samples(Dice):
        name = "samples"
        parameters = [*Dice.parameters, onsager.Parameter("random_bonds", bool, default=False, meaning="disorder")]
        traits = onsager.STATIONARY

        @staticmethod
        def quenched(parameters):
            return parameters.random_bonds

    run(Samples, tmp_path / "a.h5", random_bonds=[False, True], steps=500, replicas=4, warmup=10)
    plain, quenched = (found for _, found, _ in archives.read(tmp_path / "a.h5"))
    assert np.isfinite(plain["sum"]["tau"][0]) and np.isnan(quenched["sum"]["tau"][0])


def test_a_quenched_that_fails_is_told_before_anything_is_run(tmp_path):
    class Wrong(Dice):
        name = "wrong"

        def quenched(self, parameters):
            return True

    with pytest.raises(onsager.FailedError, match=r"quenched\(\) of 'wrong' raised TypeError"):
        run(Wrong, tmp_path / "a.h5")
    assert list(tmp_path.iterdir()) == []


def test_a_class_that_was_changed_is_defined_anew(tmp_path):
    class Changed(Dice):
        name = "changed"
        exact = []

    before = user_systems.define(Changed)
    assert user_systems.define(Changed) is before
    Changed.controls = {"steps": 7}

    def advance(self, context):
        self.faces[:] = 6

    Changed.advance = advance
    after = user_systems.define(Changed)
    assert after is not before and after.code.low != before.code.low
    run(Changed, tmp_path / "a.h5", warmup=1)
    (_, found, _), = archives.read(tmp_path / "a.h5")
    assert found["sum"]["mean"][0] == 30


def test_start_and_snapshots_take_the_configuration(tmp_path):
    class Still(Dice):
        name = "still"

        def advance(self, context):
            pass

    run(Dice, tmp_path / "a.h5", dice=3, steps=200, replicas=1, snapshots=100)
    run(Still, tmp_path / "b.h5", dice=3, steps=5, replicas=1, warmup=0, start="standard")
    assert archives.read(tmp_path / "b.h5")[0][1]["sum"]["mean"][0] == 3

    class Dice2(Still):
        name = "dice"  # a start is taken from the same system

    run(Dice2, tmp_path / "c.h5", dice=3, steps=5, replicas=1, warmup=0, start=str(tmp_path / "a.h5"))
    total = archives.read(tmp_path / "c.h5")[0][1]["sum"]["mean"][0]
    assert 3 <= total <= 18 and total == int(total)


def test_a_picture_is_an_array_of_bytes(tmp_path):
    job = onsager.Job(IsingLanes, L=16, temperature=1.0, steps=3, warmup=0, output=tmp_path / "a.h5")
    results = job.run(progress=False)
    picture = ffi.gc(ffi.new("ons_picture *"), lib.ons_picture_free)
    check(lib.ons_job_picture(job._pointer, encoded(results.tasks[0].key), 5, picture))
    pixels = np.frombuffer(ffi.buffer(picture.pixels, picture.width * picture.height * 3), np.uint8)
    colours = {tuple(colour) for colour in pixels.reshape(-1, 3).tolist()}
    assert colours <= {tuple(colour) for colour in onsager.colours.index([0, 1]).tolist()}


# ---- identity and life


FACTOR = 2


def helper(x):
    return FACTOR * x


class Helped(Dice):
    name = "helped"

    def measure(self, context):
        total = helper(float(self.faces.sum()))
        context.measure("sum", total)
        context.measure("sum_squared", total * total)


def test_identity_is_the_source_with_what_it_names():
    text = user_systems.source.source_of(Helped, onsager.System)
    assert "class Helped" in text and "def helper" in text and "FACTOR = 2" in text and "class Dice" in text
    assert "def test_" not in text and "class Everything" not in text


def test_another_source_is_another_identity(tmp_path, monkeypatch):
    run(Helped, tmp_path / "a.h5", steps=50, warmup=0)
    before = archives.read(tmp_path / "a.h5")[0][1]["sum"]["mean"][0]
    monkeypatch.setitem(globals(), "FACTOR", 3)
    user_systems._definitions.pop(Helped)  # a constant of the file is looked at when the class is defined
    run(Helped, tmp_path / "b.h5", steps=50, warmup=0)
    assert archives.read(tmp_path / "b.h5")[0][1]["sum"]["mean"][0] == pytest.approx(1.5 * before)
    with pytest.raises(onsager.Error):  # it does not go on with the parts of the other
        run(Helped, tmp_path / "a.h5", steps=100, warmup=0)


def test_without_source_the_compiled_code_stands_for_it_with_a_warning(tmp_path):
    space = {"onsager": onsager, "Dice": Dice, "__name__": "nowhere"}
    code = "class Lost(Dice):\n    name = 'lost'\n    def advance(self, context):\n        self.faces[0] = {}\n"
    digests = []
    for number in (1, 2, 1):
        exec(code.format(number), space)
        with pytest.warns(UserWarning, match="source of Lost cannot be read"):
            definition = user_systems.define(space["Lost"])
        digests.append((definition.code.high, definition.code.low))
    assert digests[0] != digests[1] and digests[0] == digests[2]


def test_definitions_give_their_slots_back():
    gc.collect()
    before = {kind: len(taken) for kind, taken in callbacks._slots.items()}
    for number in range(300):  # more than there are slots

        class Passing(Dice):
            name = "passing"

            def advance(self, context):
                pass

        user_systems.define(Passing)
        del Passing
        if number % 100 == 99:
            gc.collect()
    assert {kind: len(taken) for kind, taken in callbacks._slots.items()} == before
    assert not callbacks._states


def test_a_job_in_two_threads_of_python_does_not_lock(tmp_path):
    """Callbacks take the GIL while this thread holds it often."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(run, Dice, tmp_path / f"{k}.h5", dice=[2, 3], steps=2000, threads=2) for k in range(2)]
        spun = 0
        while not all(future.done() for future in futures):
            spun += sum(range(1000))
        for future in futures:
            future.result(timeout=60)
    archives.assert_same(tmp_path / "0.h5", tmp_path / "1.h5")


PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
import onsager
from dice import Dice

class Mine(Dice):
    "Dice of a script."

if __name__ == "__main__":
    onsager.submit(Mine, dice=4, steps=1000, output="process.h5", process=True).result(timeout=60)
    onsager.run(Mine, dice=4, steps=1000, output="here.h5")
    before = onsager.open("process.h5").provenance
    onsager.run(Mine, dice=4, steps=1000, output="process.h5")  # the same identity: there is nothing left to do
    assert len(onsager.open("process.h5").provenance) == len(before)
"""


def test_a_class_of_a_script_runs_in_a_process_of_its_own(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(PROCESS)
    done = subprocess.run([sys.executable, str(script), str(ROOT / "examples" / "python")], cwd=tmp_path, timeout=120,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    archives.assert_same(tmp_path / "process.h5", tmp_path / "here.h5")
