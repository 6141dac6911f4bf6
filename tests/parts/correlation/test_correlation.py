"""A request over a queue or a log, and the reply that another channel brings."""

import numpy as np
import pytest

from evsim.parts.correlation.words import NOBODY_WAITS, REPLIED
from evsim.scenario import Scenario, ScenarioError
from evsim.theory import mmc
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure

CHANNELS = {"queue": "queue", "log": {"log": {"partitions": 1}}}
EXACT = 1e-9


def quotes(channel="queue", work=0.1, page=1000, awaits=None, quoter=(), stages=1, **changes):
    """`page` asks over `questions`; each of some stages works and sends on; `listener` reads the `answers`."""
    names = ["questions", *(f"more-{number}" for number in range(1, stages)), "answers"]
    stage = {
        f"quoter-{number}": {"subscribe": one, "handle": [{"work": work}, *quoter, {"publish": other}]}
        for number, (one, other) in enumerate(zip(names, names[1:]), 1)
    }
    listener = {"workers": 9, "subscribe": "answers", "handle": [{"correlate": "page"}]}
    asks = [{"publish": "questions"}, {"await_reply": {"timeout": 1_000, **(awaits or {})}}, {"effect": "quote"}]
    scenario = Scenario.from_dict(
        {
            "name": "quotes",
            "workloads": {"customers": {"target": "page", "arrivals": {"poisson": 5}}},
            "services": {"page": {"workers": page, "handle": asks}, **stage, "listener": listener},
            "channels": dict.fromkeys(names, channel),
            "run": {"duration": 60},
        }
    )
    return scenario.replace(changes)


def noted(run, kind):
    return sum(each[1] == kind for each in run.records.incidents)


@pytest.mark.slow
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_question_that_two_work_on_takes_as_long_as_two_queues_in_a_row(channel):
    """Jackson: each of the two is an M/M/1 queue, and who asks waits for both."""
    scenario = quotes(CHANNELS[channel], {"exponential": 0.14}, stages=2, **{"run.duration": 5_000, "run.warmup": 500})
    found = measure(f"two in a row: {channel}", scenario, lambda run: {"mean": run.summary()["response_mean"]}, 8)
    assert agrees(found["mean"], 2 * (mmc(5, 1 / 0.14, 1).wait_mean + 0.14), notices=0.2)


@pytest.mark.parametrize("page", [1, 3, 1000])
def test_who_waits_for_a_reply_holds_its_worker_as_a_caller_does(page):
    """The same customers, one by one: over two queues, and by a call of the same service."""
    asked = balanced(quotes(work={"exponential": 0.15}, page=page))
    data = quotes(work={"exponential": 0.15}, page=page).to_dict()
    data["services"] = {
        "page": {"workers": page, "handle": [{"call": "quoter-1"}, {"effect": "quote"}]},
        "quoter-1": {"handle": [{"work": {"exponential": 0.15}}]},
    }
    called = balanced(Scenario.from_dict(data | {"channels": {}}))
    assert np.abs(asked.tables.requests.response - called.tables.requests.response).max() < EXACT
    held = [run.services["page"]["utilisation"] for run in (asked, called)]
    assert held[0] == pytest.approx(held[1])


# Too late, twice, lost.


def test_a_reply_that_comes_after_the_timeout_is_for_nobody():
    """A quote takes 3 s, and who asks waits 2 s for it: an exact number of customers, each told after 2 s."""
    slow = {"services.quoter-1.workers": 1000}
    run = balanced(quotes(work=3, awaits={"timeout": 2}, **slow))
    assert set(run.requests.outcome) == {"timeout"}
    assert np.abs(run.requests.response - 2).max() < EXACT and "quote" not in set(run.effects.effect)
    assert noted(run, NOBODY_WAITS) == len(run.requests) and noted(run, REPLIED) == 0
    patient = balanced(quotes(work=3, awaits={"timeout": 2, "on_error": "ignore"}, **slow))
    assert set(patient.requests.outcome) == {"ok"} and np.abs(patient.requests.response - 2).max() < EXACT
    just = balanced(quotes(work=2, awaits={"timeout": 2}, **slow))
    assert set(just.requests.outcome) == {"ok"}, "a reply at its deadline counts"
    in_two = balanced(quotes(work=1, quoter=[{"work": 1}], awaits={"timeout": 2}, **slow))
    assert set(in_two.requests.outcome) == {"ok"}, "also where its end was settled on after the deadline was"


