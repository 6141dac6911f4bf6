"""Each kind of fault does what its word says, and nothing else: counted on running systems."""

import numpy as np
import pytest

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.scenario import Scenario
from tests.support.statistics import proportion_agrees

BEGIN, END = 20.0, 30.0
CHANNELS = {"log": {"log": {"partitions": 16}}, "queue": "queue"}


def shop(*faults, channel="log", timeout=1, arrivals=10, database=(), reader=(), **changes):
    """`front` calls `database` and publishes to `facts`, which `reader` reads. A hop takes 1 ms."""
    described = {
        "name": "shop",
        "workloads": {"customers": {"target": "front", "arrivals": {"constant": arrivals}, "key": {"uniform": 10}}},
        "services": {
            "front": {
                "workers": 100,
                "handle": [
                    {"work": "2ms"},
                    {"call": {"service": "database", "timeout": timeout}},
                    {"publish": {"channel": "facts", "timeout": timeout}},
                    {"reply": "done"},
                ],
            },
            "database": {"workers": 50, "handle": [{"work": "5ms"}, {"effect": "row"}, *database]},
            "reader": {"workers": 16, "subscribe": "facts", "handle": [{"work": "5ms"}, {"effect": "entry"}, *reader]},
        },
        "channels": {"facts": CHANNELS[channel]},
        "network": {"latency": "1ms", "links": {"wire": {"between": ["front", "database"]}}},
        "faults": list(faults),
        "run": {"duration": 60},
    }
    run = Scenario.from_dict(described | changes).run()
    assert run.audit()
    return run


def came(run, begin=BEGIN, end=END):
    """Whether each customer came between two times."""
    return (run.tables.requests.arrived >= begin) & (run.tables.requests.arrived < end)


def first_time(run, effect):
    return run.tables.requests.first_time[run.tables.effect_names.index(effect)]


# Links.


@pytest.mark.parametrize("between", ["wire", ["front", "database"], ["database", "front"]])
def test_a_partition_cuts_two_places_apart_whether_the_link_has_a_name_or_not(between):
    run = shop({"partition": between, "at": BEGIN, "for": END - BEGIN})
    cut = came(run)
    assert (run.tables.requests.outcome[cut] == 3).all() and (
        run.tables.requests.outcome[~cut] == 1
    ).all()  # timeout, ok
    assert np.isnan(first_time(run, "row")[cut]).all()
    assert run.tables.requests.response[cut] == pytest.approx(
        np.full(cut.sum(), 1.004)
    )  # front's work, its patience, two hops


def test_a_partition_cuts_answers_too_so_the_work_is_done_and_nobody_knows():
    """It begins while the call is at the database: between 4 ms and 9 ms after the customer came."""
    run = shop({"partition": "wire", "at": BEGIN + 0.006, "for": 0.01}, arrivals=10)
    (number,) = np.flatnonzero(came(run, BEGIN, BEGIN + 0.001))
    assert run.tables.requests.outcome[number] == 3 and first_time(run, "row")[number] == pytest.approx(BEGIN + 0.009)
    assert (np.delete(run.tables.requests.outcome, number) == 1).all()


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_partition_from_the_broker_stops_publishers(channel):
    run = shop({"partition": ["front", "facts"], "at": BEGIN, "for": END - BEGIN}, channel=channel)
    cut = came(run, BEGIN, END - 0.02)
    assert (run.tables.requests.outcome[cut] == 3).all()
    assert np.isnan(first_time(run, "entry")[cut]).all() and not np.isnan(first_time(run, "row")[cut]).any()


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_partition_from_a_reader_delays_its_messages_and_loses_none(channel):
    run = shop({"partition": ["reader", "facts"], "at": BEGIN, "for": END - BEGIN}, channel=channel)
    assert (run.tables.requests.outcome == 1).all() and not np.isnan(first_time(run, "entry")).any()
    late = first_time(run, "entry") - run.tables.requests.arrived > 1
    assert late[came(run, BEGIN, END - 1)].all() and not late[came(run, 0, BEGIN - 1)].any()


@pytest.mark.parametrize(("slower", "hop"), [({"factor": 50}, 0.05), ({"add": "49ms"}, 0.05)])
def test_latency_of_a_link_is_multiplied_or_added_to_in_both_directions(slower, hop):
    run = shop({"latency": "wire", **slower, "at": BEGIN, "for": END - BEGIN})
    slow, usual = came(run, BEGIN, END - 0.5), ~came(run, BEGIN - 0.1, END)
    assert run.tables.requests.response[usual] == pytest.approx(np.full(usual.sum(), 0.013))
    assert run.tables.requests.response[slow] == pytest.approx(np.full(slow.sum(), 0.011 + 2 * hop))


def test_two_faults_of_latency_at_once_multiply_and_add():
    both = [{"latency": "wire", "factor": 3, "at": BEGIN}, {"latency": "wire", "add": "10ms", "at": BEGIN}]
    run = shop(*both)
    slow = came(run, BEGIN, 60)
    assert run.tables.requests.response[slow] == pytest.approx(np.full(slow.sum(), 0.011 + 2 * 0.013))


