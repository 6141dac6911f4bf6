"""What is to hold for every customer of a run. Each property yields those for whom it does not, in order."""

from dataclasses import dataclass

import numpy as np

from evsim.ticks import elapsed
from evsim.view.style import faults, seconds
from evsim.view.words import with_article

__all__ = [
    "Counterexample", "asked_at_once", "beyond", "both_or_neither", "counterexample", "done_by", "done_within",
    "everything_done", "nobody_told_error", "nothing_done_twice", "refusal_means_nothing_done", "somebody_told_error",
    "told_what", "told_within", "true_when_told",
]  # fmt: skip


@dataclass(frozen=True)
class Counterexample:
    """A ``customer`` (the number of a request) for whom something does not hold, and why, in ``words``.

    ``workload``: where they came from, in a run of several workloads; else None.
    """

    customer: int
    words: str
    workload: str | None = None


def nobody_told_error(run):
    """Everybody is told yes."""
    for place in np.flatnonzero(~run.outcomes.yes):
        yield counterexample(run, place, "was not told yes")


def somebody_told_error(run):
    """Somebody is told an error. If nobody is, it fails for those who came during a fault."""
    requests = run.tables.requests
    if run.outcomes.error.any():
        return
    for fault in faults(run):
        for place in np.flatnonzero((requests.arrived >= fault.start) & (requests.arrived < fault.end)):
            told = f"was told {told_what(run, place)}"
            if not run.outcomes.nothing[place]:
                told += f" after {seconds(requests.response[place])} all the same"
            yield counterexample(run, place, f"came with {fault.words}, and {told}")


def everything_done(run, *effects):
    """Whoever is told yes gets each effect, sooner or later."""
    for name in effects:
        times, _ = _effect(run, name)
        for place in np.flatnonzero(run.outcomes.yes & (times == 0)):
            yield counterexample(run, place, f"was told yes, and never got {with_article(name)}")


def true_when_told(run, *effects):
    """Whoever is told yes has each effect at that moment."""
    requests = run.tables.requests
    for name in effects:
        _, first = _effect(run, name)
        for place in np.flatnonzero(run.outcomes.yes & ~(first <= requests.answered)):
            when = first[place] - requests.answered[place]
            later = (
                f"got {with_article(name)} {seconds(when)} later" if when == when else f"never got {with_article(name)}"
            )
            yield counterexample(run, place, f"was told yes after {seconds(requests.response[place])}, and {later}")


def done_within(run, limit, *effects):
    """Whoever is told yes gets each effect at most `limit` seconds later."""
    for name in effects:
        times, first = _effect(run, name)
        late = first - run.tables.requests.answered
        for place in np.flatnonzero(run.outcomes.yes & (times > 0) & (late > limit)):
            later = f"{beyond(late[place], limit)} s later"
            yield counterexample(run, place, f"was told yes, and got {with_article(name)} {later}")


def told_within(run, limit):
    """Whoever is told anything is told it at most `limit` seconds after they asked."""
    response = run.tables.requests.response
    for place in np.flatnonzero(response > limit):
        waited, most = seconds(response[place]), seconds(limit)
        words = f"{beyond(response[place], limit)} s" if waited == most else waited
        yield counterexample(run, place, f"had to wait {words} for an answer")


def both_or_neither(run, one, other):
    """Whoever gets one of two effects gets the other, sooner or later."""
    has = {name: _effect(run, name)[0] > 0 for name in (one, other)}
    for name, missing in ((one, other), (other, one)):
        for place in np.flatnonzero(has[name] & ~has[missing]):
            yield counterexample(run, place, f"got {with_article(name)}, and never {with_article(missing)}")


def nothing_done_twice(run, *effects):
    """Nobody gets an effect more than once."""
    for name in effects:
        times, _ = _effect(run, name)
        for place in np.flatnonzero(times > 1):
            again = "twice" if times[place] == 2 else f"{times[place]} times"
            yield counterexample(run, place, f"got {with_article(name)} {again}")


def refusal_means_nothing_done(run, *effects):
    """Whoever is told an error or no has none of the effects."""
    refused = run.outcomes.error | run.outcomes.no
    for name in effects:
        times, _ = _effect(run, name)
        for place in np.flatnonzero(refused & (times > 0)):
            yield counterexample(run, place, f"was told {told_what(run, place)}, and has {with_article(name)}")


def told_what(run, place):
    """What a customer was told: yes, no, an error or nothing."""
    told = run.outcomes
    said = {"yes": told.yes, "no": told.no, "an error": told.error}
    return next((what for what, who in said.items() if who[place]), "nothing")


def done_by(run, *pairs):
    """Each effect is made by its own service: pairs of the name of an effect and of a service."""
    tables = run.tables
    services = np.array([place.service for place in tables.places], dtype=object)
    makers = services[tables.rows["place"][tables.effects["row"]]]
    for name, service in pairs:
        if name in tables.effect_names:
            its = tables.effects["name"] == tables.effect_names.index(name)
            for number in np.flatnonzero(its & (makers != service)):
                place = tables.row_requests[tables.effects["row"][number]]
                yield counterexample(
                    run, place, f"got {with_article(name)} from {makers[number]}, and not from {service}"
                )


def asked_at_once(run, one, other):
    """Two services are called for a customer at the same moment."""
    asked = np.array([_asked(run, service) for service in (one, other)])
    apart = elapsed(asked[1], asked[0])
    for place in np.flatnonzero(apart != 0):
        if apart[place] != apart[place]:
            yield counterexample(run, place, f"made register call only one of {one} and {other}")
        else:
            first, second = (one, other) if apart[place] > 0 else (other, one)
            wait = seconds(abs(apart[place]))
            yield counterexample(run, place, f"had to wait {wait} for {first} before {second} was even called")


def counterexample(run, place, words):
    """The :class:`Counterexample` of a request, by its place in ``run.tables.requests``."""
    requests = run.tables.requests
    workload = requests.workloads[requests.workload[place]] if len(requests.workloads) > 1 else None
    return Counterexample(int(requests.number[place]), words, workload)


def beyond(value, limit, least=2):
    """A number with so many digits or, where they don't show that it is above its limit, with more."""
    digits = next((digits for digits in range(least, 6) if round(value, digits) > limit), 6)
    return f"{value:,.{digits}f}"


def _effect(run, name):
    """(times it was done, when for the first time) for each customer."""
    if name not in run.tables.effect_names:
        return np.zeros(len(run.tables.requests.row), dtype=int), np.full(len(run.tables.requests.row), np.nan)
    code = run.tables.effect_names.index(name)
    return run.tables.requests.times_done[code], run.tables.requests.first_time[code]


def _asked(run, service):
    """When a service was first called for each customer; NaN: never. There must be one workload."""
    rows = run.tables.rows
    calls = np.array([place.is_call and place.service == service for place in run.tables.places] + [False])
    mine = np.flatnonzero(calls[rows["place"]])[::-1]  # the first call is written last
    asked = np.full(len(run.tables.requests.row), np.nan)
    asked[rows["request"][mine]] = rows["born"][mine]
    return asked
