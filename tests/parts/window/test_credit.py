"""A full channel holds a window back: throughput, shares of time, places and checkpoints against theory."""

from functools import partial
from math import inf
from types import SimpleNamespace

import numpy as np
import pytest

from evsim.parts.queue.engine.credit import Credit
from evsim.results.endings import Fate
from evsim.scenario import Scenario
from evsim.theory import blocking_stages
from tests.support.nightly import by_day
from tests.support.statistics import agrees
from tests.truth.measuring import balanced

ONE_EACH = {"to": "results", "tumbling": "1h", "by": "all", "early": 1, "panes": "discarding"}


def tandem(places, first, second, load=1.5, duration=200, latency=0, source="events", workers=1, log="log", **window):
    """Each message gives one result. A queue of so many `places` lies between two stations, with more work than time.

    first, second: how long the work of each takes.
    """
    step = {"window": {**ONE_EACH, **window}}
    slower = max(each["exponential"] if isinstance(each, dict) else each for each in (first, second))
    channel = "queue" if places is None else {"queue": {"max_length": places, "overflow": "block"}}
    return Scenario.from_dict({
        "name": "tandem",
        "workloads": {"people": {"target": "page", "arrivals": {"constant": load / slower}}},
        "services": {
            "page": {"workers": 10_000, "handle": [{"publish": "events"}]},
            "counter": {"workers": workers, "subscribe": source, "handle": [{"work": first}, step]},
            "board": {"subscribe": "results", "handle": [{"work": second}, {"effect": "shown"}]},
        },
        "channels": {"events": log, "results": channel},
        "network": {"give_up": 1, "links": {"to-the-queue": {"between": ["counter", "results"], "latency": latency}}},
        "run": {"duration": duration, "warmup": duration / 20, "drain_limit": 0},
    })  # fmt: skip


def left(run):
    """When results left, after the warm-up."""
    times = run.tables.messages["published"][[pane.message for pane in run.records.panes]]
    return times[times >= run.scenario.run_settings.warmup]


def rate(run):
    settings = run.scenario.run_settings
    return len(left(run)) / (settings.duration - settings.warmup)


def blocked_after_service(places, first, second):
    """(throughput, share of time in which the first is blocked) of two exponential stations, the first never idle.

    The number beyond the first station is a birth and death chain from 0 to places + 2; in the last state the first is
    blocked (Hunt, Sequential Arrays of Waiting Lines, Operations Research 4, 1956).
    """
    weights = np.cumprod([1.0, *[second / first] * (places + 2)])
    shares = weights / weights.sum()
    return (1 - shares[0]) / second, shares[-1]


@pytest.mark.slow
@pytest.mark.parametrize(("places", "first", "second"), [(1, 1, 1), (2, 0.5, 1), (2, 1, 0.5)])
def test_two_stations_with_few_places_between_them_do_what_theory_says(places, first, second):
    scenario = tandem(places, {"exponential": first}, {"exponential": second}, duration=by_day(800))
    throughput, blocked = blocked_after_service(places, first, second)
    assert first != second or throughput == pytest.approx(blocking_stages(stages=2, buffer=places))
    runs = [balanced(scenario, seed) for seed in range(8)]
    for run in runs:
        counter = run.services["counter"]
        assert counter["backpressured"] + counter["busy"] + counter["idle"] == pytest.approx(1)
    assert agrees([rate(run) for run in runs], throughput, notices=0.1)
    assert agrees([run.services["counter"]["busy"] for run in runs], throughput * first, notices=0.1)
    assert agrees(
        [run.services["counter"]["backpressured"] for run in runs], blocked, notices=0.6, because="it is small"
    )
    assert agrees([run.services["board"]["utilisation"] for run in runs], throughput * second, notices=0.1)


@pytest.mark.slow
def test_three_stations_hold_each_other_back_as_theory_says():
    """A window of windows: the board holds back the second, and that the first."""
    places, work = {"queue": {"max_length": 1, "overflow": "block"}}, {"exponential": 1}
    scenario = tandem(1, work, work).replace({
        "channels.between": places,
        "services.counter.handle": [{"work": work}, {"window": {**ONE_EACH, "to": "between"}}],
        "services.second": {"subscribe": "between", "handle": [{"work": work}, {"window": ONE_EACH}]},
    })  # fmt: skip
    runs = [balanced(scenario, seed) for seed in range(8)]
    second = list(scenario.services).index("second")
    settings = scenario.run_settings
    rates = [
        sum(pane.service == second and run.tables.messages["published"][pane.message] >= settings.warmup
            for pane in run.records.panes) / (settings.duration - settings.warmup)
        for run in runs
    ]  # fmt: skip
    assert agrees(rates, blocking_stages(stages=3, buffer=1), notices=0.15)


