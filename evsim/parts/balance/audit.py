"""Recount of balancers: who had a turn, and whether the one that was picked had as little to do as it should.

Only moments count at which nothing else happens at the service, and at which it is known where everybody stands.
"""

import numpy as np

from evsim.results.endings import Outcome, Reason

__all__ = ["CHECKS"]


def picked(books):
    run, rows = books.run, books.rows
    for name, service in run.scenario.complete.services.items():
        balance = service.balance
        if balance is None or not service.own_inboxes:
            continue
        if service.is_elastic:
            _somebody_is_there(books, name)
            continue
        if balance.health_check is not None:
            continue
        mine = np.array([place.service == name for place in run.tables.places] + [False])[rows["place"]]
        calls = mine & (books.kinds != "delivery")
        if balance.by == "round_robin":
            _in_turns(books, name, np.flatnonzero(calls), service)
        elif balance.by != "random":
            choices = service.instances if balance.by == "least_busy" else balance.choices
            _least_of(books, name, np.flatnonzero(mine), calls, service, min(choices, service.instances))


def _somebody_is_there(books, name):
    """Some stay of those who come and go, and nobody is sent to one that has left: without faults none is refused."""
    run, rows = books.run, books.rows
    if run.scenario.services[name].inside or any(fault.place == name for fault in run.scenario.faults):
        return
    mine = np.array([place.service == name for place in run.tables.places] + [False])[rows["place"]]
    sent = mine & (rows["outcome"] == Outcome.REFUSED) & (rows["reason"] == Reason.UNREACHABLE)
    books.demand(~sent, f"the balancer of {name} sent somebody to an instance that had left")


def _in_turns(books, name, calls, service):
    """Until somebody was refused, of whom nobody knows whether he had a turn."""
    rows = books.rows
    calls = calls[~np.isnan(rows["ready"][calls]) | (rows["outcome"][calls] == Outcome.REFUSED)]
    calls = calls[np.argsort(rows["ready"][calls], kind="stable")]
    refused = rows["ended"][calls[rows["outcome"][calls] == Outcome.REFUSED]].min(initial=np.inf)
    calls = calls[rows["ready"][calls] < refused]
    alone = _alone(rows["ready"][calls], rows["ready"][calls]) & (rows["worker"][calls] >= 0)
    instance = rows["worker"][calls] // service.workers
    in_turn = instance == np.arange(len(calls)) % service.instances
    books.demand(in_turn | ~alone, f"the balancer of {name} left out a turn", calls)


def _least_of(books, name, mine, calls, service, choices):
    """At least one less than `choices` others had as much to do."""
    rows = books.rows
    came = np.where(books.kinds == "delivery", rows["arrived"], rows["ready"])[mine]
    started, ended = rows["started"][mine], rows["ended"][mine]
    waited = (rows["outcome"][mine] != Outcome.REFUSED) | (ended > came)  # who is refused at the turn had an inbox
    here = ~np.isnan(came) & waited
    until = ended if service.balance.counts == "outstanding" else np.fmin(started, ended)
    until = np.fmin(until, np.inf)
    worked = here & (rows["worker"][mine] >= 0)
    instance = rows["worker"][mine] // service.workers
    known = worked & calls[mine] & ~np.isnan(started)
    times = came[known]
    moments = np.concatenate([came[here], started[here & (started != came)], ended[here]])
    sure, nowhere = _alone(times, moments[~np.isnan(moments)]), here & ~worked
    sure &= _count(came[nowhere], until[nowhere], times) == 0
    to_do = np.array([_count(came[at], until[at], times) for at in
                      (worked & (instance == each) for each in range(service.instances))])  # fmt: skip
    own = to_do[instance[known], np.arange(len(times))]
    as_busy = (to_do >= own).sum(axis=0) - 1
    books.demand((as_busy >= choices - 1) | ~sure, f"the balancer of {name} picked one with more to do", mine[known])


def _count(came, until, times):
    """How many had come before each of these times, and were not over then."""
    return np.searchsorted(np.sort(came), times, "left") - np.searchsorted(np.sort(until), times, "left")


def _alone(times, others):
    """Whether each of these times stands once among `others`."""
    others = np.sort(others)
    return np.searchsorted(others, times, "right") - np.searchsorted(others, times, "left") <= 1


CHECKS = (picked,)
