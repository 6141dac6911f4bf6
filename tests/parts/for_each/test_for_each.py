"""Readers that take several messages of a queue at once: when a batch leaves, its cost, what a failure takes along."""

import numpy as np
import pytest

from evsim.results.batches import leaders
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.scenario import Scenario
from tests.support.cases import case, expected
from tests.support.nightly import by_day
from tests.support.statistics import agrees
from tests.truth.measuring import balanced
from tests.truth.systems import arrivals_from, consumers, exponential, poisson

POLLED = {"visibility_timeout": 10, "max_receive_count": 4}
AT_ONCE = {"burst": {"count": 10, "at": 0}}
MAILS = [{"for_each": [{"work": 0.1}, {"effect": "mail"}]}]


def reading(batch, handle, arrivals=AT_ONCE, duration=20, queue=None, worker=None, faults=(), folder=None, **subscribe):
    """`worker` reads the queue `events`; all messages of a burst come at one moment."""
    return consumers({"queue": queue or {}}, handle, arrivals, duration, 0, None,
                     {"batch": batch, **subscribe}, folder, list(faults), **(worker or {}))  # fmt: skip


def at_worker(run):
    """Numbers of the attempts at `worker`, in the order of their messages and attempts."""
    mine = [place.number for place in run.tables.places if place.service == "worker"]
    rows = run.tables.rows
    found = np.flatnonzero(np.isin(rows["place"], mine))
    return found[np.lexsort((found, rows["parent"][found]))]


def seconds(values):
    return [round(float(each), 9) for each in values]


def effects(run):
    """(time, request) of each effect, in their order."""
    table, rows = run.tables.effects, run.tables.row_requests
    return [(round(float(time), 9), int(rows[row])) for row, time in zip(table["row"], table["time"], strict=True)]


# When a batch leaves.


def of_batches(run):
    """(how many each batch has, seconds from each message to the departure of its batch)."""
    rows, lead = run.tables.rows, leaders(run)
    mine = at_worker(run)
    sizes = np.unique(lead[mine], return_counts=True)[1]
    return {"size": sizes.mean(), "wait": (rows["arrived"][mine] - rows["leased"][mine]).mean()}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LINGER-time-only", "LINGER-size-or-time"])
def test_a_batch_leaves_when_it_is_full_or_its_window_is_over_as_theory_says(name):
    p, truth = case(name)["parameters"], expected(name)
    rate, window = p["lam"], p["L"]
    scenario = reading(p.get("N", 1000), [{"work": 0}, {"effect": "seen"}], poisson(rate), 1500 / rate,
                       worker={"workers": 1000}, batch_window=window)  # fmt: skip
    found = [of_batches(balanced(scenario, seed)) for seed in range(12)]
    assert agrees([each["size"] for each in found], truth["mean batch size"], notices=0.1)
    wait = truth.get("mean wait", truth.get("mean wait s"))
    assert agrees([each["wait"] for each in found], wait, notices=0.1)


def test_a_queue_that_is_read_in_batches_serves_as_one_partition_does():
    """The same messages begin at the same times; what theory says of a log's batches holds for a queue's, too."""
    handle = [{"work": exponential(0.2)}, {"effect": "seen"}]
    queue = reading(10, handle, poisson(20), 100).run()
    log = consumers({"log": {"partitions": 1}}, handle, poisson(20), 100, 0, subscribe={"batch": 10}).run()
    assert queue.audit() and len(queue.records.batches) > 500
    for name in ("started", "ended"):
        assert np.array_equal(queue.tables.rows[name][at_worker(queue)], log.tables.rows[name][at_worker(log)])


def test_all_that_is_there_at_one_moment_goes_together_and_the_next_worker_has_the_rest():
    run = balanced(reading(4, [{"work": 1}, {"effect": "seen"}], worker={"workers": 2}))
    started = run.tables.rows["started"][at_worker(run)]
    assert seconds(started) == [0] * 8 + [1, 1]
    assert seconds(of_batches(run).values())[0] == pytest.approx(10 / 3)