@pytest.mark.parametrize(("first", "second"), [(0.1, 0.25), (0.25, 0.1), (0.25, 0.25)])
def test_throughput_is_that_of_the_slowest_stage(first, second):
    run = balanced(tandem(3, first, second, duration=100))
    assert rate(run) == pytest.approx(1 / max(first, second), rel=0.02)
    counter, waits = run.services["counter"], max(0, 1 - first / max(first, second))
    assert (counter["backpressured"], counter["idle"]) == pytest.approx((waits, 0), abs=0.02)


def test_littles_law_holds_for_the_places_and_never_more_than_they_are_taken():
    """Results on the way, from when they leave to when they are handed out, on average and at the most."""
    run = balanced(tandem(3, {"exponential": 0.5}, {"exponential": 1}, duration=400))
    rows, messages = run.tables.rows, run.tables.messages
    mine = np.array([pane.message for pane in run.records.panes])
    taken = dict(zip(rows["parent"].tolist(), rows["leased"].tolist(), strict=True))
    spans = [(messages["published"][each], min(taken.get(each, inf), 400)) for each in mine.tolist()]
    spans = [(begun, 400 if ended != ended else ended) for begun, ended in spans]
    times = sorted({time for span in spans for time in span if time <= 400})
    level, changes = 0, {}
    for begun, ended in spans:
        changes[begun] = changes.get(begun, 0) + 1
        changes[ended] = changes.get(ended, 0) - 1
    area, highest = 0.0, 0
    for now, following in zip(times, [*times[1:], 400], strict=True):
        level += changes[now]
        highest, area = max(highest, level), area + level * (following - now)
    waited = sum(ended - begun for begun, ended in spans)
    assert highest == 3 and area == pytest.approx(waited)
    assert area / 400 == pytest.approx(len(spans) / 400 * (waited / len(spans)))


@pytest.mark.parametrize(("credits", "wanted"), [(1, 2.5), (2, 5), (4, 10), (20, 20)])
def test_on_a_slow_link_so_many_results_leave_in_the_time_of_there_and_back(credits, wanted):
    """A result travels for 0.2 s and its credit as long: so many in that time, as far as the work is not slower."""
    run = balanced(tandem(credits, 0.05, 0.01, duration=60, latency=0.2))
    assert rate(run) == pytest.approx(wanted, rel=0.02)


@pytest.mark.slow
def test_what_holds_the_window_back_holds_back_who_writes_for_it_and_so_on_to_the_source():
    """Board, counter, page: each waits for the next, and the customers stand before the page."""
    scenario = tandem(2, 0.01, 0.5, load=4, duration=100).replace({
        "channels.events": {"queue": {"max_length": 2, "overflow": "block"}}, "services.page.workers": 1,
    })  # fmt: skip
    run = balanced(scenario)
    assert rate(run) == pytest.approx(2, rel=0.02)
    assert run.services["counter"]["backpressured"] > 0.95 and run.services["page"]["blocked"] > 0.95
    assert run.services["page"]["in_system_max"] > 500, "8 customers come in a second, and 2 go"
    free = balanced(scenario.replace({"channels.results": "queue"}))
    assert free.services["counter"]["backpressured"] == 0 and free.services["page"]["in_system_max"] < 5
    assert free.channels["results", "board"]["published"] > 3 * run.channels["results", "board"]["published"]


@pytest.mark.parametrize("latency", [0, 0.03])
def test_nothing_is_taken_in_while_a_result_waits(latency):
    run = balanced(tandem(1, 0.01, 0.2, duration=30, latency=latency))
    sent = run.tables.messages["published"]
    waits = [(pane.time, sent[pane.message]) for pane in run.records.panes if sent[pane.message] > pane.time]
    assert len(waits) > 50
    assert not any(begun < event.time < ended for event in run.records.events for begun, ended in waits)


def kept(places, partitions=2, work=0.01, duration=60, faults=(), **checkpoint):
    """Two partitions, a worker for each, and a board that takes a quarter of a second for a result."""
    return tandem(
        places, work, 0.25, load=1.2, duration=duration, checkpoint={"every": 4, **checkpoint}, workers=partitions,
        source={"channel": "events", "commit": "checkpoint"}, log={"log": {"partitions": partitions}},
    ).replace({"faults": list(faults)})  # fmt: skip


