"""What lesson 16 says, and what has to be true for it."""

import numpy as np
import pytest

from evsim.lesson.loop_task import (
    LATEST,
    PAGE,
    WORK,
    loop,
    on_the_bus,
    one_thread,
    pages_and_reports,
    served,
    threads,
)
from evsim.lesson.questions import QUESTIONS
from evsim.parts.event_loop.figures import pieces_of
from tests.notebooks.reading import ran

NAME = "16-event-loop-and-bus"
MEAN, LONGEST = "pages told after, mean (ms)", "pages told after, longest (ms)"


def settings():
    design = pages_and_reports()
    work, wait, maybe, *_ = design.services["web"].handle
    times = (work.time.mean, wait.time.mean, maybe.probability)
    return times == (0.002, 0.04, 0.02) and design.workloads["browsers"].arrivals.rate == 200


def one_thread_serves_two_hundred():
    its = served(run=loop().run())["run"]
    return design_has_one_loop() and its[LONGEST] < 100 and its["the loop is at work (%)"] < 50


def design_has_one_loop():
    return pages_and_reports().complete.services["web"].event_loop.loops == 1


def eight_hundred_are_four_times_as_many():
    return "800 customers" in QUESTIONS["one-thread"].asked and settings() and 4 * 200 == 800


def five_hundred():
    return one_thread() == "nearly 500" and 1 / 0.002 == 500


def the_longer_the_more_and_more_than_twice():
    """What pieces wait for the loop beyond what they wait without reports, in all."""
    waits = []
    for report in (0, 30, 60, 120):
        pieces = pieces_of(loop(report).run(), "web")
        waits.append(float((pieces["began"] - pieces["queued"]).sum()))
    calm, *more = waits
    some, twice, four = (each - calm for each in more)
    return twice > 2 * some and four > 2 * twice


def twenty_threads_are_as_good():
    table = ran(NAME).gave["table"]
    pool, crowd = table["in the pool"], table["20 threads"]
    return abs(pool[MEAN] - crowd[MEAN]) < 3 and table["on the loop"][LONGEST] > 2 * crowd[LONGEST]


def twenty_seconds():
    return threads(20, 60).run_settings.duration == 20 and threads(20, 60).services["web"].workers == 20


def how_it_is_said():
    table = ran(NAME).gave["ways"]
    customers = table["publish"]["customers"]
    row, entry = "have a row", "are on the list"
    copies = table["publish"][row] == table["publish"][entry] == customers
    turns = all(table[way][row] + table[way][entry] == customers and table[way][row] > 0 for way in ("send", "ask"))
    later = table["ask"]["told yes after, mean (ms)"] > 5 * table["send"]["told yes after, mean (ms)"]
    return copies and turns and later


def five_and_two():
    services, sent = on_the_bus("send").services, ran(NAME).gave["ways"]["send"]
    many = [services[name].instances for name in ("mailing-list", "database")]
    share = sent["are on the list"] / sent["customers"]
    return many == [5, 2] and abs(share - 5 / 7) < 0.01


def nobody_both():
    run = on_the_bus("send").run()
    row, entry = (run.tables.requests.times_done[run.tables.effect_names.index(name)] > 0
                  for name in ("customer row", "subscription"))  # fmt: skip
    return not (row & entry).any() and (row | entry).all()


def only_who_asks_can_hear_of_it():
    """With nobody there, who asks is told an error, and who sends or publishes is told yes."""
    down = {"faults": [{"outage": name, "at": "0s", "for": "20s"} for name in ("database", "mailing-list")]}
    told = {way: on_the_bus(way).replace(down).run().outcomes for way in ("publish", "send", "ask")}
    return told["ask"].error.all() and told["send"].yes.all() and told["publish"].yes.all()


def best_effort():
    table = ran(NAME).gave["best-effort"]
    bus, log = table["bus"], table["log"]
    told = bus["told yes"] == bus["customers"] and log["told yes"] == log["customers"]
    soon = max(bus["told yes after, mean (ms)"], log["told yes after, mean (ms)"]) < 20
    kept = log["messages lost"] == 0 and log["are on the list"] == log["customers"]
    return told and soon and kept and bus["messages lost"] > 1000 and log["longest until done (s)"] > 10


def three_times():
    rates = [on_the_bus(rate=rate).workloads["register-page"].arrivals.rate for rate in (50, 150)]
    return rates[1] == 3 * rates[0] and on_the_bus().complete.channels["customer-registered"].capacity == 20


def of_the_exercise():
    run = pages_and_reports([{"ask": "reports"}]).run()
    spent = np.unique(run.spans.query("service == 'reporter'").eval("ended - started").round(6))
    return (PAGE, LATEST, WORK) == (0.1, 1, 60) and spent == pytest.approx([0.06])


CLAIMS = [
    ("16", "Each page is 2 ms of work, and 40 ms of waiting for a database. 200 customers come in a second.", settings),
    ("16", "Somebody starts it with a single thread.", one_thread_serves_two_hundred),
    ("16", "And what if four times as many come?", eight_hundred_are_four_times_as_many),
    ("16", "The list runs five times and the database twice, so the list has more.", five_and_two),
    ("16", "Here are 200 ms of it, at 200 customers a second.", settings),
    ("16", "2 ms for each customer are 500 in a second", five_hundred),
    ("16", "One customer in fifty asks for a report.", settings),
    ("16", "twice the piece costs them more than twice the time", the_longer_the_more_and_more_than_twice),
    ("16", "all customers of 20 seconds, and beside it the classic way: 20 threads", twenty_seconds),
    ("16", "Twenty threads are as good here.", twenty_threads_are_as_good),
    ("16", "*publish*: each who listens has a copy.", how_it_is_said),
    ("16", "somebody has a row, or is on the list, and nobody both", nobody_both),
    ("16", "It alone can tell the customer that it failed.", only_who_asks_can_hear_of_it),
    ("16", "Three times as many customers come now", three_times),
    ("16", "Everybody was told yes at once, in both.", best_effort),
    ("16", "On the bus at most 20 messages wait for each listener here", three_times),
    ("16", "within 100 ms for everybody who asks for a page. Who asks for a report is told within 1 second, and has it"
     " then. A report stays 60 ms of work.", of_the_exercise),
    ("16", "works 60 ms for each message", of_the_exercise),
]  # fmt: skip
