"""Lesson 07: three programs on pipes, mails behind a queue that is advertised for, and an exercise about its length."""

from functools import cache

import numpy as np

from evsim.lesson.answers import changed, of
from evsim.lesson.exercises import Task
from evsim.lesson.properties import (
    counterexample,
    done_within,
    everything_done,
    nothing_done_twice,
    refusal_means_nothing_done,
    told_within,
)
from evsim.scenario import Scenario, load

__all__ = ["TASKS", "advertised", "pipeline"]

MAIL, QUEUE = "welcome mail", "mails"
LATEST, EARLY, AT_ONCE = 5, 4, 0.1  # s: for a mail; a wait that is no reason to refuse; for an answer


@cache
def pipeline(holds=16):
    """3,000 lines through three programs, joined by pipes that hold so many lines; the second is slow."""
    pipes = {f"channels.{name}.pipe.capacity": holds for name in ("listed", "kept")}
    lines = {"workloads.lines.arrivals": {"constant": "1000/s"}, "run.duration": "3.001s", "run.warmup": "0s"}
    return load("unix-pipe").replace(pipes | lines | {"objectives": {}})


@cache
def advertised(places=None, overflow=None):
    """Eight customers a second, and a mail for each, of which five can be sent in a second.

    They wait in a queue with so many `places` (None: without a limit) and an `overflow`.
    """
    queue = {"max_length": places, "overflow": overflow} if places else {}
    return Scenario.from_dict({
        "name": "advertised",
        "workloads": {"register-page": {"target": "register", "arrivals": {"constant": "8/s"}}},
        "services": {
            "register": {"workers": 64, "handle": [{"work": "2ms"}, {"publish": QUEUE}, {"reply": "registered"}]},
            "mailer": {"subscribe": QUEUE, "handle": [{"work": "200ms"}, {"effect": MAIL}]},
        },
        "channels": {QUEUE: {"queue": queue}},
        "run": {"duration": "150s"},
    })  # fmt: skip


def refused_in_need(run):
    """Nobody is told an error while the mail of the customer who was taken before them came soon."""
    requests, (mail,) = run.tables.requests, run.tables.requests.first_time
    taken = np.flatnonzero(run.outcomes.yes)
    for place in np.flatnonzero(run.outcomes.error):
        before = taken[taken < place]
        if not len(before):
            yield counterexample(run, place, "was told an error, and nobody had been taken")
        elif mail[before[-1]] - requests.answered[before[-1]] < EARLY:
            waited = mail[before[-1]] - requests.answered[before[-1]]
            words = f"was told an error, and there was room: the one before them waited {waited:.2f} s for a mail"
            yield counterexample(run, place, words)


def as_long_as_a_promise(answer):
    mine = changed(answer, advertised(), f"channels.{QUEUE}")
    kept = [of(everything_done, MAIL), of(done_within, LATEST, MAIL), of(nothing_done_twice, MAIL)]
    honest = [of(told_within, AT_ONCE), of(refusal_means_nothing_done, MAIL), refused_in_need]
    calm = mine.replace({"workloads.register-page.arrivals": {"poisson": "2/s"}})
    return {"": (mine, [*kept, *honest]), "on a calm day": (calm, [*kept, *honest])}


TASKS = {
    "as-long-as-a-promise": Task(
        f"whoever was told yes had a mail within {LATEST} s, and whoever could not have it was told so at once",
        as_long_as_a_promise,
        (
            "How long does the last one in the queue wait? What decides how many stand before them?",
            "Five mails a second, and five seconds. And what is a full queue to say: wait, forget somebody, or no?",
        ),
        base=advertised,
    ),
}
