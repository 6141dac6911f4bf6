"""Recount of what services turned away at the turn because nobody waited any more; and whom a service may refuse."""

import numpy as np

from evsim.results.records import Outcome, Reason

__all__ = ["CHECKS", "refusable"]


def stale(books):
    """Only who was given up is withdrawn as stale."""
    rows = books.rows
    withdrawn = (rows["outcome"] == Outcome.WITHDRAWN) & (rows["reason"] == Reason.STALE)
    given_up = rows["settled"] <= rows["ended"]
    books.demand(~withdrawn | given_up, "withdrawn as stale and its caller still waited")


def refusable(books):
    """(service, its rows that it may refuse, its settings): calls, requests, and what a bus brings."""
    scenario = books.run.scenario
    for name, service in scenario.services.items():
        mine = [
            place.service == name and (not place.is_delivery or scenario.channels[place.source].direct)
            for place in books.run.tables.places
        ]
        yield name, np.array([*mine, False])[books.rows["place"]], service


CHECKS = (stale,)
