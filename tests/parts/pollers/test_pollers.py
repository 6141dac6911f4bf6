"""Pollers of a function: how their number follows what waits, and what they let go (AWS Lambda on SQS)."""

import numpy as np
import pytest

from evsim.parts.pollers.audit import numbers_of
from evsim.parts.pollers.picture import scene
from evsim.parts.pollers.settings import PollersSettings
from evsim.parts.pollers.words import THROTTLED
from evsim.results.remarks import remarks
from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.presets import load_preset

LAMBDA = {"like": "aws-lambda-sqs"}


def polled(pollers=LAMBDA, work="1h", count=1400, most=2000, queue=None, until="260s", comes=None, function=None,
           handle=None, faults=(), **reading):  # fmt: skip
    """`count` messages at once for a function with pollers."""
    mailer = {"function": {"most": most, **(function or {})},
              "subscribe": {"channel": "orders", "pollers": pollers, **reading},
              "handle": handle or [{"work": work}, {"effect": "mail"}]}  # fmt: skip
    usual = {"like": "sqs", "visibility_timeout": "2h", "dead_letter": "dead"}
    arrivals = comes or {"burst": {"count": count, "at": 0}}
    return Scenario.from_dict({
        "name": "polled",
        "workloads": {"customers": {"target": "front", "arrivals": arrivals}},
        "services": {"front": {"workers": 2000, "handle": [{"publish": "orders"}]}, "mailer": mailer},
        "channels": {"orders": {"queue": usual | (queue or {})}, "dead": "queue"},
        "faults": list(faults),
        "run": {"duration": until, "drain_limit": 0},
    })  # fmt: skip


def run_of(*given, **settings):
    run = polled(*given, **settings).run()
    assert run.audit()
    return run


def number_at(run, *moments):
    times, numbers = numbers_of(run, "orders", "mailer")
    return [int(numbers[np.searchsorted(times, moment, "right") - 1]) for moment in moments]


@pytest.fixture(scope="module")
def ramp():
    return run_of()


def test_lambda_begins_with_five_and_adds_three_hundred_a_minute_up_to_1250(ramp):
    """Closed form: 5 + 300 a minute, so (1250 - 5) / 300 min = 4 min 9 s."""
    assert number_at(ramp, 0, 60, 120, 180, 240, 250) == [5, 305, 605, 905, 1205, 1250]
    times, numbers = numbers_of(ramp, "orders", "mailer")
    assert times[numbers == 1250].tolist() == [(1250 - 5) * 60 / 300] == [249]
    leased = ramp.tables.rows["leased"][ramp.tables.rows["leased"] >= 0]
    assert [int((leased <= at).sum()) for at in (0, 60, 249)] == [5, 305, 1250]
    figures = ramp.channels["orders", "mailer"]
    assert figures["pollers_max"] == 1250 == figures["unacknowledged_max"]
    area = 5 * 249 + 249**2 * 5 / 2 + 1250 * 11  # a step each 0.2 s: less by half of one
    assert figures["pollers_mean"] == pytest.approx((area - 249 / 2) / 260)


def test_before_november_2023_the_same_took_twenty_minutes():
    run = run_of({"growth": "60/min"}, until="1300s")
    times, numbers = numbers_of(run, "orders", "mailer")
    assert times[numbers == 1250].tolist() == [1245] and 1245 / 60 == 20.75


def test_provisioned_pollers_grow_by_a_thousand_invocations_a_minute():
    """Two pollers of ten invocations each, 100 more pollers a minute."""
    run = run_of({"like": "aws-lambda-sqs-provisioned"}, count=1200, until="70s")
    assert number_at(run, 0, 60) == [2, 102]
    leased = run.tables.rows["leased"][run.tables.rows["leased"] >= 0]
    assert [int((leased <= at).sum()) for at in (0, 30, 60)] == [20, 520, 1020]
    few = run_of({"like": "aws-lambda-sqs-provisioned", "least": 20, "most": 30}, count=1200, until="70s")
    assert number_at(few, 0, 69) == [20, 30]
    assert 16 * 1250 == 2000 * load_preset("aws-lambda-sqs-provisioned").service["invokes"][0] == 20_000


