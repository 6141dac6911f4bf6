"""Imports point one way, those inside functions included."""

import pytest
from importlinter.cli import lint_imports

from tests.house.source import ROOT, circles, without_the_named_exception


def test_no_room_imports_from_a_room_above_it(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.slow
def test_no_modules_import_each_other_in_a_circle():
    assert circles(without_the_named_exception()) == []


def test_a_circle_is_seen():
    assert circles({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": []}) == [{"b", "c"}]
