"""Prefetch, one line for all, and how often a message comes: what a consumer of a queue has, and what it is worth."""

from collections import deque

import numpy as np
import pytest

from evsim.results.endings import Outcome
from tests.support.cases import case, expected
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import checked, measure, rows_of, steady
from tests.truth.systems import arrivals_from, consumers, exponential, poisson, system


@pytest.mark.slow
def test_one_queue_for_four_consumers_beats_four_partitions():
    p, truth = case("POOL-4")["parameters"], expected("POOL-4")
    assert p["consumers"] == 4
    work, partitioned = [{"work": exponential(1)}], {"log": {"partitions": 4}}
    alike = {"handle": work, "arrivals": poisson(3.2), "duration": 8_000, "instances": 4}

    def figures(run):
        server = run.services["worker"]
        return {"W": server["sojourn_mean"], "load": server["utilisation"] - 0.8}

    by_key = measure("POOL-4 a", consumers(partitioned, **alike), figures, 12, conserving=False)
    assert agrees(steady(by_key, "W", ["load"]), truth["(a) 4 x M/M/1"], notices=0.15)
    shared = measure("POOL-4 c", consumers("queue", **alike), figures, 8)
    assert agrees(steady(shared, "W", ["load"]), truth["(c) M/M/4"], notices=0.1)
    ratio = np.mean(by_key["W"]) / np.mean(shared["W"])
    assert ratio == pytest.approx(truth["ratio a/c"], rel=0.1)

    round_robin = {"log": {"partitions": 4, "partitioner": "round_robin"}}
    in_turn = measure("POOL-4 b", consumers(round_robin, **alike), figures, 12, conserving=False)
    assert agrees(steady(in_turn, "W", ["load"]), truth["(b) 4 x E4/M/1"], notices=0.15)


def test_ten_messages_are_in_flight_with_a_prefetch_of_ten(tmp_path):
    """1, 5 and 10 messages come; then five are acknowledged, and five more are handed out."""
    truth = expected("PREFETCH-window")
    stamps = [0.0] + [1.0] * 5 + [2.0] * 10
    scenario = consumers(
        "queue", [{"work": "100s"}], arrivals_from(tmp_path, stamps), 3, 0, workers=5, folder=tmp_path,
        subscribe={"prefetch": case("PREFETCH-window")["parameters"]["prefetch"]},
    )  # fmt: skip
    run = checked(scenario)
    mine = rows_of(run, "worker")
    born, leased, settled = (run.tables.rows[name][mine] for name in ("born", "leased", "settled"))

    def at(time):
        unacked = ((leased <= time) & (settled > time)).sum()
        return unacked, ((born <= time) & (leased > time)).sum()

    assert at(0.5) == (1, 0) and at(1.5) == (6, 0)
    assert at(50) == (truth["after 16 published: unacked"], truth["ready"])
    assert at(150) == (truth["after 5 acks: unacked"], truth["ready after"])
    figures = run.channels["events", "worker"]
    assert (figures["unacknowledged_max"], figures["ready_max"]) == (at(50)[0], 6)


@pytest.mark.slow
@pytest.mark.parametrize("probability", case("DLQ-maxreceive")["parameters"]["p"])
@pytest.mark.parametrize("channel", ["queue", {"log": {"partitions": 50}}])
def test_a_message_that_fails_three_times_is_dead(probability, channel):
    truth = expected("DLQ-maxreceive", f"p={probability}")
    receives = case("DLQ-maxreceive")["parameters"]["max_receive"]
    messages = 10_000
    handle, retry = [{"work": "1ms"}, {"fail": probability}], {"retry": {"attempts": receives}}
    scenario = consumers(channel, handle, {"constant": 1000}, messages / 1000, 0, workers=50, subscribe=retry)
    run = checked(scenario, 1, conserving=False)
    figures = run.channels["events", "worker"]
    count = run.summary()["requests"]
    assert figures["published"] == count and figures["done"] + figures["dead"] == count
    mine = rows_of(run, "worker")
    failed = run.tables.rows["outcome"][mine] == Outcome.FAILED
    assert proportion_agrees(failed.sum(), len(mine), probability)  # at each receive, whatever came before
    failures = np.bincount(run.tables.rows["request"][mine], weights=failed, minlength=count)
    assert figures["dead"] == (failures == receives).sum()
    assert truth["DLQ fraction"] == pytest.approx(probability**receives)
    attempts = np.bincount(run.tables.rows["request"][mine], minlength=count)
    assert agrees(attempts, truth["mean receives"])
    for earlier in range(1, receives):
        again, reached = (attempts > earlier).sum(), (attempts >= earlier).sum()
        assert proportion_agrees(again, reached, probability, notices=0.6, because="few come so far")


def test_who_is_away_loses_its_turn_and_stands_behind_the_others_when_it_is_back():
    reader = {"instances": 3, "subscribe": {"channel": "jobs", "prefetch": 5}, "handle": [{"work": "10ms"}]}
    services = {"front": {"handle": [{"publish": "jobs"}]}, "reader": reader}
    customers = {"people": {"target": "front", "arrivals": {"constant": "1/s"}}}
    crash = {"crash": "reader/1", "at": "3.5s", "for": "4s"}
    run = system(services, customers, 15, 0, channels={"jobs": "queue"}, faults=[crash]).run()
    run.audit()
    turns, served = deque(range(3)), []
    for second in range(1, 15):
        away = [turns.popleft() for _ in range(turns[0] == 0 and 3.5 < second < 7.5)]
        served.append(turns[0])
        turns.rotate(-1)
        turns.extend(away)
    spans = run.spans
    assert spans.loc[spans["service"] == "reader", "worker"].tolist() == served
