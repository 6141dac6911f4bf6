"""Several instances of a service, on real processes: who is called, who reads what, and what a kill of one takes."""

import numpy as np
import pytest

import evsim
from evsim.results.endings import Outcome
from tests.support.nightly import mostly_at_night
from tests.testbed.live_runs import LOAD, effects_of, needs, told_yes

pytestmark = pytest.mark.ci

THREE = LOAD | {"services.mailing-list.instances": 3}
CLASSIC = evsim.load("registration-classic").replace(THREE | {"services.mailing-list.balance": "random"})
EVENTS = evsim.load("registration-events").replace(THREE | {"services.mailing-list.workers": 1})


@pytest.fixture(scope="module")
def called():
    return evsim.live(CLASSIC, seconds=3, kill="mailing-list/2@1s+0.5s")


@pytest.fixture(scope="module", params=mostly_at_night(["mini", "redis"], "redis"))
def reading(request):
    needs(request.param)
    return evsim.live(EVENTS, seconds=3, kill="mailing-list/2@1s+0.5s", broker=request.param)


def _done_by(run):
    """For each request: the instance of the mailing list that has done its work, or -1."""
    rows, done = run.tables.rows, np.full(len(run.tables.requests.row), -1)
    places = [place.number for place in run.tables.places if place.service == "mailing-list"]
    mine = np.isin(rows["place"], places) & (rows["outcome"] == Outcome.OK)
    done[run.tables.row_requests[mine]] = rows["worker"][mine] // run.scenario.services["mailing-list"].workers
    return done


def _simulated():
    return _done_by(CLASSIC.replace({"run.duration": "3s"}).run())


def test_the_books_balance_and_one_instance_was_killed(called):
    assert called.audit()
    (fault,) = called.scenario.faults
    assert fault.target == "mailing-list/2" and fault.duration >= 0.5


def test_a_call_goes_to_the_instance_that_the_simulator_drew(called):
    here = _done_by(called)
    assert set(here[here >= 0]) == {0, 1, 2}
    assert ((here == _simulated()) | (here < 0)).all()


def test_only_who_was_sent_to_the_killed_instance_is_told_an_error(called):
    told_error = ~told_yes(called)
    assert told_error.sum() > 0 and (_simulated()[told_error] == 1).all()


def test_instances_share_a_log_and_each_message_is_done_though_one_is_killed(reading):
    assert reading.audit()
    yes, done = told_yes(reading), _done_by(reading)
    assert yes.all() and set(done[done >= 0]) == {0, 1, 2}
    assert (effects_of(reading, "subscription") >= 1).all() and (effects_of(reading, "customer row") == 1).all()
