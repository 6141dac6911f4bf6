"""Fingerprints: each is of something that is said, and it is found that something is said otherwise."""

from tests.snapshots import kept
from tests.snapshots.kept import ROOMS, SNAPSHOTS, differences, fingerprints


def test_each_fingerprint_is_of_something_that_is_said():
    assert list(kept.kept()) == sorted(SNAPSHOTS) and len(SNAPSHOTS) == sum(map(len, ROOMS.values()))


def test_a_text_that_is_new_is_gone_or_is_another_one_is_named(monkeypatch):
    def said(**texts):
        monkeypatch.setitem(SNAPSHOTS, "words", lambda: texts.items())
        return fingerprints("words")

    before = said(one="1", two="2", three="3")
    monkeypatch.setattr(kept, "kept", lambda: {"words": before})
    assert differences("words", said(one="1", two="2", three="3")) == []
    assert differences("words", said(one="1", two="20", four="4")) == ["two", "three", "four"]