def test_of_two_replies_the_first_counts():
    run = balanced(quotes(quoter=[{"publish": "answers"}]))
    assert noted(run, REPLIED) == noted(run, NOBODY_WAITS) == len(run.requests) > 200
    assert set(run.requests.outcome) == {"ok"} and run.summary()["effects_repeated"] == 0


def test_who_asks_and_gets_no_reply_waits_to_the_end_and_no_longer():
    """Three questions in ten are given up: for as many customers there is no reply."""
    once = {"services.quoter-1.subscribe": {"channel": "questions", "retry": {"attempts": 1}}}
    run = balanced(quotes(work=0.01, quoter=[{"fail": 0.3}], awaits={"timeout": 5}, **once))
    dead = set(run.ledger.query("state == 'dead'").request)
    late = run.requests.query("outcome == 'timeout'")
    assert len(dead) > 50 and set(late.request) == dead
    assert np.abs(late.response - 5).max() < EXACT


def test_a_question_that_is_asked_again_has_a_correlation_of_its_own():
    """The page fails in time to ask again; the replies to what it asked before are for nobody."""
    data = quotes(work=3, awaits={"timeout": 2}).to_dict()
    data["services"]["front"] = {"workers": 1000, "handle": [{"call": {"service": "page", "retry": {"attempts": 2}}}]}
    data["services"]["quoter-1"]["workers"] = 1000
    data["workloads"]["customers"]["target"] = "front"
    run = balanced(Scenario.from_dict(data))
    assert set(run.requests.outcome) == {"timeout"} and noted(run, REPLIED) == 0
    assert noted(run, NOBODY_WAITS) == 2 * len(run.requests)


def test_a_reply_may_come_before_the_confirmation():
    """The question is confirmed after 2 s, and answered after 1 s."""
    links = {"far": {"between": ["page", "questions"], "latency": 1}}
    run = balanced(quotes(work=0, **{"network.links": links}))
    assert np.abs(run.requests.response - 2).max() < EXACT and noted(run, REPLIED) == len(run.requests)


def test_who_crashes_while_it_waits_hears_of_no_reply():
    crash = [{"crash": "page", "at": 20, "for": 1}]
    run = balanced(quotes(work=2, faults=crash, **{"services.quoter-1.workers": 1000}))
    dead = run.requests.query("outcome == 'error'")
    assert (
        len(dead) > 5
        and noted(run, NOBODY_WAITS) == run.spans.query("service == 'page' and outcome == 'crashed'").shape[0]
    )
    paused = balanced(
        quotes(work=0.1, faults=[{"pause": "page", "at": 20, "for": 1}], **{"services.quoter-1.workers": 1000})
    )
    frozen = paused.requests.query("19.9 < arrived < 20")
    assert len(paused.requests) > 200 and (frozen.answered == 21).all() and set(paused.requests.outcome) == {"ok"}


@pytest.mark.parametrize("workers", [1, 4])
def test_whoever_reads_replies_with_the_workers_that_wait_for_them_may_wait_for_itself(workers):
    """One worker waits for a reply that nobody is free to read, so nobody is ever served. With four somebody is."""
    data = quotes(awaits={"timeout": 2}, page=workers).to_dict()
    del data["services"]["listener"]
    steps = data["services"]["page"]["handle"]
    data["services"]["page"] |= {"subscribe": "answers", "handle": [
        {"operations": {"ask": steps, "answers": [{"correlate": "page"}]}}]}  # fmt: skip
    data["workloads"]["customers"] |= {"operation": "ask", "arrivals": {"constant": 0.3}}
    run = balanced(Scenario.from_dict(data))
    assert set(run.requests.outcome) == ({"timeout"} if workers == 1 else {"ok"})


def test_what_is_told_of_a_reply():
    run = balanced(quotes())
    assert "a reply: who asked goes on" in str(run.sequence(3))
    assert "its workers also wait for a reply" in str(run.theory())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"services.page.handle": [{"await_reply": 1}]}, "has published nothing before"),
        ({"services.page.handle": [{"publish": "questions"}, *[{"await_reply": 1}] * 2]}, "awaits a reply already"),
        ({"services.listener.handle": [{"work": 1}]}, "write correlate: page"),
        ({"services.listener.handle": [{"correlate": "quoter-1"}]}, "brings page a reply|quoter-1 awaits no reply"),
        ({"services.page.handle": [{"publish": "questions"}, {"await_reply": 0}]}, "more than 0|greater"),
        ({"services.page.handle": [{"publish": "questions"}, {"await_reply": {"on_error": "try"}}]}, "on_error"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(changes, says):
    with pytest.raises(ScenarioError, match=says):
        quotes().replace(changes)
