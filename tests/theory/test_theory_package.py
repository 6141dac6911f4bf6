"""The package as a whole: its names, its docstrings, its examples, its weight."""

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

from evsim import theory

MODULES = [f"evsim.theory.{module.name}" for module in pkgutil.iter_modules(theory.__path__)]
FUNCTIONS = [name for name in theory.__all__ if inspect.isfunction(getattr(theory, name))]
RESULTS = [name for name in theory.__all__ if inspect.isclass(getattr(theory, name))]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_run(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_where_it_does_not_apply_its_source_and_an_example(name):
    text = getattr(theory, name).__doc__
    for part in ("does not ", "source: ", ">>> "):
        assert part in text.lower(), part


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_a_frozen_dataclass(name):
    assert dataclasses.is_dataclass(getattr(theory, name))
    assert getattr(theory, name).__dataclass_params__.frozen


def test_all_names_every_public_function_and_result_once():
    public = {name for name, value in vars(theory).items() if callable(value) and not name.startswith("_")}
    assert set(theory.__all__) == public
    assert list(theory.__all__) == sorted(theory.__all__)


@pytest.mark.slow
def test_theory_imports_nothing_heavy():
    heavy = {"scipy", "pandas", "matplotlib", "simpy", "pydantic", "IPython"}
    code = f"import sys, evsim.theory; print(*sorted({heavy!r} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""
