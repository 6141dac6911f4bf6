"""A branch: the past is the same to the last digit, the future that of a run with the fault in its file."""

import numpy as np
import pytest
from hypothesis import strategies as st

from evsim.lesson import lesson_size
from evsim.results.common_prefix import LISTS, PrefixError, common_prefix
from evsim.results.endings import Fate
from evsim.results.records import Records
from evsim.results.requests import OK
from evsim.scenario import Scenario, ScenarioError
from tests.books.checks import assert_faults_bite, assert_same_records
from tests.books.holding import holds, remember
from tests.books.systems import systems
from tests.parts.window.drawing import stream_systems

DESIGNS = ("monolith", "classic", "parallel", "hybrid", "events")
FAULTS = (
    {"outage": "mailing-list", "for": 5},
    {"crash": "database", "for": 2},
    {"pause": "register", "for": 3},
    {"slowdown": "mailing-list", "factor": 5},
    {"error_rate": "database", "probability": 0.3, "for": 10},
)


@st.composite
def branchings(draw):
    """A system, something that goes wrong with it, and the moment when that begins."""
    whole = draw(st.one_of(systems(), systems(), stream_systems()).filter(lambda scenario: scenario.faults))
    *faults, last = whole.to_dict()["faults"]
    fault = {name: value for name, value in last.items() if name not in ("at", "mtbf", "mttr", "at_step")}
    quarters = st.integers(1, 4 * int(whole.run_settings.duration) - 1).map(lambda number: number / 4)
    moment = draw(st.one_of(quarters, st.floats(0.1, whole.run_settings.duration - 1e-6)))
    return whole.replace({"faults": faults}), fault, moment


@pytest.mark.slow
@holds(1, branchings())
def test_any_fault_at_any_moment_leaves_the_past_of_any_system_as_it_was(branching):
    scenario, fault, at = branching
    remember(f"{scenario.to_yaml()}# {fault} at {at}")
    run = scenario.run()
    branch = run.branch(fault, at=at)
    assert branch.audit() and branch.parent.audit()
    assert_faults_bite(branch)
    # Up to the moment, not one bit differs: not in what had ended, nor in what was under way.
    before, after = (each.scenario.run(until=at) for each in (branch.parent, branch))
    assert_same_records(before, after)
    assert before.records.incidents == after.records.incidents
    counts = [table.count for table in (before.records.rows, before.records.messages, before.records.effects)]
    assert counts == [branch.shared.rows, branch.shared.messages, branch.shared.effects]
    if branch.parent is not run:  # only where it has to be
        with pytest.raises(PrefixError):
            common_prefix(run, branch, at)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: next(iter(fault)))
def test_a_branch_is_the_run_of_a_scenario_with_that_fault_in_its_file(design, fault):
    run = lesson_size(design).run(seed=7)
    branch = run.branch(fault, at="12.5s")
    written = lesson_size(design).replace({"faults": [{**fault, "at": "12.5s"}]})
    assert_same_records(branch, written.run(seed=7))
    assert branch.parent is run  # no twin: in these nothing happens at one instant
    assert (branch.shared.at, branch.seed) == (12.5, 7)
    assert branch.shared == common_prefix(run, branch, 12.5)


def test_what_happened_before_is_the_same_and_what_comes_after_is_not():
    run = lesson_size("events").run()
    branch = run.branch({"outage": "mailing-list", "for": "5s"}, at=12)
    shared = branch.shared
    lists = [each.effects[each.effects.effect == "subscription"] for each in (run, branch)]
    before, after = (each[each.time < 12] for each in lists)
    assert before.equals(after) and len(before) > 50
    assert lists[0].time.between(12.5, 17).sum() > 30 and lists[1].time.between(12.5, 17).sum() == 0
    assert run.tables.rows["born"][shared.rows - 1] < 12 <= run.tables.rows["born"][shared.rows]
    assert run.tables.effects["time"][shared.effects - 1] < 12 <= run.tables.effects["time"][shared.effects]
    assert branch.records.incidents[shared.incidents :][0] == (12.0, "outage", "mailing-list", 17.0)


def test_what_a_log_had_kept_may_be_lost_with_its_leader_after_the_branch_began():
    scenario = Scenario.from_dict({
        "name": "kept", "workloads": {"customers": {"target": "front", "arrivals": {"constant": 5}}},
        "services": {"front": {"handle": [{"publish": "facts"}]}},
        "channels": {"facts": {"log": {"replicas": 3, "replication": 2}}}, "run": {"duration": 10},
    })  # fmt: skip
    branch = scenario.run().branch({"leader_failure": "facts", "for": 2}, at=1.9)
    assert branch.audit()
    gone = branch.tables.messages["fate"] == Fate.TRUNCATED
    assert (branch.tables.messages["appended"][gone] < 1.9).any()


