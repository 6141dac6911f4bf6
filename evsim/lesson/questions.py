"""The questions of the lessons: four answers each, the thoughts behind the wrong ones, and the truth.

The truth is simulated when a guess is compared with it, so that no cell of a notebook gives it away.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evsim.lesson.contract_task import after_the_rename
from evsim.lesson.function_task import forty_at_once
from evsim.lesson.heard import NOTHING, did_it_happen
from evsim.lesson.history_task import had_of_the_past
from evsim.lesson.lesson_sizes import chain, lesson_size
from evsim.lesson.loop_task import one_thread
from evsim.lesson.network_task import errors_in_a_thousand
from evsim.lesson.newcomer_task import ends_with_three
from evsim.lesson.order_task import addresses
from evsim.lesson.outbox_task import ENTRY, ROW, row_first
from evsim.lesson.pipe_task import pipeline
from evsim.lesson.predictions import predict
from evsim.lesson.properties import true_when_told
from evsim.lesson.storm_task import storm
from evsim.lesson.window_task import board
from evsim.lesson.workers_task import mailing

__all__ = ["QUESTIONS", "Question", "question"]

SEEDS = range(1, 6)
DOWN = {"faults": [{"outage": "mailing-list", "at": "8s", "for": "5s"}]}
BAD_DAY = {"faults": [
    {"outage": "mailing-list", "at": "4s", "for": "3s"},
    {"loss": ["register", "mailing-list"], "probability": 0.3, "at": "11s", "for": "3s"},
    {"slowdown": "mailing-list", "factor": 6, "at": "18s", "for": "3s"},
]}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """``asked``; ``choices``: answer -> the wrong thought behind it, or ""; ``truth()``: the right one."""

    asked: str
    choices: dict
    truth: Callable


def question(name):
    """The :class:`evsim.lesson.predictions.Prediction` of a question of the lessons."""
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    found = QUESTIONS[name]
    return predict(found.asked, found.choices, truth=found.truth)


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
    return min(QUESTIONS["ten-in-a-row"].choices, key=lambda answer: abs(float(answer.split()[-1]) - errors))


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
        for design in QUESTIONS["done-first"].choices
    }
    return min(means, key=means.get)


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
    return min(QUESTIONS["when-over"].choices, key=lambda answer: abs(float(answer.split()[-1]) - missing))


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


QUESTIONS = {
    "on-the-list": Question(
        "In which design is everybody on the mailing list at the moment when they are told 'registered'?",
        {
            "in both designs": "a page that says so has surely checked it.",
            "only in classic": "",
            "only in events": "events are faster, so everything is done sooner.",
            "in neither": "as soon as several programs take part, nobody can promise anything.",
        },
        on_the_list,
    ),
    "ten-in-a-row": Question(
        "A request passes ten services in turn. Of 100 customers, how many are told an error?",
        {
            "about 1": "a chain is as good as each of its links.",
            "about 5": "half of the services hardly matter.",
            "about 10": "",
            "about 20": "every error pulls others along.",
        },
        errors_of_ten,
    ),
    "the-mean": Question(
        "The list is down for a part of the run. What does the mean answer time do?",
        {
            "it rises a lot": "what is broken is slow.",
            "it rises a little": "a mean is over everybody, so a few bad seconds hardly count.",
            "it stays the same": "only the others count, and they are served as before.",
            "it falls": "",
        },
        mean_of_the_broken,
    ),
    "in-vain": Question(
        "register called the mailing list, and heard nothing in time. Is the customer on the list?",
        {
            "yes": "what was sent has arrived, and is done sooner or later.",
            "no": "no answer means that nothing was done.",
            "some are, and some are not": "",
            "not yet": "it is late, and it will be done in the end.",
        },
        in_vain,
    ),
    "done-first": Question(
        "In which design is all done first, on average?",
        {
            "classic": "calls are direct, and every channel is a detour.",
            "parallel": "",
            "hybrid": "a mixture of two designs has the best of both.",
            "events": "what answers first is also done first.",
        },
        done_first,
    ),
    "competing": Question(
        "Four programs read one queue. Of a row, an entry and a count, how many does each customer get?",
        {
            "all three": "whoever reads a channel gets a copy of all that is in it.",
            "two of them": "two programs of a kind count as one, and so another one gets the event, too.",
            "one of them": "",
            "none of them": "programs that read the same channel get in each other's way.",
        },
        true_of_three,
    ),
    "crash-after-the-work": Question(
        "The list has written you down, and crashes before it can say so. In the end, how often are you on it?",
        {
            "never": "a crash takes back what the program was doing.",
            "once": "the broker knows what was done.",
            "twice": "",
            "nobody can say": "what comes of a crash is chance.",
        },
        entries_after_a_crash,
    ),
    "between-two-writes": Question(
        "The database has written your row, and crashes before it can publish. What is left when it is back?",
        {
            "neither row nor entry": "a transaction takes everything back, also in other programs.",
            "the row, and no entry": "",
            "the entry, and no row": "an event is quick, and a row is slow.",
            "row and entry": "a program that is back goes on where it was.",
        },
        left_between_two_writes,
    ),
    "larger-pipes": Question(
        "The two pipes hold 1,600 lines each, and not 16. When is the last line counted?",
        {
            "a hundred times sooner": "what holds more lets more through.",
            "somewhat sooner": "nobody is held up so often, so time is won.",
            "at the same time": "",
            "later": "a large pipe has to be filled first.",
        },
        with_larger_pipes,
    ),
    "busier": Question(
        "The mailer was busy 80 % of the time, and is busy 95 % now. How long does a mail take?",
        {
            "a fifth longer": "a fifth more to do is a fifth more to wait for.",
            "twice as long": "it is more than what was added, but there is still time to spare.",
            "about four times as long": "",
            "longer and longer": "whoever is busy nearly all the time never catches up.",
        },
        time_of_the_busier,
    ),
    "when-over": Question(
        "Numbers are shown as soon as their ten seconds are over. Of 100 events, how many are in none?",
        {
            "0": "what is over has happened, and so it is there.",
            "about 1": "there is always a straggler, and no more than that.",
            "about 8": "",
            "about 40": "whatever is sent late comes too late.",
        },
        missing_when_over,
    ),
    "after-the-trouble": Question(
        "Everybody tries up to three times. What of those who come after second 60, when the list is quick again?",
        {
            "all is as before": "when the cause is gone, so is the effect.",
            "they wait longer": "what piled up has to be done first, and it is.",
            "some are told an error": "a little of the trouble is always left.",
            "all of them are told an error": "",
        },
        after_the_trouble,
    ),
    "eight-consumers": Question(
        "A log has 4 partitions, and its group grows from 4 to 8 instances. How much is done in a second?",
        {
            "twice as much": "work is shared out among all who are there.",
            "half as much again": "they get in each other's way a little, but more hands do more.",
            "as much as before": "",
            "less": "whoever joins has to be managed, and that costs the others.",
        },
        more_with_eight,
    ),
    "ends-with-three": Question(
        "On the bad day, with how many different mixes of row, entry and profile do those end who were told yes?",
        {
            "1": "whoever is told yes has everything.",
            "4": "things are done one after the other, so what is missing is missing at the end.",
            "6": "three programs, and each has done it or not: twice three.",
            "8": "",
        },
        ends_with_three,
    ),
    "forty-at-once": Question(
        "Five customers come to a function in a second, and once there are forty at the same moment. Who waits?",
        {
            "hardly anybody waits longer": "for each of them a copy is started, so nobody has to share.",
            "the last of them wait longest": "whoever comes at the same time stands in a line.",
            "nearly all of them wait longer": "",
            "most are told an error": "what is made for five cannot take forty.",
        },
        forty_at_once,
    ),
    "the-past": Question(
        "How many of the changes of the first 30 days does the index have in the end?",
        {
            "none": "a message is gone once it is read.",
            "those of the last day or so": "a channel keeps what is still to be done, and no more.",
            "half of them": "whoever reads a channel shares it with those who read it, too.",
            "all of them": "",
        },
        had_of_the_past,
    ),
    "one-thread": Question(
        "800 customers come in a second. One thread works 2 ms for each, who also waits 40 ms for a database. How many"
        " does it serve in a second?",
        {
            "about 24": "a thread serves one after the other, from the first line to the last.",
            "about 100": "it can begin with several, but they get in each other's way.",
            "nearly 500": "",
            "all 800": "what is not blocked has no limit.",
        },
        one_thread,
    ),
    "one-in-a-hundred": Question(
        "One message in 100 is lost, and a customer needs two calls. Of 1,000 customers, how many are told an error?",
        {
            "about 10": "one message in a hundred is one customer in a hundred.",
            "about 20": "two calls have two chances to be lost.",
            "about 40": "",
            "about 80": "what is lost holds up those who come after it, too.",
        },
        errors_in_a_thousand,
    ),
    "renamed": Question(
        "register writes mail in the place of email now, and nobody else has changed. What of those who register?",
        {
            "they are told an error": "whoever writes what cannot be read is told so.",
            "they are told yes, and get a mail": "it is text, and any language reads what any other has written.",
            "they are told yes, and get a mail later": "a broker keeps what is not done until somebody can do it.",
            "they are told yes, and get no mail": "",
        },
        after_the_rename,
    ),
}
