"""Live runs on a machine whose time is given, beside the simulator's runs: the same customers have the same luck."""

import numpy as np
import pytest

import evsim
from evsim.results.records import Outcome
from tests.support.machine.given_machine import GivenMachine
from tests.support.machine.given_network import WAY
from tests.testbed.live_runs import LOAD, SHARED

OVER = 5e-5  # seconds: each look at the clock of that machine takes a microsecond
EVENTS = evsim.load("registration-events").replace(LOAD)
THREE = {"services.mailing-list.instances": 3, "services.mailing-list.balance": "random"}
CLASSIC = evsim.load("registration-classic").replace(LOAD | THREE)
SERVICES = {name: service for name, service in SHARED["services"].items() if name != "second"}
QUEUE = evsim.Scenario.from_dict(SHARED | {"services": SERVICES, "run": {"duration": "3s", "warmup": "0s", "seed": 2}})
RUNS = {
    "a reader of a log": (EVENTS, "mailing-list@500ms+250ms"),
    "a reader of a queue": (QUEUE, "first@300ms+250ms"),
    "the broker": (EVENTS, "customer-registered@500ms+250ms"),
    "an instance": (CLASSIC, "mailing-list/2@500ms+250ms"),
}
COMES_AGAIN = ("a reader of a log", "a reader of a queue")  # what it held, in the simulator, too


@pytest.fixture(scope="module", params=RUNS)
def killed(request):
    """Who is killed, a live run, and the simulator's run of the same customers and faults."""
    scenario, kill = RUNS[request.param]
    with GivenMachine() as machine:
        live = evsim.live(scenario, seconds=3, mails=(), kill=kill)
    assert not machine.loop.broken
    return request.param, live, live.scenario.replace({"network.latency": WAY}).run(seed=live.seed)


def _worked(run):
    """(request, place, attempt) -> how long it was worked, where that came to its end; of those who ask nobody."""
    rows, asks = run.tables.rows, [place.number for place in run.tables.places if place.is_request]
    ok = np.flatnonzero((rows["outcome"] == Outcome.OK) & ~np.isin(rows["place"], asks))
    keys = np.array([run.tables.row_requests[ok], rows["place"][ok], rows["attempt"][ok]]).T.tolist()
    return dict(zip(map(tuple, keys), rows["ended"][ok] - rows["started"][ok], strict=True))


def test_each_attempt_takes_the_time_that_the_same_attempt_takes_in_the_simulator(killed):
    whose, *runs = killed
    here, there = map(_worked, runs)
    same = here.keys() & there.keys()
    assert len(same) > 50 and (max(attempt for *_, attempt in same) > 1) == (whose in COMES_AGAIN)
    assert [here[key] for key in same] == pytest.approx([there[key] for key in same], abs=OVER)


def test_the_books_of_both_balance_and_both_have_the_same_customers_at_the_same_times(killed):
    _, *runs = killed
    assert all(run.audit() for run in runs)
    here, there = (run.tables.rows["born"][run.tables.requests.row] for run in runs)
    assert here == pytest.approx(there, abs=OVER)
