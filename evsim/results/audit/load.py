"""Recount of what services turned away: nobody came in without a token, nobody was worked who had waited too long."""

import numpy as np

from evsim.results.records import Outcome, Reason
from evsim.ticks import elapsed

__all__ = ["CHECKS"]

BEFORE = (Reason.RATE_LIMIT, Reason.UNREACHABLE, Reason.OVERFLOW)  # refused before a token was asked for
SLACK = 1e-6  # tokens: rounding of a sum over a whole run


def tokens(books):
    """Of those let in between any two moments there are no more than a full bucket and what flows in meanwhile."""
    rows = books.rows
    came = np.where(books.kinds == "delivery", rows["arrived"], rows["ready"])
    turned = (rows["outcome"] == Outcome.REFUSED) & np.isin(rows["reason"], BEFORE)
    for name, mine, service in _refusing(books):
        if service.rate_limit is None:
            continue
        let_in = np.flatnonzero(mine & ~turned & ~np.isnan(came))
        let_in = let_in[np.argsort(came[let_in], kind="stable")]
        owed = np.arange(1, len(let_in) + 1) - service.rate_limit.rate * came[let_in]
        most = owed - np.minimum.accumulate(owed) + 1
        books.demand(most <= service.rate_limit.burst + SLACK, f"{name} let in who had no token", let_in)


def ages(books):
    """Who is worked has not waited too long; who is shed at its turn has."""
    rows = books.rows
    for name, mine, service in _refusing(books):
        shed = mine & (rows["outcome"] == Outcome.REFUSED) & (rows["reason"] == Reason.SHED)
        if service.shed is None:
            books.demand(~shed, f"{name} shed a call and sheds none")
        elif service.shed.age is not None:
            waited = elapsed(rows["started"], rows["ready"])
            books.demand(~(mine & (waited > service.shed.age)), f"{name} worked what it had to shed")
        if service.shed is not None and service.shed.expected_wait is None:
            waited = elapsed(rows["ended"], rows["ready"])
            books.demand(~shed | (waited > service.shed.age), f"{name} shed what it had to work")


def stale(books):
    """Only who was given up is withdrawn as stale."""
    rows = books.rows
    withdrawn = (rows["outcome"] == Outcome.WITHDRAWN) & (rows["reason"] == Reason.STALE)
    given_up = rows["settled"] <= rows["ended"]
    books.demand(~withdrawn | given_up, "withdrawn as stale and its caller still waited")


def _refusing(books):
    """(service, its rows that it may refuse, its settings): calls, requests, and what a bus brings."""
    scenario = books.run.scenario
    for name, service in scenario.services.items():
        mine = [
            place.service == name and (place.kind != "delivery" or scenario.channels[place.source].direct)
            for place in books.run.places
        ]
        yield name, np.array([*mine, False])[books.rows["place"]], service


CHECKS = (tokens, ages, stale)
