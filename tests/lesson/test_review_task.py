"""Lesson 21: a design is reviewed. What is signed, what fails and for whom, and what is not tried."""

import re

import pytest

from evsim.lesson import exercise
from evsim.lesson.board import board
from evsim.lesson.challenge import judged, load_challenge, read_entries
from evsim.lesson.review_task import challenge, review, save, troubles_met, wired, wiring
from tests.lesson.trying import assert_refused

TASK = "design-review"
EVENTS = wiring("events")
HANDLE = "services.register.handle"


def workers(register, database, mailing_list):
    numbers = {"register": register, "database": database, "mailing-list": mailing_list}
    return {f"services.{name}.workers": number for name, number in numbers.items()}


def tried(answer):
    task = exercise(TASK)
    return task, task.check(answer)


def words(grade):
    return repr(grade).replace("\n", " ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        EVENTS | workers(4, 2, 6),
        EVENTS | workers(3, 2, 7),
        EVENTS | workers(6, 2, 4),
        EVENTS | workers(1, 4, 7),
        EVENTS | workers(1, 2, 5),  # and money left
    ],
)
def test_events_with_workers_where_the_work_is_are_signed(answer):
    _, grade = tried(answer)
    assert grade and "Tried with 5 seeds in each of 5 cases" in words(grade), words(grade)


LIST, DATABASE = "“the mailing list is down”", "“the database is down”"
REPLY_FIRST = [{"reply": "registered"}, {"work": "2ms"}, {"publish": "customer-registered"}]


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer, said",
    [
        ({}, r"“nothing broken” this is not decided: told error yet true"),  # as given: right on most seeds
        (
            EVENTS,
            f"{LIST} this is missed: completion p90 at most 7 s; .* customer \\d+ had to wait",
        ),  # a good day alone
        (EVENTS | workers(8, 1, 3), f"{LIST} this is not decided: completion p90"),
        (wiring("parallel") | workers(4, 2, 6), "has a customer row"),
        (wiring("hybrid") | workers(4, 2, 6), f"{DATABASE} this is missed: availability .* was not told yes"),
        (EVENTS | workers(4, 2, 6) | {"channels.customer-registered.log.partitions": 2}, f"{LIST} this is"),
        (EVENTS | workers(4, 2, 6) | {HANDLE: REPLY_FIRST}, "“the broker is down” this is missed: told yes never true"),
    ],
)
def test_other_designs_are_not_signed_and_the_case_and_a_customer_are_named(answer, said):
    task, grade = tried(answer)
    assert grade.passed is False and re.search(said, words(grade)), words(grade)
    (customer,) = re.findall(r"customer (\d+) ", words(grade))
    assert [story.request for story in task.look().stories] == [int(customer)]


WORK = {"work": "2ms"}


@pytest.mark.parametrize(
    "answer, said",
    [
        (EVENTS | workers(4, 2, 7), "it has 13 workers, and may have 12"),
        (EVENTS | {"services.mailing-list.handle.0.work": "1ms"}, "something else was changed too: services.mail"),
        (EVENTS | {"workloads.register-page.arrivals.poisson": "1/s"}, "something else was changed too: workloads"),
        (EVENTS | {"objectives": {}}, "something else was changed too: objectives"),
        (EVENTS | {HANDLE: [{"publish": "customer-registered"}, {"reply": "registered"}]}, "register has 2 ms of work"),
        ({HANDLE: [WORK, {"reply": "registered"}]}, "customer 0 was told yes, and never got a customer row"),
        (EVENTS | {"services.mailing-list.subscribe": []}, "was told yes, and never got a subscription"),
        ({HANDLE: [WORK, {"effect": "customer row"}, {"reply": "yes"}]}, "register is to make no effect"),
        (EVENTS | {HANDLE: [WORK, *2 * [{"publish": "customer-registered"}], {"reply": "registered"}]}, "row twice"),
        ({HANDLE: []}, "services.register.handle: must hold at least 1"),
        ("signed", "not 'signed'"),
        (12, "not 12"),
    ],
)
def test_what_breaks_a_rule_is_refused_in_words(answer, said):
    assert_refused(TASK, answer, said)


def test_a_handler_in_python_is_no_design_to_review():
    def handle(customer):
        yield customer.work(0.002)

    assert_refused(TASK, {HANDLE: handle}, "register: a review reads steps")


@pytest.mark.slow
def test_of_three_wirings_each_fails_in_some_case_and_the_answer_counts_them():
    table = review(classic=wired("classic"), events=wired("events"))
    assert list(table.index) == list(challenge().troubles) and troubles_met(wired("events")) == 3
    assert (table.events == "meets all").sum() == 3 and (table.classic == "meets all").sum() == 0


@pytest.mark.slow
def test_a_design_that_is_saved_is_on_the_board_and_the_one_that_fails_is_behind_it(tmp_path):
    files = [tmp_path / "ada.yaml", tmp_path / "bob.yaml"]
    for path, answer in zip(files, (EVENTS | workers(3, 2, 5), EVENTS)):
        assert save(answer, path) == path
    its = load_challenge(TASK)
    entries = read_entries(its, files)
    found = board(its, entries, judged(its, entries, 5, jobs=1), 5)
    assert found.signed == ["ada"] and [each.name for each in found.standings] == ["ada", "bob"]


@pytest.mark.parametrize(
    "give",
    [lambda: wiring("saga"), lambda: save(EVENTS | workers(9, 2, 2), "never.yaml"), lambda: save(EVENTS, "mine.ipynb")],
)
def test_what_is_not_there_or_not_allowed_is_told(give):
    with pytest.raises(
        ValueError, match="there is no wiring 'saga'|it has 13 workers|call your file something.yaml, not mine.ipynb"
    ):
        give()
