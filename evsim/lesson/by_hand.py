"""What a model needs that somebody builds by hand: the luck of a run, and whether both tell the same story."""

from collections.abc import Mapping
from numbers import Real

import numpy as np

from evsim.counting import listed
from evsim.lesson.exercises import Grade
from evsim.lesson.lesson_sizes import lesson_size
from evsim.lesson.wording import wrapped
from evsim.view.words import count, seconds

__all__ = ["luck_of", "same", "without_network"]

NEAR = 1e-6  # s


def without_network(design):
    """A design of lesson size whose messages take no time on their way."""
    return lesson_size(design).replace({"network.latency": "0s"})


def luck_of(run):
    """A frame of what was drawn for each customer of a run in which nothing fails.

    ``arrived``: when they came (s). For each service that they do not ask themselves: how long it worked (s) for
    them. ``partition``: of their message in the log, if there is one. ValueError: there are several workloads, or
    somebody has no message there, or several.
    """
    import pandas

    if len(run.scenario.workloads) > 1:
        several = listed(run.scenario.workloads)
        raise ValueError(f"luck_of tells of the customers of one workload, and here are {several}; run each alone")
    spans = run.spans
    worked = (spans.ended - spans.started).groupby([spans.request, spans.service]).sum().unstack()
    asked = {workload.target for workload in run.scenario.workloads.values()}
    drawn = {name.replace("-", "_"): worked[name] for name in worked if name not in asked}
    found = pandas.DataFrame({"arrived": run.requests.arrived.to_numpy()} | drawn)
    messages = run.tables.messages
    if len(messages["partition"]):
        found["partition"] = _of_each(run.tables.message_requests, messages["partition"], len(found))
    return found.rename_axis("customer")


def _of_each(requests, partitions, customers):
    """The partition of each customer's only message."""
    number = np.bincount(requests, minlength=customers)
    if (number != 1).any():
        first = int(np.argmax(number != 1))
        its = count(int(number[first]), "message")
        raise ValueError(
            f"luck_of tells where the one message of each customer lies, and customer {first} has {its}; "
            "take a run in which each publishes once and nothing fails"
        )
    return partitions[np.argsort(requests)]


def same(run, told, error=(), done=None):
    """Whether a model by hand tells the story of a run: a :class:`Grade`, which names the first customer who differs.

    told: customer -> the moment (s) of their answer. error: who was told an error. done: customer -> the moment when
    all was done for them.
    """
    requests = run.tables.requests
    theirs = [("is told", told, requests.answered)]
    if done is not None:
        theirs.append(("has all done", done, requests.completed_at))
    for what, mine, its in theirs:
        if (words := _odd(what, mine, its)) is not None:
            return Grade(False, wrapped(f"Not yet. {words}."))
    wrong = set(error) ^ set(np.flatnonzero(run.outcomes.error).tolist())
    if wrong:
        first = min(wrong, key=_in_order)
        who = ("evsim", "your model")[first in error]
        return Grade(False, wrapped(f"Not yet. Customer {first} is told an error by {who} alone."))
    errors = f", {len(error)} of them an error" if error else ""
    many = len(_known(told))
    both = f"{'is' if many == 1 else 'are'} told{errors}{_all_done(many, done)}"
    who = count(many, "customer")
    return Grade(True, wrapped(f"The same: {who} {both}, each at the same moment as in evsim."))


def _in_order(customer):
    """Customers by their numbers; after them whatever else a model names."""
    return (0, customer, "") if isinstance(customer, Real) else (1, 0, str(customer))


def _all_done(told, done):
    """That all was done for them, or for how many of them."""
    if done is None:
        return ""
    many = len(_known(done))
    who = "" if many == told else f"{many:,} of them " if many else "none of them "
    return f", and {who}{'has' if many < 2 else 'have'} all done"


def _known(moments):
    """Those of whom there is a moment: NaN is never."""
    return {customer: moment for customer, moment in moments.items() if moment == moment}


def _odd(what, mine, its):
    """The first customer whose moment differs, in words."""
    if not isinstance(mine, Mapping):
        return f"A dict is needed, customer -> moment, and there is {type(mine).__name__}"
    mine, known = _known(mine), _known(dict(enumerate(its.tolist())))
    for customer, moment in known.items():
        if not isinstance(mine.get(customer), Real):
            return f"Customer {customer} {what} at {moment:.6f} s in evsim, and never in your model"
        if abs(mine[customer] - moment) > NEAR:
            late = "later" if mine[customer] > moment else "sooner"
            gap = seconds(abs(mine[customer] - moment))
            return f"Customer {customer} {what} at {moment:.6f} s in evsim, and {gap} {late} in your model"
    more = [customer for customer in mine if customer not in known]
    if not more:
        return None
    if more[0] in range(len(its)):
        return f"Customer {more[0]} {what} in your model, and never in evsim"
    return f"Customer {more[0]} {what} in your model, and evsim has {count(len(its), 'customer')}, numbered from 0"
