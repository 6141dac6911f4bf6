"""Several calls at one step: in a loop, some at a time, all at once; whose they are, and what a failure means."""

import numpy as np
import pytest

from evsim.results.endings import Reason
from evsim.scenario import Scenario, ScenarioError
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure


def asking(items, work="100ms", arrivals=None, network=None, faults=(), stock=(), workers=1000, duration=100, **call):
    """`shop` asks `stock` for each item."""
    ask = {"call": {"service": "stock", "items": items, **call}}
    return Scenario.from_dict(
        {
            "name": "asking",
            "workloads": {"customers": {"target": "shop", "arrivals": arrivals or {"constant": 1}}},
            "services": {
                "shop": {"workers": 1000, "handle": [ask, {"effect": "order"}]},
                "stock": {"workers": workers, "handle": [{"work": work}, *stock, {"effect": "line"}]},
            },
            "network": network or {},
            "faults": list(faults),
            "run": {"duration": duration},
        }
    )


def times(run, name="response"):
    return run.requests[name].to_numpy()


def born(run, first=0):
    """When the calls of the first customer were made."""
    rows = run.tables.rows
    calls = np.array([place.is_call for place in run.tables.places] + [False])[rows["place"]]
    mine = np.flatnonzero(calls & (rows["request"] == first))
    return (rows["born"][mine] - run.requests.arrived.iloc[first]).round(6).tolist()


@pytest.mark.slow
@pytest.mark.parametrize(("at_a_time", "mean"), [(None, 5), ("unlimited", sum(1 / n for n in range(1, 6)))])
def test_calls_in_a_loop_take_the_sum_and_all_at_once_the_longest(at_a_time, mean):
    scenario = asking(5, {"exponential": 1}, {"poisson": 5}, duration=500, max_concurrency=at_a_time)
    found = measure("asking", scenario, lambda run: {"response": run.summary()["response_mean"]}, 8)
    assert agrees(found["response"], mean, notices=0.1)


