"""Lesson 04: one more consumer. What passes, what fails for whom, and what is not tried."""

import pytest

from evsim.lesson import lesson_size, wiring
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

ARTICLE, CHANNEL, MAIL = lesson_size("two-producers-four-consumers"), "customer-registered", {"effect": "welcome mail"}
STEPS = [{"work": {"exponential": "120ms"}}, MAIL]
NEVER = "was told yes, and never got a welcome mail"


def welcome(subscribe=CHANNEL, instances=2, handle=STEPS, **more):
    return {"services.welcome": {"instances": instances, "subscribe": subscribe, "handle": handle} | more}


def with_it(**changes):
    return ARTICLE.replace(welcome(**changes))


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        with_it(),
        with_it(subscribe={"channel": CHANNEL, "group": "marketing", "start": "earliest"}),
        with_it(instances=1, workers=2),
        with_it(instances=1, subscribe={"channel": CHANNEL, "batch": 4}),  # four mails at a time
    ],
)
def test_a_consumer_with_a_group_of_its_own_that_can_keep_up_passes(answer):
    assert_passes("one-more-consumer", answer)


@pytest.mark.parametrize(
    "answer, words",
    [
        (with_it(subscribe=[]), NEVER),
        (with_it(instances=1), r"customer \d+ of [a-z-]+ was told yes, and got a welcome mail [\d.]+ s later"),
        (with_it(subscribe={"channel": CHANNEL, "from": "11ms", "start": "latest"}), f"^Not yet. Seed 3: .* {NEVER}"),
        (
            with_it(subscribe={"channel": CHANNEL, "replay": {"at": "20s", "to": "earliest"}}),
            r"got a welcome mail [\d.]+ s later",  # it reads all again first
        ),
    ],
)
def test_a_consumer_that_misses_somebody_or_is_late_fails(answer, words):
    assert_fails("one-more-consumer", answer, words)


SLOWER = {"workloads.register-page.arrivals.poisson": "1/s"}
PUBLISHED_TWICE = {
    "services.register.handle": [{"work": "2ms"}, {"publish": CHANNEL}, {"publish": "mails"}, {"reply": "registered"}],
    "channels.mails": "queue",
}


@pytest.mark.parametrize(
    "answer, words",
    [
        (ARTICLE, "there is no service welcome in it"),
        (None, "not None"),
        (with_it(handle=[MAIL]), "keep the two steps of welcome"),
        (with_it(handle=[{"work": "1ms"}, MAIL]), "keep the two steps of welcome"),
        (with_it().replace(SLOWER), "workloads.register-page.arrivals"),
        (ARTICLE.replace(welcome("mails") | PUBLISHED_TWICE), "services.register.handle"),
    ],
)
def test_an_answer_that_leaves_the_work_out_or_changes_others_is_refused(answer, words):
    assert_refused("one-more-consumer", answer, words)


def test_the_new_consumer_adds_lines_and_changes_none():
    lines = wiring(ARTICLE, with_it()).splitlines()
    changed = [line for line in lines if line.startswith(("+", "-"))]
    assert changed[0] == "+  welcome:" and all(line.startswith("+") for line in changed)
    assert not any("register:" in line or "mobile-api" in line for line in lines)


def test_the_others_do_at_the_same_moments_what_they_did_before():
    before, after = ARTICLE.run().effects, with_it().run().effects
    after = after[after.effect != "welcome mail"]
    assert sorted(zip(after.time, after.effect)) == sorted(zip(before.time, before.effect))
