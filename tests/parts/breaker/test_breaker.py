"""Circuit breakers: when they open, what they refuse, how they close; each instance of a caller has its own."""

import numpy as np
import pytest

from evsim.parts.breaker.periods import CLOSED, HALF_OPEN, OPEN, phases
from evsim.scenario import ScenarioError
from tests.support.cases import case, expected
from tests.support.nightly import nightly
from tests.support.statistics import agrees
from tests.truth.measuring import checked
from tests.truth.systems import system


def guarded(breaker, back, duration, rate=10, faults=(), call=None, **front):
    """`front` calls `back` through a circuit breaker, `rate` times a second."""
    services = {"front": {"handle": [{"call": {"service": "back", "breaker": breaker, **(call or {})}}], **front},
                "back": {"workers": 100, "handle": back}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": rate}}}
    return system(services, workloads, duration, 0.0, faults=list(faults))


def changes(run):
    return [(round(time, 6), kind) for time, kind, _, _ in run.records.incidents if kind in (OPEN, HALF_OPEN, CLOSED)]


def calls_until(k, p):
    """The mean number of calls up to the k-th failure in a row (Feller, XIII.7)."""
    return (1 - p**k) / ((1 - p) * p**k)


def test_the_mean_number_of_calls_until_so_many_failures_in_a_row_is_that_of_the_case():
    for p in case("BREAKER-trip")["parameters"]["p"]:
        assert round(calls_until(5, p)) == expected("BREAKER-trip", f"p={p:g}".replace("0.", "."))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("p", "calls", "error"), [(0.5, 150_000, 0.15), pytest.param(0.3, 350_000, 0.25, marks=nightly)]
)
def test_it_opens_after_as_many_calls_as_it_takes_for_five_failures_in_a_row(p, calls, error):
    """Each time it has closed again it begins anew, so one breaker gives many counts."""
    k = case("BREAKER-trip")["parameters"]["k"]
    truth = calls_until(k, p)
    run = checked(guarded({"failures": k, "open_for": 1e-6}, [{"fail": p}], calls / 1000, rate=1000), 1)
    calls_of_closed, calls, closed = [], 0, True
    back = [place.number for place in run.tables.places if place.service == "back"]
    asked = run.tables.rows["born"][np.isin(run.tables.rows["place"], back)]
    moments = [(time, 0, "call") for time in asked.tolist()]
    moments += [(time, 1, kind) for time, kind, _, _ in run.records.incidents]
    for _, _, what in sorted(moments, key=lambda moment: moment[:2]):
        if what == "call":
            calls += closed
        elif what == OPEN:
            calls_of_closed += [calls] if closed else []
            closed = False
        elif what == CLOSED:
            calls, closed = 0, True
    assert agrees(calls_of_closed[1:], truth, notices=error)


def test_while_it_is_open_nothing_reaches_the_callee_and_callers_are_refused_at_once():
    """Down from 1.05 s to 2.55 s: three failures, then a trial each second."""
    outage = {"outage": "back", "at": 1.05, "for": 1.5}
    run = checked(guarded({"failures": 3, "open_for": 1}, [{"work": 0.001}], 5.05, faults=[outage]), 1)
    assert changes(run) == [(1.3, OPEN), (2.3, HALF_OPEN), (2.3, OPEN), (3.3, HALF_OPEN), (3.301, CLOSED)]
    calls = run.spans[run.spans.service == "back"]
    refused = calls[calls.reason == "breaker"]
    assert len(refused) == 18 and refused.ready.isna().all() and (refused.settled == refused.born).all()
    assert set(refused.verdict) == {"rejected"} and set(refused.outcome) == {"refused"}
    assert (calls.reason == "unreachable").sum() == 4
    assert run.summary()["errors"] == 22 and run.services["back"]["arrivals"] == 50 - 18