@pytest.mark.parametrize("partitions", [2, 4])
def test_barriers_wait_behind_what_waits_for_credit(partitions):
    """Each partition has a message in hand, which needs a place; one is free each 0.25 s."""
    slow, fast = balanced(kept(3, partitions, takes=0.1)), balanced(kept(None, partitions, takes=0.1))
    late = [each for each in slow.records.checkpoints[2:] if each[2] == each[2]]
    waits = [aligned - began for began, aligned, *_ in late]
    assert len(waits) > 5 and max(waits) <= 0.25 * partitions
    assert sum(waits) / len(waits) > 0.25 * (partitions - 1)
    assert all(taken - aligned == pytest.approx(0.1) for _, aligned, taken, *_ in late)
    assert fast.services["counter"]["alignment_mean"] <= 0.01
    assert fast.services["counter"]["checkpoint_duration_mean"] == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("sink", ["at_once", "transactional"])
@pytest.mark.parametrize("at", [17.1, 18.05, 20.3])
def test_results_that_wait_for_credit_are_not_lost_in_a_crash(sink, at):
    """Once each from a transactional sink, and else once or again as a copy of the same."""
    run = balanced(kept(3, faults=[{"crash": "counter", "at": at, "for": 1}], sink=sink, takes=0.1))
    messages, counted = run.tables.messages, [row for pane in run.records.panes for row in pane.rows]
    parents = run.tables.rows["parent"][counted]
    for partition in (0, 1):
        offsets = sorted(messages["offset"][parents[messages["partition"][parents] == partition]].tolist())
        assert sorted(set(offsets)) == list(range(len(set(offsets)))), "none is missing"
        assert (len(set(offsets)) < len(offsets)) == bool(run.records.copies)
    assert len(counted) > 40 and bool(run.records.copies) == (sink == "at_once")


def test_what_is_refused_or_lost_on_the_way_takes_no_place():
    faults = [{"outage": "results", "at": 10, "for": 5}, {"partition": ["counter", "results"], "at": 30, "for": 5}]
    run = balanced(tandem(4, 0.05, 0.2, latency=0.1, duration=60).replace({"faults": faults}))
    assert {Fate.LOST, Fate.REFUSED} <= set(run.tables.messages["fate"].tolist())
    after = left(run)
    assert ((after > 40) & (after < 60)).sum() == pytest.approx(100, abs=3), "one each 0.2 s, as before"


def test_more_places_from_a_moment_on_let_more_leave():
    change = {"change": "channels.results.queue.max_length", "to": 40, "at": 20}
    run = balanced(tandem(1, 0.05, 0.5, duration=30).replace({"faults": [change]}))
    after = left(run)
    assert ((after >= 20) & (after < 23)).sum() > 25 and ((after >= 10) & (after < 20)).sum() < 22


def test_who_has_waited_longest_for_credit_has_it_first():
    quiet = SimpleNamespace(watch=lambda *_: None)
    queue = SimpleNamespace(
        name="results", settings=SimpleNamespace(max_length=1), kernel=SimpleNamespace(changes=quiet)
    )
    credit, sent = Credit(queue), []
    credit.take(0, None)

    def sends(message):
        sent.append(message)
        credit.take(message, None)

    for message in (1, 2, 3):
        credit.waiting.append(partial(sends, message))
    for message in (0, 1, 2):
        credit.came_back(message)
        assert sent == list(range(1, message + 2))


@pytest.mark.parametrize("fault", ["pause", "outage"])
def test_credit_that_comes_home_while_the_window_is_away_is_used_when_it_is_back(fault):
    run = balanced(tandem(2, 0.05, 0.2, duration=40).replace({"faults": [{fault: "counter", "at": 10, "for": 5}]}))
    sent = left(run)
    assert not ((sent > 11) & (sent < 15)).any()
    assert ((sent >= 15) & (sent < 35)).sum() == pytest.approx(100, abs=5), "one each 0.2 s"


@pytest.mark.parametrize("reading", [{"batch": 2}, {"batch": 3, "batch_window": "1s"}], ids=repr)
def test_a_reader_in_batches_frees_a_place_with_each_message_it_takes(reading):
    loop = [{"for_each": [{"work": 0.25}, {"effect": "shown"}]}]
    board = {"services.board.subscribe": {"channel": "results", **reading}, "services.board.handle": loop}
    run = balanced(tandem(4, 0.1, 0.25, duration=40).replace(board))
    assert rate(run) == pytest.approx(4, rel=0.03)


def test_results_have_the_lowest_priority_and_are_held_back_where_there_are_levels():
    few = {"queue": {"max_length": 2, "overflow": "block", "priorities": 3}}
    run = balanced(tandem(2, 0.1, 0.25, duration=40).replace({"channels.results": few}))
    assert rate(run) == pytest.approx(4, rel=0.03)
