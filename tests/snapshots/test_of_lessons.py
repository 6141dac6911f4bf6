"""Whatever students are told, in exercises and incidents, is what it was."""

import pytest

from tests.snapshots.answers_in_python import ANSWERS_IN_PYTHON
from tests.snapshots.as_kept import assert_said_as_it_was
from tests.snapshots.incidents import INCIDENTS
from tests.snapshots.lessons import LESSONS
from tests.snapshots.odd_designs import ODD_DESIGNS
from tests.snapshots.odd_runs import ODD_RUNS
from tests.snapshots.other_truths import OTHER_TRUTHS
from tests.snapshots.students import STUDENTS
from tests.snapshots.whole_minutes import WHOLE_MINUTES

pytestmark = pytest.mark.slow

OF_LESSONS = (
    *LESSONS,
    *ANSWERS_IN_PYTHON,
    *INCIDENTS,
    *STUDENTS,
    *ODD_RUNS,
    *ODD_DESIGNS,
    *WHOLE_MINUTES,
    *OTHER_TRUTHS,
)


@pytest.mark.parametrize("name", OF_LESSONS)
def test_all_that_students_are_told_is_what_it_was(name):
    assert_said_as_it_was(name)
