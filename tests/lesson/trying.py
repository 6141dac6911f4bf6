"""How an exercise answers: with yes, with a customer for whom it fails, or with why an answer can't be tried."""

import re

from evsim.lesson import exercise
from evsim.lesson.questions import QUESTIONS


def assert_passes(name, answer):
    task = exercise(name)
    grade = task.check(answer)
    assert grade and re.match(r"Yes\. Tried with 5 seeds, [1-9]\d?,\d{3} customers: ", _plain(grade)), _plain(grade)
    assert task.run is None and task.look() == "Nothing to look at: no check has failed."


def assert_fails(name, answer, words):
    task = exercise(name)
    grade = task.check(answer)
    assert grade.passed is False and re.search(words, _plain(grade)), _plain(grade)
    assert [story.request for story in task.look().stories] == [task.customer]
    assert len(task.run.trace(task.customer, task.workload)) > 1
    return task


def assert_refused(name, answer, words):
    task = exercise(name)
    grade = task.check(answer)
    assert grade.passed is None and "can't be run" in _plain(grade) and words in _plain(grade), _plain(grade)


def assert_one_answer_is_true(question):
    """The truth is the one answer without a wrong thought behind it."""
    found = QUESTIONS[question]
    right = [answer for answer, thought in found.choices.items() if not thought]
    assert len(found.choices) == 4 and right == [found.truth()]


def _plain(grade):
    return repr(grade).replace("\n", " ")
