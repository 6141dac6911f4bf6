"""Whatever else is said or drawn is what it was; and how it is found that something is not."""

import pytest

from tests.snapshots import kept
from tests.snapshots.answers_in_python import ANSWERS_IN_PYTHON
from tests.snapshots.as_kept import assert_said_as_it_was
from tests.snapshots.incidents import INCIDENTS
from tests.snapshots.kept import ROOMS, SNAPSHOTS, differences, fingerprints
from tests.snapshots.lessons import LESSONS
from tests.snapshots.odd_designs import ODD_DESIGNS
from tests.snapshots.odd_runs import ODD_RUNS
from tests.snapshots.other_truths import OTHER_TRUTHS
from tests.snapshots.students import STUDENTS
from tests.snapshots.whole_minutes import WHOLE_MINUTES

pytestmark = pytest.mark.slow

ELSEWHERE = {
    *LESSONS,
    *ANSWERS_IN_PYTHON,
    *INCIDENTS,
    *STUDENTS,
    *ODD_RUNS,
    *ODD_DESIGNS,
    *WHOLE_MINUTES,
    *OTHER_TRUTHS,
}
OTHERS = [name for name in SNAPSHOTS if name not in ELSEWHERE and not name.startswith("systems from ")]


@pytest.mark.parametrize("name", OTHERS)
def test_all_that_is_said_is_what_it_was(name):
    assert_said_as_it_was(name)


def test_each_fingerprint_is_of_something_that_is_said():
    assert list(kept.kept()) == sorted(SNAPSHOTS) and len(SNAPSHOTS) == sum(map(len, ROOMS))


def test_a_text_that_is_new_is_gone_or_is_another_one_is_named(monkeypatch):
    def said(**texts):
        monkeypatch.setitem(SNAPSHOTS, "words", lambda: texts.items())
        return fingerprints("words")

    before = said(one="1", two="2", three="3")
    monkeypatch.setattr(kept, "kept", lambda: {"words": before})
    assert differences("words", said(one="1", two="2", three="3")) == []
    assert differences("words", said(one="1", two="20", four="4")) == ["two", "three", "four"]
