"""Before, during and after each fault: the same few figures for those customers who came then."""

from evsim.counting import digits, listed
from evsim.figures import PHASE
from evsim.results.measures import measured
from evsim.results.request_figures import Customers
from evsim.scenario.faults import FAULTS

__all__ = ["phase_figures"]


def phase_figures(run):
    """phase -> figures of the customers who arrived in it; none where the scenario has no faults.

    *before* the first fault; *during* each, from its beginning to its end; *after* it, until the next one begins or no
    more requests arrive. Faults that overlap are one. A fault with a time is a phase of its own; those that come at
    random, or at a step, are taken together by what they strike.
    """
    if not run.scenario.faults:
        return {}
    found = {}
    for phase, start, end in _phases(run):
        mask, length = found.get(phase, (False, 0.0))
        arrived = run.tables.requests.arrived
        found[phase] = mask | (run.tables.requests.cohort & (arrived >= start) & (arrived < end)), length + end - start
    return {phase: measured(PHASE, Customers(run, *who)) for phase, who in found.items()}


def _phases(run):
    """(name, start, end) of all phases within the window, in order of time."""
    first, last = run.scenario.run_settings.warmup, run.tables.measured_until
    since, name = 0.0, "before"
    for start, end, words in _faults(run):
        yield from _within(name, since, start, first, last)
        yield from _within(f"during {words}", start, end, first, last)
        since, name = end, f"after {words}"
    yield from _within(name, since, last, first, last)


def _within(name, start, end, first, last):
    start, end = max(start, first), min(end, last)
    if start < end:
        yield name, start, end


def _faults(run):
    """(start, end, words) of the faults of a run, those that overlap as one, in which each word stands once."""
    written = {(fault.kind, fault.subject, fault.at): fault for fault in run.scenario.faults if fault.at is not None}
    merged = []
    for time, kind, target, until in run.records.incidents:
        if kind in FAULTS:
            end = run.tables.measured_until if until is None else until
            words = f"{kind.replace('_', ' ')} of {target}"
            if (kind, target, time) in written:
                words += f" ({digits(time)} s to {digits(end)} s)"
            merged.append((time, end, words))
    found = []
    for time, end, words in sorted(merged):
        if found and time < found[-1][1]:
            start, until, others = found.pop()
            found.append((start, max(until, end), [*others, words]))
        else:
            found.append((time, end, [words]))
    return [(start, end, listed(dict.fromkeys(words))) for start, end, words in found]