# What it costs.


def test_a_batch_pays_once_for_what_is_beside_the_loop_and_each_message_has_its_turn():
    """Closed form: 10 x 0.1 s + 2 s; the mails are there after 2.1, 2.2 ... s, and all ten end together."""
    run = balanced(reading(10, [{"work": 2}, {"for_each": [{"work": 0.1}, {"effect": "mail"}]}, {"effect": "log"}]))
    assert effects(run)[:10] == [(round(2 + 0.1 * number, 9), number - 1) for number in range(1, 11)]
    assert sorted(effects(run)[10:]) == [(3, number) for number in range(10)]
    assert set(seconds(run.tables.rows["ended"][at_worker(run)])) == {3}
    assert run.services["worker"]["utilisation"] == pytest.approx(3 / 20)
    assert run.services["worker"]["batch_mean"] == 10
    alone = balanced(reading(1, [{"work": 2}, {"for_each": [{"work": 0.1}, {"effect": "mail"}]}]))
    assert round(float(np.nanmax(alone.tables.rows["ended"])), 9) == 21


@pytest.mark.parametrize("batch", [None, 1])
def test_without_a_batch_the_steps_are_taken_as_if_they_stood_there(batch):
    inner = [{"work": exponential(0.05)}, {"fail": 0.2}, {"call": "helper"}, {"effect": "mail"}]
    runs = []
    for steps in (inner, [{"for_each": inner}]):
        data = reading(1, [{"work": 0.01}], poisson(10), 30).to_dict()
        data["services"]["helper"] = {"handle": [{"work": exponential(0.02)}]}
        data["services"]["worker"]["handle"] += steps
        data["services"]["worker"]["subscribe"] = {"channel": "events", **({"batch": batch} if batch else {})}
        runs.append(balanced(Scenario.from_dict(data)))
    one, other = runs
    for name in ("started", "ended", "outcome", "settled"):
        assert np.array_equal(one.tables.rows[name], other.tables.rows[name], equal_nan=True), name


def test_each_message_calls_and_publishes_for_itself():
    handle = [{"for_each": [{"call": "helper"}, {"publish": "told"}, {"effect": "mail"}]}]
    data = reading(5, MAILS).to_dict()
    data["services"]["worker"]["handle"] = handle
    data["services"]["helper"] = {"handle": [{"work": 0.1}, {"effect": "help"}]}
    data["services"]["screen"] = {"subscribe": "told", "handle": [{"effect": "shown"}]}
    data["channels"]["told"] = "queue"
    run = balanced(Scenario.from_dict(data))
    names = [run.tables.effect_names[number].written for number in run.tables.effects["name"]]
    assert {name: names.count(name) for name in set(names)} == {"help": 10, "mail": 10, "shown": 10}
    assert run.summary()["effects_missing"] == run.summary()["effects_repeated"] == 0


# When one message fails.


def failing(chance, **settings):
    handle = [{"for_each": [{"work": 0.001}, {"fail": chance}, {"effect": "mail"}]}]
    return reading(10, handle, {"batch": {"rate": 4, "size": 10}}, 40, POLLED | {"max_receive_count": 1}, **settings)


@pytest.fixture(scope="module")
def batches_of_ten():
    """(ten messages at a time that fail with probability 0.1, without reports and with them) of eight runs or more."""
    return [[balanced(failing(0.1, report_item_failures=reports), seed) for reports in (False, True)]
            for seed in range(by_day(16, least=8))]  # fmt: skip


