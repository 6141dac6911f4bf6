"""What lesson 05 says, and what has to be true for it."""

from functools import cache

import evsim
from evsim.lesson import crash_designs
from evsim.lesson.delivery_task import with_mail_server
from evsim.results.deliveries import DELIVERY_STATES
from tests.notebooks.reading import ran

NAME, SEEDS = "05-twice-or-never", range(1, 6)


@cache
def matrix(design):
    return evsim.crash_matrix(crash_designs()[design].replace({"run.duration": "3s"}), labels=[design])


def wrong(design):
    """What goes wrong where a reader crashes."""
    readers = ("database", "mailing-list")
    return {crash.kind for crash in matrix(design) if crash.target in readers and crash.untrue}


def early_never_late_twice_idempotent_once():
    return [wrong(design) for design in ("early ack", "late ack", "idempotent")] == [{"broken"}, {"repeated"}, set()]


def register_is_left():
    left = [crash for crash in matrix("idempotent") if crash.untrue]
    return [(crash.target, crash.kind, crash.told) for crash in left] == [("register", "denied", "error")]


def classic_is_no_better():
    return matrix("classic").counts("classic")["denied"] > 0


def twice():
    run = ran(NAME).names["crashed"]
    return run.tables.requests.times_done[run.tables.effect_names.index("subscription"), 0] == 2


def one_entry_two_mails():
    return "1 told yes and all done (mail more than once)" in ran(NAME).gave["limit"]


def nobody_learns_of_it():
    for seed in SEEDS:
        run = ran(NAME).names["down"].run(seed=seed)
        deliveries = run.tables.deliveries
        dead = deliveries.state == DELIVERY_STATES.index("dead")
        if not run.outcomes.yes.all() or not dead.any() or set(deliveries.attempts[dead]) != {5}:
            return False
    return True


def down_for(seconds):
    (fault,) = ran(NAME).names["down"].faults
    return fault.duration == seconds and with_mail_server().services["mailing-list"].handle[0].kind == "call"


def rows_come_twice_with_the_letters():
    run = ran(NAME).names["redriven"].run()
    again = run.effects[run.effects.duplicated(["workload", "request", "effect"])]
    return set(again.effect) == {"customer row"} and (again.time > 20).all() and run.outcomes.yes.all()


def sent_back_at(seconds):
    return ran(NAME).names["way_back"]["channels.dead-letters"]["queue"]["redrive"]["at"] == f"{seconds}s"


CLAIMS = [
    ("05", "A second later it is back.", lambda: ran(NAME).names["crashed"].scenario.faults[0].duration == 1),
    ("05", "you are customer 0, whose entry is the last thing that the list does.", twice),
    ("05", "so it hands the event out again", twice),
    ("05", "Early: *never*, and nobody knows. Late: *twice*. Idempotent: once, wherever the readers crash.",
     early_never_late_twice_idempotent_once),
    ("05", "What is left is *register*", register_is_left),
    ("05", "is *classic*, with its calls, better off?", classic_is_no_better),
    ("05", "One entry, two mails.", one_entry_two_mails),
    ("05", "for 5 seconds the mail server is down", lambda: down_for(5)),
    ("05", "The broker hands the event out five times, and gives up.", nobody_learns_of_it),
    ("05", "at second 20 sends them back to where they died", lambda: sent_back_at(20)),
    ("05", "What is sent back into a log is read again by **all** its groups", rows_come_twice_with_the_letters),
]  # fmt: skip
