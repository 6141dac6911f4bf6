"""Messages that a killed consumer of Redis held: lost for good, where nobody claims them."""

import numpy as np
import pytest

import evsim
from evsim.results.endings import Outcome, Verdict
from tests.support.nightly import mostly_at_night
from tests.testbed.live_runs import LOAD, effects_of, needs, told_yes

# Six customers on average are at work in the list when it is killed.
BUSY = LOAD | {"services.mailing-list.workers": 12, "services.mailing-list.handle.0.work": "300ms"}


@pytest.mark.ci
@pytest.mark.parametrize("claim", mostly_at_night([False, True], False))
def test_what_a_killed_consumer_of_redis_held_is_lost_for_good_unless_it_is_claimed(claim):
    needs("redis")
    scenario = evsim.load("registration-events").replace(BUSY)
    run = evsim.live(scenario, seconds=2, kill="mailing-list@1s+0.3s", broker="redis", claim=claim)
    rows, places = run.tables.rows, run.tables.places
    lost = rows["verdict"] == Verdict.LOST
    undone = effects_of(run, "subscription") == 0
    missing, held = told_yes(run) & undone, run.tables.row_requests[lost]
    assert run.audit() and told_yes(run).all()
    # Killed between effect and confirmation: the message is lost, its customer has what was promised.
    assert sorted(held[undone[held]].tolist()) == missing.nonzero()[0].tolist()
    assert np.isin(rows["outcome"][lost], (Outcome.CRASHED, Outcome.LOST)).all()
    assert {places[place].service for place in rows["place"][lost]} == (set() if claim else {"mailing-list"})
    assert missing.sum() == run.summary()["effects_missing"] and bool(missing.sum()) == (not claim)
    assert run.broker == ("redis" if claim else "redis without claim")
    assert [each.guarantee for each in run.scenario.services["mailing-list"].subscribe] == (
        [None] if claim else ["at_most_once"]
    )


@pytest.mark.parametrize("broker", ["mini", "nats"])
def test_a_broker_that_hands_out_again_by_itself_wants_no_claim(broker):
    needs(broker)
    with pytest.raises(evsim.ScenarioError, match="hands out again by itself"):
        evsim.live("registration-events", broker=broker, claim=False)