def test_a_branch_of_a_branch_keeps_both_faults():
    first = lesson_size("classic").run().branch({"outage": "mailing-list", "for": 5}, at=8)
    second = first.branch({"crash": "database", "for": 1}, at=20)
    assert second.parent is first and second.shared.incidents == 2
    assert [fault.kind for fault in second.scenario.faults] == ["outage", "crash"]
    earlier = first.branch({"crash": "database", "for": 1}, at=5)
    assert earlier.parent is first and earlier.shared.incidents == 0


def test_several_things_go_wrong_at_once():
    branch = lesson_size("hybrid").run().branch([{"outage": "database"}, {"outage": "mailing-list"}], at=15)
    arrived, told_yes = branch.tables.requests.arrived, branch.tables.requests.outcome == OK
    assert told_yes[arrived < 14].all() and not told_yes[arrived > 15.1].any()
    assert branch.effects.time.max() < 16


def test_a_run_that_was_cut_short_has_branches_of_its_own_length():
    run = lesson_size("events").run(until=10.0)
    branch = run.branch({"outage": "mailing-list"}, at=6)
    assert branch.ended_at == 10.0 and branch.audit()
    with pytest.raises(ScenarioError, match="at: must be a moment of the run, which takes 10 s, got 10"):
        run.branch({"outage": "mailing-list"}, at=10)


def test_a_fault_at_the_beginning_has_no_past():
    branch = lesson_size("events").run().branch({"outage": "register"}, at=0)
    assert branch.shared.rows == branch.shared.effects == 0
    assert branch.summary()["completed"] == 0


def test_ties_that_care_breaks_otherwise_are_broken_so_in_the_parent_too():
    """Two who come at one instant over different links: the link that may break is served later."""
    work = {"handle": [{"work": 1}, {"effect": "served"}]}
    each = {"target": "one", "arrivals": {"constant": "0.5/s"}}
    scenario = Scenario.from_dict({
        "name": "ties",
        "workloads": {"first": each, "second": each},
        "services": {"one": work},
        "network": {"links": {"cable": {"between": ["first", "one"]}}},
        "run": {"duration": 20},
    })  # fmt: skip
    run = scenario.run()
    branch = run.branch({"partition": "cable"}, at=15)
    assert branch.parent is not run
    assert common_prefix(branch.parent, branch, 15).rows == branch.shared.rows > 10
    with pytest.raises(PrefixError, match="started of row"):
        common_prefix(run, branch, 15)
    assert np.array_equal(run.tables.requests.arrived, branch.parent.tables.requests.arrived)


def test_two_runs_share_their_past_up_to_where_they_part_and_no_further():
    run = lesson_size("events").run()
    early, late = (run.branch({"outage": "mailing-list"}, at=at) for at in (8, 10))
    assert common_prefix(early, late, 8).rows > 200
    for at in (8.5, 10, 20):
        with pytest.raises(PrefixError, match=rf"the past before {at} s is not the same"):
            common_prefix(early, late, at)


@pytest.mark.parametrize("table, column", [
    ("rows", "born"), ("rows", "ended"), ("rows", "worker"), ("rows", "outcome"), ("rows", "luck"),
    ("messages", "published"), ("messages", "key"), ("messages", "offset"), ("messages", "fate"),
    ("effects", "time"), ("effects", "row"), ("effects", "name"),
])  # fmt: skip
def test_one_changed_cell_of_the_past_is_found(table, column):
    run, other = lesson_size("events").run(), lesson_size("events").run()
    assert common_prefix(run, other, 9)
    cells = getattr(getattr(other.records, table), column)
    cells[40] += 0.001 if isinstance(cells[40], float) else 1
    with pytest.raises(PrefixError):
        common_prefix(run, other, 9)


