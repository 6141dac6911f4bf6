"""Delivery guarantees under crashes: at most once, at least once, and exactly once inside logs, but not outside."""

import numpy as np
import pytest

from evsim.results.endings import Fate
from evsim.scenario import Scenario, ScenarioError

CRASHES = [{"crash": "billing/1", "mtbf": {"exponential": 2}, "mttr": 0.5},
           {"crash": "billing/2", "mtbf": {"exponential": 3}, "mttr": 0.5}]  # fmt: skip


def chain(commit, faults=CRASHES, bills=None, **settings):
    """`billing` reads orders, sends a mail, publishes a bill and works on; `ledger` books the bills."""
    handle = [{"work": {"exponential": 0.02}}, {"effect": "mail"}, {"publish": {"channel": "bills", **settings}},
              {"work": {"exponential": 0.02}}]  # fmt: skip
    billing = {"instances": 2, "workers": 2, "handle": handle}
    return Scenario.from_dict({
        "name": "chain",
        "workloads": {"customers": {"target": "front", "arrivals": {"poisson": 40}, "key": {"uniform": 1000}}},
        "services": {
            "front": {"workers": 10, "handle": [{"publish": "orders"}]},
            "billing": {**billing, "subscribe": {"channel": "orders", "commit": commit, "assignor": "range"}},
            "ledger": {"workers": 4, "subscribe": "bills", "handle": [{"work": 0.01}, {"effect": "booked"}]},
        },
        "channels": {"orders": {"log": {"partitions": 8}}, "bills": bills or {"log": {"partitions": 4}}},
        "network": {"latency": {"exponential": 0.002}},
        "faults": list(faults),
        "run": {"duration": 60},
    })  # fmt: skip


def balanced(scenario, seed=1):
    run = scenario.run(seed=seed)
    run.audit()
    return run


def times(run, effect):
    """For each request: how often it has the effect."""
    return run.tables.requests.times_done[run.tables.effect_names.index(effect)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_way_to_commit_keeps_what_it_promises_and_nothing_more(seed):
    """A crash meets a handling with 1 or 2 in hand; about 50 crashes a run."""
    never, again, once = (balanced(chain(commit), seed) for commit in ("before", "after", "transaction"))
    assert (times(never, "booked") <= 1).all() and (times(never, "booked") == 0).any()  # at most once
    assert (times(again, "booked") >= 1).all() and (times(again, "booked") > 1).any()  # at least once
    assert (times(once, "booked") == 1).all()  # exactly once, inside the logs
    assert (times(once, "mail") >= 1).all() and (times(once, "mail") > 1).any()  # and a mail is outside


def test_readers_see_nothing_of_a_handling_that_died_and_its_messages_keep_their_place():
    run = balanced(chain("transaction"))
    messages = run.tables.messages
    aborted = np.flatnonzero(messages["fate"] == Fate.ABORTED)
    assert len(aborted) > 10
    assert not np.isin(run.ledger.message, aborted).any()
    assert (~np.isnan(messages["appended"][aborted])).all()


def test_what_comes_later_in_the_partition_waits_for_the_commit():
    """One handling in twenty takes 2 s after its publish; the bills of others lie behind its own."""
    scenario = chain("transaction", faults=(), bills={"log": {"partitions": 1}})
    slow = {"choice": [[0.05, 2], [0.95, 0]]}
    run = balanced(scenario.replace({"services.billing.handle.3.work": slow, "run.duration": 20}))
    messages = run.tables.messages
    shown = {message: time for time, message in run.records.shown if messages["channel"][message] == 1}
    bills = sorted(shown, key=lambda message: messages["offset"][message])
    assert (np.diff([shown[message] for message in bills]) >= 0).all()
    held = np.array([shown[message] - messages["appended"][message] for message in bills])
    ended = run.tables.rows["ended"][messages["cause"][bills]]
    behind = np.array([shown[message] for message in bills]) > ended + 0.1  # their own handling had long ended
    assert behind.sum() > 20 and held.max() > 1.5


def test_a_failure_after_the_publish_throws_the_message_away():
    scenario = chain("transaction", faults=())
    handle = [{"work": 0.01}, {"publish": "bills"}, {"fail": 0.3}]
    run = balanced(scenario.replace({"services.billing.handle": handle, "run.duration": 20}))
    booked = times(run, "booked")
    dead = run.ledger[run.ledger.state == "dead"].request
    assert (booked[dead] == 0).all() and len(dead) > 0  # 0.3^5 of them: nobody has a bill of what is dead
    assert (np.delete(booked, dead) == 1).all()


def test_a_commit_that_is_lost_on_the_way_is_sent_again_and_readers_wait_for_it():
    scenario = chain("transaction", faults=())
    lossy = {"wire": {"between": ["billing", "orders"], "loss": 0.05}}
    run = balanced(scenario.replace({"network.links": lossy, "network.give_up": 2, "run.duration": 30}))
    assert (times(run, "booked") == 1).all()
    assert max(time - run.tables.messages["appended"][message] for time, message in run.records.shown) > 1.9


def test_a_member_that_is_thrown_out_commits_nothing():
    """It is paused for longer than its session lasts: what it goes on with when it wakes is somebody else's by then."""
    scenario = chain("transaction", faults=[{"pause": "billing/1", "at": at, "for": 3} for at in (5.05, 15.05, 25.05)])
    scenario = scenario.replace({"services.billing.subscribe.0.session_timeout": 1, "run.duration": 40})
    run = balanced(scenario)
    assert (times(run, "booked") == 1).all()
    assert (run.tables.messages["fate"] == Fate.ABORTED).any()


@pytest.mark.slow
def test_a_message_to_a_queue_is_no_part_of_it_and_the_kit_says_so():
    scenario = chain("transaction", bills="queue")
    assert (times(balanced(scenario), "booked") > 1).any()
    said = "bills is a queue, so what is sent there is no part of the transaction"
    assert any(said in each for each in scenario.warnings())


def test_an_outbox_is_no_part_of_it():
    run = balanced(chain("transaction", outbox={"poll": "20ms"}))
    assert (times(run, "booked") > 1).any() and not (run.tables.messages["fate"] == Fate.ABORTED).any()


@pytest.mark.slow
def test_a_log_with_replicas_holds_back_what_is_not_committed():
    bills = {"log": {"partitions": 4, "replicas": 3, "replication": 0.02}}
    run = balanced(chain("transaction", bills=bills, acks="all"))
    assert (times(run, "booked") == 1).all() and (times(run, "mail") > 1).any()


def test_what_cannot_be_a_transaction_is_refused_in_plain_words():
    with pytest.raises(ScenarioError, match="a transaction has to know that the log has its messages.*remove acks: 0"):
        chain("transaction", acks=0)
    with pytest.raises(ScenarioError, match="a batch is committed after the work, or at an interval"):
        chain("transaction").replace({"services.billing.subscribe.0.batch": 5})
