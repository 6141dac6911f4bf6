"""A setting of a service from outside: test_foreign_part.py runs this file in a Python that has its package."""

import numpy as np
import pytest

import evsim
from evsim.registry import PartReason, RegistryError, reasons
from evsim.results.endings import Reason
from evsim.view.player.film import film
from tests.player.node import ask
from tests.support.statistics import proportion_agrees


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


# A reason of its own.


@pytest.fixture(scope="module")
def poor():
    """Customers call through a gate, which would try again; a fifth cannot pay."""
    call = {"call": {"service": "shop", "timeout": "1s", "retry": {"attempts": 3, "backoff": {"constant": "10ms"}}}}
    return evsim.Scenario.from_dict({
        "name": "gate",
        "workloads": {"customers": {"target": "gate", "arrivals": {"constant": "20/s"}}},
        "services": {"gate": {"workers": 50, "handle": [call]},
                     "shop": {"workers": 5, "handle": STEPS, "toll": {"time": "5ms", "poor": 0.2}}},
        "run": {"duration": "200s", "seed": 1},
    }).run()  # fmt: skip


def test_so_many_are_refused_for_it(poor):
    calls = poor.spans[poor.spans.kind == "call"]
    assert poor.audit() and set(calls.reason) == {"none", "too poor"}
    refused = calls[calls.reason == "too poor"]
    assert set(refused.outcome) == {"refused"} and set(refused.verdict) == {"rejected"}
    assert proportion_agrees(len(refused), len(calls), 0.2)


def test_nobody_tries_again_as_it_is_final(poor):
    assert poor.spans.attempt.max() == 1


def test_a_diagram_and_the_player_say_it(poor):
    first = int(poor.spans[poor.spans.reason == "too poor"].request.iloc[0])
    assert "refuses: it cannot pay" in str(poor.sequence(first))
    question = f"""(film, [index]) => eventsOf([index]).list
        .filter(({{kind, request}}) => kind === ENDED && request === {first})
        .map((event) => sentence(index, event, "Ada"))"""
    names = {"events": ["eventsOf"], "kinds": ["ENDED"], "words": ["sentence"]}
    (told,) = ask([film(poor)], question, names)
    assert "shop refuses Ada: it cannot pay" in told, told


def test_it_comes_behind_those_of_evsim_and_a_name_that_is_no_name_is_refused(monkeypatch):
    assert list(reasons()) == ["TOO_POOR"] and Reason.TOO_POOR == Reason.named("TOO_POOR") == len(Reason.words()) - 1
    import evsim_toll

    reasons.cache_clear()
    monkeypatch.setattr(evsim_toll, "REASONS", {"too poor": PartReason("it cannot pay")})
    with pytest.raises(RegistryError, match="evsim_toll: REASONS: 'too poor' must be in capitals"):
        reasons()
    monkeypatch.undo()
    reasons.cache_clear()
    assert list(reasons()) == ["TOO_POOR"]
