"""One service does several things with the same workers."""

import numpy as np
import pytest

from evsim.scenario import Scenario, ScenarioError
from evsim.theory import mg1
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.parts.operations.drawing import one_operation
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure, steady

SHORT, LONG, RATE = 0.5, 2.0, 0.2  # seconds; requests a second of each kind


def desk(operations, workloads, **more):
    """`desk` does several things; `workloads`: name -> what it asks for."""
    services = {"desk": {"handle": [{"operations": operations}], **more.pop("desk", {})}, **more.pop("services", {})}
    asking = {name: {"target": "desk", "arrivals": {"poisson": RATE}, **its} for name, its in workloads.items()}
    data = {"name": "desk", "workloads": asking, "services": services, "run": {"duration": 100}}
    return Scenario.from_dict({**data, **more})


@pytest.mark.slow
def test_all_operations_wait_in_one_line():
    """Half of the work takes half a second, half of it two: Pollaczek and Khinchine's wait, for either of them."""
    asked = {"readers": {"operation": "read"}, "writers": {"operation": "write"}}
    scenario = desk({"read": [{"work": SHORT}], "write": [{"work": LONG}]}, asked)
    scenario = scenario.replace({"run.duration": 32_000, "run.warmup": 3_200})
    mean = (SHORT + LONG) / 2
    theory = mg1(2 * RATE, mean, np.std([SHORT, LONG]) / mean)

    def figures(run):
        spans = run.spans[run.spans.cohort]
        waits = (spans.started - spans.ready).groupby(spans.operation).mean()
        return {**waits, "load": run.services["desk"]["utilisation"] - 2 * RATE * mean}

    found = measure("one desk", scenario, figures, 8)
    for operation in ("read", "write"):
        assert agrees(steady(found, operation, ["load"]), theory.wait_mean, notices=0.2)


def test_each_way_in_has_the_steps_of_its_operation():
    """A workload asks for one, a call for another, a channel for that of its name, a bus for what is written there."""
    operations = {name: [{"effect": f"{name} done"}] for name in ("look", "write", "orders", "told")}
    front = [{"call": {"service": "desk", "operation": "write"}}, {"publish": "orders"}, {"send": "news"},
             {"ask": "news"}]  # fmt: skip
    scenario = desk(
        operations, {"readers": {"operation": "look"}, "customers": {"target": "front"}},
        desk={"subscribe": ["orders", {"channel": "news", "operation": "told"}]}, services={"front": {"handle": front}},
        channels={"orders": "queue", "news": "bus"},
    )  # fmt: skip
    run = balanced(scenario)
    effects = run.effects.groupby(["workload", "effect"]).size()
    readers, customers = (int((run.requests.workload == name).sum()) for name in ("readers", "customers"))
    assert effects.to_dict() == {
        ("readers", "look done"): readers, ("customers", "write done"): customers,
        ("customers", "orders done"): customers, ("customers", "told done"): 2 * customers,
    }  # fmt: skip
    assert set(run.spans.query("service == 'front'").operation) == {""}


def test_due_is_what_the_operations_on_the_way_leave():
    """A reader owes no row. A writer whose order fails for good is a customer without what was promised."""
    operations = {
        "read": [{"work": 0.01}],
        "write": [{"effect": "row"}, {"publish": "orders"}],
        "orders": [{"fail": 1}, {"effect": "parcel"}],
    }
    asked = {"readers": {"operation": "read"}, "writers": {"operation": "write"}}
    run = balanced(desk(operations, asked, desk={"subscribe": "orders"}, channels={"orders": "queue"}))
    told = run.requests.groupby("workload").effects.value_counts()
    assert set(told.index) == {("readers", "all"), ("writers", "some")}
    assert run.summary()["effects_missing"] == told["writers", "some"] > 10


def test_an_error_rate_strikes_after_the_first_work():
    """That of the operation, before its effect; an operation without work fails at its beginning."""
    operations = {"read": [{"work": 0.25}, {"effect": "seen"}, {"work": 1}], "ping": [{"effect": "pong"}]}
    asked = {"readers": {"operation": "read"}, "pingers": {"operation": "ping"}}
    rate = [{"error_rate": "desk", "probability": 1, "at": 0}]
    run = balanced(desk(operations, asked, desk={"workers": 100}, faults=rate))
    took = (run.spans.ended - run.spans.started).groupby(run.spans.operation).max()
    assert len(run.effects) == 0 and took.to_dict() == {"ping": 0, "read": 0.25}


@pytest.mark.slow
@holds(0.75, systems(), of_any=False)
def test_one_operation_is_a_handler_like_any_other(scenario):
    wrapped = one_operation(scenario)
    if wrapped is not None:
        assert records(run_of(wrapped)) == records(run_of(scenario))


def records(run):
    assert run.audit()
    return {name: _values(each) for name, each in vars(run.records).items()}


def _values(part):
    """A table as bytes, column by column; a list as it is."""
    types = getattr(part, "types", None)
    return {name: np.asarray(part.column(name)).tobytes() for name in types} if types else repr(part)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"workloads.readers.operation": None}, "does several things, and nothing says which"),
        ({"workloads.readers.operation": "reed"}, "no such operation"),
        ({"services.desk.subscribe": "orders"}, "no such operation"),
        ({"services.desk.subscribe": {"channel": "orders", "operation": "reed"}}, "did you mean read"),
        ({"services.desk.handle": [{"work": 1}]}, "does one thing only"),
        ({"services.desk.handle": [{"operations": {}}]}, "operations"),
        ({"services.desk.handle": [{"operations": {"read": [{"work": 1}]}}] * 2}, "has operations already"),
        ({"services.desk.handle": [{"operations": {"read": [{"publish": "orders"}]}}],
          "services.desk.subscribe": {"channel": "orders", "operation": "read"}}, r"desk \(read\) -> orders"),
    ],
)  # fmt: skip
def test_an_operation_that_is_not_there_is_told(changes, says):
    scenario = desk({"read": [{"work": 1}], "write": [{"work": 1}]}, {"readers": {"operation": "read"}},
                    channels={"orders": "queue"})  # fmt: skip
    with pytest.raises(ScenarioError, match=says):
        scenario.replace(changes)


def test_one_operation_may_publish_what_another_one_reads():
    """The service is its own reader, and nothing goes round."""
    operations = {"write": [{"publish": "orders"}], "orders": [{"effect": "parcel"}]}
    run = balanced(desk(operations, {"writers": {"operation": "write"}}, desk={"subscribe": "orders"},
                        channels={"orders": "queue"}))  # fmt: skip
    assert len(run.effects) == run.summary()["requests"] > 10
