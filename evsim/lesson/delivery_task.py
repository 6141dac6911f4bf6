"""The exercise of lesson 05: everything once, with crashes, dead letters and their way back."""

from functools import cache

from evsim.lesson.answers import changed, of
from evsim.lesson.exercises import Task
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.properties import everything_done, nobody_told_error, nothing_done_twice

__all__ = ["TASKS", "with_mail_server"]

ROW, ENTRY = "customer row", "subscription"
LOG, LETTERS = "customer-registered", "dead-letters"
READERS = "database", "mailing-list"
FREE = [f"services.{name}.{what}" for name in READERS for what in ("subscribe", "idempotent")]
STRIKES = (
    (40, "database", ROW, "after"), (80, "mailing-list", ENTRY, "before"), (120, "mailing-list", ENTRY, "after"),
    (160, "database", ROW, "before"), (200, "mailing-list", ENTRY, "after"),
)  # fmt: skip


@cache
def with_mail_server():
    """Events of lesson size, in which the mailing list asks a mail server first: is there such an address?"""
    events = lesson_size("events")
    work, entry = events.to_dict()["services"]["mailing-list"]["handle"]
    return events.replace({
        "services.mailing-list.handle": [{"call": "mail-server"}, work, entry],
        "services.mail-server": {"workers": 8, "handle": [{"work": "5ms"}]},
    })  # fmt: skip


@cache
def redriven():
    """The same with the mail server down for a while, a queue for dead letters, and their way back at second 20."""
    return with_mail_server().replace({
        "services.mailing-list.subscribe": {"channel": LOG, "dead_letter": LETTERS},
        f"channels.{LETTERS}": {"queue": {"redrive": {"at": "20s", "rate": "10/s"}}},
        "faults": [{"outage": "mail-server", "at": "8s", "for": "5s"}],
    })  # fmt: skip


def crashes():
    """Crashes of the two readers, each before or after its effect for one customer."""
    for request, service, effect, when in STRIKES:
        moment = {"request": request, "service": service, "step": f"effect {effect}", "when": when}
        yield {"crash": service, "at_step": moment, "for": "200ms"}


def once_for_everybody(answer):
    mine = changed(answer, redriven(), *FREE)
    properties = [nobody_told_error, of(everything_done, ROW, ENTRY), of(nothing_done_twice, ROW, ENTRY)]
    return {
        "with the mail server down": (mine, properties),
        "with crashes": (mine.replace({"faults": [*crashes()]}), properties),
    }


def hunted_among_crashes(answer):
    """Crashes of the two readers at every step and at any moment, which five strikes cannot be."""
    mine = changed(answer, redriven(), *FREE).replace({"faults": []})
    return {"scenario": mine, "promise": _once, "faults": "crash", "places": READERS}


def _once(run):
    """Everybody has one row and is on the list once."""
    yield from everything_done(run, ROW, ENTRY)
    yield from nothing_done_twice(run, ROW, ENTRY)


TASKS = {
    "once-for-everybody": Task(
        "everybody has one row and is on the list once, after the outage and after crashes",
        once_for_everybody,
        (
            "Look at the customer whom the check names. Was a message worked again, or said to be done before it was?",
            "Never comes of when the work is acknowledged; twice of what is known when a message comes again.",
        ),
        base=redriven,
        hunted=hunted_among_crashes,
    ),
}