@pytest.mark.slow
def test_loss_strikes_each_way_with_its_probability():
    run = shop({"loss": "wire", "probability": 0.1, "at": 0}, arrivals=200)
    asked = np.array([place.kind == "call" for place in run.tables.places] + [False])[run.tables.rows["place"]]
    lost = run.tables.rows["outcome"][asked] == Outcome.LOST
    assert proportion_agrees(lost.sum(), asked.sum(), 0.1)
    unheard = ~lost & (run.tables.rows["verdict"][asked] == Verdict.TIMEOUT)
    assert proportion_agrees(unheard.sum(), asked.sum(), 0.9 * 0.1)
    assert run.summary()["timeouts"] == (lost | unheard).sum()


def struck(run, column, code):
    """How many calls of `database` have it in a column, and how many customers there are."""
    rows = run.tables.rows
    calls = np.array([place.kind == "call" for place in run.tables.places] + [False])[rows["place"]]
    return (calls & (rows[column] == code)).sum(), len(run.tables.requests.row)


@pytest.mark.parametrize(
    ("fault", "column", "code"),
    [
        ({"loss": "wire"}, "outcome", Outcome.LOST),
        ({"duplication": "wire"}, "verdict", Verdict.COPY),
        ({"error_rate": "database"}, "reason", Reason.ERROR_RATE),
    ],
)
def test_two_faults_of_a_probability_are_independent_causes(fault, column, code):
    """Of two that strike half of all, neither strikes a quarter."""
    half = fault | {"probability": 0.5, "at": 0}
    assert proportion_agrees(*struck(shop(half, half, arrivals=25), column, code), 0.75)


def test_what_a_link_loses_and_what_a_fault_loses_are_independent_causes():
    links = {"wire": {"between": ["front", "database"], "loss": 0.5}}
    run = shop({"loss": "wire", "probability": 0.5, "at": 0}, arrivals=25, network={"links": links})
    assert proportion_agrees(*struck(run, "outcome", Outcome.LOST), 0.75)


@pytest.mark.slow
def test_what_a_link_sends_twice_is_worked_twice_and_answered_once():
    run = shop({"duplication": "wire", "probability": 0.2, "at": 0}, arrivals=200)
    rows, count = run.tables.rows, len(run.tables.requests.row)
    copies = np.flatnonzero(rows["verdict"] == Verdict.COPY)
    assert proportion_agrees(len(copies), count, 0.2)
    assert (rows["outcome"][copies] == Outcome.OK).all()
    assert run.summary()["effects_repeated"] == len(copies)
    assert run.summary()["completed"] == count and run.summary()["retries"] == 0
    assert len(run.incidents.query("kind == 'copied on the link'")) == len(copies)
    first = rows["first"][copies]  # another piece of luck: the work of a copy is its own
    assert (rows["luck"][copies] != rows["luck"][first]).all()


@pytest.mark.slow
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_delivery_that_comes_twice_is_a_duplicate_in_the_ledger(channel):
    run = shop({"duplication": ["facts", "reader"], "probability": 0.2, "at": 0}, channel=channel, arrivals=100)
    copies = (run.tables.rows["verdict"] == Verdict.COPY).sum()
    assert proportion_agrees(copies, len(run.tables.requests.row), 0.2)
    assert run.summary()["duplicated"] == run.summary()["effects_repeated"] == copies
    assert run.channels["facts", "reader"]["redelivered"] == 0  # the broker sent it once


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_publish_that_comes_twice_is_kept_once(channel):
    run = shop({"duplication": ["front", "facts"], "probability": 1, "at": 0}, channel=channel)
    assert len(run.tables.messages["cause"]) == len(run.ledger) == len(run.tables.requests.row)
    assert run.summary()["effects_repeated"] == 0


# Services and channels.


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_poison_key_fails_at_every_attempt_and_no_other_key_does(channel):
    run = shop({"poison": "reader", "key": 3, "at": BEGIN}, channel=channel)
    poison = (run.tables.request_keys == "3") & came(run, BEGIN, 60)
    assert 20 < poison.sum() < 80
    ledger = run.ledger.set_index("request").sort_index()
    assert (ledger.state[poison] == "dead").all() and (ledger.attempts[poison] == 5).all()
    assert (ledger.cause[poison] == "poison").all() and (ledger.state[~poison] == "done").all()
    assert run.summary()["effects_missing"] == poison.sum()
    failed = run.tables.rows["reason"] == Reason.POISON
    assert failed.sum() == 5 * poison.sum()