def test_with_a_maximum_concurrency_pollers_grow_no_further_and_never_have_more_in_hand():
    run = run_of({**LAMBDA, "concurrency": 20}, count=200, work="1s", until="12s")
    assert run.channels["orders", "mailer"]["unacknowledged_max"] == 20 == number_at(run, 12)[0]
    small = run_of({**LAMBDA, "concurrency": 2}, count=20, work="1s", until="12s")
    assert small.channels["orders", "mailer"]["unacknowledged_max"] == 2 and number_at(small, 12) == [5]


def test_pollers_that_nobody_needs_go_and_with_a_maximum_concurrency_stay_as_at_first():
    """Rest for a minute and more after a rush: down to two; a concurrency keeps five."""
    run = run_of(count=300, work="10s", until="200s")
    assert run.channels["orders", "mailer"]["pollers_max"] > 50 and number_at(run, 199) == [2]
    kept = run_of({**LAMBDA, "concurrency": 900}, count=300, work="10s", until="200s")
    assert kept.channels["orders", "mailer"]["pollers_max"] > 50 and number_at(kept, 199) == [5]


def test_pollers_that_are_needed_stay():
    """20 a second of a second each keep 20 pollers busy, however long it lasts."""
    run = run_of(comes={"constant": "20/s"}, work="1s", until="300s")
    assert all(20 <= number <= 22 for number in number_at(run, *range(150, 300, 10)))
    assert run.channels["orders", "mailer"]["done"] > 5000


def test_without_a_maximum_concurrency_a_small_function_throttles_messages_that_never_failed():
    """Ten environments, work of 10 s, 30 s of visibility: each receipt gives it three rounds of ten."""
    slow = {"most": 10, "count": 400, "work": "9.9s", "until": "95s"}
    queue = {"visibility_timeout": "30s", "max_receive_count": 1}
    run = run_of(**slow, queue=queue)
    figures, throttled = run.channels["orders", "mailer"], run.services["mailer"]["throttled"]
    noted = [each for each in remarks(run) if each.kind == THROTTLED]
    assert throttled == len(noted) > 100
    assert figures["dead"] >= throttled - figures["pollers_max"]  # nothing failed, and yet they are dead letters
    first = run.trace(int(run.tables.rows["request"][noted[0].row]))
    assert "its poller lets go of it" in repr(first)
    story = str(run.sequence(int(run.tables.rows["request"][noted[0].row])))
    assert "dropped: throttled" in story and "nobody waits" not in story
    calm = run_of({**LAMBDA, "concurrency": 10}, **slow, queue=queue)
    assert calm.services["mailer"]["throttled"] == 0 == calm.channels["orders", "mailer"]["dead"]
    assert calm.channels["orders", "mailer"]["done"] >= 90 - 10


def test_what_is_throttled_is_in_its_queue_again_after_its_visibility_timeout():
    """One environment, two messages of 50 s: the second is let go after 30 s, and had again at once."""
    run = run_of({"least": 3}, most=1, count=2, work="50s", until="120s", queue={"visibility_timeout": "30s"})
    second = run.spans[(run.spans.kind == "delivery") & (run.spans.request == 1)]
    assert second.leased.dropna().tolist()[:2] == [0, 30]
    assert second.outcome.tolist()[0] == "withdrawn" and second.started.isna().tolist()[0]


def test_a_crash_and_a_failure_are_missed_until_the_visibility_timeout():
    run = run_of(count=3, work="2s", until="100s", queue={"visibility_timeout": "30s"},
                 handle=[{"work": "2s"}, {"fail": 1}])  # fmt: skip
    first = run.spans[(run.spans.kind == "delivery") & (run.spans.request == 0)]
    assert first.leased.dropna().tolist() == [0, 30, 60, 90]
    crashed = run_of(count=1, work="20s", until="100s", queue={"visibility_timeout": "30s"},
                     faults=[{"crash": "mailer", "at": "5s", "for": "1s"}])  # fmt: skip
    assert crashed.spans[crashed.spans.kind == "delivery"].leased.dropna().tolist() == [0, 30]


