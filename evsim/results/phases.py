"""Before, during and after each fault: the same few figures for those customers who came then."""

import numpy as np

from evsim.results.summary import percentiles
from evsim.scenario.faults import FAULTS

__all__ = ["PHASE_FIGURES", "phase_figures"]

PHASE_FIGURES = (
    "customers", "availability", "goodput", "told_error", "told_error_yet_true", "told_yes_not_true",
    "told_yes_never_true", "response_mean", "response_p99",
)  # fmt: skip


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
        arrived = run.tally.arrived
        found[phase] = mask | (run.tally.cohort & (arrived >= start) & (arrived < end)), length + end - start
    return {phase: _figures(run, mask, length) for phase, (mask, length) in found.items()}


def _phases(run):
    """(name, start, end) of all phases within the window, in order of time."""
    first, last = run.scenario.run.warmup, run.measured_until
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
    """(start, end, words) of the faults of a run, those that overlap as one."""
    written = {(fault.kind, fault.subject, fault.at): fault for fault in run.scenario.faults if fault.at is not None}
    merged = []
    for time, kind, target, until in run.records.incidents:
        if kind in FAULTS:
            end = run.measured_until if until is None else until
            words = f"{kind.replace('_', ' ')} of {target}"
            if (kind, target, time) in written:
                words += f" ({time:g} s to {end:g} s)"
            merged.append((time, end, words))
    found = []
    for time, end, words in sorted(merged):
        if found and time < found[-1][1]:
            start, until, others = found.pop()
            end, words = max(until, end), others if words in others.split(" and ") else f"{others} and {words}"
            time = start
        found.append((time, end, words))
    return found


def _figures(run, who, length):
    told, response = run.outcomes, run.tally.response[who & ~run.outcomes.nothing]
    counts = {
        "customers": who, "told_yes": told.yes, "told_no": told.no, "told_error": told.error,
        "told_nothing": told.nothing, "told_yes_not_true": told.yes_not_true, "told_yes_never_true": told.yes_untrue,
        "told_no_yet_true": told.no_yet_true, "told_error_yet_true": told.error_yet_true,
    }  # fmt: skip
    found = {name: int((who & mask).sum()) for name, mask in counts.items()}
    answered_well = found["told_yes"] + found["told_no"]
    return {
        "seconds": float(length),
        **found,
        "availability": answered_well / found["customers"] if found["customers"] else np.nan,
        "goodput": float((who & told.good).sum() / length),
        **percentiles(response, "response"),
    }
