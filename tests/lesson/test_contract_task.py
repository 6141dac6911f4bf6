"""Lesson 15: without a dead letter. What passes, what fails for whom, and what is not tried."""

import pytest

from evsim.lesson.contract_task import LOG, VERSIONS, changes, contract
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK = "without-a-dead-letter"
MAIL = "writes mail"


def plan(register, welcome, mailing_list=None):
    return {"register": register, "welcome": welcome, "mailing-list": mailing_list or welcome}


def both_until(first, last):
    return {first: "reads both", last: "reads mail"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        plan({20: MAIL}, both_until(10, 40)),  # readers first
        plan({5: "writes both", 45: MAIL}, {30: "reads mail"}),  # the writer first
        plan({5: "writes both", 40: MAIL}, {20: "reads mail"}, both_until(20, 50)),  # some of each
        plan({8: "writes both", 40: MAIL}, {14: "reads mail"}),
        plan({35: MAIL}, both_until(29, 50)),
        plan({25.5: MAIL}, both_until(8, 40), both_until(0, 50)),
    ],
)
def test_whoever_is_understood_at_every_moment_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        (plan({20: MAIL}, {20: "reads mail"}), "with nothing broken: customer \\d+ came at second 2\\d"),
        (plan({20: MAIL}, {10: "reads mail"}), "came at second 1\\d"),
        (plan({20: MAIL}, {30: "reads mail"}), "came at second 2\\d"),
        (plan({20: MAIL}, both_until(18, 40)), "never got a welcome mail: its event is a dead letter"),
        (plan({20: MAIL}, both_until(10, 26)), "list away from second 15 to 30: .* never got a subscription"),
        (plan({14: "writes both", 45: MAIL}, {25: "reads mail"}), "with the list away .* never got a subscription"),
        (plan({20: MAIL}, {20: "reads mail"}, both_until(10, 40)), "never got a welcome mail"),
    ],
)
def test_who_meets_a_version_that_does_not_understand_them_is_named(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, "register: its last version is 'writes email', and is to be 'writes mail'"),
        (plan({20: MAIL}, {0: "reads both"}), "welcome: its last version is 'reads both'"),
        (plan({20: "write mail"}, {10: "reads mail"}), "register has no version 'write mail'"),
        (plan({70: MAIL}, both_until(10, 40)), "a release begins at a second from 0 to 50, not 70"),
        (plan({"soon": MAIL}, both_until(10, 40)), "a release begins at a second from 0 to 50, not 'soon'"),
        (plan({True: MAIL}, both_until(10, 40)), "not True"),
        (plan({float("nan"): MAIL}, both_until(10, 40)), "not nan"),
        (plan(MAIL, both_until(10, 40)), "give its releases as {second: version}"),
        ({"database": {20: MAIL}}, "give a dict of register, welcome, mailing-list"),
        ("writes mail", "give a dict of register, welcome, mailing-list"),
    ],
)
def test_what_is_no_plan_is_refused(given, words):
    assert_refused(TASK, given, words)


@pytest.mark.slow
def test_a_dead_letter_is_an_event_in_which_its_reader_found_no_field():
    """With versions that change at once: from the second on, all are dead, and none before."""
    run = contract({"register": {-5: "writes mail"}}).run()
    assert run.audit() and set(run.ledger.query(f"channel == '{LOG}'").state) == {"dead"}
    understood = contract({"register": {-5: "writes mail"}, "welcome": {-5: "reads both"}}).run()
    assert understood.audit() and set(understood.ledger.query(f"channel == '{LOG}'").state) == {"done"}


def test_each_reader_understands_a_writer_exactly_if_they_share_a_field():
    for writes, written in VERSIONS["register"].items():
        for reads, read in VERSIONS["welcome"].items():
            short = contract({"register": {-5: writes}, "welcome": {-5: reads}}).replace({"run.duration": "2s"}).run()
            assert (set(short.ledger.query(f"channel == '{LOG}'").state) == {"done"}) == bool(written & read)


def test_one_field_less_breaks_old_readers_and_one_more_that_is_needed_new_ones():
    table = changes()
    assert table.loc["one field less"].tolist() == ["dead letter", "reads it"]
    assert table.loc["a field that readers need"].tolist() == ["reads it", "dead letter"]