@pytest.mark.parametrize(("at_a_time", "count", "lines"), [(1, 4, 4), (2, 5, 3), (3, 7, 3), ("unlimited", 7, 1)])
def test_so_many_at_a_time(at_a_time, count, lines):
    run = balanced(asking(count, max_concurrency=at_a_time))
    assert times(run) == pytest.approx(0.1 * lines)
    width = count if at_a_time == "unlimited" else at_a_time
    assert born(run) == [round(0.1 * (number // width), 6) for number in range(count)]


def test_a_loop_around_a_call_pays_for_each_round_trip():
    """Twenty look-ups of 1 ms over a way of 5 ms, against one that does all of them."""
    network = {"links": {"wire": {"between": ["shop", "stock"], "latency": "5ms"}}}
    loop, one = balanced(asking(20, "1ms", network=network)), balanced(asking(1, "20ms", network=network))
    assert times(loop) == pytest.approx(20 * 0.011) and times(one) == pytest.approx(0.03)


def test_there_are_as_many_calls_as_the_request_has():
    """The shop crashes while it asks, and is asked again: each attempt asks for as many."""
    data = asking({"uniform": [0, 4]}, arrivals={"poisson": 10}, max_concurrency="unlimited",
                  faults=[{"crash": "shop", "at": 10 + n, "for": 0.01} for n in range(60)]).to_dict()  # fmt: skip
    data["services"]["page"] = {
        "workers": 100,
        "handle": [{"call": {"service": "shop", "retry": {"attempts": 4, "backoff": "50ms"}}}],
    }
    data["workloads"]["customers"]["target"] = "page"
    run = balanced(Scenario.from_dict(data))
    rows, places = run.tables.rows, run.tables.places
    counts = {}
    for row, place in enumerate(rows["place"].tolist()):
        if places[place].service == "stock":
            counts.setdefault(int(rows["request"][row]), {}).setdefault(int(rows["parent"][row]), []).append(row)
    several = [set(map(len, found.values())) for found in counts.values() if len(found) > 1]
    assert len(several) > 5 and all(len(each) == 1 for each in several)
    sizes = np.bincount([len(next(iter(found.values()))) for found in counts.values()], minlength=5)
    assert (sizes[1:] > 0.15 * len(run.requests)).all() and run.summary()["effects_missing"] == 0


def test_each_call_has_luck_and_effects_of_its_own():
    alone, several = (balanced(asking(items, {"exponential": 0.1}, {"constant": 20})) for items in (1, 3))

    def worked(run, item):
        rows, mine = run.tables.rows, run.tables.item_texts(run.tables.row_items) == item
        return (rows["ended"] - rows["started"])[mine]

    assert worked(alone, "1") == pytest.approx(worked(several, "1"), abs=2e-9)
    lines = np.array([worked(several, item) for item in ("1", "2", "3")])
    assert np.abs(np.corrcoef(lines)[np.triu_indices(3, 1)]).max() < 3.5 / np.sqrt(lines.shape[1])
    found = several.effects.query("request == 7").effect
    assert sorted(found) == ["line (item 1)", "line (item 2)", "line (item 3)", "order"]
    assert several.summary()["effects_missing"] == several.summary()["effects_repeated"] == 0


def test_calls_of_items_have_paths_and_messages_below_belong_to_them():
    data = asking(2, max_concurrency=2).to_dict()
    data["services"]["stock"]["handle"].append({"publish": {"channel": "jobs", "items": 2}})
    data["services"]["worker"] = {"workers": 9, "subscribe": "jobs", "handle": [{"effect": "done"}]}
    data["channels"] = {"jobs": "queue"}
    run = balanced(Scenario.from_dict(data))
    done = run.effects.query("request == 0 and service == 'worker'").effect
    assert sorted(done) == [f"done (item {call}.{message})" for call in (1, 2) for message in (1, 2)]
    assert run.summary()["effects_missing"] == 0


FAILS = {"error_rate": "stock", "probability": 1, "at": 0.15, "for": 0.1}  # what ends at 0.2 s: the second call


@pytest.mark.parametrize(
    ("on_error", "at_a_time", "calls", "outcome"),
    [("fail", 1, 2, "error"), ("ignore", 1, 5, "ok"), ("fail", 2, 5, "error"), ("ignore", 2, 5, "ok")],
)
def test_a_call_that_fails_ends_the_loop_unless_it_is_ignored(on_error, at_a_time, calls, outcome):
    """Two at a time, the third and the fourth fail at 0.2 s: the fifth begins only if that is ignored."""
    run = balanced(asking(5, arrivals={"burst": 1}, faults=[FAILS], on_error=on_error, max_concurrency=at_a_time))
    made = 4 if (on_error, at_a_time) == ("fail", 2) else calls
    assert len(born(run)) == made and run.requests.outcome.tolist() == [outcome]
    lines = set(run.effects.effect) - {"order"}
    failed = {"line (item 2)"} if at_a_time == 1 else {"line (item 3)", "line (item 4)"}
    assert lines == {f"line (item {item})" for item in range(1, made + 1)} - failed


def test_the_step_fails_for_the_reason_of_the_call_that_failed_first():
    """Of two at once the second finds the only worker taken, and is told so at once; the first fails after its work."""
    scenario = asking(2, arrivals={"burst": 1}, workers=1, stock=[{"fail": 1}], max_concurrency=2)
    run = balanced(scenario.replace({"services.stock.limit": 0}))
    reasons = [Reason.name_of(reason) for reason in run.tables.rows["reason"].tolist()]
    assert reasons[1:] == ["FAIL_STEP", "LIMIT"] and reasons[0] == "LIMIT"


def test_what_follows_a_failure_follows_once():
    plan = {"fallback": [{"effect": "apology"}]}
    run = balanced(asking(5, arrivals={"burst": 1}, faults=[FAILS], on_error=plan, max_concurrency=2))
    assert run.effects.effect.tolist().count("apology") == 1 and "order" in set(run.effects.effect)
    undo = {"compensate": [{"undo": "line"}]}
    run = balanced(asking(5, arrivals={"burst": 1}, faults=[FAILS], on_error=undo, max_concurrency=2))
    assert run.effects.undone.notna().all() and len(run.effects) == 2 and run.requests.outcome.tolist() == ["error"]


def test_only_the_call_that_failed_is_tried_again():
    run = balanced(asking(3, arrivals={"burst": 1}, faults=[FAILS], retry={"attempts": 2, "backoff": "200ms"}))
    assert born(run) == [0, 0.1, 0.4, 0.5] and times(run) == pytest.approx(0.6)
    items = run.tables.item_texts(run.tables.row_items)
    assert items.tolist() == ["", "1", "2", "2", "3"]
    assert run.summary()["effects_missing"] == run.summary()["effects_repeated"] == 0


def test_a_caller_that_dies_makes_no_further_call():
    run = balanced(asking(5, arrivals={"burst": 1}, faults=[{"crash": "shop", "at": 0.25, "for": 1}]))
    assert len(born(run)) == 3 and len(run.effects) == 3


def test_the_callee_has_so_many_times_the_load():
    run = balanced(asking({"uniform": [1, 5]}, {"exponential": 0.1}, {"poisson": 10}, workers=10, duration=200))
    assert run.services["stock"]["utilisation"] == pytest.approx(0.3, rel=0.08)
    (warning,) = asking(30, "100ms", {"poisson": 1}, workers=2).warnings()
    assert "services.stock" in warning and "30" in warning


def test_what_several_calls_cannot_be_is_refused():
    def refused(**call):
        with pytest.raises(ScenarioError) as error:
            asking(call.pop("items", 3), **call)
        return str(error.value)

    assert "items" in refused(items=101) and "max_concurrency" in refused(max_concurrency=0)
    data = asking(1).to_dict()
    data["services"]["shop"]["handle"] = [{"call": {"service": "stock", "max_concurrency": 2}}]
    with pytest.raises(ScenarioError, match="here is one call"):
        Scenario.from_dict(data)
    data["services"]["shop"]["handle"] = [{"ask": {"bus": "bell", "items": 2}}]
    data["services"]["stock"]["subscribe"], data["channels"] = "bell", {"bell": "bus"}
    with pytest.raises(ScenarioError, match="an ask is one"):
        Scenario.from_dict(data)