@pytest.mark.slow
def test_a_batch_fails_unless_all_of_its_messages_are_well(batches_of_ten):
    """1 - (1 - p)^n of the batches, and before one fails (1 - p)(1 - (1 - p)^n) / p messages have had their effect."""
    shares, done = [], []
    for run, _ in batches_of_ten:
        rows, lead = run.tables.rows, leaders(run)
        heads = np.unique(lead[at_worker(run)])
        shares.append((rows["outcome"][heads] == Outcome.FAILED).mean())
        done.append(len(run.effects) / len(heads))
        assert run.services["worker"]["batch_mean"] == 10
    assert agrees(shares, 1 - 0.9**10, notices=0.1)
    assert agrees(done, 0.9 * (1 - 0.9**10) / 0.1, notices=0.1)


def test_of_a_batch_that_is_reported_only_those_come_again_that_failed(batches_of_ten):
    shares = []
    for _, run in batches_of_ten:
        mine = at_worker(run)
        shares.append((run.tables.rows["outcome"][mine] == Outcome.FAILED).mean())
        figures = run.channels["events", "worker"]
        assert figures["dead"] + figures["done"] == figures["published"] and run.services["worker"]["failed_along"] == 0
        assert len(run.effects) == figures["done"]
    assert agrees(shares, 0.1, notices=0.25)


def test_what_a_link_brings_twice_fails_again_for_those_alone_that_failed():
    handle = [{"for_each": [{"work": 0.1}, {"fail": 0.5}, {"effect": "mail"}]}]
    twice = {"duplication": ["events", "worker"], "probability": 1, "at": 0, "for": 1}
    run = balanced(reading(5, handle, queue=POLLED, faults=[twice], report_item_failures=True))
    rows = run.tables.rows
    copies = np.flatnonzero(rows["verdict"] == Verdict.COPY)
    made = np.isin(copies, run.tables.effects["row"])
    assert len(copies) == 10 and {True, False} == set(made.tolist())
    assert ((rows["outcome"][copies] == Outcome.OK) == made).all()
    assert (rows["outcome"][copies][~made] == Outcome.FAILED).all()


def keyed_faults(folder, keys, handle, poison, queue=None, **subscribe):
    """A message of each of the keys at once, of which one is poison for a while."""
    arrivals = arrivals_from(folder, [0.0] * len(keys), keys)
    faults = [{"poison": "worker", "at": 0, **poison}]
    return balanced(reading(10, handle, arrivals, queue=queue, folder=folder, faults=faults, **subscribe))


def keyed(folder, keys, poison, queue, **subscribe):
    return keyed_faults(folder, keys, MAILS, poison, queue, **subscribe)


def poisoned(folder, **subscribe):
    """Message 4 always fails; ten come at once, and each may be received three times."""
    queue = POLLED | {"max_receive_count": 3}
    return keyed(folder, [f"k{number}" for number in range(10)], {"key": "k4"}, queue, **subscribe)


def test_one_message_that_always_fails_takes_its_whole_batch_to_the_dead_and_alone_where_it_is_reported(tmp_path):
    run = poisoned(tmp_path)
    assert run.channels["events", "worker"]["dead"] == 10
    assert run.services["worker"]["failed_along"] == 27
    mails = [request for _, request in effects(run)]
    assert sorted(mails) == sorted([0, 1, 2, 3] * 3), (
        "those before it have their mail three times, those behind it none"
    )
    run = poisoned(tmp_path, report_item_failures=True)
    assert run.channels["events", "worker"]["dead"] == 1 and run.services["worker"]["failed_along"] == 0
    assert sorted(request for _, request in effects(run)) == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_a_message_that_may_not_be_tried_again_is_dead_alone_and_the_others_come_again():
    step = {"fail": {"probability": 0.15, "requeue": False}}
    run = balanced(reading(10, [{"for_each": [{"work": 0.1}, step, {"effect": "mail"}]}], duration=60), 3)
    rows = run.tables.rows
    rejected = rows["reason"] == Reason.REJECTED
    assert 0 < rejected.sum() < 10 and run.channels["events", "worker"]["dead"] == rejected.sum()
    assert run.channels["events", "worker"]["done"] == 10 - rejected.sum()
    assert (rows["reason"] == Reason.BATCH).sum() == run.services["worker"]["failed_along"] > 0


