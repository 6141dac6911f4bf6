"""The core asks what a thing can, and never whether it is a certain part."""

import ast

import pytest

from tests.house import counts


@pytest.mark.slow
def test_the_core_asks_nothing_for_the_word_of_a_part():
    assert counts.tests_for_parts() == []


def test_such_a_test_is_seen(monkeypatch):
    asked = ast.parse("if settings.kind in ('log', 'queue') or 'bus' != channel.kind or kind == 'work': pass")
    monkeypatch.setattr(counts, "core", lambda: [counts.PACKAGE / "run.py"])
    monkeypatch.setattr(counts, "tree", lambda path: asked)
    monkeypatch.setattr(counts, "player", list)
    assert counts.tests_for_parts() == ["evsim/run.py:1", "evsim/run.py:1"]
    assert counts.kind_tests() == (3, 1)


def test_one_by_an_attribute_or_in_a_script_is_seen(monkeypatch):
    asked = ast.parse("if getattr(step, 'hedge', None) or getattr(step, 'name', None): pass")
    monkeypatch.setattr(counts, "core", lambda: [counts.PACKAGE / "run.py"])
    monkeypatch.setattr(counts, "tree", lambda path: asked)
    monkeypatch.setattr(counts, "player", lambda: [counts.PACKAGE / "view/player/js/lane.js"])
    monkeypatch.setattr(
        counts, "text", lambda path: 'if (kind === "request") return;\nif (channel.kind !== "log") return;'
    )
    assert counts.tests_for_parts() == ["evsim/run.py:1", "evsim/view/player/js/lane.js:2"]
