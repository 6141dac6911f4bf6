"""The exercise of lesson 06: a row and an event, both or neither, and not too many looks."""

from functools import cache

from evsim.counting import digits
from evsim.experiment.crash import crash_points
from evsim.lesson.answers import changed, down, of
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.properties import (
    both_or_neither,
    done_within,
    everything_done,
    nobody_told_error,
    nothing_done_twice,
)

__all__ = ["TASKS", "row_first"]

ROW, ENTRY, LOG = "customer row", "subscription", "customer-registered"
HANDLE = "services.database.handle"
LIMIT, LOOKS = 3, 2  # s, a second
FIRST, EVERY = 30, 20  # the customer at whom the first crash strikes, and how many come until the next one


@cache
def row_first():
    """The hybrid design without its outbox: the database writes the row, and then publishes."""
    work, row, _ = lesson_size("hybrid").to_dict()["services"]["database"]["handle"]
    return lesson_size("hybrid").replace({HANDLE: [work, row, {"publish": LOG}]})


def both_or_none(answer):
    mine = changed(answer, row_first(), HANDLE)
    _look_seldom(mine.services["database"].handle)
    once = of(nothing_done_twice, ROW, ENTRY)
    together = [of(both_or_neither, ROW, ENTRY), once]
    well = [nobody_told_error, of(everything_done, ROW, ENTRY), once, of(done_within, LIMIT, ENTRY)]
    return {
        "with nothing broken": (mine, well),
        "with the broker down": (mine.replace(down(LOG)), together),
        "with crashes": (mine.replace({"faults": [*_crashes(mine)]}), together),
    }


def _look_seldom(steps):
    for step in steps if isinstance(steps, list | tuple) else ():
        outbox = getattr(step, "outbox", None)
        if outbox is not None and 1 / outbox.poll > LOOKS:
            raise Refused(f"the relay would look {digits(1 / outbox.poll)} times a second, and may look {LOOKS} times")


def _crashes(design):
    """A crash of the database or the broker at each point of the way, each time for another customer."""
    points = [each for each in crash_points(design.run(), FIRST) if each[0] in ("database", LOG)]
    for number, (target, service, step, when) in enumerate(points):
        moment = {"request": FIRST + EVERY * number, "service": service, "step": step, "when": when}
        yield {"crash": target, "at_step": moment, "for": "200ms"}


TASKS = {
    "both-or-neither": Task(
        f"whoever has a row is on the list, and the other way round; nobody waited for {LIMIT} s",
        both_or_none,
        (
            "Two writes into two systems: something can always come between them. How many systems may be written to?",
            "What is written with the row is there if the row is. Somebody has to fetch it. How often is often enough?",
        ),
        base=row_first,
    ),
}