def test_a_rate_opens_it_when_there_are_enough_calls_in_the_window():
    """Every call fails from 1 s on; half of the last ten have failed with the fifth."""
    fault = {"error_rate": "back", "probability": 1, "at": 1.05}
    breaker = {"failure_rate": 0.5, "window": 10, "open_for": 100}
    run = checked(guarded(breaker, [{"work": 0.001}], 3, faults=[fault]), 1)
    assert changes(run) == [(1.501, OPEN)]
    early = {"error_rate": "back", "probability": 1, "at": 0}
    run = checked(guarded(breaker | {"minimum": 4}, [{"work": 0.001}], 3, faults=[early]), 1)
    assert changes(run) == [(0.401, OPEN)]


def test_several_trials_must_all_succeed():
    outage = {"outage": "back", "at": 0, "for": 1}
    breaker = {"failures": 1, "open_for": 1, "trials": 3}
    run = checked(guarded(breaker, [{"work": 0.25}], 4, faults=[outage], workers=20), 1)
    # Trials are asked at 1.1, 1.2 and 1.3 s; what comes before the third has answered is refused.
    assert changes(run) == [(0.1, OPEN), (1.1, HALF_OPEN), (1.55, CLOSED)]
    born = run.spans[(run.spans.service == "back") & (run.spans.reason == "breaker")].born
    assert born.min() == pytest.approx(0.2) and born.max() == pytest.approx(1.5)


def test_each_instance_has_a_breaker_of_its_own_that_a_crash_closes():
    outage = {"outage": "back", "at": 0.05, "for": 100}
    crash = {"crash": "front/2", "at": 2.05, "for": 0.1}
    breaker = {"failures": 2, "open_for": 100}
    run = checked(guarded(breaker, [{"work": 0.001}], 4, faults=[outage, crash], instances=2), 1)
    who = [who for _, kind, who, _ in run.records.incidents if kind == OPEN]
    assert who[:2] == ["front/1 to back", "front/2 to back"] and who[2:] == ["front/2 to back"]
    closed = [(time, who) for time, kind, who, _ in run.records.incidents if kind == CLOSED]
    assert closed == [(2.05, "front/2 to back")]


def test_a_late_answer_of_an_earlier_state_counts_no_more():
    """Asked at 0.1 s ... 0.5 s and given up half a second later, five calls open it; five more are under way then."""
    call = {"timeout": 0.5}
    run = checked(guarded({"failures": 5, "open_for": 0.25}, [{"work": 0.9}], 1.95, call=call, workers=50), 1)
    # They are given up at 1.1 s ... 1.5 s; the trial of 1.3 s is, at 1.8 s, and that opens it again.
    assert changes(run)[:3] == [(1.0, OPEN), (1.3, HALF_OPEN), (1.8, OPEN)]


def test_a_final_no_is_an_answer_and_no_failure():
    services = {"front": {"handle": [{"call": {"service": "table", "breaker": {"failures": 2, "open_for": 10}}}]},
                "table": {"handle": [{"effect": {"name": "row", "unique": True}}]}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 10}, "key": {"uniform": 1}}}
    run = checked(system(services, workloads, 2.05, 0.0), 1)
    assert run.summary()["declined"] == 19 and changes(run) == []


def test_a_retry_passes_the_breaker_like_any_call():
    call = {"retry": {"attempts": 5, "backoff": "10ms"}}
    run = checked(guarded({"failures": 3, "open_for": 10}, [{"fail": 1}], 1.05, call=call), 1)
    calls = run.spans[run.spans.service == "back"]
    assert (calls.reason == "fail step").sum() == 3 and (calls.reason == "breaker").sum() == 10 * 5 - 3


def test_a_fallback_answers_while_it_is_open():
    call = {"on_error": {"fallback": [{"effect": "old answer"}]}}
    outage = {"outage": "back", "at": 1, "for": 2}
    run = checked(guarded({"failures": 3, "open_for": 0.5}, [{"work": 0.001}], 5, faults=[outage], call=call), 1)
    assert run.summary()["availability"] == 1
    unanswered = run.spans[run.spans.service == "back"].verdict != "done"
    assert (run.effects.effect == "old answer").sum() == unanswered.sum() > 10


