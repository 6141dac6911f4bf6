"""The load goes up and comes down again: the way back shows what a trigger has left behind."""

from functools import cache, partial

import pytest

import evsim
from evsim import theory
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.statistics import Estimate, estimate
from evsim.scenario import Scenario
from tests.support.nightly import NIGHTLY

pytestmark = pytest.mark.slow

LOADS = [20, 30, 40, 60, 80, 110]
SHORT = {"services.database.limit": 50}
RUNS = 3 if NIGHTLY else 2


@cache
def ramp(cured=False):
    scenario = evsim.load("metastable").replace(SHORT if cured else {})
    return evsim.hysteresis(scenario, LOADS, n=RUNS, jobs=1)


def test_between_the_two_limits_of_the_retry_storm_the_way_back_is_not_the_way_up():
    storm = theory.retry_storm(50, 100, 3)
    up, down = ramp().way("up"), ramp().way("down")
    assert list(up) == list(down) == LOADS
    for load in LOADS:
        if load < storm.highest:
            assert up[load].mean == pytest.approx(load, rel=0.1)
        if storm.lowest < load:
            assert down[load].mean == 0
        else:
            assert down[load].mean == pytest.approx(load, rel=0.1)
    assert ramp().apart == (40, 60, 80)


def test_with_a_short_line_the_way_back_is_the_way_up():
    cured = ramp(cured=True)
    assert cured.apart == ()
    for load in LOADS[:-1]:
        assert cured.way("up")[load].mean == pytest.approx(load, rel=0.1)
        assert cured.way("down")[load].mean == pytest.approx(load, rel=0.1)
    assert cured.way("up")[110].mean > 90


def test_the_goodput_is_that_of_the_workload_whose_load_changes():
    """Others come at 30 a second all the time, and all are served."""
    page = {"workers": 100, "handle": [{"work": 0.001}, {"effect": "row"}]}
    rates = {"some": 10, "others": 30}
    arrivals = {name: {"target": "page", "arrivals": {"constant": rate}} for name, rate in rates.items()}
    scenario = Scenario.from_dict(
        {"name": "two", "workloads": arrivals, "services": {"page": page}, "run": {"duration": 10}}
    )
    found = evsim.hysteresis(scenario, [10, 20], hold="10s", n=2, jobs=1, workload="some")
    means = {load: each.mean for load, each in found.way("up").items()}
    assert means == pytest.approx({10: 10, 20: 20}, abs=5)  # 3.5 standard errors


def test_each_run_goes_all_the_way_with_the_luck_of_its_seed():
    short = partial(evsim.hysteresis, evsim.load("metastable"), [20, 60], hold="10s", n=3)
    assert repr(short(seed=2, jobs=1).plateaus[0].goodput) != repr(short(jobs=1).plateaus[0].goodput)
    assert repr(short(jobs=2).plateaus) == repr(short(jobs=1).plateaus)


def test_the_result_is_a_frame_and_a_table():
    frame = ramp().frame
    assert frame.load.tolist() == [20, 30, 40, 60, 80, 110, 80, 60, 40, 30, 20]
    assert frame.way.tolist() == ["up"] * 6 + ["down"] * 5
    text = str(ramp())
    assert f"metastable: 60s at each load of register-page, {RUNS} runs" in text and "0.0 (0.0 to 0.0)/s" in text
    assert "(" not in str(evsim.hysteresis(evsim.load("metastable"), [10, 20], n=1, hold="10s")).split("\n", 2)[2]


def test_next_to_nothing_is_not_less_than_nothing():
    little = Plateau(10, "up", Estimate(0.01, -0.04, 0.06, 5, 0.04))
    assert "0.0 (0.0 to 0.1)/s" in str(Hysteresis("it", "callers", 60, 5, (little,)))


def test_small_loads_have_as_many_digits_as_they_need_and_stand_below_each_other():
    loads = {0.01234: estimate([0.0121, 0.0119]), 0.5: estimate([0.49, 0.5])}
    plateaus = tuple(Plateau(load, way, found) for way in ("up", "down") for load, found in loads.items())
    head, *lines = str(Hysteresis("it", "callers", 60, 2, plateaus)).split("\n")[1:]
    assert "0.01234/s" in lines[0] and "0.012 (" in lines[0] and "0.495 (" in lines[1]
    assert {len(each) for each in (head, *lines)} == {len(head)}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"loads": [20]}, "loads=.*two or more rates above 0, each larger than the one before"),
        ({"loads": [40, 20]}, "each larger than the one before"),
        ({"loads": [0, 20]}, "above 0"),
        ({"hold": 0}, "hold=0.* must be longer than 0.*such as 60s"),
        ({"workload": "page"}, "workload='page' must name one of register-page"),
        ({"n": 0}, "n=0 must be a whole number of runs"),
    ],
)
def test_what_cannot_be_driven_is_refused_in_plain_words(settings, said):
    with pytest.raises(ValueError, match=said):
        evsim.hysteresis(evsim.load("metastable"), **{"loads": [20, 40], **settings})


def test_who_has_an_effect_twice_is_not_in_the_goodput():
    twice = {"front": {"workers": 9, "handle": [{"effect": "row"}, {"effect": "row"}]}}
    once = {"front": {"workers": 9, "handle": [{"effect": "row"}]}}
    for services, good in ((twice, False), (once, True)):
        customers = {"customers": {"target": "front", "arrivals": {"poisson": 1}}}
        scenario = Scenario.from_dict({"name": "effects", "workloads": customers, "services": services,
                                       "run": {"duration": 9}})  # fmt: skip
        found = evsim.hysteresis(scenario, [5, 9], hold=9, n=1, jobs=1)
        assert all((plateau.goodput.mean > 0) == good for plateau in found.plateaus)
