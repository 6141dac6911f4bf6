"""What the steps of a handler allow: how many calls, messages and effects, and whether it answers early."""

import numpy as np

from evsim.results.endings import Outcome
from evsim.scenario.faults import failpoint_after_reply
from evsim.scenario.handlers import branches, replies_early

__all__ = ["compare_with_steps", "fewest_and_most", "may_answer_early"]


def compare_with_steps(books, made, of_these, name):
    """Executions that ended well made at least what their handler always makes, and at most what it may.

    made: how many each row made. of_these(step): whether a step makes some: one, or as many as its `times` says.
    """
    counts = [fewest_and_most(books.run.scenario, place, of_these) for place in books.run.tables.places]
    low = np.array([low for low, _ in counts] + [0])
    high = np.array([high for _, high in counts] + [0])
    ok = (books.rows["outcome"] == Outcome.OK) & np.isnan(books.run.tables.skipped)
    place = books.rows["place"]
    books.demand(~ok | (made >= low[place]), f"the work ended well without all its {name}")
    books.demand(made <= high[place], f"the work made more {name} than its steps can")


def fewest_and_most(scenario, place, of_these):
    """(fewest, most) of some steps that a successful execution at a place takes. of_these(step): whether it is one."""
    handle = scenario.services[place.service].handle
    return (0, 1 << 30) if callable(handle) else _count(place, handle, of_these)


def _count(place, steps, of_these):
    low = high = 0
    for step in steps:
        if of_these(step):
            stops = step.asks and step.inside  # after one call without an answer something else is done
            low, high = low + min(step.times.fewest, 1 if stops else step.times.most), high + step.times.most
        counts = [
            _count(place, branch, of_these)
            for number, branch in enumerate(branches(step))
            if step.opens(number, place.operation)
        ]
        if step.by_chance:
            low, high = low + min(c[0] for c in counts), high + max(c[1] for c in counts)
        elif step.in_place:
            low, high = low + sum(c[0] for c in counts), high + sum(c[1] for c in counts)
        elif step.together:
            low += 0 if step.successes else sum(c[0] for c in counts)
            high += sum(c[1] for c in counts)
        else:
            high += sum(c[1] for c in counts)  # only without an answer
    return low, high


def may_answer_early(scenario, place):
    """Whether a handler may reply before its end."""
    handle = scenario.services[place.service].handle
    if callable(handle):
        return False
    if failpoint_after_reply(scenario, place.service):
        return True
    return replies_early(handle, place.operation)
