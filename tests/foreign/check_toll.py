"""A setting of a service from outside: test_foreign_part.py runs this file in a Python that has its package."""

import numpy as np
import pytest

import evsim


def python_handler(ctx):
    yield from ctx.work("2ms")
    ctx.effect("row")


STEPS = [{"work": "2ms"}, {"effect": "row"}]


def shop(handle, **settings):
    return evsim.Scenario.from_dict({
        "name": "shop",
        "workloads": {"customers": {"target": "shop", "arrivals": {"constant": "10/s"}}},
        "services": {"shop": {"workers": 5, "handle": handle, **settings}},
        "run": {"duration": "20s", "seed": 1},
    })  # fmt: skip


@pytest.mark.parametrize("handle", [STEPS, python_handler], ids=["steps", "Python"])
def test_it_is_paid_before_the_first_step(handle):
    free, paid = shop(handle).run(), shop(handle, toll={"time": "5ms"}).run()
    for run, seconds in ((free, 0.002), (paid, 0.007)):
        assert run.audit() and np.allclose(run.effects.time - run.requests.arrived, seconds, atol=1e-9)


@pytest.mark.parametrize("handle", [STEPS, python_handler], ids=["steps", "Python"])
def test_a_crash_takes_who_is_paying(handle):
    crash = {"faults": [{"crash": "shop", "at": "10.003s", "for": "1s"}]}
    run = shop(handle, toll={"time": "5ms"}).replace(crash).run()
    assert run.audit() and (run.requests.outcome != "ok").sum() == 11  # one at work, and ten who come meanwhile


def test_its_setting_is_checked():
    with pytest.raises(evsim.ScenarioError, match=r"services.shop.toll.time: must be"):
        shop(STEPS, toll={"time": "0s"})
