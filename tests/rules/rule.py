"""Rules of the manual that name a limit or an order, each with a case that sits exactly on it and one just beyond."""

from collections.abc import Callable
from dataclasses import dataclass

from evsim.scenario import Scenario

__all__ = [
    "BEYOND", "JUST", "Rule", "answers", "begun", "causes", "ended", "outcomes", "attempts", "states", "system",
    "times",
]  # fmt: skip

JUST = 0.001  # seconds: just beyond a limit
BEYOND = 1 + JUST


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


# What runs tell.


def outcomes(run):
    """How the requests of the customers ended, in their order."""
    return run.requests.sort_values("workload").outcome.tolist()


def answers(run):
    """(outcome, when they were told) of the customers, in their order."""
    frame = run.requests.sort_values("workload")
    return list(zip(frame.outcome, frame.answered.round(9), strict=True))


def _spans(run, service):
    return run.spans[run.spans.service == service]


def begun(service):
    """Numbers of the customers whose work at a service began, in the order in which it did."""

    def tells(run):
        frame = _spans(run, service)
        frame = frame[frame.started.notna()].sort_values("started", kind="stable")
        return [int(name[1:]) for name in frame.workload]

    return tells


def times(service, column):
    """The times in a column of the spans of a service, in order."""
    return lambda run: sorted(_spans(run, service)[column].dropna().round(9).tolist())


def ended(service):
    """(outcome, reason) of each attempt at a service, in their order."""

    def tells(run):
        frame = _spans(run, service)
        return list(zip(frame.outcome, frame.reason, strict=True))

    return tells


def causes(service):
    """Why attempts at a service failed, in the order of the attempts."""
    return lambda run: [each for each in _spans(run, service).reason if each != "none"]


def attempts(service):
    """How many attempts each customer's way had at a service."""
    return lambda run: _spans(run, service).groupby("workload").size().tolist()


def states(channel):
    """(state, cause) of the deliveries of a channel, in the order of the messages."""

    def tells(run):
        frame = run.ledger[run.ledger.channel == channel].sort_values("message", kind="stable")
        return list(zip(frame.state, frame.cause, strict=True))

    return tells
