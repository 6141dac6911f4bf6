"""Nothing is said or drawn otherwise than it was, but what somebody meant to change."""

import pytest

from tests.snapshots import kept
from tests.snapshots.kept import SNAPSHOTS, differences, fingerprints, kept_with, libraries

pytestmark = pytest.mark.slow

HOW = """
{number} texts are not what they were when somebody last looked at them, such as: {found}.
Print one before and after the change, and compare:
    python -m tests.snapshots "{name}" --show "{what[0]}"
If every difference is one that is meant, keep what is said now:
    python -m tests.snapshots --keep
They were kept with {before}; here are {now}.
"""


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_all_is_said_as_it_was(name):
    found = differences(name, fingerprints(name))
    said = {"number": len(found), "found": ", ".join(found[:12]), "name": name, "what": found[:1]}
    assert not found, HOW.format(**said, before=kept_with(), now=libraries())


def test_each_fingerprint_is_of_something_that_is_said():
    assert list(kept.kept()) == sorted(SNAPSHOTS)


def test_a_text_that_is_new_is_gone_or_is_another_one_is_named(monkeypatch):
    def said(**texts):
        monkeypatch.setitem(SNAPSHOTS, "words", lambda: texts.items())
        return fingerprints("words")

    before = said(one="1", two="2", three="3")
    monkeypatch.setattr(kept, "kept", lambda: {"words": before})
    assert differences("words", said(one="1", two="2", three="3")) == []
    assert differences("words", said(one="1", two="20", four="4")) == ["two", "three", "four"]
