"""Runs on real processes: their ledgers, never their milliseconds."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from evsim.results.endings import Outcome, Verdict
from evsim.testbed.saving_live import described
from evsim.ticks import SECOND
from tests.testbed.live_runs import effects_of, live_run, told_yes

pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def list_killed():
    return live_run("registration-events", "mailing-list@1s+0.5s")


@pytest.fixture(scope="module")
def list_killed_classic():
    return live_run("registration-classic", "mailing-list@1s+0.5s")


@pytest.fixture(scope="module")
def broker_killed():
    return live_run("registration-events", "customer-registered@1s+0.5s")


@pytest.mark.parametrize("which", ["list_killed", "list_killed_classic", "broker_killed"])
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
    assert told_yes(run).all()
    assert (effects_of(run, "customer row") >= 1).all() and (effects_of(run, "subscription") >= 1).all()


def test_calls_have_told_an_error_to_customers_whose_row_is_there(list_killed_classic):
    run = list_killed_classic
    yes = told_yes(run)
    assert 0 < yes.sum() < len(yes)
    assert (effects_of(run, "customer row") == 1).all(), "the database was never down"
    assert (effects_of(run, "subscription")[yes] == 1).all()
    assert run.summary()["told_error_yet_true"] == (~yes & (effects_of(run, "customer row") > 0)).sum()


def test_whoever_was_told_yes_is_registered_though_the_broker_was_killed(broker_killed):
    run = broker_killed
    yes = told_yes(run)
    assert 0 < yes.sum() < len(yes), "who came while it was down was told an error"
    assert (effects_of(run, "customer row")[yes] >= 1).all() and (effects_of(run, "subscription")[yes] >= 1).all()


@pytest.mark.parametrize("which", ["list_killed", "list_killed_classic", "broker_killed"])
def test_the_ledger_has_each_mail_that_the_mail_server_has(which, request):
    run = request.getfixturevalue(which)
    mails = re.findall(r"^To: customer-(\d+)@evsim\.example$", run.mailbox, re.MULTILINE)
    there = np.bincount(np.array(mails, dtype=int), minlength=len(run.tables.requests.row))
    assert there.tolist() == effects_of(run, "subscription").tolist()


def test_what_is_saved_has_the_outages_as_they_were(list_killed):
    (outage,) = json.loads(json.dumps(described(list_killed)))["outages"]
    assert (outage["kind"], outage["place"]) == ("crash", "mailing-list")
    assert outage["at"] >= 1 and outage["for"] >= 0.5


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
    assert set(found.overhead) == set(found.late) == {"register", "database", "mailing-list"}
    assert set(found.commit) == {"database", "mailing-list"} and all(each > 0 for each in found.commit.values())
    assert {way[:2] for way in found.ways} == {
        ("register-page", "register"),
        ("register", "customer-registered"),
        ("customer-registered", "database"),
        ("customer-registered", "mailing-list"),
    }
    handle = list_killed.calibrated.services["database"].handle
    assert [step.kind for step in handle] == ["work", "wait", "wait", "effect", "work"]