def test_the_picture_says_how_far_the_trigger_grew(ramp):
    made = scene(ramp)
    assert made.title == "The trigger of mailer grew from 5 to 1,250 in 249 s, with up to 1,250 at work"
    may, held, work = made.marks
    assert (may.y[0], max(may.y), max(held.y), max(work.y)) == (5, 1250, 1250, 1250)
    with pytest.raises(ValueError, match="'x' is not read by pollers; there are orders for mailer"):
        scene(ramp, "x")
    with pytest.raises(ValueError, match="'orders' for 'x' is not read by pollers"):
        scene(ramp, "orders", "x")
    still = run_of({**LAMBDA, "concurrency": 5}, count=5, until="2s")
    assert scene(still).title == "The trigger of mailer had room for 5 at a time, with up to 5 at work"
    shop = polled().replace({"services.mailer.subscribe": "orders"}).run()
    assert scene(shop).title.startswith("No channel is read by pollers")


def test_a_run_that_is_cut_in_its_warm_up_has_no_number_of_pollers():
    run = polled(count=5).replace({"run.warmup": "100s"}).run(until=50)
    figures = run.channels["orders", "mailer"]
    assert run.audit() and np.isnan([figures["pollers_max"], figures["pollers_mean"]]).all()


def test_the_lines_of_the_picture_count_messages_attempt_by_attempt():
    """Throttled, failed, crashed and still at work: of each attempt from when on and until when it counts."""
    run = run_of(count=40, most=3, work={"exponential": "2s"}, until="60s", queue={"visibility_timeout": "5s"},
                 handle=[{"work": {"exponential": "2s"}}, {"fail": 0.3}],
                 faults=[{"crash": "mailer", "at": "11s", "for": "2s"}])  # fmt: skip
    may, held, work = scene(run).marks
    mine = run.spans[(run.spans.kind == "delivery") & (run.spans.service == "mailer") & run.spans.leased.notna()]
    gone = mine[["settled", "ended"]].min(axis=1)
    for line, begins, ends in ((held, mine.leased, gone), (work, mine.started, mine.ended)):
        ends = ends.where(begins.notna())
        for time, level in zip(line.x[:-1], line.y[:-1], strict=True):
            assert level == (begins <= time).sum() - (ends <= time).sum()
        assert set(line.x[:-1]) == {0.0, *begins.dropna(), *ends.dropna()} and line.y[-1] == line.y[-2]
    least = PollersSettings(like="aws-lambda-sqs").complete
    assert [(x, y) for x, y in zip(may.x[:-1], may.y[:-1], strict=True)] == [
        (time, least.in_hand(number)) for time, *_, number in run.records.pollers
    ]


WRONG = [
    ({"pollers": {"start": 9, "most": 5}}, "pollers.start: there may be 5 pollers, got 9"),
    ({"pollers": {"least": 9, "most": 5}}, "pollers.least: there may be 5 pollers, got 9; raise most, or lower least"),
    ({"pollers": {"start": 2}}, "pollers.start: there are never less than 5, got 2"),
    ({"pollers": {"like": "aws-lambda-sqs-provisioned", "concurrency": 9}}, "no maximum concurrency"),
    ({"pollers": {"like": "sqs"}}, "sqs is a queue"),
    ({"pollers": {"growth": 0}}, "growth"),
    ({"prefetch": 3}, "pollers have no prefetch"),
    ({"poll": "1s"}, "pollers have no poll"),
    ({"priority": 3}, "pollers have no priority"),
    ({"ack": "before"}, "pollers have no ack"),
    ({"guarantee": "at_most_once"}, "pollers delete a message after the work"),
]


@pytest.mark.parametrize(("reading", "says"), WRONG)
def test_what_pollers_cannot_be_is_refused_in_words(reading, says):
    data = polled().to_dict()
    data["services"]["mailer"]["subscribe"] |= reading
    with pytest.raises(ScenarioError, match=says):
        Scenario.from_dict(data)


def test_pollers_belong_to_a_function_and_a_queue():
    data = polled().to_dict()
    del data["services"]["mailer"]["function"]
    with pytest.raises(ScenarioError, match="the instances of mailer fetch for themselves"):
        Scenario.from_dict(data)
    data = polled().to_dict() | {"channels": {"orders": "log"}}
    with pytest.raises(ScenarioError, match="orders is a log, and pollers fetch from a queue"):
        Scenario.from_dict(data)


def test_they_may_be_written_in_a_word():
    assert polled(True).to_dict()["services"]["mailer"]["subscribe"]["pollers"] is True
    assert PollersSettings.model_validate(True).complete.growth == 5.0
