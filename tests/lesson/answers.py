"""Answers to each exercise of lessons 00 to 03: right ones, some of them unusual, and wrong ones of many kinds."""

import numpy as np

from evsim.lesson import lesson_size
from evsim.lesson.tasks import HANDLE
from tests.lesson.handlers import divides_by_zero, hides_everything, in_python, yields_a_number

WORK, REPLY = {"work": "2ms"}, {"reply": "registered"}
ROW, ENTRY = {"effect": "customer row"}, {"effect": "subscription"}
DATABASE, LIST, PUBLISH = {"call": "database"}, {"call": "mailing-list"}, {"publish": "customer-registered"}
BOTH = {"parallel": [DATABASE, LIST]}
SUBSCRIBE = "services.database.subscribe"


def steps(*between):
    return [WORK, *between, REPLY]


def call(service, **settings):
    return {"call": {"service": service, **settings}}


def rewired(*between, database=(), **changes):
    return {HANDLE: steps(*between), SUBSCRIBE: list(database), **changes}


def sometimes_fails(*between, probability):
    return steps({"maybe": {"probability": probability, "then": [{"fail": 1.0}]}}, *between)


CLASSIC, EVENTS = lesson_size("classic"), lesson_size("events")
UNDOES = call("mailing-list", on_error={"compensate": [{"undo": "customer row"}]})

RIGHT = {
    "break-events": ["customer-registered", "register", "broker"],  # the last: a part by what it is
    "wait-for-the-slowest": [
        steps(BOTH),
        steps({"parallel": [LIST, DATABASE]}),
        [{"work": "1ms"}, {"work": "1ms"}, {"parallel": [[LIST], [DATABASE]]}, REPLY],
        CLASSIC.replace({HANDLE: steps(DATABASE, LIST)}).replace({HANDLE: steps(BOTH)}),
    ],
    "honest-error": [
        steps(LIST, DATABASE),
        in_python,
        steps(call("mailing-list", retry={"attempts": 3, "backoff": "50ms"}), DATABASE),
        steps(DATABASE, UNDOES),
        steps(DATABASE, call("mailing-list", retry={"attempts": 200, "backoff": "100ms"})),
    ],
    "yes-means-a-row": [
        rewired(DATABASE, PUBLISH),
        {HANDLE: [WORK, DATABASE, REPLY, PUBLISH], SUBSCRIBE: []},
        EVENTS.replace(rewired(call("database", timeout="5s"), PUBLISH)),
    ],
}

ALL_THE_SAME = r"and was told yes after .* ms all the same"
WRONG = {
    "break-events": [
        ("mailing-list", f"came with mailing-list down, {ALL_THE_SAME}"),
        ("database", f"came with database down, {ALL_THE_SAME}"),
        ("databse", "did you mean database?"),
        ("register-page", "a workload cannot fail"),
        ("", "can't be run"),
        (3, "in quotes"),
        (["customer-registered"], "in quotes"),
        (EVENTS, "in quotes"),
    ],
    "wait-for-the-slowest": [
        (steps(DATABASE, LIST), "had to wait .* for database before mailing-list was"),
        (steps(LIST, DATABASE), "had to wait .* for mailing-list before database was"),
        (steps(DATABASE), "was told yes after .*, and never got a subscription"),
        (steps({"parallel": [DATABASE, LIST, LIST]}), "got a subscription twice"),
        ([REPLY, WORK, BOTH], "was told yes after .*, and got a customer row .* later"),
        (sometimes_fails(BOTH, probability=0.0015), "Seed 2: .* was not told yes"),  # nobody is so unlucky in seed 1
        (steps(BOTH, {"fail": 1.0}), "was not told yes"),
        (steps({"fail": 0.999}, BOTH), "was not told yes"),
        (steps({"parallel": [call(each, timeout="1us") for each in ("database", "mailing-list")]}), "was not told yes"),
        (steps(ROW, ENTRY), "got a customer row from register, and not from database"),
        (steps(BOTH, {"effect": "customer row"}), "got a customer row twice"),
        ([BOTH, REPLY], "register has 2 ms of work for each customer, and in your steps 0 ms"),
        (CLASSIC.replace({"services.mailing-list.workers": 90}), "changed too: services.mailing-list.workers"),
        ([], "must hold at least 1"),
        ("parallel", "give a list of steps, not 'parallel'"),
        (steps({"paralel": [DATABASE, LIST]}), "can't be run: .*did you mean parallel"),
        (steps({"call": "databse"}), "can't be run: .*did you mean database"),
        ([WORK, "call database", REPLY], "can't be run"),
        (divides_by_zero, "register failed at .* ZeroDivisionError"),
    ],
    "honest-error": [
        (steps(DATABASE, LIST), "was told an error, and has a customer row"),
        (steps(BOTH), "was told an error, and has a customer row"),
        (steps(DATABASE), "never got a subscription"),
        (steps(), "never got a customer row"),
        (steps({"fail": 0.999}, DATABASE, LIST), "was told an error, and has|with nothing broken.* was not told yes"),
        (steps({"fail": 1.0}), "with nothing broken.* was not told yes"),
        (sometimes_fails(LIST, DATABASE, probability=0.003), "with nothing broken.* was not told yes"),
        (steps(ROW, ENTRY), "from register, and not from"),
        (steps(call("mailing-list", on_error="ignore"), DATABASE), "never got a subscription"),
        (steps(call("mailing-list", retry={"attempts": 20_000}), DATABASE), "can't be run: .*at most"),
        (steps(call("mailing-list", retry={"attempts": 10_000}), DATABASE), "far too many calls"),
        ([{"work": "0s"}, LIST, DATABASE, REPLY], "register has 2 ms of work"),
        (CLASSIC.replace({HANDLE: steps(LIST, DATABASE)}), "changed too: faults"),
        (hides_everything, "can't be run: hides_everything goes on and on .* a loop without an end"),
        (yields_a_number, "a Python handler yielded 3, which is no step"),
        (None, "give a list of steps, not None"),
        (np.array([1, 2]), "give a list of steps, not array"),
        ({}, "was told an error, and has a customer row"),
    ],
    "yes-means-a-row": [
        (rewired(PUBLISH, database=["customer-registered"]), "got a customer row .* later"),
        (rewired(DATABASE, PUBLISH, database=["customer-registered"]), "got a customer row twice"),
        (rewired(DATABASE, LIST), "was not told yes"),
        (rewired(DATABASE), "was told yes, and never got a subscription"),
        (rewired(PUBLISH), "never got a customer row"),
        (rewired(PUBLISH, DATABASE), "with the database down: .*told an error, and has a subscription"),
        (rewired(ROW, PUBLISH), "got a customer row from register"),
        (rewired({"fail": 1.0}), "was not told yes"),
        (rewired(DATABASE, PUBLISH, **{"workloads.register-page.arrivals.poisson": "1/h"}), "changed too: workloads"),
        (rewired(DATABASE, PUBLISH, **{"services.mailing-list.workers": 9}), "changed too: services.mailing-list"),
        ([DATABASE, PUBLISH], "give a dict with services.register.handle and services.database.subscribe"),
        ({HANDLE: [], SUBSCRIBE: []}, "must hold at least 1"),
        (rewired(DATABASE, {"publish": "customer-registerd"}), "did you mean customer-registered"),
        ({HANDLE: steps(DATABASE, PUBLISH)}, "got a customer row twice"),
    ],
}  # fmt: skip
