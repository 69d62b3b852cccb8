"""Systems written in Python that make mistakes: what is told, when, and what stays safe.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import warnings

import archives
import numpy as np
import pytest
from archives import Dice, IsingLanes, parts_of, run

import onsager
from onsager import user_systems


class Faulty(Dice):
    """Dice of which five fail."""

    name = "faulty"
    parameters = [*Dice.parameters, onsager.Parameter("where", choices=("create", "advance", "measure", "persist", "none"),
                                                      default="advance", meaning="the method that fails")]

    def fails(self, where, parameters):
        if parameters.where == where and parameters.dice == 5:
            raise ArithmeticError(f"{where} cannot\ngo on")

    def create(self, context):
        super().create(context)
        self.given = context.parameters
        self.fails("create", self.given)

    def advance(self, context):
        super().advance(context)
        self.fails("advance", self.given)

    def measure(self, context):
        super().measure(context)
        self.fails("measure", self.given)

    def persist(self, part):
        super().persist(part)
        self.fails("persist", self.given)


@pytest.mark.parametrize("where", ["create", "advance", "measure", "persist"])
def test_an_exception_ends_the_job_with_its_message_and_cause(tmp_path, where):
    with pytest.raises(onsager.FailedError) as caught:
        run(Faulty, tmp_path / "a.h5", dice=[2, 5], where=where, steps=50, warmup=0, threads=2)
    assert f"{where}() of 'faulty' raised ArithmeticError: {where} cannot go on (test_user_faults.py, line" in str(caught.value)
    assert isinstance(caught.value.__cause__, ArithmeticError)
    assert any(frame.name == "fails" for frame in caught.traceback.__class__(caught.value.__cause__.__traceback__))


def test_parts_of_other_tasks_are_safe_when_one_fails(tmp_path):
    with pytest.raises(onsager.FailedError):
        run(Faulty, tmp_path / "a.h5", dice=[2, 5], steps=50, warmup=0, threads=1)
    assert len(parts_of(tmp_path / "a.h5")) == 2
    run(Faulty, tmp_path / "a.h5", dice=2, steps=50, warmup=0)
    run(Faulty, tmp_path / "b.h5", dice=2, steps=50, warmup=0)
    archives.assert_same(tmp_path / "a.h5", tmp_path / "b.h5")


def test_check_refuses_before_anything_is_written(tmp_path):
    with pytest.raises(onsager.InvalidError, match="L is 7; the two sublattices need an even length") as caught:
        run(IsingLanes, tmp_path / "a.h5", L=[4, 7])
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(onsager.InvalidError, match="temperature"):
        run(IsingLanes, tmp_path / "a.h5", temprature=2)
    with pytest.raises(onsager.InvalidError, match=r"a number in \(0, inf\)"):
        run(IsingLanes, tmp_path / "a.h5", temperature=-2)
    assert list(tmp_path.iterdir()) == []


def variant(**attributes):
    return type("Variant", (Dice,), {"__module__": __name__, **attributes})


def failing(name):
    def method(self, *given):
        context = given[0]
        {"twice": lambda: [context.measure("sum", 1), context.measure("sum", 1)],
         "unknown": lambda: context.measure("summ", 1),
         "shape": lambda: context.measure("sum", [1, 2]),
         "text": lambda: context.measure("sum", None),
         "nothing": lambda: None}[name]()
    return method


@pytest.mark.parametrize("fault, message", [
    ("twice", "twice"), ("unknown", "did you mean 'sum'"), ("text", "expected a number"),
    ("shape", "TypeError"), ("nothing", "did not measure the observable 'sum'"),
])
def test_mistakes_in_measure_are_told(tmp_path, fault, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises(onsager.FailedError, match=message):
            run(variant(name="mistaken", measure=failing(fault)), tmp_path / "a.h5", steps=5, warmup=0)


@pytest.mark.parametrize("attributes, message", [
    ({"name": ""}, 'name = "variant"'),
    ({"state": []}, "must be stored"),
    ({"advance": onsager.System.advance}, "advance"),
    ({"observables": ["sum"]}, "Mean, Series"),
    ({"controls": {"step": 5}}, "'step'"),
    ({"configuration": ["face"]}, "'face'"),
    ({"parameters": [onsager.Parameter("x", dict)]}, "has the type"),
    ({"parameters": [onsager.Parameter("x", list[str])]}, "no numbers"),
    ({"derived": [onsager.Derived("v", lambda m, p: 0, like="summ")]}, "did you mean 'sum'"),
])
def test_wrong_declarations_are_told(attributes, message):
    with pytest.raises(TypeError, match=message):
        user_systems.define(variant(**attributes))


def test_the_library_refuses_names_that_cannot_be(tmp_path):
    for attributes, message in (({"name": "Big Dice"}, "lower-case"), ({"parameters": [onsager.Parameter("steps", int)]}, "steps")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            with pytest.raises(onsager.Error, match=message):
                run(variant(**attributes), tmp_path / "a.h5")


def test_what_is_no_system_is_refused():
    for thing in (int, 5, Dice()):
        with pytest.raises(onsager.InvalidError, match="onsager.System"):
            onsager.run(thing)


class Broken(Dice):
    """A derived quantity with a mistake, and one that divides by nothing."""

    name = "broken"
    derived = [onsager.Derived("wrong", lambda means, parameters: means.summ)]


class Divided(Dice):
    """A derived quantity that is no number."""

    name = "divided"
    derived = [onsager.Derived("ratio", lambda means, parameters: 1 / float(means.sum - means.sum), like="sum")]


def test_a_derived_quantity_that_fails_is_told(tmp_path):
    with pytest.raises(onsager.FailedError, match="'wrong' of 'broken' raised AttributeError.*did you mean 'sum'"):
        run(Broken, tmp_path / "a.h5", steps=50, warmup=0)
    run(Divided, tmp_path / "b.h5", steps=50, warmup=0)
    assert np.isnan(archives.read(tmp_path / "b.h5")[0][1]["ratio"]["mean"][0])


def test_the_context_is_of_no_use_after_its_method(tmp_path):
    class Keeps(Dice):
        name = "keeps"
        kept = None

        def create(self, context):
            super().create(context)
            Keeps.kept = context

    run(Keeps, tmp_path / "a.h5", steps=5, warmup=0)
    with pytest.raises(TypeError):
        Keeps.kept.stream()
    assert Keeps.kept.parameters.dice == 5


def test_a_class_inside_a_function_cannot_travel():
    local = variant(__module__="__main__", __qualname__="f.<locals>.Variant")
    with pytest.raises(onsager.InvalidError, match="file of its own"):
        user_systems.Traveller(local).__reduce__()


def test_a_name_of_the_library_is_refused():
    """Archives know systems by name alone."""
    with pytest.raises(TypeError, match="comes with onsager"):
        onsager.run(type("Mine", (Dice,), {"name": "ising"}), progress=False)
