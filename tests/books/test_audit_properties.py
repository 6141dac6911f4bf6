"""Whatever the system, its books balance: random small systems, and what must hold for each of them.

The systems (:mod:`tests.books.systems`) are the same at every run. A failure prints the smallest system that shows it,
as YAML; :mod:`tests.books.nightly` tries many more.
"""

import numpy as np
import pytest
from hypothesis import strategies as st

from evsim.results.endings import Fate, Verdict
from evsim.results.requests import PENDING
from evsim.scenario import Scenario, ScenarioError
from tests.books.checks import (
    assert_deadlines_hold,
    assert_faults_bite,
    assert_figures_add_up,
    assert_ledger_adds_up,
    assert_nobody_waits_in_vain,
    assert_same_records,
)
from tests.books.holding import holds, run_of
from tests.books.systems import calm_systems, stable_systems, systems

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]


@holds(1.5, systems())
def test_the_books_of_any_system_balance(scenario):
    run = run_of(scenario)
    assert run.audit()
    assert_figures_add_up(run)
    assert_ledger_adds_up(run)
    assert_faults_bite(run)
    assert_deadlines_hold(run)
    assert_nobody_waits_in_vain(run)


@holds(1, stable_systems(), of_any=False)
def test_when_all_faults_have_ended_everything_comes_to_its_end_and_every_worker_goes_home(scenario):
    run = run_of(scenario)
    assert run.audit()
    assert run.summary()["pending"] == 0
    assert not any("still open" in warning for warning in run.warnings)
    inventory = run.tables.inventory
    assert inventory["ready"] == inventory["waiting"] == inventory["travelling"] == []
    for name, service in scenario.services.items():
        home = {
            *run.tables.inventory["free"][name],
            *run.tables.inventory["absent"][name],
        }  # a last fault may outlast the work
        every = (
            run.tables.capacity[name].workers_at_last()
            if service.is_elastic
            else range(service.instances * service.workers)
        )
        assert home.issuperset(every) and (service.is_elastic or home == set(every)), name
    ways = {place.number: (place.source, place.service) for place in run.tables.places}
    for way, (credit, full) in run.tables.inventory["credit"].items():
        # Of a lease that ended by the clock the credit may be on its way home when nothing is open any more.
        late = [row for row in run.tables.inventory["overdue"] if ways[run.tables.rows["place"][row]] == way]
        assert credit + len(late) == full, way


@holds(0.5, calm_systems(), of_any=False)
def test_where_nothing_can_go_wrong_nothing_does(scenario):
    run = run_of(scenario.replace({"run.drain_limit": 100_000}))
    assert run.audit()
    assert_nobody_waits_in_vain(run)
    figures = run.summary()
    assert figures["completed"] == figures["requests"]
    for name in ("duplicated", "dead", "lost", "retries", "wasted_work"):
        assert figures[name] == 0, name
    readers = [each.channel for service in scenario.services.values() for each in service.subscribe]
    if not any(channel.kind == "queue" and readers.count(name) > 1 for name, channel in scenario.channels.items()):
        assert figures["effects_missing"] == figures["inconsistent"] == 0  # else services compete for messages
    for way, channel in run.channels.items():
        assert channel["done"] == channel["delivered"], way
        assert channel["pending"] == channel["redelivered"] == 0, way


@holds(1, st.one_of(calm_systems(), systems()))
def test_the_guarded_path_writes_the_records_of_the_plain_path(scenario):
    """Wherever the engine finds that nothing can go wrong, a guard would have had nothing to do.

    Who of a service's workers does what takes no time may differ: the worker of the one before is free a
    little later, at the same instant.
    """
    plain = run_of(scenario)
    assert_same_records(plain, run_of(scenario, guarded=True), but=["worker"])


def test_what_is_undone_at_one_instant_is_so_in_any_order():
    """On the guarded path the worker of a call is free a little later, so the last of two messages is first there."""
    both = {"parallel": [[{"publish": "events"}, {"send": "events"}]]}
    scenario = Scenario.from_dict({
        "name": "undone", "workloads": {"customers": {"target": "front", "arrivals": {"burst": {"count": 3, "at": 0}}}},
        "services": {
            "front": {"handle": [{"call": "back"}, both]},
            "back": {"discipline": "adaptive_lifo", "subscribe": "events",
                     "handle": [{"effect": "row"}, {"undo": "row"}]},
        },
        "channels": {"events": "bus"}, "run": {"duration": 5},
    })  # fmt: skip
    plain, guarded = run_of(scenario), run_of(scenario, guarded=True)
    assert plain.records.undos.column("row").tolist() != guarded.records.undos.column("row").tolist()
    assert_same_records(plain, guarded, but=["worker"])


@holds(0.5, calm_systems(), st.integers(0, 9), of_any=False)
def test_faults_that_do_nothing_change_nothing(scenario, at):
    """A slowdown by 1 and an error rate of 0 make a service ready for the worst, and nothing else."""
    described = scenario.to_dict()
    for name in scenario.services:
        described.setdefault("faults", []).append({"slowdown": name, "factor": 1, "at": at, "for": 3})
        described["faults"].append({"error_rate": name, "probability": 0, "at": at})
    assert_same_records(run_of(scenario), run_of(Scenario.from_dict(described)), but=["worker"])


def careful(node, unbrokered):
    """Plain data of a scenario in which every caller has a timeout and a retry that it will never need."""
    if isinstance(node, list):
        return [careful(each, unbrokered) for each in node]
    if not isinstance(node, dict):
        return node
    node = {name: careful(value, unbrokered) for name, value in node.items()}
    for kind, short in (("call", "service"), ("publish", "channel"), ("ask", "bus")):
        if kind in node:
            step = node[kind] if isinstance(node[kind], dict) else {short: node[kind]}
            if "outbox" not in step and step.get("channel") not in unbrokered:
                node[kind] = {**step, "timeout": 1e6, "retry": {"attempts": 2, "backoff": 1}}
    return node


