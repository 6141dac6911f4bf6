"""Idempotent services: what is handled again is recognised, whoever hands it out again."""

import numpy as np
import pytest

import evsim
from evsim.scenario import ScenarioError
from tests.support.statistics import Z, assert_notices
from tests.truth.measuring import balanced
from tests.truth.systems import caller, consumers

ONCE = {"idempotent": True}


def impatient_queue(**settings):
    """A message is handed out again after 50 ms, and a fifth of the handlings (e^(-5/3)) take longer than that."""
    work = {"exponential": "30ms"}
    return consumers(
        {"queue": {"visibility_timeout": "50ms"}}, [{"work": work}, {"effect": "row"}], {"poisson": 20}, 60,
        workers=20, warmup=0, **settings,
    )  # fmt: skip


def test_what_a_queue_hands_out_twice_is_done_once():
    twice, once = balanced(impatient_queue()), balanced(impatient_queue(**ONCE))
    assert twice.summary()["effects_repeated"] > 50 and twice.summary()["duplicated"] > 50
    assert once.summary()["effects_repeated"] == once.summary()["duplicated"] == 0
    assert once.summary()["effects_missing"] == 0
    names, counts = np.unique(once.effects.request, return_counts=True)
    assert len(names) == len(once.tables.requests.row) and (counts == 1).all()
    assert once.services["worker"]["skipped"] > 50


def test_both_of_two_that_work_at_once_find_nothing_when_they_look_and_only_one_writes():
    run = balanced(impatient_queue(**ONCE))
    rows = run.tables.rows
    skipped = np.flatnonzero(~np.isnan(run.tables.skipped))
    late = skipped[run.tables.skipped[skipped] > rows["started"][skipped]]  # not when they looked, which takes no time
    assert len(late) > 10
    mine = run.effects.span.to_numpy()
    of = run.effects.groupby("request").size()
    assert not np.isin(late, mine).any() and (of == 1).all()


def crashing(**settings):
    """The row is written at once, the acknowledgement comes a tenth of a second later; the worker dies in between."""
    handle = [{"effect": "row"}, {"work": 0.1}]
    faults = [{"crash": "worker", "at": 10.05, "for": 1}]
    settings = {"warmup": 0, "workers": 4, "faults": faults, **settings}
    return consumers({"log": {"partitions": 4}}, handle, {"constant": 20}, 20, **settings)


def test_a_crash_between_the_effect_and_the_acknowledgement_repeats_the_effect_unless_it_is_remembered():
    twice, once = balanced(crashing()), balanced(crashing(**ONCE))
    assert twice.summary()["effects_repeated"] > 0
    assert once.summary()["effects_repeated"] == once.summary()["effects_missing"] == 0
    assert set(once.ledger.state) == {"done"}  # also where the handling that did it never came to its end
    assert (once.ledger.handlings == 0).any()


def test_the_store_forgets_after_its_window():
    for window, repeated in ((0.5, True), (5.0, False)):
        run = balanced(crashing(idempotent={"window": window}))
        assert (run.summary()["effects_repeated"] > 0) == repeated  # it comes again a second later


def test_a_message_that_is_kept_twice_is_one_message():
    def copied(**settings):
        log = {"log": {"partitions": 4, "idempotent": False}}
        handle = [{"effect": "row"}, {"work": 0.001}]
        scenario = consumers(log, handle, {"constant": 50}, 20, warmup=0, workers=4, **settings)
        publish = {"publish": {"channel": "events", "timeout": 0.05, "retry": {"attempts": 5}}}
        links = {"wire": {"between": ["front", "events"], "loss": 0.2}}
        front = {"services.front.handle": [publish], "services.front.workers": 20}
        return scenario.replace({**front, "network.links": links})

    twice, once = balanced(copied()), balanced(copied(**ONCE))
    assert len(twice.records.copies) > 100
    assert twice.summary()["effects_repeated"] > 100
    assert once.summary()["effects_repeated"] == 0


def python_handler(ctx):
    yield from ctx.work({"exponential": "30ms"})
    ctx.effect("row")


