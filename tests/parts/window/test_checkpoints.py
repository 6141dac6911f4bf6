"""Checkpoints and crashes: what windows have counted, and what three kinds of sinks show."""

from collections import Counter

import pytest

from tests.parts.window.test_window import stream
from tests.support.cases import case, expected
from tests.truth.measuring import balanced

CRASH = {"crash": "counter", "at": 31, "for": 2}


def kept(mode="exactly_once", sink="at_once", faults=(CRASH,), partitions=2, board=None, window=None, **settings):
    """A count of each ten seconds with a checkpoint each four, and a crash between two of them."""
    checkpoint = {"every": 4, "takes": 0.1, "mode": mode, "sink": sink}
    window = {"tumbling": 10, "by": "all", "early_every": 5, "checkpoint": checkpoint, **(window or {})}
    subscribe = {"channel": "events", "commit": "checkpoint"}
    scenario = stream(window, {"constant": 20}, partitions, keys=20, faults=faults, subscribe=subscribe, **settings)
    return balanced(scenario.replace({"services.board.idempotent": board}) if board else scenario)


def totals(run):
    """start of a window -> the last count that was sent of it."""
    return {round(pane.start): pane.value for pane in run.records.panes if pane.kind == "on time"}


def shown(run):
    """How often the board shows each result: (start, value), whichever pane."""
    effects, rows = run.tables.effects, run.tables.rows
    pane_of = {pane.message: pane for pane in run.records.panes}
    panes = [pane_of[int(rows["parent"][row])] for row in effects["row"] if int(rows["parent"][row]) in pane_of]
    return Counter((pane.start, pane.kind, pane.value) for pane in panes)


def test_after_a_crash_each_message_counts_once_in_the_state():
    assert totals(kept()) == totals(kept(faults=())) and set(totals(kept()).values()) == {200.0, 199.0}


def test_without_a_checkpoint_a_crash_takes_what_windows_had_counted():
    run = balanced(stream({"tumbling": 10, "by": "all"}, {"constant": 20}, 2, keys=20, faults=[CRASH]))
    assert totals(run)[30] < 200 and totals(run)[20] == totals(run)[40] == 200


@pytest.mark.parametrize("mode", ["exactly_once", "at_least_once"])
def test_where_nobody_waits_for_barriers_some_messages_count_twice_after_a_crash(mode):
    """While one partition has slow work in hand, the other one goes on past its barrier."""
    work = {"choice": [[0.9, "50ms"], [0.1, "400ms"]]}
    window = {"tumbling": 10, "by": "all", "checkpoint": {"every": 1, "mode": mode}}
    faults = [{"crash": "counter", "at": at, "for": 0.1} for at in (12.9, 22.9, 32.9, 42.9)]
    subscribe = {"channel": "events", "commit": "checkpoint"}
    scenario = stream(window, {"constant": 20}, 2, keys=20, faults=faults, subscribe=subscribe)
    step = {"window": {"to": "results", **window}}
    run = balanced(scenario.replace({"services.counter.handle": [{"work": work}, step]}))
    more = sum(totals(run).values()) - 199 - 200 * (len(totals(run)) - 1)
    assert more > 0 if mode == "at_least_once" else more <= 0, totals(run)


@pytest.mark.parametrize(
    ("sink", "board", "sent_again", "seen_again"),
    [("at_once", None, True, True), ("at_once", True, True, False), ("transactional", None, False, False)],
)
def test_what_was_sent_since_the_last_checkpoint_is_sent_again_and_who_shows_it_twice(
    sink, board, sent_again, seen_again
):
    crash = {"crash": "counter", "at": 31, "for": 2}
    run = kept(sink=sink, board=board, faults=[crash])
    assert (run.services["counter"]["results_repeated"] > 0) == sent_again
    assert (max(shown(run).values()) > 1) == seen_again
    assert (run.channels["results", "board"]["duplicated"] > 0) == seen_again


@pytest.mark.slow
def test_results_of_a_transactional_sink_wait_for_the_next_checkpoint():
    plain, held = kept(faults=()), kept(sink="transactional", faults=())
    waits = [run.services["counter"]["result_wait_mean"] for run in (plain, held)]
    assert waits[0] + 1 < waits[1] < waits[0] + 4 + 0.1
    assert {pane.time for pane in held.records.panes} <= {pane.time for pane in plain.records.panes}
    assert {each[2] for each in held.records.checkpoints} >= {
        held.tables.messages["published"][pane.message] for pane in held.records.panes
    }


def test_a_partition_whose_barrier_has_come_waits_for_the_others():
    run = kept(window={"to": "results"}, faults=())
    began, aligned, taken, *_ = run.records.checkpoints[0]
    assert began == 4 and aligned >= began and taken == pytest.approx(aligned + 0.1)
    held = [time for time, kind, *_ in run.records.incidents if kind == "held by a checkpoint"]
    assert held and all((time % 4) <= 0.2 for time in held)
    counted = [event.time for event in run.records.events]
    assert not any(0 < time % 4 < 0.0999 for time in counted if time > 4), "nothing is counted while one is taken"


@pytest.mark.slow
def test_after_a_crash_is_counted_again_what_came_since_the_last_checkpoint():
    """500 a second and a checkpoint each minute: 30,000 at most, half of that on average. Here a tenth of the rate."""
    wanted = expected("CHECKPOINT-replay")
    assert case("CHECKPOINT-replay")["formula"].startswith("lam*T/2")
    again = []
    for at in (66, 78, 90, 102, 114):
        window = {"tumbling": 10, "by": "all", "checkpoint": {"every": 60}}
        subscribe = {"channel": "events", "commit": "checkpoint"}
        faults = [{"crash": "counter", "at": at, "for": 1}]
        scenario = stream(window, {"constant": 5}, duration=125, faults=faults, subscribe=subscribe)
        again.append(100 * balanced(scenario).services["counter"]["events_taken"])
    assert sum(again) / len(again) == pytest.approx(wanted["mean"], abs=100) and max(again) <= wanted["max"]
