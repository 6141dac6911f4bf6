"""The exercises of the lessons: what an answer may change, how it runs, what is to hold for everybody."""

from functools import cache, partial

from evsim.lesson import (
    consumer_task,
    contract_task,
    delivery_task,
    function_task,
    history_task,
    loop_task,
    luck_task,
    network_task,
    newcomer_task,
    order_task,
    outbox_task,
    pipe_task,
    reality_task,
    review_task,
    sign_task,
    storm_task,
    window_task,
    workers_task,
)
from evsim.lesson.answers import changed, down, of
from evsim.lesson.exercises import Exercise, Refused, Task
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.properties import (
    asked_at_once,
    done_by,
    everything_done,
    nobody_told_error,
    nothing_done_twice,
    refusal_means_nothing_done,
    somebody_told_error,
    true_when_told,
)
from evsim.lesson.taken import email_taken

__all__ = ["TASKS", "exercise"]

ROW, ENTRY = "customer row", "subscription"
HANDLE = "services.register.handle"
CALLS = [{"work": "2ms"}, {"call": "database"}, {"call": "mailing-list"}, {"reply": "registered"}]
HONEST = [of(true_when_told, ROW, ENTRY), of(refusal_means_nothing_done, ROW, ENTRY)]
ONCE = [of(nothing_done_twice, ROW, ENTRY), of(done_by, (ROW, "database"), (ENTRY, "mailing-list"))]


@cache
def patient():
    """Classic, in which calls wait for as long as it takes: no call is given up, and each is answered."""
    return lesson_size("classic").replace({HANDLE: CALLS})


@cache
def without_the_list():
    return patient().replace(down("mailing-list"))


# The tasks.


def break_events(answer):
    if not isinstance(answer, str):
        raise Refused(f'give the name of a part in quotes, such as "database", not {answer!r}')
    events = lesson_size("events")
    (broker,) = events.channels  # by its name, or by what it is
    part = broker if answer in ("broker", "log", "the broker") else answer
    return {"": (events.replace(down(part)), [somebody_told_error])}


def wait_for_the_slowest(answer):
    at_once = of(asked_at_once, "database", "mailing-list")
    return {
        "": (changed(answer, patient(), HANDLE), [nobody_told_error, of(true_when_told, ROW, ENTRY), *ONCE, at_once])
    }


def honest_error(answer):
    mine = changed(answer, without_the_list(), HANDLE)
    return {
        "with the mailing list down": (mine, [*HONEST, *ONCE]),
        "with nothing broken": (mine.replace({"faults": []}), [nobody_told_error, *HONEST, *ONCE]),
    }


def yes_means_a_row(answer):
    mine = changed(answer, lesson_size("events"), HANDLE, "services.database.subscribe")
    served = [of(true_when_told, ROW), of(everything_done, ROW, ENTRY), *ONCE, nobody_told_error]
    refused = [of(true_when_told, ROW), of(refusal_means_nothing_done, ROW, ENTRY), *ONCE]
    return {
        "with nothing broken": (mine, served),
        "with the mailing list down": (mine.replace(down("mailing-list")), served),
        "with the database down": (mine.replace(down("database")), refused),
        "with e-mails that are taken": (email_taken(mine, 2000), refused),
    }


TASKS = {
    "break-events": Task(
        "in every run somebody was told an error",
        break_events,
        (
            "Look at one customer in the event-driven design again. What happens before they are told?",
            "Which parts have to work for that? It is one of them, not the database and not the list.",
        ),
        base=partial(lesson_size, "events"),
    ),
    "wait-for-the-slowest": Task(
        "both services are called at once, and everybody was told yes, had a row then and was on the list",
        wait_for_the_slowest,
        (
            "The steps of a service are done one after the other, from the top. So the second call waits.",
            "There is a step that does several things at once: parallel. It holds a list of steps.",
        ),
        base=patient,
    ),
    "honest-error": Task(
        "whoever was told an error has nothing done, and whoever was told yes has everything",
        honest_error,
        (
            "What was already done for that customer when the error came? Nothing takes it back.",
            "The steps have an order. Which of them can fail here, and what stands before it?",
        ),
        base=without_the_list,
    ),
    "yes-means-a-row": Task(
        "whoever was told yes had a row and got on the list, and whoever was told no or an error has nothing",
        yes_means_a_row,
        (
            "Whoever is told yes must have a row: the answer has to wait for the database, only for it.",
            "Call the one, publish for the other. And who writes rows if the database reads the log as well?",
            "Nobody takes a message back. What has to be known before it is published?",
        ),
        base=partial(lesson_size, "events"),
    ),
    **consumer_task.TASKS,
    **contract_task.TASKS,
    **delivery_task.TASKS,
    **function_task.TASKS,
    **history_task.TASKS,
    **loop_task.TASKS,
    **luck_task.TASKS,
    **network_task.TASKS,
    **newcomer_task.TASKS,
    **order_task.TASKS,
    **outbox_task.TASKS,
    **pipe_task.TASKS,
    **reality_task.TASKS,
    **review_task.TASKS,
    **sign_task.TASKS,
    **storm_task.TASKS,
    **workers_task.TASKS,
    **window_task.TASKS,
}


def exercise(name):
    """The :class:`evsim.lesson.exercises.Exercise` of this name."""
    if name not in TASKS:
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(TASKS)}")
    return Exercise(TASKS[name], name)
