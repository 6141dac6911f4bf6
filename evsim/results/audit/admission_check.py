"""Recount of what services turned away at the turn because nobody waited any more; and whom a service may refuse."""

import numpy as np

from evsim.results.endings import Outcome, Reason

__all__ = ["CHECKS", "refusable"]


def stale(books):
    """Only who was given up is withdrawn as stale."""
    rows = books.rows
    withdrawn = (rows["outcome"] == Outcome.WITHDRAWN) & (rows["reason"] == Reason.STALE)
    given_up = rows["settled"] <= rows["ended"]
    books.demand(~withdrawn | given_up, "withdrawn as stale and its caller still waited")


def refusable(books):
    """(service, its rows that it may refuse, its settings, their age): calls, requests, and what a bus brings."""
    scenario = books.run.scenario
    for name in scenario.services:
        mine = [
            place.service == name and (not place.is_delivery or scenario.channels[place.source].direct)
            for place in books.run.tables.places
        ]
        mine = np.array([*mine, False])[books.rows["place"]]
        yield from ((name, mine, age.scenario.services[name], age) for age in books.ages)


def admitted(books):
    """Who is told no at the door came while not everybody was let in; nobody is let in where nobody may be."""
    rows = books.rows
    workloads = np.array([place.workload if place.is_request else "" for place in books.run.tables.places] + [""])
    shed = (rows["reason"] == Reason.SHED) & (rows["outcome"] == Outcome.REFUSED) & np.isnan(rows["ready"])
    for age in books.ages:
        for name, workload in age.scenario.workloads.items():
            mine = (workloads[rows["place"]] == name) & age.has(rows["born"])
            if workload.admitted in (0, 1):
                told = (
                    f"{name} was told no at an open door" if workload.admitted else f"{name} came through a closed door"
                )
                books.demand(~mine | (shed == (not workload.admitted)), told)


CHECKS = (stale, admitted)