FIFTH = {"key": "a", "at": 0.45, "for": 0.1}
FIFO = {"fifo_groups": True, "visibility_timeout": 10, "max_receive_count": 3}


def test_after_a_message_of_a_group_failed_the_rest_of_its_group_has_no_turn_and_comes_again_in_order(tmp_path):
    """Of a (0, 2, 4, 6, 8) the third fails, at 0.5 s; of b (1, 3, 5, 7, 9) all are well."""
    run = keyed(tmp_path, ["a", "b"] * 5, FIFTH, FIFO, report_item_failures=True)
    assert effects(run) == [
        (0.1, 0), (0.2, 1), (0.3, 2), (0.4, 3), (0.6, 5), (0.7, 7), (0.8, 9), (10.1, 4), (10.2, 6), (10.3, 8),
    ]  # fmt: skip
    reasons = run.tables.rows["reason"][at_worker(run)]
    assert (reasons == Reason.POISON).sum() == 1 and (reasons == Reason.GROUP).sum() == 2
    assert run.channels["events", "worker"]["redelivered"] == 3


def test_without_reports_all_of_a_fifo_batch_comes_again_and_what_was_done_is_done_twice(tmp_path):
    """They are all there then, so all of group a goes first."""
    run = keyed(tmp_path, ["a", "b"] * 5, FIFTH, FIFO)
    assert [request for _, request in effects(run)] == [0, 1, 2, 3, 0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
    assert run.services["worker"]["failed_along"] == 9 and run.channels["events", "worker"]["redelivered"] == 10


def test_a_failure_beside_the_loop_takes_all_with_it_though_failures_are_reported():
    handle = [{"for_each": [{"effect": "mail"}]}, {"work": 0.1}, {"fail": 1}]
    queue = POLLED | {"max_receive_count": 2}
    run = balanced(reading(5, handle, queue=queue, report_item_failures=True))
    assert run.channels["events", "worker"]["dead"] == 10 and len(run.effects) == 20


# When a consumer dies, and when its time is over.


@pytest.mark.parametrize("queue", [{}, POLLED])
def test_a_crash_in_the_middle_takes_all_with_it_and_what_was_done_is_done_twice(queue):
    """At 0.35 s three messages have had their mail; the batch is there again at once, or when its time is over."""
    run = balanced(reading(10, MAILS, queue=queue, faults=[{"crash": "worker", "at": 0.35, "for": 0.15}]))
    assert [request for time, request in effects(run) if time < 0.4] == [0, 1, 2]
    begins = 10 if queue else 0.5
    assert effects(run)[3:] == [(round(begins + 0.1 * number, 9), number - 1) for number in range(1, 11)]
    assert set(run.tables.rows["outcome"][at_worker(run)]) == {Outcome.CRASHED, Outcome.OK}
    assert run.channels["events", "worker"]["redelivered"] == 10


def test_a_pause_in_the_middle_holds_the_rest_of_the_batch():
    run = balanced(reading(10, MAILS, faults=[{"pause": "worker", "at": 0.35, "for": 2}]))
    assert seconds(time for time, _ in effects(run)) == [0.1, 0.2, 0.3, *(round(2.3 + 0.1 * n, 9) for n in range(1, 8))]


def test_a_message_that_waits_for_more_is_invisible_meanwhile_and_its_time_runs():
    """A window of 3 s and a visibility timeout of 2 s: the message is there again before its batch leaves."""
    queue = {"visibility_timeout": 2, "max_receive_count": 2}
    once = {"burst": {"count": 1, "at": 0}}
    run = balanced(reading(10, MAILS, once, queue=queue, worker={"workers": 2}, batch_window=3))
    assert seconds(run.tables.rows["leased"][at_worker(run)]) == [0, 2]
    assert seconds(run.tables.rows["arrived"][at_worker(run)]) == [3, 3]
