"""Lesson 10: mails behind a queue, a rush at noon, and an exercise about how many should send them."""

from functools import cache

import numpy as np

from evsim.lesson.answers import changed, keeps_steps, of
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import done_within, everything_done, nobody_told_error, nothing_done_twice
from evsim.scenario import Scenario

__all__ = ["TASKS", "little", "mailing", "paid", "rush"]

MAIL, QUEUE, MAILER = "welcome mail", "mails", "mailer"
STEPS = [{"work": {"exponential": "100ms"}}, {"effect": MAIL}]
LATEST, BUDGET, START = 12, 300, 10  # s until a mail; s of instances in all; s until an instance works
QUIET, BUSY = "5/s", "30/s"
NOON = [["0s", QUIET], ["60s", QUIET], ["61s", BUSY], ["90s", BUSY], ["91s", QUIET], ["180s", QUIET]]


@cache
def mailing(rate=8, instances=1, seconds=100):
    """So many customers a second, and a mail for each; an instance of the mailer sends ten in a second."""
    return Scenario.from_dict({
        "name": "mailing",
        "workloads": {"register-page": {"target": "register", "arrivals": {"poisson": f"{rate}/s"}}},
        "services": {
            "register": {"workers": 64, "handle": [{"work": "2ms"}, {"publish": QUEUE}, {"reply": "registered"}]},
            MAILER: {"instances": instances, "subscribe": QUEUE, "handle": STEPS},
        },
        "channels": {QUEUE: {"queue": {}}},
        "run": {"duration": f"{seconds}s"},
    })  # fmt: skip


@cache
def rush():
    """One mailer, and a rush: 5 customers a second, for half a minute 30, and then 5 again."""
    return mailing().replace({"name": "rush", "workloads.register-page.arrivals": {"profile": NOON},
                              "run.duration": "180s"})  # fmt: skip


def little(**runs):
    """A frame with a column for each run, named: how many mails a second, how long each is there, and their product.

    Beside the product stands how many were there on average, counted at a thousand moments. A mail is there from the
    moment when it is in the queue until it is sent.
    """
    import pandas

    return pandas.DataFrame({name: _little(run) for name, run in runs.items()})


def _little(run):
    came = run.tables.messages["appended"]
    ledger = run.tables.deliveries
    left = np.nan_to_num(ledger.settled, nan=run.ended_at)[np.argsort(ledger.message, kind="stable")]
    over = float(left.max())
    moments = (np.arange(1000) + 0.5) * over / 1000
    there = np.searchsorted(np.sort(came), moments) - np.searchsorted(np.sort(left), moments)
    rate, time = len(came) / over, float((left - came).mean())
    return {
        "mails a second": round(rate, 2), "time of each (s)": round(time, 3),
        "mails a second x time of each": round(rate * time, 2), "there, counted": round(float(there.mean()), 2),
    }  # fmt: skip


def paid(run):
    """For how many seconds instances of the mailer were paid until the last customer came: from their start on."""
    capacity, until = run.tables.capacity[MAILER], run.scenario.run_settings.duration
    ended = np.fmin(np.nan_to_num(capacity.ended, nan=until), until)
    return float(np.maximum(ended - np.fmin(capacity.born, until), 0.0).sum())


def through_the_rush(answer):
    mine = changed(answer, rush(), f"services.{MAILER}")
    mailer = mine.services[MAILER]
    keeps_steps(mine, MAILER, STEPS)
    if mailer.workers > 1:
        raise Refused(f"an instance has one worker, not {mailer.workers}: take more instances")
    scaled = mine.to_dict()["services"][MAILER].get("autoscale")
    if scaled is not None and scaled.get("start") not in ("10s", START):
        raise Refused(f"an instance takes {START} s to start: keep start: 10s")
    seconds = paid(mine.run(seed=1))
    if seconds > BUDGET:
        raise Refused(f"the mailers would be paid for {seconds:.0f} s, and may be for {BUDGET} s")
    return {"": (mine, [nobody_told_error, of(everything_done, MAIL), of(nothing_done_twice, MAIL),
                        of(done_within, LATEST, MAIL)])}  # fmt: skip


TASKS = {
    "through-the-rush": Task(
        f"everybody had a mail within {LATEST} s, also in the rush, for {BUDGET} s of mailers",
        through_the_rush,
        (
            "How many mails come too many in each second of the rush, with one mailer, with two, with four?",
            "You pay for all of them all the time. Who needs four at night? `autoscale` takes a number, and a rule.",
            "What should one instance have in front of it at most? That is the target. How often is it looked at?",
        ),
        base=rush,
    ),
}
