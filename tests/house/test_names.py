"""What keeps things findable: one name for one class and one file, pages that name what is there, and short files."""

import pytest

from tests.house import counts

# What is longer, and why; docs/decisions.md says more.
LONG_FILES = {"scenario/distributions.py"}  # thirteen kinds, one after the other, that know nothing of each other
LONG_FUNCTIONS = {"engine/workplace.py:_filling"}  # four functions around one flag, for speed


def test_no_two_files_have_one_name():
    assert counts.file_names_twice() == []


@pytest.mark.slow
def test_no_two_classes_have_one_name():
    assert counts.class_names_twice() == []


@pytest.mark.slow
def test_files_and_functions_are_short():
    assert set(counts.long_files(counts.MOST_LINES)) == LONG_FILES
    assert set(counts.long_functions(counts.MOST_OF_A_FUNCTION)) == LONG_FUNCTIONS


def test_pages_name_only_files_that_are_there():
    assert counts.pages_that_name_what_is_gone() == []


def test_names_that_are_twice_are_seen():
    assert counts.twice(["b.py", "a.py", "b.py"]) == ["b.py"]


def test_what_is_long_is_seen(monkeypatch):
    monkeypatch.setattr(counts, "files", lambda: [counts.PACKAGE / "registry.py"])
    assert set(counts.long_files(100)) == {"registry.py"} and "registry.py:_declared" in counts.long_functions(5)


def test_a_page_that_names_what_is_gone_is_seen(monkeypatch):
    monkeypatch.setattr(counts, "text", lambda path: "see `evsim/engine/gone.py` and `evsim/engine/pool.py`")
    assert {each.partition(": ")[2] for each in counts.pages_that_name_what_is_gone()} == {"evsim/engine/gone.py"}