@holds(0.5, calm_systems(), of_any=False)
def test_care_that_is_never_needed_changes_nothing(scenario):
    unbrokered = {name for name, channel in scenario.channels.items() if channel.kind in ("bus", "pipe")}
    described = careful(scenario.to_dict(), unbrokered)
    for workload in described["workloads"].values():
        workload["patience"] = 1e6
    for service in described["services"].values():
        service |= {"limit": 10**6, "drop_stale": True}
    assert_same_records(run_of(scenario), run_of(Scenario.from_dict(described)), but=["worker"])


POLICIES = {
    "call": ("timeout", "retry", "on_error", "breaker", "hedge", "bulkhead"),
    "ask": ("timeout", "retry", "on_error", "breaker", "hedge", "bulkhead"),
    "publish": ("timeout", "retry", "outbox"),
    "service": ("limit", "shed", "rate_limit", "drop_stale", "idempotent", "balance", "discipline", "contention"),
}


def without_policies(scenario):
    """Plain data of a scenario without faults, and without what anybody does about trouble."""

    def plain(node):
        if isinstance(node, list):
            return [plain(each) for each in node]
        if not isinstance(node, dict):
            return node
        node = {name: plain(value) for name, value in node.items()}
        for kind in ("call", "ask", "publish"):
            if isinstance(node.get(kind), dict):
                node[kind] = {name: each for name, each in node[kind].items() if name not in POLICIES[kind]}
        return node

    data = {**scenario.to_dict(), "faults": []}
    for service in data["services"].values():
        service["handle"] = plain(service["handle"])
        subscribe = service.get("subscribe", ())
        for each in [subscribe] if isinstance(subscribe, dict) else subscribe:
            if isinstance(each, dict) and each.get("guarantee") == "effectively_once":
                del each["guarantee"]  # it needs an idempotent service
        for policy in POLICIES["service"]:
            service.pop(policy, None)
    for workload in data["workloads"].values():
        workload.pop("patience", None)
    return data


@holds(0.5, systems())
def test_no_policy_and_no_fault_invents_or_hides_a_request(scenario):
    """Whoever comes by the clock comes all the same, with the same key, is counted once, and is told one thing."""
    run, bare = run_of(scenario), run_of(Scenario.from_dict(without_policies(scenario)))
    for code, (name, workload) in enumerate(scenario.workloads.items()):
        mine, theirs = run.tables.requests.workload == code, bare.tables.requests.workload == code
        assert np.array_equal(run.tables.requests.number[mine], np.arange(mine.sum())), name
        if workload.arrivals.kind != "closed":
            assert np.array_equal(run.tables.requests.arrived[mine], bare.tables.requests.arrived[theirs]), name
            assert np.array_equal(run.tables.request_keys[mine], bare.tables.request_keys[theirs]), name
    rows, asked = (
        run.tables.rows,
        np.array([place.kind == "request" for place in run.tables.places] + [False])[run.tables.rows["place"]],
    )
    first = asked & (rows["first"] < 0)
    assert first.sum() == len(run.tables.requests.row)
    assert (asked & ~first & (rows["verdict"] != Verdict.COPY)).sum() == 0  # nobody asks twice; a link may make copies
    told = ~np.isnan(run.tables.requests.answered)
    assert np.array_equal(told, run.tables.requests.outcome != PENDING)
    assert (run.tables.requests.response[told] >= 0).all()


# When the columns that are no times get their value, and those that later attempts write again.
WRITTEN = {"outcome": "ended", "verdict": "settled", "worker": "started", "offset": "appended"}
REWRITTEN = ("place", "luck", "round", "reason", "fate")


@holds(1, systems(), st.one_of(st.integers(1, 10), st.floats(0.1, 10)))
def test_a_run_cut_short_has_written_what_the_whole_run_had_by_then(scenario, until):
    whole, cut = run_of(scenario), run_of(scenario, until=until)
    assert cut.audit()
    assert_figures_add_up(cut)
    assert_ledger_adds_up(cut)
    begins = {"rows": "born", "messages": "published", "effects": "time", "replies": "time", "late": "time"}
    for table, begin in begins.items():
        here, there = getattr(cut.records, table).columns(), getattr(whole.records, table).columns()
        count = len(here[begin])
        assert (there[begin][count:] >= until).all(), table
        for name, column in there.items():
            column, known = column[:count], np.ones(count, dtype=bool)
            if name in REWRITTEN:
                continue
            if column.dtype.kind == "f":
                column = np.where(column < until, column, np.nan)  # what is due at that very time has not happened
            elif name in WRITTEN:
                known = there[WRITTEN[name]][:count] < until
            if table == "messages":
                known = known & (there["fate"][:count] != Fate.REFUSED)  # an election may say so of what was kept
            floats = column.dtype.kind == "f"
            assert np.array_equal(here[name][known], column[known], equal_nan=floats), (table, name)
    assert [fact for fact in whole.records.incidents if fact[0] < until] == cut.records.incidents


@holds(0.25, systems(), st.integers(0, 3))
def test_a_system_read_again_from_its_yaml_writes_the_same_records(scenario, seed):
    again = Scenario.from_yaml(scenario.to_yaml())
    assert_same_records(scenario.run(seed=seed), again.run(seed=seed))


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
            scenario.run(**wrong)
