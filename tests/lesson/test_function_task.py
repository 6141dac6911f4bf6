"""Lesson 17: each in its own way. What passes, what fails for whom, and what is not tried."""

import numpy as np
import pytest

import evsim
from evsim.lesson import function_task
from evsim.lesson.cold_or_warm import cold, cold_or_warm
from evsim.lesson.function_task import bills, containers, function, newsletter, paid, photo_shop
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, WHOLE = "each-in-its-way", "1769MiB"


def ways(pay, album):
    return {"pay": pay, "album": album}


@pytest.mark.parametrize(
    "given",
    [
        ways(containers(3), function(WHOLE)),
        ways(containers(3), function("1280MiB")),
        ways(containers(3), function("2GiB")),
        ways(containers(3), function("3538MiB")),  # twice as dear as need be, and within the budget
        ways(containers(3), function("1280MiB", 1)),
    ],
)
def test_presence_for_who_is_busy_and_use_for_who_is_not_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ({"pay": containers(3)}, "told after 1\\.\\d\\d s, and is to be within 1 s"),
        (ways(containers(3), function("1024MiB")), "of albums was told after 1\\.\\d+ s"),
        (ways(containers(2), function(WHOLE)), "of customers was told after \\d"),
        (ways(containers(1), function(WHOLE)), "of customers was told after \\d"),
        (ways(containers(1), containers(2)), "of customers was told after \\d"),
        (ways(containers(2), containers(1)), "was told after \\d"),
        (ways(containers(3), function("128MiB")), "was told after [34]"),
    ],
)
def test_too_few_containers_and_too_little_memory_fail(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, "it would cost 149 dollars a month"),
        (ways(function(WHOLE), function(WHOLE)), "dollars a month, and may cost 130"),
        (ways(containers(3), containers(1)), "it would cost 144 dollars"),
        (ways(containers(3), function(WHOLE, 20)), "dollars a month, and may cost 130"),
        (ways(containers(4), function(WHOLE)), "dollars a month, and may cost 130"),
        ({"pay": {"instances": 9, "price": {"hour": 0}}}, "pay: give function(memory, provisioned) or containers"),
        ({"album": function() | {"handle": [{"effect": "picture"}]}}, "album: give function"),
        ({"album": {"function": {"init": 0}}}, "album: give function"),
        ({"pay": 3}, "pay: give function(memory, provisioned) or containers(number), not 3"),
        ({"pages": containers(3)}, "give a dict of pay and album"),
        ("containers", "give a dict of pay and album, each a function or containers, not 'containers'"),
        (ways(containers(0), function(WHOLE)), "must be at least 1"),
        (ways(containers(3), function("lots")), "must be a size such as"),
    ],
)
def test_what_is_too_dear_or_not_for_sale_is_refused(given, words):
    assert_refused(TASK, given, words)


def test_of_forty_at_a_service_with_room_for_one_most_are_told_an_error(monkeypatch):
    one = {"workers": 1, "limit": 1, "handle": [{"work": "100ms"}, {"reply": "ok"}]}
    design = newsletter().replace({"services.shop": one, "run.duration": "22s"})
    monkeypatch.setattr(function_task, "newsletter", lambda: design)
    assert function_task.forty_at_once() == "most are told an error"


def test_crosses_are_those_who_waited_for_an_environment():
    run = newsletter().run()
    marks = {mark.name: mark for mark in cold_or_warm(run).marks}
    waited = cold(run)
    rows = run.tables.rows
    shop = np.array([place.service == "shop" for place in run.tables.places] + [False])[rows["place"]]
    wait = np.zeros(len(waited))
    wait[run.tables.row_requests[shop]] = (rows["started"] - rows["born"])[shop]
    assert (waited == (wait > 0.05)).all() and len(marks["cold"].x) == waited.sum() > 35
    assert sorted(marks["cold"].x + marks["warm"].x) == list(range(len(waited)))
    assert paid(run=run)["run"]["cold: told after (ms)"] == round(1000 * run.tables.requests.response[waited].mean())


def test_the_picture_says_what_a_million_cost_where_there_is_a_price():
    run = newsletter().run()
    assert cold_or_warm(run).title.endswith(f"; a million customers cost {run.summary()['cost_per_million']:.2f} USD")
    free = evsim.load("cold-start-burst").run()
    assert cold_or_warm(free).title.endswith(" ms") and "cost" not in cold_or_warm(free).alt


def test_where_nobody_waits_there_are_no_crosses():
    run = newsletter(provisioned=60).run()
    assert not cold(run).any() and [mark.name for mark in cold_or_warm(run).marks] == ["warm"]
    assert cold_or_warm(run).title.startswith("On average 257 warm ones take 102 ms; a million")
    assert "102 ms, 1 cold one 301 ms;" in cold_or_warm(newsletter(provisioned=39).run()).title


def test_a_bill_is_as_the_summary_says_and_the_longest_time_as_the_customers_have_it():
    run = photo_shop().run()
    row = bills(run=run).loc["run"]
    month = run.summary()["cost_month"]
    assert row["pay", "a month ($)"] + row["album", "a month ($)"] == pytest.approx(month, abs=0.02)
    longest = max(row["pay", "longest (s)"], row["album", "longest (s)"])
    assert longest == pytest.approx(run.tables.requests.response.max(), abs=0.02)
