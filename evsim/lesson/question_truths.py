"""The truth of the questions of the lessons, simulated when a guess is compared with it: one of the answers each."""

import numpy as np

from evsim.lesson.heard import NOTHING, did_it_happen
from evsim.lesson.lesson_sizes import chain, lesson_size
from evsim.lesson.order_task import addresses
from evsim.lesson.outbox_task import ENTRY, ROW, row_first
from evsim.lesson.pipe_task import pipeline
from evsim.lesson.properties import true_when_told
from evsim.lesson.storm_task import storm
from evsim.lesson.window_task import board
from evsim.lesson.workers_task import mailing

__all__ = [
    "after_the_trouble",
    "done_first",
    "entries_after_a_crash",
    "errors_of_ten",
    "in_vain",
    "left_between_two_writes",
    "mean_of_the_broken",
    "missing_when_over",
    "more_with_eight",
    "on_the_list",
    "time_of_the_busier",
    "true_of_three",
    "with_larger_pipes",
]

SEEDS = range(1, 6)
DOWN = {"faults": [{"outage": "mailing-list", "at": "8s", "for": "5s"}]}
BAD_DAY = {"faults": [
    {"outage": "mailing-list", "at": "4s", "for": "3s"},
    {"loss": ["register", "mailing-list"], "probability": 0.3, "at": "11s", "for": "3s"},
    {"slowdown": "mailing-list", "factor": 6, "at": "18s", "for": "3s"},
]}  # fmt: skip


def _tallies(scenario):
    return [scenario.run(seed=seed).tables.requests for seed in SEEDS]


def on_the_list():
    """In which designs everybody who is told yes is on the list at that moment."""
    true = []
    for design in ("classic", "events"):
        runs = (lesson_size(design).run(seed=seed) for seed in SEEDS)
        if not any(list(true_when_told(run, "subscription")) for run in runs):
            true.append(design)
    return ("in neither", f"only in {' '.join(true)}", "in both designs")[len(true)]


def errors_of_ten():
    """How many of 100 customers a chain of ten services tells an error, as the nearest of the answers."""
    errors = 100 * np.mean([chain(10).run(seed=seed).outcomes.error.mean() for seed in SEEDS])
    return min(
        ("about 1", "about 5", "about 10", "about 20"), key=lambda answer: abs(float(answer.split()[-1]) - errors)
    )


def mean_of_the_broken():
    """What the mean time to an answer does when the list is down."""
    healthy, broken = (
        np.mean([each.response.mean() for each in _tallies(lesson_size("classic").replace(change))])
        for change in ({}, DOWN)
    )
    change = broken / healthy - 1
    limits = {"it falls": -0.02, "it stays the same": 0.02, "it rises a little": 0.2}
    return next((answer for answer, limit in limits.items() if change < limit), "it rises a lot")


def done_first():
    """The design in which all is done first, on average."""
    means = {
        design: np.mean([np.nanmean(each.completion) for each in _tallies(lesson_size(design))])
        for design in ("classic", "parallel", "hybrid", "events")
    }
    return min(means, key=means.__getitem__)


def true_of_three():
    """Of a row, an entry and a count, how many each customer gets whose event four programs read from one queue."""
    article, log = lesson_size("two-producers-four-consumers"), "customer-registered"
    changes = {f"services.{name}.subscribe": log for name, service in article.services.items() if service.subscribe}
    queue = article.replace(changes | {f"channels.{log}": "queue"})
    (number,) = {int(number) for each in _tallies(queue) for number in each.present}
    return ("none of them", "one of them", "two of them", "all three")[number]


def in_vain():
    """What happened of the calls of the list that heard nothing in time, on the bad day of lesson 02."""
    tables = [
        did_it_happen(lesson_size("classic").replace(BAD_DAY).run(seed=seed), "mailing-list", "subscription")
        for seed in SEEDS
    ]
    happened, not_ = sum(tables).loc[NOTHING]
    return "some are, and some are not" if happened and not_ else "yes" if happened else "no"


def entries_after_a_crash():
    """How often a customer is on the list, which crashes after it has written them down and before it says so."""
    moment = {"request": 0, "service": "mailing-list", "step": "effect subscription", "when": "after"}
    crash = {"faults": [{"crash": "mailing-list", "at_step": moment, "for": "1s"}]}
    runs = [lesson_size("events").replace(crash).run(seed=seed) for seed in SEEDS]
    (times,) = {int(run.tables.requests.times_done[run.tables.effect_names.index("subscription"), 0]) for run in runs}
    return ("never", "once", "twice")[times]


def left_between_two_writes():
    """What is left of a customer when the database crashes after the row and before the event."""
    moment = {"request": 0, "step": "effect customer row", "when": "after"}
    crash = {"faults": [{"crash": "database", "at_step": moment, "for": "1s"}]}
    runs = [row_first().replace(crash).run(seed=seed) for seed in SEEDS]
    ((row, entry),) = {
        tuple(int(run.tables.requests.times_done[run.tables.effect_names.index(name), 0]) for name in (ROW, ENTRY))
        for run in runs
    }
    return {
        (0, 0): "neither row nor entry", (1, 0): "the row, and no entry", (0, 1): "the entry, and no row",
        (1, 1): "row and entry",
    }[row, entry]  # fmt: skip


def with_larger_pipes():
    """When the last line is counted if pipes hold a hundred times as much."""
    small, large = (float(pipeline(holds).run().effects.time.max()) for holds in (16, 1600))
    limits = {"a hundred times sooner": 0.02, "somewhat sooner": 0.98, "at the same time": 1.02}
    return next((answer for answer, limit in limits.items() if large / small < limit), "later")


def time_of_the_busier():
    """How much longer a mail takes, from the press on, when the mailer is busy 95 % of the time and not 80 %."""
    usual, busier = (
        np.mean([np.nanmean(each.completion) for each in _tallies(mailing(rate, seconds=1000))]) for rate in (8, 9.5)
    )
    times = {"a fifth longer": 1.2, "twice as long": 2, "about four times as long": 4}
    return min(times, key=lambda answer: abs(np.log(busier / usual / times[answer])))


def missing_when_over():
    """How many of 100 events are in no number, if numbers are shown as soon as their time is over."""
    events = [event for seed in SEEDS for event in board().run(seed=seed).records.events]
    missing = 100 * sum(event.late for event in events) / len(events)
    return min(("0", "about 1", "about 8", "about 40"), key=lambda answer: abs(float(answer.split()[-1]) - missing))


def after_the_trouble():
    """What those are told who come half a minute after the trouble, where everybody tries three times."""
    runs = [storm(retry={"attempts": 3}).run(seed=seed) for seed in SEEDS]
    told = np.mean([run.outcomes.error[run.tables.requests.arrived > 60].mean() for run in runs])
    slower = np.mean([np.nanmean(run.tables.requests.response[run.tables.requests.arrived > 60]) for run in runs]) > 1
    if told > 0.9:
        return "all of them are told an error"
    return "some are told an error" if told > 0.01 else "they wait longer" if slower else "all is as before"


def more_with_eight():
    """How much more a group of eight does in a second than one of four, with a log of four partitions."""
    done = [
        np.mean([(addresses(readers).run(seed=seed).effects.time <= 30).sum() for seed in SEEDS]) for readers in (4, 8)
    ]
    more = done[1] / done[0]
    limits = {"less": 0.98, "as much as before": 1.02, "half as much again": 1.7}
    return next((answer for answer, limit in limits.items() if more < limit), "twice as much")
