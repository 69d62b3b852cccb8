"""onsager.systems: signatures, docstrings and type hints from the descriptors.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import ast
import inspect
import pathlib
import subprocess
import sys

import pytest

import onsager
from onsager._descriptors import registry
from onsager.__main__ import command


def test_every_system_of_the_registry_is_there():
    listed = subprocess.run([command(), "list", "systems"], capture_output=True, text=True, check=True).stdout
    assert {name.replace("-", "_") for name in registry} == set(dir(onsager.systems))
    assert all(name in listed for name in registry)


@pytest.mark.parametrize("name", sorted(registry))
def test_signatures_and_docstrings_are_those_of_the_descriptor(name):
    function = getattr(onsager.systems, name.replace("-", "_"))
    signature = inspect.signature(function)
    descriptor = registry[name]
    assert list(signature.parameters) == [parameter.name for parameter in descriptor.parameters]
    assert all(item.kind is inspect.Parameter.KEYWORD_ONLY for item in signature.parameters.values())
    documentation = inspect.getdoc(function)
    assert descriptor.summary in documentation
    for parameter in descriptor.parameters:
        assert parameter.meaning.splitlines()[0] in documentation
    for observable in descriptor.observables:
        assert observable.name in documentation


def test_defaults_are_numbers_truths_and_expressions():
    parameters = inspect.signature(onsager.systems.ising).parameters
    assert parameters["L"].default == 16 and isinstance(parameters["temperature"].default, float)
    assert parameters["lattice"].default == "square"


def test_a_system_with_parameters_runs():
    system = onsager.systems.ising(L=[4, 6], temperature=2.5)
    assert repr(system) == "onsager.systems.ising(L=[4, 6], temperature=2.5)"
    words = {"steps": 32, "warmup": 0, "output": False, "progress": False}
    first, second = system.run(**words), onsager.run(system, **words)
    third = onsager.run("ising", L=[4, 6], temperature=2.5, **words)
    assert first.energy.mean.tolist() == second.energy.mean.tolist() == third.energy.mean.tolist()
    assert onsager.run(onsager.systems.ising, L=4, **words).tasks[0].parameters["L"] == 4
    assert system.submit(**words).result(60).complete


def test_a_wrong_keyword_is_a_type_error_with_the_nearest():
    with pytest.raises(TypeError, match="did you mean 'temperature'"):
        onsager.systems.ising(temprature=2.0)
    with pytest.raises(AttributeError, match="did you mean 'ising'"):
        onsager.systems.isong


def test_the_type_hints_that_were_built_are_those_of_the_systems():
    made = subprocess.run([sys.executable, "-m", "onsager.stubs"], capture_output=True, text=True, check=True).stdout
    built = pathlib.Path(onsager.__file__).with_name("systems.pyi").read_text()
    assert made == built
    functions = [node for node in ast.parse(built).body if isinstance(node, ast.FunctionDef)]
    assert {node.name for node in functions} == set(dir(onsager.systems))
    hints = {node.name: [argument.arg for argument in node.args.kwonlyargs] for node in functions}
    for name, descriptor in registry.items():
        assert hints[name.replace("-", "_")] == [parameter.name for parameter in descriptor.parameters]
    assert pathlib.Path(onsager.__file__).with_name("py.typed").exists()


def test_the_import_is_light():
    heavy = "import onsager, sys; print([name for name in ('numpy', 'pandas', 'xarray', 'matplotlib') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    run = heavy.replace("print", "onsager.run('ising', L=4, steps=10, output=False, progress=False); print")
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", run], capture_output=True, text=True,
                          check=True).stdout.strip() == "['numpy']"
