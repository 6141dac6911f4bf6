"""The exercise of lesson 04: one more consumer, and nobody else notices."""

from functools import cache

from evsim.lesson.answers import changed, keeps_steps, of
from evsim.lesson.exercises import Task
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.properties import done_within, everything_done, nobody_told_error, nothing_done_twice

__all__ = ["TASKS"]

NEW, MAIL, LIMIT = "welcome", "welcome mail", 5  # s
STEPS = [{"work": {"exponential": "120ms"}}, {"effect": MAIL}]
ALL = "customer row", "subscription", "count", MAIL


@cache
def article():
    return lesson_size("two-producers-four-consumers")


def one_more_consumer(answer):
    mine = changed(answer, article(), f"services.{NEW}")
    keeps_steps(mine, NEW, STEPS)
    once = [of(nothing_done_twice, *ALL), of(everything_done, *ALL)]
    return {"": (mine, [nobody_told_error, *once, of(done_within, LIMIT, MAIL)])}


TASKS = {
    "one-more-consumer": Task(
        f"everybody got one welcome mail within {LIMIT} s, and all the others did what they did before",
        one_more_consumer,
        (
            "How do the mailing list and the statistics learn of a customer? Which of their lines says so?",
            "How many customers come in a second, how long does one mail take, and how many can be at work at once?",
        ),
        base=article,
    ),
}
