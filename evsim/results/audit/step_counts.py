"""What the steps of a handler allow: how many calls, messages and effects, and whether it answers early."""

from evsim.scenario.faults import strikes_after_reply
from evsim.scenario.handlers import all_steps, branches

__all__ = ["fewest_and_most", "may_answer_early"]


def fewest_and_most(scenario, place, kinds):
    """(fewest, most) steps of some kinds that a successful execution at a place takes."""
    handle = scenario.services[place.service].handle
    return (0, 1 << 30) if callable(handle) else _count(handle, kinds)


def _count(steps, kinds):
    low = high = 0
    for step in steps:
        low, high = low + (step.kind in kinds), high + (step.kind in kinds)
        counts = [_count(branch, kinds) for branch in branches(step)]
        if step.kind == "maybe":
            low, high = low + min(c[0] for c in counts), high + max(c[1] for c in counts)
        elif step.kind == "parallel":
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
    if strikes_after_reply(scenario, place.service):
        return True
    body = handle[:-1] if handle[-1].replies else handle
    return any(step.replies for step in all_steps(body))
