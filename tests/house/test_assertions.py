"""Every test can fail: it asserts something, expects an error, or calls a helper of its file that does."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
EXPECTS = {"raises", "warns", "fail"}  # of pytest


def silent(source):
    """Names of the tests in a file's text that assert nothing."""
    judging, functions = _judging(source)
    return [name for name in functions if name.startswith("test_") and name not in judging]


def _judging(source):
    """(names of functions that assert, or call one that does; all functions of the text)."""
    tree = ast.parse(source)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    judging, before = _imported(tree), None
    while judging != before:
        before = set(judging)
        judging |= {name for name, node in functions.items() if _judges(node, before)}
    return judging, functions


def _imported(tree):
    """Names of helpers from other files of the tests that assert."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests."):
            file = TESTS.parent.joinpath(*node.module.split(".")).with_suffix(".py")
            if file.is_file():
                judging = _judging_in(file)
                found |= {each.asname or each.name for each in node.names if each.name in judging}
    return found


@cache
def _judging_in(file):
    """Names of the functions of this file that assert: many files ask for those of the same helpers."""
    return _judging(file.read_text(encoding="utf-8"))[0]


def _judges(function, helpers):
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name.startswith("assert_") or name in EXPECTS or name in helpers:
                return True
    return False


@pytest.mark.parametrize("file", sorted(TESTS.rglob("test_*.py")), ids=lambda file: str(file.relative_to(TESTS)))
def test_every_test_of_a_file_asserts_something(file):
    assert silent(file.read_text(encoding="utf-8")) == []


def test_a_test_that_only_runs_is_found_and_one_whose_helper_asserts_is_not():
    source = """
def holds(value): assert value
def twice(value): holds(value); holds(value)
def shows(value): print(value)
def test_nothing(): shows(1)
def test_by_a_helper_of_a_helper(): twice(1)
def test_an_error():
    with pytest.raises(ValueError): shows(1)
"""
    assert silent(source) == ["test_nothing"]
