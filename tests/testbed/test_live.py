"""Runs on real processes: their ledgers, never their milliseconds."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import evsim
from evsim.results.records import Outcome, Verdict
from evsim.ticks import SECOND
from tests.support.nightly import nightly

pytestmark = pytest.mark.slow

LOAD = {"workloads.register-page.arrivals": {"poisson": "20/s"}, "run.seed": 3, "run.warmup": "0s"}


def _live(name, kill, broker="mini"):
    return evsim.live(evsim.load(name).replace(LOAD), seconds=3, kill=kill, broker=broker)


@pytest.fixture(scope="module")
def list_killed():
    return _live("registration-events", "mailing-list@1s+0.5s")


@pytest.fixture(scope="module")
def list_killed_classic():
    return _live("registration-classic", "mailing-list@1s+0.5s")


@pytest.fixture(scope="module")
def broker_killed():
    return _live("registration-events", "customer-registered@1s+0.5s")


@pytest.fixture(scope="module")
def register_killed_nats():
    pytest.importorskip("nats")
    return _live("registration-events", "register@1s+0.5s", "nats")


SHARED = {
    "name": "shared",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "30/s"}}},
    "services": {
        "desk": {"workers": 8, "handle": [{"publish": "jobs"}, {"reply": "noted"}]},
        "first": {"workers": 2, "subscribe": "jobs", "handle": [{"work": {"exponential": "30ms"}}, {"effect": "done"}]},
        "second": {
            "workers": 2,
            "subscribe": "jobs",
            "handle": [{"work": {"exponential": "30ms"}}, {"effect": "done"}],
        },
    },
    "channels": {"jobs": {"queue": {}}},
    "run": {"duration": "3s", "seed": 2},
}


@pytest.fixture(scope="module", params=["mini", "nats"])
def shared_queue(request):
    """Two services share a queue; one is killed, the other is paused, and then the embedded broker is killed, too."""
    if request.param == "nats":
        pytest.importorskip("nats")
    faults = [{"crash": "first", "at": "0.5s", "for": "0.3s"}]
    if hasattr(signal, "SIGSTOP"):
        faults.append({"pause": "second", "at": "1.2s", "for": "0.4s"})
    if request.param == "mini":
        faults.append({"crash": "jobs", "at": "2s", "for": "0.2s"})
    return evsim.live(evsim.Scenario.from_dict(SHARED | {"faults": faults}), broker=request.param)


def _effects(run, name):
    """For each request: how many effects of a name it has."""
    effects, names = run.tables.effects, run.tables.effect_names
    mine = effects["row"][effects["name"] == names.index(name)]
    return np.bincount(run.tables.row_requests[mine], minlength=len(run.tables.requests.row))


def _told_yes(run):
    return run.tables.rows["verdict"][run.tables.requests.row] == Verdict.DONE


@pytest.mark.parametrize("which", ["list_killed", "list_killed_classic", "broker_killed", "register_killed_nats"])
def test_the_books_of_a_live_run_balance_though_a_process_was_killed(which, request):
    run = request.getfixturevalue(which)
    assert run.audit()
    (fault,) = run.scenario.faults
    assert fault.kind == "crash" and fault.at >= 1.0 and fault.duration >= 0.5, "the outage as it was"


@pytest.mark.parametrize("which", ["list_killed", "list_killed_classic"])
def test_live_customers_are_those_of_the_simulator_with_their_keys_and_their_work(which, request):
    run = request.getfixturevalue(which)
    simulated = run.scenario.run(run.seed)
    assert run.tables.request_keys.tolist() == simulated.tables.request_keys.tolist()
    planned = {row: planned for row, planned, _ in run._slept}
    live, model = _first_work(run), _first_work(simulated)
    rows = simulated.tables.rows
    alike = [
        (planned[live[who]], (rows["ended"] - rows["started"])[model[who]] * SECOND) for who in live.keys() & model
    ]
    assert len(alike) > 40 and all(abs(a - b) < 2 for a, b in alike), "as drawn, to the nanosecond"


def _first_work(run):
    """(service, request) -> the row of the first attempt in the database or the list, where it came to its end."""
    rows, places = run.tables.rows, run.tables.places
    return {
        (places[place].service, int(request)): row
        for row, (place, request, first, outcome) in enumerate(
            zip(rows["place"], rows["request"], rows["first"], rows["outcome"], strict=True)
        )
        if first < 0 and outcome == Outcome.OK and places[place].service != "register"
    }


def test_events_are_true_for_everybody_though_the_list_was_killed(list_killed):
    run = list_killed
    assert _told_yes(run).all()
    assert (_effects(run, "customer row") >= 1).all() and (_effects(run, "subscription") >= 1).all()


def test_on_nats_whoever_was_told_yes_is_registered_though_register_was_killed(register_killed_nats):
    run = register_killed_nats
    yes = _told_yes(run)
    assert run.broker == "nats" and 0 < yes.sum() < len(yes), "who came while it was down was told an error"
    assert (_effects(run, "customer row")[yes] == 1).all() and (_effects(run, "subscription")[yes] == 1).all()


def test_services_that_share_a_queue_do_each_job_once_or_again_whoever_is_killed_or_stands_still(shared_queue):
    run = shared_queue
    assert run.audit()
    yes, rows = _told_yes(run), run.tables.rows
    assert yes.sum() > 20 and (_effects(run, "done")[yes] >= 1).all()
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
    run = _live("registration-events", kill, "nats")
    yes = _told_yes(run)
    assert run.audit()
    assert (_effects(run, "customer row")[yes] >= 1).all() and (_effects(run, "subscription")[yes] >= 1).all()


@nightly
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("broker", ["mini", "nats"])
def test_the_books_balance_whenever_a_process_is_killed(broker, number):
    luck = random.Random(number)
    where = luck.choice(["register", "database", "mailing-list", "customer-registered"])
    run = _live("registration-events", f"{where}@{luck.uniform(0.2, 2.8):.3f}s+{luck.uniform(0.1, 1):.3f}s", broker)
    assert run.audit()


def test_calls_have_told_an_error_to_customers_whose_row_is_there(list_killed_classic):
    run = list_killed_classic
    yes = _told_yes(run)
    assert 0 < yes.sum() < len(yes)
    assert (_effects(run, "customer row") == 1).all(), "the database was never down"
    assert (_effects(run, "subscription")[yes] == 1).all()
    assert run.summary()["told_error_yet_true"] == (~yes & (_effects(run, "customer row") > 0)).sum()


def test_whoever_was_told_yes_is_registered_though_the_broker_was_killed(broker_killed):
    run = broker_killed
    yes = _told_yes(run)
    assert 0 < yes.sum() < len(yes), "who came while it was down was told an error"
    assert (_effects(run, "customer row")[yes] >= 1).all() and (_effects(run, "subscription")[yes] >= 1).all()


@pytest.mark.parametrize("which", ["list_killed", "list_killed_classic", "broker_killed"])
def test_the_ledger_has_each_mail_that_the_mail_server_has(which, request):
    run = request.getfixturevalue(which)
    mails = re.findall(r"^To: customer-(\d+)@evsim\.example$", run.mailbox, re.MULTILINE)
    there = np.bincount(np.array(mails, dtype=int), minlength=len(run.tables.requests.row))
    assert there.tolist() == _effects(run, "subscription").tolist()


def test_what_was_lost_with_the_broker_comes_again_and_effects_may_be_repeated(broker_killed):
    rows = broker_killed.tables.rows
    again = rows["attempt"] == 2
    before = rows["first"][again]
    assert np.isin(rows["verdict"][before], [Verdict.GIVEN_BACK]).all()


def test_a_live_run_is_drawn_and_exported_like_any_other(list_killed, tmp_path):
    assert "sequenceDiagram" in list_killed.sequence(0).mermaid()
    assert Path(list_killed.export(tmp_path / "live.json", "otlp")).stat().st_size > 10_000
    assert next(iter(list_killed.phases)) == "before"


def test_the_machine_is_measured_in_the_run_itself(list_killed):
    found = list_killed.calibration
    assert found.overshoot > 0 and found.hop > 0
    assert set(found.overhead) == {"register", "database", "mailing-list"}
    assert len(list_killed.calibrated.services["database"].handle) == 3


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
def test_nothing_is_left_when_a_live_run_is_killed_itself():
    mark = f"EVSIM_TEST_{os.getpid()}"
    command = [sys.executable, "-m", "evsim", "live", "registration-events", "--seconds", "600"]
    with subprocess.Popen(command, env=os.environ | {mark: "1"}, stderr=subprocess.DEVNULL) as run:
        _wait(lambda: len(_marked(mark)) >= 6)
        run.send_signal(signal.SIGKILL)
    _wait(lambda: not _marked(mark))


def _marked(mark):
    """The processes with a variable in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


def _wait(until, patience=120):
    end = time.monotonic() + patience
    while not until():
        assert time.monotonic() < end
        os.sched_yield()
        subprocess.run(["true"], check=False)