def test_a_poison_key_fails_calls_before_any_effect_and_may_be_a_text():
    fixed = {"front": {"workers": 9, "handle": [{"publish": {"channel": "facts", "key": "old"}}]},
             "reader": {"workers": 9, "subscribe": "facts", "handle": [{"call": "database"}, {"effect": "entry"}]},
             "database": {"workers": 9, "handle": [{"effect": "row"}]}}  # fmt: skip
    run = shop({"poison": "reader", "key": "old", "at": 0, "for": 30}, services=fixed, network={})
    early = came(run, 0, 30)
    assert np.isnan(first_time(run, "row")[early]).all() and not np.isnan(first_time(run, "row")[~early]).any()
    run = shop({"poison": "database", "key": 3, "at": 0})
    assert ((run.tables.requests.outcome == 2) == (run.tables.request_keys == "3")).all()
    assert run.summary()["effects_missing"] == 2 * (run.tables.request_keys == "3").sum()


@pytest.mark.parametrize(("channel", "fault"), [("log", "crash"), ("queue", "crash"), ("log", "leader_failure")])
def test_a_broker_that_crashes_refuses_and_keeps_what_it_has(channel, fault):
    run = shop({fault: "facts", "at": BEGIN, "for": END - BEGIN}, channel=channel)
    refused = came(run, BEGIN, END - 0.02)
    assert (run.tables.requests.outcome[refused] == 2).all() and (
        run.tables.requests.outcome[~came(run, BEGIN - 0.02, END)] == 1
    ).all()
    assert (run.ledger.state == "done").all()


# At a step of one request.

CRASHES = {  # where register dies -> what customer 17 is told, and what is true of it
    ("work", "before"): ("error", 0),
    ("work", "after"): ("error", 0),
    ("call database", "before"): ("error", 0),
    ("call database", "after"): ("error", 1),
    ("publish facts", "before"): ("error", 1),
    ("publish facts", "after"): ("error", 2),
    ("reply", "before"): ("error", 2),
    ("reply", "after"): ("ok", 2),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("step", "when"), CRASHES)
def test_a_crash_at_a_step_of_one_request_decides_what_it_is_told_and_what_is_true(step, when, channel):
    told, effects = CRASHES[step, when]
    run = shop({"crash": "front", "at_step": {"request": 17, "step": step, "when": when}, "for": 2}, channel=channel)
    assert (run.requests.outcome[17], run.tables.requests.present[17]) == (told, effects)
    (begin,) = run.incidents.query("kind == 'crash'").time
    assert run.tables.requests.arrived[17] <= begin <= run.tables.requests.answered[17]
    assert (run.requests.outcome[:17] == "ok").all()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("step", "when", "times"), [("work", "after", 1), ("effect entry", "before", 1),
                                                      ("effect entry", "after", 2)])  # fmt: skip
def test_a_consumer_that_dies_between_its_effect_and_its_acknowledgement_does_it_twice(step, when, times, channel):
    run = shop({"crash": "reader", "at_step": {"request": 17, "step": step, "when": when}, "for": 2}, channel=channel)
    assert run.tables.requests.times_done[run.tables.effect_names.index("entry"), 17] == times
    assert (run.requests.outcome == "ok").all() and run.summary()["effects_missing"] == 0
    assert run.ledger.set_index("request").attempts[17] == 2


def test_a_fault_at_a_step_strikes_once_and_may_strike_another_place():
    moment = {"request": 17, "service": "front", "step": "publish facts"}
    run = shop({"outage": "facts", "at_step": moment, "for": 2}, reader=[{"fail": 0.5}])
    assert (run.incidents.kind == "outage").sum() == 1
    assert run.requests.outcome[17] == "error" and run.tables.requests.present[17] == 1
    run = shop({"pause": "front", "at_step": moment, "for": 2})
    assert run.tables.requests.response[17] == pytest.approx(2.013) and (run.requests.outcome == "ok").all()


def test_the_second_step_of_a_name_is_another_moment():
    run = shop({"crash": "database", "at_step": {"request": 17, "step": "effect row #2"}, "for": 2},
               database=[{"work": "5ms"}, {"effect": "row"}])  # fmt: skip
    assert (run.requests.outcome[17], run.tables.requests.times_done[run.tables.effect_names.index("row"), 17]) == (
        "error",
        1,
    )


def test_a_step_to_which_the_request_never_comes_is_told():
    run = shop({"crash": "front", "at_step": {"request": 1700, "step": "reply"}, "for": 2})
    assert run.warnings == ("faults.0: request 1700 never came to the step 'reply' of front, so there was no crash",)


def test_a_step_of_a_python_handler_may_be_struck():
    def handle(ctx):
        for _ in range(3):
            yield from ctx.work("1ms")
        ctx.effect("row")

    struck = {"crash": "front", "at_step": {"request": 17, "step": "work #3", "when": "before"}, "for": 2}
    run = shop(struck, services={"front": {"workers": 9, "handle": handle}}, channels={}, network={})
    assert run.requests.outcome[17] == "error" and run.tables.requests.times_done[0, 17] == 0
    (begin,) = run.incidents.query("kind == 'crash'").time
    assert begin == pytest.approx(run.tables.requests.arrived[17] + 0.002)
