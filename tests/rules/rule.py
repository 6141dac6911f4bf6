"""Rules of the manual that name a limit or an order, each with a case that sits exactly on it and one just beyond."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evsim.results.endings import Reason
from evsim.results.requests import REQUEST_OUTCOMES
from evsim.scenario import Scenario

__all__ = [
    "JUST", "Rule", "answers", "attempts", "begun", "causes", "column", "nano", "outcomes", "rows_at", "states",
    "system",
    "times",
]  # fmt: skip

JUST = 1e-9  # seconds: the clock counts nanoseconds


@dataclass(frozen=True)
class Rule:
    """What the manual ``says``; the ``system`` of a setting, and what a run ``tells``.

    ``on``: (setting, what is told) exactly on the limit; ``beyond``: the same just beyond it, on the other side.
    """

    says: str
    system: Callable
    tells: Callable
    on: tuple
    beyond: tuple


def system(services, comes, duration=100, warmup=0, drain_limit=10_000, **parts):
    """A scenario with one customer for each of `comes`: (whom they ask, when), or with more settings of the workload.

    The customers are workloads of their own: c01, c02 ...
    """
    workloads = {
        f"c{number:02}": {"target": target, "arrivals": {"burst": {"count": 1, "at": at}}, **dict(*more)}
        for number, (target, at, *more) in enumerate(comes, 1)
    }
    run = {"duration": duration, "warmup": warmup, "drain_limit": drain_limit}
    return Scenario.from_dict({"name": "limit", "workloads": workloads, "services": services, "run": run, **parts})


# What runs tell, from the columns of their records: a frame of each would take as long as all the rest.


def nano(time):
    """Seconds, to the nanosecond."""
    return round(float(time), 9)


def outcomes(run):
    """How the requests of the customers ended, in their order."""
    return [REQUEST_OUTCOMES[each] for each in run.tables.requests.outcome]


def answers(run):
    """(outcome, when they were told) of the customers, in their order."""
    return list(zip(outcomes(run), map(nano, run.tables.requests.answered), strict=True))


def rows_at(run, service):
    """Numbers of the rows at a service, in the order in which they were born."""
    mine = [place.number for place in run.tables.places if place.service == service]
    return np.flatnonzero(np.isin(run.tables.rows["place"], mine)).tolist()


def _customer(run, row):
    return int(run.tables.places[run.tables.rows["place"][row]].workload[1:])


def begun(service):
    """Numbers of the customers whose work at a service began, in the order in which it did."""

    def tells(run):
        started = run.tables.rows["started"]
        rows = [row for row in rows_at(run, service) if started[row] >= 0]
        return [_customer(run, row) for row in sorted(rows, key=lambda row: started[row])]

    return tells


def times(service, column):
    """The times in a column of the rows at a service, in order."""
    return lambda run: sorted(nano(each) for each in run.tables.rows[column][rows_at(run, service)] if each >= 0)


def causes(service):
    """Why attempts at a service failed, in the order of the attempts."""
    return lambda run: [
        Reason.word(run.tables.rows["reason"][row]) for row in rows_at(run, service) if run.tables.rows["reason"][row]
    ]


def attempts(service):
    """How many attempts each customer's way had at a service."""

    def tells(run):
        count = Counter(_customer(run, row) for row in rows_at(run, service))
        return [count[customer] for customer in sorted(count)]

    return tells


def states(channel):
    """(state, cause) of the deliveries of a channel, in the order of the messages."""

    def tells(run):
        frame = run.ledger[run.ledger.channel == channel].sort_values("message", kind="stable")
        return list(zip(frame.state, frame.cause, strict=True))

    return tells


def column(name):
    """The times in a column of the messages, in the order in which they were written."""
    return lambda run: [nano(each) for each in run.tables.messages[name] if each >= 0]