def test_a_no_that_is_passed_on_is_a_failure_of_who_passes_it_on():
    """`middle` refuses to ask `back`; for `front` that is an error of `middle`, and opens its own breaker."""
    breaker = {"failures": 3, "open_for": 100}
    services = {"front": {"handle": [{"call": {"service": "middle", "breaker": breaker | {"failures": 6}}}]},
                "middle": {"handle": [{"call": {"service": "back", "breaker": breaker}}]},
                "back": {"handle": [{"fail": 1}]}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 10}}}
    run = checked(system(services, workloads, 2.05, 0.0), 1)
    opened = [(round(time, 6), who) for time, kind, who, _ in run.records.incidents if kind == OPEN]
    assert opened == [(0.3, "middle to back"), (0.6, "front to middle")]


def test_the_strips_say_when_it_was_open():
    outage = {"outage": "back", "at": 1.05, "for": 1.5}
    run = checked(guarded({"failures": 3, "open_for": 1}, [{"work": 0.001}], 5.05, faults=[outage]), 1)
    axes = run.plot.breakers()
    assert "opened 2 times, and was open for 2 s of 5" in axes.alt_text
    assert "breaker: front to back" in [text.get_text() for text in run.plot.flow().texts]
    calm = checked(guarded({"failures": 3, "open_for": 1}, [{"work": 0.001}], 1), 1)
    assert "No circuit breaker opened" in calm.plot.breakers().alt_text
    assert "No call has a circuit breaker" in checked(guarded(None, [{"work": 0.001}], 1), 1).plot.breakers().alt_text


def test_the_diagram_says_that_the_call_was_not_made_and_the_phases_are_known():
    outage = {"outage": "back", "at": 1.05, "for": 1.5}
    run = checked(guarded({"failures": 3, "open_for": 1}, [{"work": 0.001}], 5.05, faults=[outage]), 1)
    assert "does not call back: the circuit breaker is open" in str(run.sequence(15))
    (its,) = phases(run).values()
    assert [phase.state for phase in its] == ["closed", "open", "open", "half-open", "closed"]


def test_steps_to_one_callee_share_one_breaker_and_cannot_disagree_about_it():
    def calls(*breakers):
        steps = [{"call": {"service": "back", "breaker": each, "on_error": "ignore"}} for each in breakers]
        services = {"front": {"handle": steps}, "back": {"handle": [{"fail": 1}]}}
        workloads = {"customers": {"target": "front", "arrivals": {"constant": 10}}}
        return system(services, workloads, 1.05, 0.0)

    breaker = {"failures": 3, "open_for": 10}
    assert changes(checked(calls(breaker, breaker), 1)) == [(0.2, OPEN)]  # with the third call, the first of two
    with pytest.raises(ScenarioError, match="other settings already"):
        calls(breaker, breaker | {"failures": 4})


@pytest.mark.parametrize(("breaker", "says"), [
    ({"open_for": 1}, "failure_rate"), ({"failures": 1, "failure_rate": 0.5, "open_for": 1}, "failure_rate"),
    ({"failures": 5, "window": 3, "open_for": 1}, "do not fit"), ({"failures": 5}, "open_for"),
    ({"failures": 5, "minimum": 3, "open_for": 1}, "minimum"),
    ({"failure_rate": 0.5, "window": 5, "minimum": 9, "open_for": 1}, "never has 9"),
    ({"failures": 0, "open_for": 1}, "failures"), ({"failure_rate": 0, "open_for": 1}, "failure_rate"),
])  # fmt: skip
def test_a_breaker_that_makes_no_sense_is_refused(breaker, says):
    with pytest.raises(ScenarioError, match=says):
        guarded(breaker, [{"work": 1}], 1)
