"""Whatever the system, its books balance: random small systems (:mod:`tests.books.systems`) and what must hold for each.

The systems are the same at every run. ``EVSIM_EXAMPLES=nightly`` tries 10,000 of them for each property. A failure
prints the smallest system that shows it, as YAML.
"""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from evsim.engine import Simulation, environment, simulate
from evsim.results.records import Fate
from evsim.scenario import Scenario, ScenarioError
from tests.books.systems import calm_systems, stable_systems, systems

EXAMPLES = {"ci": 250, "nightly": 10_000}[os.environ.get("EVSIM_EXAMPLES", "ci")]
MOST_EVENTS = 200_000  # these systems need a few thousand
MOST_AT_ONCE = 20_000  # events at one instant
SLACK = 1e-9
any_example = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(autouse=True, scope="module")
def a_clock_that_stands_still_is_noticed_soon():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "STUCK_AFTER", MOST_AT_ONCE)
        yield


def run_of(scenario, **options):
    """One run within the budget of events; what it refuses it refuses as a :class:`ScenarioError`."""
    note(scenario.to_yaml())
    note(f"options: {options}")
    simulation = Simulation(scenario, guarded=options.pop("guarded", False))
    try:
        return simulation.run(**options)
    finally:
        ranks = list(simulation.env._next_key)
        events = sum(simulation.env.key_counter(rank)() % 2**50 for rank in ranks)
        assert events < MOST_EVENTS


def assert_figures_add_up(run):
    figures = run.summary()
    outcomes = ("completed", "errors", "timeouts", "rejected", "pending")
    assert figures["requests"] == sum(figures[name] for name in outcomes)
    assert figures["requests"] == int(run.tally.cohort.sum())
    assert min(value for value in figures.values() if value == value) >= 0
    assert not figures["wasted_work"] > 1 + SLACK
    assert not figures["goodput"] > figures["throughput"] + SLACK
    for name, station in run.service_figures.items():
        assert station["arrivals"] >= station["completed"], name
        assert not station["utilisation"] > 1 + SLACK, name
        assert not station["in_system_mean"] < station["queue_mean"] - SLACK, name
        assert station["in_system_max"] >= 0, name


def assert_ledger_adds_up(run):
    """Every kept message has one state for each group of a log, and one in a queue; a message not kept has none."""
    messages, deliveries = run.message_columns, run.deliveries_tally
    kept = ~np.isnan(messages["appended"])
    assert not (kept & (messages["fate"] != Fate.OPEN)).any(), "a message is kept, and lost or refused"
    for code, (name, channel) in enumerate(run.scenario.channels.items()):
        mine = deliveries.channel == code
        readers = [who for who, service in run.scenario.services.items()
                   if any(each.channel == name for each in service.subscribe)]  # fmt: skip
        copies = 1 if channel.kind == "queue" else len(readers)
        expected = np.repeat(np.flatnonzero(kept & (messages["channel"] == code)), copies)
        assert np.array_equal(np.sort(deliveries.message[mine]), expected), name
        if channel.kind == "log":
            for who in readers:
                figures = run.channel_figures.get((name, who))
                if figures:
                    states = ("done", "duplicates", "dead", "expired", "dropped", "lost", "pending")
                    assert sum(figures[state] for state in states) == np.isin(
                        deliveries.message[mine & deliveries.cohort],
                        deliveries.message[mine & (deliveries.subscriber == deliveries.names.index((name, who)))],
                    ).sum() // copies, (name, who)


@any_example
@given(systems())
def test_the_books_of_any_system_balance(scenario):
    run = run_of(scenario)
    assert run.audit()
    assert_figures_add_up(run)
    assert_ledger_adds_up(run)