@pytest.fixture(scope="module")
def eventful():
    """Two runs of one scenario that writes into every list of its records."""
    window = {"to": "results", "tumbling": 1, "by": "all", "early": 3, "checkpoint": {"every": 1, "takes": 0.1}}
    scenario = Scenario.from_dict({
        "name": "eventful",
        "workloads": {"people": {"target": "page", "arrivals": {"constant": 10}, "key": {"uniform": 3}}},
        "services": {
            "page": {"workers": 9, "handle": [
                {"publish": "events"}, {"publish": "jobs"}, {"read": "total"},
                {"effect": {"name": "total", "if_unchanged": True}},
                {"call": {"service": "scaled", "on_error": "ignore"}},
            ]},
            "scaled": {"autoscale": {"by": "concurrency", "target": 1, "every": 0.5, "start": 0.1, "most": 9},
                       "handle": [{"work": 0.1}]},
            "counter": {"workers": 2, "subscribe": {"channel": "events", "commit": "checkpoint"},
                        "handle": [{"work": 0.01}, {"window": window}]},
            "board": {"subscribe": "results", "handle": [{"work": 0.3}]},
            "triggered": {"function": {"most": 5}, "handle": [{"work": 0.1}],
                          "subscribe": {"channel": "jobs", "pollers": {"like": "aws-lambda-sqs"}}},
            "atomic": {"subscribe": {"channel": "events", "commit": "transaction"}, "handle": [{"work": 0.01}]},
            "hasty": {"subscribe": {"channel": "events", "isolation": "read_uncommitted"}, "handle": [{"work": 0.01}]},
        },
        "channels": {
            "events": {"log": {"partitions": 2, "replicas": 2, "replication": 0.02, "retention": 2}},
            "results": {"queue": {"max_length": 1, "overflow": "block"}},
            "jobs": {"queue": {"like": "sqs"}},
        },
        "faults": [{"crash": "counter", "at": 4, "for": 0.5}],
        "run": {"duration": 9},
    })  # fmt: skip
    return scenario.run(), scenario.run()


NO_MOMENT = {
    "copies",
    "batches",
    "call_items",
    "polls",
    "replays",
    "provisioned",
}  # about rows and messages, which are compared
OF_ROWS = {"pieces"}  # in the order of their ends; their rows are compared


def test_every_list_of_the_records_is_compared_with_that_of_a_branch():
    lists = {name for name, value in vars(Records()).items() if isinstance(value, list)}
    assert lists - NO_MOMENT - OF_ROWS == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_one_changed_entry_of_a_list_is_found(eventful, name):
    run, other = eventful
    assert common_prefix(run, other, 8)
    mine = getattr(other.records, name)
    place = sum(each[0] < 8 for each in mine) // 2
    assert mine[place][0] < 8
    for column, value in enumerate(mine[place]):
        was = mine[place]
        changed = "another" if value is None or isinstance(value, str | tuple) else value + type(value)(1)
        mine[place] = [*was[:column], changed, *was[column + 1 :]]
        with pytest.raises(PrefixError):
            common_prefix(run, other, 8)
        mine[place] = was


def test_a_handler_that_remembers_things_is_told_that_its_past_is_another():
    seen = []

    def remembers(ctx):
        seen.append(ctx)
        yield from ctx.work(0.01 * len(seen))

    scenario = Scenario.from_dict({
        "name": "forgetful",
        "workloads": {"customers": {"target": "one", "arrivals": {"constant": "1/s"}}},
        "services": {"one": {"handle": remembers}},
        "run": {"duration": 20},
    })  # fmt: skip
    with pytest.raises(PrefixError, match="ended of row 0"):
        scenario.run().branch({"outage": "one"}, at=10)


AT_ITS_MOMENT = "a fault of a branch begins at the moment of the branch"


@pytest.mark.parametrize("fault, at, says", [
    ({"outge": "mailing-list"}, 3, "faults.0.outge: is no fault; did you mean outage?"),
    ({"outage": "mail-list"}, 3, "no service, channel or link mail-list; did you mean mailing-list?"),
    ({"slowdown": "customer-registered", "factor": 2}, 3, "customer-registered is a log, which knows no slowdown"),
    ({"outage": "database", "at": 4}, 3, f"fault.at: {AT_ITS_MOMENT}, got 4; leave it out"),
    ({"outage": "database", "mtbf": 4, "mttr": 1}, 3, f"fault.mtbf: {AT_ITS_MOMENT}, got 4"),
    ([], 3, "fault: a branch needs something that goes wrong"),
    ("outage", 3, "fault: must be a fault, got 'outage'; write"),
    ([{"outage": "database"}, 7], 3, "fault.1: must be a fault, got 7"),
    ({"outage": "database"}, "3 parsecs", "at: must be a time such as 10ms, 1.5s or 2 min, got '3 parsecs'"),
    ({"outage": "database"}, 30, "at: must be a moment of the run, which takes 30 s, got 30"),
])  # fmt: skip
def test_a_bad_fault_or_moment_is_refused_in_words(fault, at, says):
    run = lesson_size("events").run()
    with pytest.raises(ScenarioError) as refusal:
        run.branch(fault, at=at)
    assert says in str(refusal.value)
