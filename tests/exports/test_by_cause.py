"""The trace of a request tells nothing before what caused it, also where everything happens at one moment."""

import numpy as np
import pytest
from hypothesis import given

from evsim.scenario import Scenario
from tests.books.holding import examples
from tests.books.systems import systems

AGAIN = {"service": "prices", "timeout": "1s", "retry": {"attempts": 3}}
TOLD = ("answer", "reply", "settled")


def shop(prices, call=AGAIN):
    """A customer at 1 s who asks in no time, over a network that takes none."""
    return Scenario.from_dict({
        "name": "shop", "network": {"latency": 0}, "run": {"duration": "1.5s"},
        "workloads": {"buyer": {"target": "front", "arrivals": {"constant": "1/s"}}},
        "services": {"front": {"handle": [{"effect": "sale"}, {"publish": "mails"}, {"call": call}, {"reply": "sold"}]},
                     "prices": {"handle": prices}, "mailer": {"subscribe": "mails", "handle": [{"effect": "mail"}]}},
        "channels": {"mails": "queue"},
    }).run()  # fmt: skip


def told(run):
    return [f"{each.what} {each.where}" for each in run.trace(0) if each.what not in ("ready", "kept", "offered")]


def test_an_attempt_begins_when_the_one_before_has_been_given_up():
    said = [each for each in told(shop([{"work": "5s"}])) if "prices" in each or each == "reply front"]
    assert said[:6] == [
        "call front to prices", "start prices", "reply front", "call front to prices", "reply front",
        "call front to prices",
    ]  # fmt: skip


def test_what_takes_no_time_is_told_as_it_is_written():
    assert told(shop([{"effect": "quote"}], {"service": "prices"})) == [
        "arrive buyer to front", "start front", "effect front",
        "publish front to mails", "granted mails to mailer", "start mailer", "effect mailer", "ok mailer",
        "settled mails", "confirmed front",
        "call front to prices", "start prices", "effect prices", "ok prices", "reply front",
        "ok front", "answer buyer",
    ]  # fmt: skip


def assert_causes_come_first(run, number, workload):
    """Of each attempt: begun, then told; its caller begun before it is asked; the one before given up before it."""
    rows, calls = run.tables.rows, {row for row, place in enumerate(run.tables.rows["place"]) if is_call(run, place)}
    stands = {}  # (row, what) -> where
    for where, each in enumerate(run.trace(number, workload)):
        stands.setdefault((each.row, "told" if each.what in TOLD else each.what), where)
    for (row, what), where in stands.items():
        if what == "told" and 0 <= rows["started"][row] <= rows["settled"][row]:
            assert stands[row, "start"] < where
        if what == "call":
            assert stands[int(rows["parent"][row]), "start"] < where
            assert all(stands[other, "told"] < where for other in given_up_before(rows, row, calls))


def is_call(run, place):
    return place >= 0 and run.tables.places[place].is_call


def given_up_before(rows, row, calls):
    """Calls of the same caller that had begun before, and were over by then."""
    mine = np.flatnonzero((rows["parent"] == rows["parent"][row]) & (rows["settled"] > rows["born"]))
    return [other for other in mine if other in calls and rows["settled"][other] <= rows["born"][row]]


@pytest.mark.slow
@examples(0.2)
@given(scenario=systems())
def test_causes_come_first_in_any_system(scenario):
    run = scenario.run()
    requests = run.tables.requests
    for index in range(0, len(requests.row), max(1, len(requests.row) // 20)):
        assert_causes_come_first(run, int(requests.number[index]), requests.workloads[requests.workload[index]])
