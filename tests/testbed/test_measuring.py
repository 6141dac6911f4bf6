"""The constants of a machine are found again in a run of a model that has them, station by station."""

from types import SimpleNamespace

import numpy as np
import pytest

import evsim
from evsim.results.endings import Outcome
from evsim.testbed.calibration import Calibration
from evsim.testbed.measuring import _Measuring, measured
from evsim.ticks import SECOND

FLOWS = {name: evsim.load(f"registration-{name}") for name in ("events", "classic")}
SHORT = {"run.duration": "20s", "run.warmup": "0s"}
WAYS = {
    "events": (
        ("customer-registered", "database", 7e-3),
        ("customer-registered", "mailing-list", 1e-3),
        ("register", "customer-registered", 3e-3),
        ("register-page", "register", 0.2e-3),
    ),
    "classic": (
        ("register", "database", 2e-3),
        ("register", "mailing-list", 0.5e-3),
        ("register-page", "register", 0.2e-3),
    ),
}
OVERHEAD = {"register": 0.2e-3, "database": 0.4e-3, "mailing-list": 0.6e-3}
LATE = {"register": 0.3e-3, "database": 0.5e-3, "mailing-list": 0.7e-3}
COMMIT = {"database": 1.1e-3, "mailing-list": 2.3e-3}
MACHINE = {name: Calibration(0.5e-3, 2e-3, 0.1e-3, OVERHEAD, LATE, COMMIT, ways) for name, ways in WAYS.items()}


def found_in(name, **faults):
    """What is measured in the model of a machine, told how long its sleeps and its effects took."""
    run = MACHINE[name].apply(FLOWS[name].replace(SHORT | faults)).run(seed=4)
    rows, service = run.tables.rows, np.array([place.service for place in run.tables.places])
    done = np.flatnonzero(rows["outcome"] == Outcome.OK)
    slept = [(row, SECOND, SECOND * (1 + LATE[service[rows["place"][row]]])) for row in done]
    stored = [row for row in done if service[rows["place"][row]] in COMMIT]
    wrote = [(row, SECOND * COMMIT[service[rows["place"][row]]], 0) for row in stored]
    return measured(run, slept, wrote)


@pytest.mark.parametrize("name", FLOWS)
def test_each_way_is_found_by_its_two_ends(name):
    found = found_in(name)
    assert [way[:2] for way in found.ways] == [way[:2] for way in WAYS[name]]
    assert [way for *_, way in found.ways] == pytest.approx([way for *_, way in WAYS[name]], rel=0.02)


SLOW_WAYS = {"classic": ["register", "mailing-list"], "events": ["register", "customer-registered"]}


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("fault", ["crash", "latency"])
def test_an_outage_makes_no_way_longer(name, fault):
    """Nor does what happens on a way while it lasts."""
    what = {"crash": {"crash": "mailing-list"}, "latency": {"latency": SLOW_WAYS[name], "add": "100ms"}}[fault]
    found = found_in(name, faults=[{**what, "at": "5s", "for": "4s"}])
    assert [way for *_, way in found.ways] == pytest.approx([way for *_, way in WAYS[name]], rel=0.05)


def test_calm_is_what_ends_before_an_outage_or_begins_a_second_after_it():
    """When a process is back its clients connect again, which takes longer than a way."""
    its = _Measuring.__new__(_Measuring)
    its.run = SimpleNamespace(scenario=SimpleNamespace(faults=[SimpleNamespace(at=5, duration=4)]))
    spans = [(1, 4.9), (4, 6), (6, 7), (8, 9.5), (9.5, 9.6), (9.9, 10.5), (10.1, 10.2), (np.nan, 2), (2, np.nan)]
    assert its._calm(*np.array(spans).T).tolist() == [True, *[False] * 5, True, False, False]


def test_what_fails_and_comes_again_changes_no_constant():
    """A message that is handed out again has been on its way for long; a handling that fails took less."""
    failing = {"services.mailing-list.handle.2": {"fail": 0.3}}
    calm, found = (found_in("events", **each) for each in ({}, failing))
    assert found.overhead == pytest.approx(calm.overhead, rel=0.02)
    assert [way for *_, way in found.ways] == pytest.approx([way for *_, way in calm.ways], rel=0.02)


def test_sleeps_and_effects_have_a_constant_for_each_service():
    found = found_in("events")
    assert found.late == pytest.approx(LATE) and found.commit == pytest.approx(COMMIT)
    assert found.overshoot == pytest.approx(np.mean(list(LATE.values())), rel=0.01)
    assert found.ways and all(text in str(found) for text in ("register to customer-registered 3.00 ms", "2.30 ms"))


@pytest.mark.parametrize("faults", [[], [{"crash": "register", "at": f"{at}s", "for": "100ms"} for at in (3, 7, 11)]])
def test_what_a_handler_takes_beyond_that_is_what_nothing_else_explains(faults):
    """What a crash has cut short does not count."""
    run = MACHINE["classic"].apply(FLOWS["classic"].replace(SHORT | {"faults": faults})).run(seed=4)
    service = np.array([place.service for place in run.tables.places])[run.tables.rows["place"]]
    work = 2e-3
    well = (service == "register") & (run.tables.rows["outcome"] == Outcome.OK)
    slept = [(row, 0, SECOND * (work + LATE["register"])) for row in np.flatnonzero(well)]
    found = measured(run, slept, [])
    assert found.overhead["register"] == pytest.approx(OVERHEAD["register"], rel=0.01), "without what it waited for"


def test_a_handler_has_each_constant_at_its_place_and_the_draws_stay():
    plain = FLOWS["events"].replace(SHORT)
    steps = MACHINE["events"].apply(plain).services["mailing-list"].handle
    assert [(step.kind, step.time.mean) for step in steps if step.kind != "effect"][1:] == [
        ("wait", pytest.approx(0.7e-3)),
        ("wait", pytest.approx(2.3e-3)),
        ("work", pytest.approx(0.6e-3)),
    ]
    assert [step.kind for step in steps] == ["work", "wait", "wait", "effect", "work"]
    longer, as_drawn = (_spans(MACHINE["events"].apply(plain)), _spans(plain))
    assert longer - as_drawn == pytest.approx(np.full(len(as_drawn), 3.6e-3), abs=1e-8)


def _spans(scenario):
    """How long each message was in the handler of the mailing list, in order of the customers."""
    run = scenario.run(seed=4)
    rows = run.tables.rows
    mine = np.flatnonzero([run.tables.places[place].service == "mailing-list" for place in rows["place"]])
    mine = mine[np.argsort(run.tables.row_requests[mine])]
    return (rows["ended"] - rows["started"])[mine]


def test_where_a_handler_has_waits_of_its_own_all_is_put_at_its_end():
    handle = [{"work": "1ms"}, {"wait": {"exponential": "5ms"}}, {"effect": "subscription"}, {"work": "2ms"}]
    scenario = MACHINE["events"].apply(FLOWS["events"].replace({"services.mailing-list.handle": handle}))
    steps = scenario.services["mailing-list"].handle
    assert [step.kind for step in steps] == ["work", "wait", "effect", "work", "work"]
    assert steps[-1].time.mean == pytest.approx(3 * LATE["mailing-list"] + 2.3e-3 + 0.6e-3)
