"""Live runs on each broker: whoever was told yes is registered, whatever was killed, and the books balance."""

import random
import signal

import numpy as np
import pytest

from evsim.results.endings import Outcome
from tests.support.nightly import mostly_at_night, nightly
from tests.testbed.live_runs import effects_of, live_run, shared_queue_run, told_yes

pytestmark = pytest.mark.ci
RABBITMQ = pytest.param("rabbitmq", marks=nightly)  # takes 10 s and more to start


@pytest.fixture(scope="module", params=mostly_at_night(["nats", "redis", "kafka", "rabbitmq"], "kafka"))
def register_killed(request):
    return live_run("registration-events", "register@1s+0.5s", request.param)


@pytest.fixture(scope="module", params=["redis", RABBITMQ])
def server_killed(request):
    return live_run("registration-events", "customer-registered@1s+0.5s", request.param)


@pytest.fixture(scope="module", params=mostly_at_night(["mini", "nats", "redis", "rabbitmq"], "mini", "nats"))
def shared_queue(request):
    """The broker is killed, too; NATS's server is not."""
    further = [] if request.param == "nats" else [{"crash": "jobs", "at": "2s", "for": "0.2s"}]
    return shared_queue_run(request.param, *further)


def test_on_a_server_whoever_was_told_yes_is_registered_though_register_was_killed(register_killed):
    run = register_killed
    assert run.audit()
    yes = told_yes(run)
    assert 0 < yes.sum() < len(yes), "who came while it was down was told an error"
    assert (effects_of(run, "customer row")[yes] == 1).all() and (effects_of(run, "subscription")[yes] == 1).all()


def test_whoever_was_told_yes_is_registered_though_the_server_was_killed(server_killed):
    run = server_killed
    assert run.audit()
    yes = told_yes(run)
    assert 0 < yes.sum() < len(yes), "who came while it was down was told an error"
    assert (effects_of(run, "customer row")[yes] >= 1).all() and (effects_of(run, "subscription")[yes] >= 1).all()


def test_services_that_share_a_queue_do_each_job_once_or_again_whoever_is_killed_or_stands_still(shared_queue):
    run = shared_queue
    assert run.audit()
    yes, rows = told_yes(run), run.tables.rows
    assert yes.sum() > 20 and (effects_of(run, "done")[yes] >= 1).all()
    readers = [place.service for place in run.tables.places if place.is_delivery]
    done = {run.tables.places[place].service for place in rows["place"][rows["outcome"] == Outcome.OK]}
    assert set(readers) == {"first", "second"} <= done, "both had some"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes can be stopped")
def test_who_stands_still_does_nothing_meanwhile(shared_queue):
    pause = next(fault for fault in shared_queue.scenario.faults if fault.does.freezes)
    rows = shared_queue.tables.rows
    second = [place.number for place in shared_queue.tables.places if place.service == "second"]
    moments = np.concatenate([rows[what][np.isin(rows["place"], second)] for what in ("started", "ended")])
    assert pause.duration >= 0.4 and not ((moments > pause.at + 0.05) & (moments < pause.at + pause.duration)).any()


@nightly
@pytest.mark.parametrize("kill", ["mailing-list@1s+0.5s", "database@1s+0.5s", "customer-registered@1s+0.5s"])
def test_on_nats_what_a_killed_process_held_comes_again_when_its_time_is_over(kill):
    run = live_run("registration-events", kill, "nats")
    yes = told_yes(run)
    assert run.audit()
    assert (effects_of(run, "customer row")[yes] >= 1).all() and (effects_of(run, "subscription")[yes] >= 1).all()


@nightly
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("broker", ["mini", "nats", "redis", "rabbitmq", "kafka"])
def test_the_books_balance_and_nobody_is_lost_whenever_a_process_is_killed(broker, number):
    luck = random.Random(number)
    broker_too = [] if broker == "kafka" else ["customer-registered"]  # that server keeps its messages in memory
    where = luck.choice(["register", "database", "mailing-list", *broker_too])
    run = live_run("registration-events", f"{where}@{luck.uniform(0.2, 2.8):.3f}s+{luck.uniform(0.1, 1):.3f}s", broker)
    yes = told_yes(run)
    assert run.audit() and yes.any()
    assert (effects_of(run, "customer row")[yes] >= 1).all() and (effects_of(run, "subscription")[yes] >= 1).all()