@pytest.mark.slow
def test_a_handler_in_python_is_done_once_too():
    """Its first effect is looked up in the store and written there, as that of a step is."""
    handler = {"services.worker.handle": python_handler}
    twice, once = (balanced(each.replace(handler)) for each in (impatient_queue(), impatient_queue(**ONCE)))
    made = [run.effects.groupby("request").size() for run in (twice, once)]
    assert made[0].max() > 1 and (made[1] == 1).all() and len(made[1]) == len(once.requests)
    skipped = np.flatnonzero(~np.isnan(once.tables.skipped))
    started = once.tables.rows["started"][skipped]
    late = skipped[once.tables.skipped[skipped] > started]  # at its effect, and not when it looked
    assert len(late) > 10 and not np.isin(late, once.effects.span.to_numpy()).any()


@pytest.mark.parametrize("by, repeated", [(None, True), ("message", False), ("content", False)])
def test_a_call_that_is_tried_again_is_done_once(by, repeated):
    call = {"timeout": 0.05, "retry": {"attempts": 3}}
    scenario = caller(call, [{"work": {"exponential": 0.05}}, {"effect": "row"}], 1000)
    run = balanced(scenario.replace({"services.back.idempotent": by and {"by": by}}))
    assert (run.summary()["effects_repeated"] > 0) == repeated
    assert run.summary()["retries"] > 100


def test_by_key_each_key_is_done_once():
    log, handle = {"log": {"partitions": 4}}, [{"effect": "row"}]
    scenario = consumers(log, handle, {"poisson": 50}, 60, warmup=0, key={"uniform": 30})
    run = balanced(scenario.replace({"services.worker.idempotent": {"by": "key"}}))
    assert len(run.effects) == 30 == run.requests.key.nunique()


@pytest.mark.slow
def test_a_look_into_the_store_takes_its_time():
    work, look = {"exponential": 0.02}, {"lookup": {"exponential": 0.01}}
    plain = consumers("queue", [{"work": work}, {"effect": "row"}], {"poisson": 20}, 500, workers=2)
    one, other = (balanced(plain.replace({"services.worker.idempotent": each})) for each in (True, look))
    rate = len(other.tables.requests.row) / 500
    for run, seconds in ((one, 0.02), (other, 0.03)):
        busy, error = rate * seconds / 2, rate**0.5 * 500**0.5 * seconds / (2 * 450)
        assert_notices(error, busy, 0.1)
        assert run.services["worker"]["utilisation"] == pytest.approx(busy, abs=Z * error)
    # the same customers have the same luck, whether or not somebody looks
    lasted = [run.tables.rows["ended"] - run.tables.rows["started"] for run in (balanced(plain), one)]
    assert np.array_equal(*lasted, equal_nan=True)


@pytest.mark.parametrize("changes, says", [
    ({"services.worker.idempotent": {"by": "luck"}}, "idempotent.by"),
    ({"services.worker.idempotent": True, "services.worker.handle": [{"parallel": [{"effect": "a"}, {"effect": "b"}]}]},
     "parallel branches are several"),
    ({"services.worker.idempotent": True, "services.worker.subscribe": {"channel": "events", "batch": 3}},
     "a batch is about several"),
])  # fmt: skip
def test_what_cannot_be_done_once_is_refused_in_words(changes, says):
    with pytest.raises(ScenarioError, match=says):
        consumers({"log": {"partitions": 4}}, [{"effect": "row"}], {"poisson": 50}, 60).replace(changes)


def test_the_window_begins_when_the_first_effect_is_stored_and_not_at_the_end_of_the_handling():
    def effects(window):
        return evsim.Scenario.from_dict(
            {
                "name": "window",
                "workloads": {"people": {"target": "desk", "arrivals": {"constant": "0.25/s"}, "key": {"uniform": 1}}},
                "services": {
                    "desk": {
                        "handle": [{"effect": "row"}, {"work": "2s"}],
                        "idempotent": {"by": "key", "window": window},
                    }
                },
                "run": {"duration": "9s"},
            }
        ).run().effects["request"].tolist()  # fmt: skip

    assert effects("3s") == [0, 1], "the second comes 4 s after the first effect, and 2 s after the end of its work"
    assert effects("5s") == [0]


def test_what_comes_round_a_cycle_has_another_content_in_each_round():
    """Half of the messages go round once more: none is skipped."""
    round_again = {"maybe": {"probability": 0.5, "then": [{"publish": "events"}]}}
    run = balanced(
        consumers("queue", [{"work": "1ms"}, round_again], {"constant": 10}, 60, warmup=0, idempotent={"by": "content"})
    )
    worker = run.services["worker"]
    assert worker["skipped"] == 0 and worker["completed"] > 1.5 * run.summary()["requests"]
