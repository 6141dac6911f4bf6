"""The exercises of the lessons: what an answer may change, how it runs, what is to hold for everybody."""

from evsim.lesson.answers import changed, down, of
from evsim.lesson.exercises import Exercise, Refused, Task
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.properties import (
    asked_at_once,
    error_means_nothing_done,
    everything_done,
    nobody_told_error,
    nothing_done_twice,
    somebody_told_error,
    true_when_told,
)

__all__ = ["TASKS", "exercise"]

ROW, ENTRY = "customer row", "subscription"
HANDLE = "services.register.handle"


# The tasks.


def break_events(answer):
    if not isinstance(answer, str):
        raise Refused(f'give the name of a part in quotes, such as "database", not {answer!r}')
    events = lesson_size("events")
    (broker,) = events.channels  # by its name, or by what it is
    part = broker if answer in ("broker", "log", "the broker") else answer
    return {"": (events.replace(down(part)), [somebody_told_error])}


def wait_for_the_slowest(answer):
    mine = changed(answer, lesson_size("classic"), HANDLE)
    at_once = of(asked_at_once, "database", "mailing-list")
    return {"": (mine, [of(true_when_told, ROW, ENTRY), of(nothing_done_twice, ROW, ENTRY), at_once])}


def honest_error(answer):
    mine = changed(answer, lesson_size("classic").replace(down("mailing-list")), HANDLE)
    honest = (error_means_nothing_done, true_when_told, nothing_done_twice)
    properties = [of(each, ROW, ENTRY) for each in honest]
    return {"with the mailing list down": (mine, properties)}


def yes_means_a_row(answer):
    mine = changed(answer, lesson_size("events"), HANDLE, "services.database.subscribe")
    in_the_end = [of(nothing_done_twice, ROW, ENTRY), of(everything_done, ROW, ENTRY)]
    properties = [of(true_when_told, ROW), *in_the_end, nobody_told_error]
    broken = mine.replace(down("mailing-list"))
    return {"with nothing broken": (mine, properties), "with the mailing list down": (broken, properties)}


TASKS = {
    "break-events": Task(
        "in every run somebody was told an error",
        break_events,
        (
            "Look at one customer in the event-driven design again. What happens before they are told?",
            "Which parts have to work for that? It is one of them, not the database and not the list.",
        ),
    ),
    "wait-for-the-slowest": Task(
        "both services are called at once, and everybody who was told yes has a row and is on the list",
        wait_for_the_slowest,
        (
            "The steps of a service are done one after the other, from the top. So the second call waits.",
            "There is a step that does several things at once: parallel. It holds a list of steps.",
        ),
    ),
    "honest-error": Task(
        "whoever was told an error has nothing done, and whoever was told yes has everything",
        honest_error,
        (
            "What was already done for that customer when the error came? Nothing takes it back.",
            "The steps have an order. Which of them can fail here, and what stands before it?",
        ),
    ),
    "yes-means-a-row": Task(
        "everybody was told yes, had a row at that moment, got on the list, and nobody got anything twice",
        yes_means_a_row,
        (
            "Whoever is told yes must have a row: the answer has to wait for the database, only for it.",
            "Call the one, publish for the other. And who writes rows if the database reads the log as well?",
        ),
    ),
}


def exercise(name):
    """The :class:`evsim.lesson.exercises.Exercise` of this name, untried."""
    if name not in TASKS:
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(TASKS)}")
    return Exercise(TASKS[name])