@any_example
@given(stable_systems())
def test_when_all_faults_have_ended_everything_comes_to_its_end_and_every_worker_goes_home(scenario):
    run = run_of(scenario)
    assert run.audit()
    assert run.summary()["pending"] == 0
    assert not any("still open" in warning for warning in run.warnings)
    assert run.stock["ready"] == run.stock["waiting"] == run.stock["travelling"] == []
    for name, service in scenario.services.items():
        home = {*run.stock["free"][name], *run.stock["absent"][name]}  # a last fault may outlast the work
        assert home == set(range(service.instances * service.workers)), name
    for way, (credit, full) in run.stock["credit"].items():
        assert credit == full, way


def assert_same_records(run, other, but=()):
    for table in ("rows", "messages", "effects"):
        these, those = getattr(run.records, table).columns(), getattr(other.records, table).columns()
        for name in these.keys() - set(but):
            column = these[name]
            assert np.array_equal(column, those[name], equal_nan=column.dtype.kind == "f"), (table, name)


@any_example
@given(calm_systems())
def test_the_guarded_path_writes_the_records_of_the_plain_path(scenario):
    plain = run_of(scenario)
    assert plain.audit()
    assert_same_records(plain, run_of(scenario, guarded=True))


@any_example
@given(calm_systems(), st.data())
def test_faults_that_do_nothing_change_nothing(scenario, data):
    """A slowdown by 1 and an error rate of 0 make a service ready for the worst. (Who of its workers does what takes no
    time may change: the worker of the one before is free a little later, at the same instant.)"""
    described = scenario.to_dict()
    at = data.draw(st.integers(0, 9))
    for name in scenario.services:
        described.setdefault("faults", []).append({"slowdown": name, "factor": 1, "at": at, "for": 3})
        described["faults"].append({"error_rate": name, "probability": 0, "at": at})
    assert_same_records(run_of(scenario), run_of(Scenario.from_dict(described)), but=["worker"])


TIMES = {"outcome": "ended", "verdict": "settled", "worker": "started", "offset": "appended"}  # when each is written


@any_example
@given(systems(), st.data())
def test_a_run_cut_short_has_written_what_the_whole_run_had_by_then(scenario, data):
    until = data.draw(st.one_of(st.integers(1, 10), st.floats(0.1, 10)), label="until")
    whole, cut = run_of(scenario), run_of(scenario, until=until)
    assert cut.audit()
    assert_figures_add_up(cut)
    assert_ledger_adds_up(cut)
    for table, begin in (("rows", "born"), ("messages", "published"), ("effects", "time")):
        here, there = getattr(cut.records, table).columns(), getattr(whole.records, table).columns()
        count = len(here[begin])
        assert (there[begin][count:] >= until).all()
        there = {name: column[:count] for name, column in there.items()}
        for name, column in there.items():
            if column.dtype.kind == "f":
                expected = np.where(column < until, column, np.nan)
                assert np.array_equal(here[name], expected, equal_nan=True), (table, name)
            elif name in TIMES:
                known = there[TIMES[name]] < until
                assert np.array_equal(here[name][known], column[known]), (table, name)
            elif name in ("parent", "first", "attempt", "channel", "key", "partition", "route", "cause", "row", "name"):
                assert np.array_equal(here[name], column), (table, name)
    assert [fact for fact in whole.records.incidents if fact[0] < until] == cut.records.incidents


@any_example
@given(systems(), st.integers(0, 3))
def test_a_scenario_survives_being_written_down_and_run_again(scenario, seed):
    """The YAML of a system holds all of it: read again it gives the same records."""
    again = Scenario.from_yaml(scenario.to_yaml())
    assert_same_records(simulate(scenario, seed=seed), simulate(again, seed=seed))


def test_what_cannot_be_run_is_refused_as_a_scenario_error():
    scenario = Scenario.from_dict(
        {
            "name": "one",
            "workloads": {"customers": {"target": "server", "arrivals": {"constant": 1}}},
            "services": {"server": {"handle": [{"work": 0.1}]}},
            "run": {"duration": 10},
        }
    )
    for wrong in ({"seed": -1}, {"seed": 1.5}, {"until": 0}, {"until": 11}):
        with pytest.raises(ScenarioError):
            simulate(scenario, **wrong)
