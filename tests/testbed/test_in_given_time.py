"""Live runs on a machine whose time is given, beside the simulator's runs: the same customers have the same luck."""

import re

import numpy as np
import pytest

import evsim
from evsim.results.endings import Outcome
from evsim.testbed.supervisor import LiveError
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


def test_messages_that_come_back_together_are_handed_out_in_their_old_order():
    """They go to their old places, as in a queue of the simulator and of RabbitMQ."""
    slow = QUEUE.replace({"services.first.workers": 9, "services.first.handle.0.work": "200ms"})
    with GivenMachine():
        live = evsim.live(slow, seconds=1, mails=(), kill="first@400ms+250ms")
    again = np.flatnonzero(live.tables.rows["attempt"] == 2)
    requests = live.tables.row_requests[again[np.argsort(live.tables.rows["leased"][again])]].tolist()
    assert len(requests) > 3 and requests == sorted(requests)


@pytest.mark.slow
def test_a_short_run_on_nats_waits_until_what_a_killed_reader_held_comes_again():
    """Ten times its second would be over before the 30 s of the server are."""
    with GivenMachine():
        run = evsim.live(EVENTS, seconds=1, mails=(), kill="database@500ms+250ms", broker="nats")
    rows = run.tables.rows
    assert run.audit() and (rows["attempt"] == 2).sum() >= 1
    assert run.ended_at > 30 and (rows["outcome"] != Outcome.LOST).all()


@pytest.mark.slow
def test_what_is_open_when_a_drain_limit_is_over_is_said_with_the_limit_and_a_way_out():
    with GivenMachine(), pytest.raises(LiveError) as refusal:
        evsim.live(
            EVENTS.replace({"run.drain_limit": "5s"}), seconds=1, mails=(), kill="database@500ms+250ms", broker="nats"
        )
    said = str(refusal.value)
    assert re.search(r"still open when the drain limit of 5s was over: the broker \d+ backlog; ", said)
    assert "a longer run.drain_limit waits for it" in said


def test_a_server_that_goes_for_good_is_told_as_such_and_leaves_no_process():
    """Its keeper is asked to take away what it made there, and cannot."""
    with GivenMachine() as machine:
        machine.loop.call_later(0.5, machine.servers.at(6379, "host").goes)
        with pytest.raises(LiveError, match=r"the broker: the process has failed: "):
            evsim.live(EVENTS, seconds=1, mails=(), broker="redis://host")
        assert all(program.code is not None for program in machine.programs)
