"""Cores that the most urgent take from the others: exactly, and against preemptive-resume queues."""

import pytest

from evsim.scenario import Scenario
from tests.support.cases import case, expected
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure
from tests.truth.systems import exponential, poisson, system


def urgent_first(work, few, many, duration, cores=None, warmup=0, workers=10_000):
    """Messages of the `few` are urgent; all are taken at once, and their work needs the one core."""
    return system(
        {"urgent": {"handle": [{"publish": {"channel": "events", "priority": 1}}]},
         "other": {"handle": [{"publish": "events"}]},
         "worker": {"workers": workers, "cores": cores or {"count": 1, "by": "priority"}, "subscribe": "events",
                    "handle": work if isinstance(work, list) else [{"work": work}]}},
        {"few": {"target": "urgent", "arrivals": few}, "many": {"target": "other", "arrivals": many}},
        duration, warmup, channels={"events": {"queue": {"priorities": 2}}},
    )  # fmt: skip


def at(time):
    return {"burst": {"count": 1, "at": time}}


def ends(scenario):
    run = balanced(scenario)
    spans = run.spans[run.spans.service == "worker"]
    return {who: spans[spans.workload == who].ended.tolist() for who in ("few", "many")}


def test_who_is_urgent_takes_the_core_and_the_other_goes_on_where_it_was():
    """4 s of work from 0 on, and 4 s that are urgent from 1 on: done at 8 and at 5."""
    scenario = urgent_first(4, at(1), at(0), 10)
    assert ends(scenario) == {"few": [5], "many": [8]}
    two = scenario.replace({"services.worker.cores": {"count": 2, "by": "priority"}})
    assert ends(two) == {"few": [5], "many": [4]}
    assert ends(scenario.replace({"services.worker.cores": {"count": 1}})) == {"few": [8], "many": [7]}


def test_of_equals_who_came_first_has_the_core_and_is_not_interrupted():
    same = {"burst": {"count": 3, "at": 0}}
    assert ends(urgent_first(2, {"burst": {"count": 2, "at": 1}}, same, 10)) == {"few": [3, 5], "many": [6, 8, 10]}


def test_from_who_is_done_at_that_moment_no_core_is_taken():
    """The second one has the core from 2 to 4; that it is done is looked for after the urgent one has come at 4."""
    two, work = {"burst": {"count": 2, "at": 0}}, [{"work": 2}]
    urgent = urgent_first(work, at(0), two, 10).to_dict()
    urgent["services"]["urgent"]["handle"].insert(0, {"wait": 4})
    assert ends(Scenario.from_dict(urgent)) == {"few": [6], "many": [2, 4]}


def test_work_that_takes_no_time_waits_for_the_core_as_any_other():
    """Two urgent ones have it from 0 to 4: what comes at 1 is done at 4, and not when the first is."""
    work = [{"work": 0}, {"effect": "seen"}, {"work": 2}]
    run = balanced(urgent_first(work, {"burst": {"count": 2, "at": 0}}, at(1), 10))
    assert run.effects.time.tolist() == [0, 2, 4]


def test_a_call_is_as_urgent_as_who_calls():
    """The urgent one calls a store whose core is taken: 1 s of its own, then its 3 s before the other's 3 s."""
    data = urgent_first(1, at(1), at(0), 20).to_dict()
    data["services"]["worker"]["handle"] = [{"work": 1}, {"call": "store"}]
    data["services"]["store"] = {"workers": 9, "cores": {"count": 1, "by": "priority"}, "handle": [{"work": 3}]}
    run = balanced(Scenario.from_dict(data))
    spans = run.spans[run.spans.service == "store"]
    assert dict(zip(spans.workload, spans.ended, strict=True)) == {"few": 5, "many": 7}


@pytest.mark.slow
def test_mean_times_are_those_of_a_preemptive_resume_queue():
    p, truth = case("PRIO-PR")["parameters"], expected("PRIO-PR")
    rates = poisson(p["lam_high"]), poisson(p["lam_low"])
    scenario = urgent_first(exponential(1 / p["mu"]), *rates, 20_000, warmup=0.05)

    def figures(run):
        spans = run.spans[(run.spans.service == "worker") & run.spans.cohort]
        took = spans.eval("ended - started")
        mean = {name: took[spans.workload == name].mean() for name in ("few", "many")}
        return mean | {"number": run.services["worker"]["in_system_mean"]}

    found = measure("PRIO-PR", scenario, figures, 12)
    assert agrees(found["few"], truth["T high"], notices=0.1)
    assert agrees(found["many"], truth["T low"], notices=0.25)
    assert agrees(found["number"], truth["overall mean N"], notices=0.25)


@pytest.mark.slow
def test_constant_work_too_by_the_formula_of_preemptive_resume():
    """M/D/1, 0.3 and 0.4 a second, 1 s each: the urgent do not feel the others."""
    high, low, work = 0.3, 0.4, 1.0
    first = work + high * work**2 / 2 / (1 - high * work)
    both = high * work + low * work
    second = work / (1 - high * work) + (high + low) * work**2 / 2 / ((1 - high * work) * (1 - both))
    scenario = urgent_first(work, poisson(high), poisson(low), 6_000)

    def figures(run):
        spans = run.spans[run.spans.service == "worker"]
        return {name: spans[spans.workload == name].eval("ended - started").mean() for name in ("few", "many")}

    found = measure("PRIO-PR of constant work", scenario, figures, 8)
    assert agrees(found["few"], first, notices=0.1)
    assert agrees(found["many"], second, notices=0.25)
