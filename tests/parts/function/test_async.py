"""A function that nobody waits for: the platform's own queue, its retries and its dead letter."""

import pytest

from evsim.scenario import Scenario
from tests.support.cases import expected
from tests.truth.measuring import balanced

MINUTE = 60.0


def invoked(handle, count=1, duration=30_000, **function):
    """`page` hands events to `mailer`, a function; what is given up comes to `clerk`."""
    return Scenario.from_dict({
        "name": "invoked",
        "workloads": {"people": {"target": "page", "arrivals": {"burst": {"count": count, "at": 1}}}},
        "services": {
            "page": {"handle": [{"publish": "events"}]},
            "mailer": {"function": {"init": 0, **function}, "subscribe": "events", "handle": handle},
            "clerk": {"subscribe": "spoilt", "handle": [{"effect": "look"}]},
        },
        "channels": {"events": {"queue": {"like": "aws-lambda-async", "dead_letter": "spoilt"}}, "spoilt": "queue"},
        "run": {"duration": 10, "drain_limit": duration},
    })  # fmt: skip


def attempts(run):
    return run.spans[run.spans.service == "mailer"].sort_values("started")


def test_an_event_that_always_fails_is_tried_after_one_minute_and_two_and_then_is_a_dead_letter():
    truth = expected("LAMBDA-async-schedule")
    run = balanced(invoked([{"work": 2}, {"fail": 1}]))
    tried = attempts(run)
    waits = (tried.started.to_numpy()[1:] - tried.ended.to_numpy()[:-1]).tolist()
    assert len(tried) == truth["attempts"] and waits == pytest.approx(truth["waits"])
    assert run.ledger.query("channel == 'events'").state.tolist() == ["dead"] and len(run.effects) == 1


def test_while_one_backs_off_others_are_invoked():
    """Three events for a function that may have one environment: nobody waits for the minutes of another one."""
    run = balanced(invoked([{"work": 2}, {"fail": 1}], count=3, most=1))
    assert attempts(run).started.tolist()[:3] == pytest.approx([1, 3, 5])
    assert attempts(run).started.tolist()[3:6] == pytest.approx([3 + MINUTE, 5 + MINUTE, 7 + MINUTE])


def test_an_event_that_is_too_old_when_its_turn_comes_is_a_dead_letter():
    """The only environment is at work for seven hours."""
    run = balanced(invoked([{"work": 7 * 3600}], count=2, most=1, duration=60_000))
    assert sorted(run.ledger.query("channel == 'events'").state) == ["done", "expired"]
    assert len(attempts(run)) == 1 and len(run.effects) == 1
