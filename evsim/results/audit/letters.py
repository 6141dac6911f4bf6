"""Recount of dead letters: what was given up for good, and has somewhere to go, comes again exactly once."""

import numpy as np

from evsim.results.records import Reason, Verdict
from evsim.results.tally import last_attempts

__all__ = ["CHECKS"]


def letters(books):
    rows, messages, run = books.rows, books.messages, books.run
    count = len(rows["born"])
    _, last = last_attempts(rows)
    over = np.zeros(count, dtype=bool)
    over[last] = np.isin(rows["verdict"][last], (Verdict.DEAD, Verdict.EXPIRED, Verdict.DROPPED))
    over &= books.kinds == "delivery"
    made = (messages["origin"] >= 0) & ~run.routed
    made[[copy for copy, _ in run.records.copies]] = False
    cause = messages["cause"][made]
    books.demand(over[cause], "a dead letter of what was not given up", cause)
    books.demand(rows["parent"][cause] == messages["origin"][made], "a dead letter of another message", cause)
    found = np.bincount(cause, minlength=count)
    books.demand(found <= 1, "two dead letters of one message")
    dead = over & (rows["verdict"] == Verdict.DEAD)
    needed = np.array([_target(run.scenario.complete, place) is not None for place in run.places] + [False])
    needed = needed[rows["place"]]
    books.demand(~(dead & needed) | (found == 1), "a message is dead and has no dead letter")
    moved = rows["reason"] == Reason.REDRIVEN
    books.demand(~moved | (found == 1), "a dead letter left for where it died, and no message came of it")
    books.demand(~(over & ~needed & ~moved & (rows["place"] >= 0)) | (found == 0), "a dead letter without an address")


def _target(scenario, place):
    if place.kind != "delivery":
        return None
    return place.step.dead_letter or getattr(scenario.channels[place.source], "dead_letter", None)


CHECKS = (letters,)
