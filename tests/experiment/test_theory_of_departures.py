"""Theory of a service that gets its work through another one: what a busy service hands on is not at random."""

import pytest

import evsim
from evsim.experiment.theory_panel import predictions

RATE = 10
BURSTS = "what comes to it comes through front in bursts, and no formula here tells how long one waits then"
REGULAR = "what comes to it comes through front more regularly than at random: it is at most this"
NEARLY = "what comes to it comes through front, so that the gaps are only nearly random"


def work(load, cv, workers=1):
    """A step that keeps that share of its workers busy."""
    mean = load * workers / RATE
    return {"work": mean if cv == 0 else {"exponential": mean} if cv == 1 else {"lognormal": {"mean": mean, "cv": cv}}}


def line(front, back, workers=1, further=1):
    """Customers come at random to a front that tells a back."""
    return evsim.Scenario.from_dict({
        "name": "line",
        "workloads": {"people": {"target": "front", "arrivals": {"poisson": f"{RATE}/s"}}},
        "services": {
            "front": {"workers": workers, "handle": [front, {"publish": "jobs"}, {"reply": "done"}]},
            "back": {"workers": further, "subscribe": "jobs", "handle": [back]},
        },
        "channels": {"jobs": {"queue": {}}},
        "run": {"duration": "1500s", "warmup": "100s", "seed": 1},
    })  # fmt: skip


def waited(scenario):
    done = evsim.replicate(scenario, n=4, jobs=1, progress=False)
    return done.services["back"]["wait_mean"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("front", "workers", "back", "formula"),
    [((0.8, 8), 1, 0.5, 0.05), ((0.8, 2), 1, 0.8, 0.32), ((0.8, 8), 5, 0.5, 0.05)],
    ids=["cv of 8", "cv of 2", "five workers"],
)
def test_behind_a_busy_service_whose_times_vary_much_there_is_no_formula(front, workers, back, formula):
    """`formula` is that of M/M/1, which was said to be near: 50 ms of 450 that were measured."""
    scenario = line(work(*front, workers), work(back, 1), workers)
    found = predictions(scenario)["back"]
    assert (found.formula, found.wait, found.why) == (None, None, (BURSTS,))
    measured = waited(scenario)
    assert measured.mean - 2 * measured.standard_error > 1.25 * formula


@pytest.mark.slow
@pytest.mark.parametrize(("cv", "back"), [(0, (0.6, 0)), (0.5, (0.8, 1))])
def test_behind_a_busy_service_whose_times_vary_little_the_formula_is_a_bound(cv, back):
    scenario = line(work(0.8, cv), work(*back))
    found = predictions(scenario)["back"]
    assert found.formula and found.why[0] == REGULAR and NEARLY not in found.why
    assert waited(scenario).high < found.wait


@pytest.mark.slow
@pytest.mark.parametrize(
    ("front", "workers"),
    [((0.8, 1), 1), ((0.05, 4), 1), ((0.3, 1.2), 1), ((0.1, 8), 40)],
    ids=["exponential", "idle", "little", "many workers"],
)
def test_elsewhere_it_is_near_and_so_it_is(front, workers):
    scenario = line(work(*front, workers), work(0.6, 1), workers)
    found = predictions(scenario)["back"]
    assert found.formula == "M/M/1" and NEARLY in found.why
    measured = waited(scenario)
    assert abs(measured.mean - found.wait) < 0.25 * found.wait + 4 * measured.standard_error


def test_chance_makes_times_vary_and_its_work_is_counted():
    """One of fifty takes 3 s: a mean of 60 ms beside 10 ms, and a variance of 0.02 x 0.98 x 9 s2."""
    rare = {"maybe": {"probability": 0.02, "then": [{"work": "3s"}]}}
    scenario = line({"work": "10ms"}, work(0.5, 1))
    seldom = scenario.replace({"services.front.handle": [{"work": "10ms"}, rare, {"publish": "jobs"}]})
    assert predictions(scenario)["back"].formula and predictions(seldom)["back"].why == (BURSTS,)
    assert predictions(seldom)["front"].work == pytest.approx(0.07)


def test_bursts_go_on_and_few_of_them_among_many_others_matter_little():
    there = line(work(0.8, 8), work(0.5, 1)).to_dict()
    there["services"]["back"]["handle"] += [{"publish": "results"}]
    there["services"]["last"] = {"subscribe": "results", "handle": [work(0.5, 1)]}
    there["channels"]["results"] = {"queue": {}}
    why = predictions(evsim.Scenario.from_dict(there))["last"].why
    assert why == (BURSTS.replace("front", "back"),)
    there["workloads"]["others"] = {"target": "last", "arrivals": {"poisson": "900/s"}}
    there["services"]["last"]["handle"] = [{"work": {"exponential": "1ms"}}]
    why = predictions(evsim.Scenario.from_dict(there))["last"].why
    assert not any("in bursts" in each for each in why)


def test_who_has_a_worker_for_each_of_a_burst_needs_no_formula():
    assert predictions(line(work(0.8, 8), work(0.01, 1, 400), further=400))["back"].wait == pytest.approx(0, abs=1e-9)


def test_behind_bursts_no_answer_is_predicted():
    scenario = line(work(0.8, 8), work(0.5, 1))
    asks = {"services.front.handle": [work(0.8, 8), {"call": "back"}], "services.back.subscribe": [], "channels": {},
            "services.front.workers": 2, "run.duration": "200s"}  # fmt: skip
    run = scenario.replace(asks | {"services.back.workers": 3}).run()
    assert BURSTS in str(run.theory()) and run.theory().response is None
