"""What customers would notice of a change: the same few figures of two runs, and the difference in a sentence."""

from functools import cached_property

import numpy as np

from evsim.figures import PHASE
from evsim.results.measures import measured
from evsim.results.percentiles import LEVELS, carries
from evsim.results.request_figures import cohort
from evsim.view.words import count, seconds

__all__ = ["Noticed", "all_that_changed", "carried", "figures", "what_changed"]

NOTHING = "Nothing changed that a customer would notice."
MOST = 4  # differences named in the sentence
SMALL = 0.05  # a change of a time that needs no word

# What customers would call it: the figure.
NAMES = {
    "customers": "requests",
    "told yes": "completed",
    "told no": "declined",
    "told error": "told_error",
    "told nothing": "pending",
    "told yes, not true 1 s later": "told_yes_not_true",
    "told yes, never all done": "told_yes_never_true",
    "told no, something done": "told_no_yet_true",
    "told error, something done": "told_error_yet_true",
    "something done twice": "requests_repeated",
}

# What the sentence says of those counted by a figure; the first ones matter most.
WORDS = {
    "told no": "were told no",
    "told error": "were told an error",
    "told nothing": "were told nothing",
    "told yes, never all done": "were told yes, and it never came true",
    "told yes, not true 1 s later": "were told yes, and it was not true a second later",
    "told no, something done": "were told no, and something was done all the same",
    "told error, something done": "were told an error, and something was done all the same",
    "something done twice": "had something done more than once",
}
INSIDE = {  # those counted first are among those counted second
    "told no, something done": "told no",
    "told error, something done": "told error",
    "told yes, never all done": "told yes, not true 1 s later",
}
TIMES = {"told after": "answers", "all done after": "the time until all was done"}


def figures(run):
    """How many customers were told what and what became true, as a dict of counts; the warm-up is left out."""
    found = measured(PHASE, cohort(run))
    return {words: found[name] for words, name in NAMES.items()}


class Noticed:
    """What customers notice of a run: ``counts`` of them, and ``times``, {name: {level: percentile}}."""

    def __init__(self, run):
        self._run = run

    @cached_property
    def counts(self):
        return figures(self._run)

    @cached_property
    def times(self):
        found = {name: _times(self._run, name) for name in TIMES}
        return {name: {level: float(np.percentile(its, at)) for level, at in LEVELS.items() if carries(len(its), at)}
                for name, its in found.items()}  # fmt: skip


def what_changed(before, now):
    """What customers notice of the difference between two runs (or their :class:`Noticed`), in a sentence.

    "The p95 of answers rose from 120 ms to 2.4 s; 31 customers more were told an error."
    """
    before, now = (each if isinstance(each, Noticed) else Noticed(each) for each in (before, now))
    one, two = before.counts, now.counts
    more = {name: two[name] - one[name] for name in one}
    for some, others in INSIDE.items():
        if more[some] == more[others]:
            more[others] = 0  # they are said to be the same customers, once
    parts = [_more(more["customers"], "came")]
    parts += [_slower(name, *times) for name, times in carried(before, now).items()]
    parts += [_more(more[name], words) for name, words in WORDS.items()]
    words = "; ".join([part for part in parts if part][:MOST])
    return f"{words[0].upper()}{words[1:]}." if words else NOTHING


def all_that_changed(before, now):
    """The same of several designs, {name: :class:`Noticed`}, those with no difference left out."""
    if len(before) == len(now) == 1:
        return what_changed(*before.values(), *now.values())
    both = {name: what_changed(before[name], now[name]) for name in now if name in before}
    said = {name: words for name, words in both.items() if words != NOTHING}
    return " ".join(f"{name}: {words[0].lower()}{words[1:]}" for name, words in said.items()) or NOTHING


def _more(number, words):
    """How many customers more or fewer, or nothing."""
    side = "more" if number > 0 else "fewer"
    words = words.replace("were", "was", 1) if abs(number) == 1 else words
    return f"{count(abs(number), f'customer {side}', f'customers {side}')} {words}" if number else ""


def _slower(name, level, before, now):
    """How a percentile moved, if it is worth a word."""
    if abs(now - before) <= SMALL * before:
        return ""
    verb = "rose" if now > before else "fell"
    return f"the {level} of {TIMES[name]} {verb} from {seconds(before)} to {seconds(now)}"


def carried(*noticed):
    """{name: (level, its value in each)}: the highest percentile for which all have enough customers."""
    found = {}
    for name in TIMES:
        times = [each.times[name] for each in noticed]
        levels = [level for level in LEVELS if all(level in each for each in times)]
        if levels:
            found[name] = (levels[-1], *(each[levels[-1]] for each in times))
    return found


def _times(run, name):
    """Seconds from click to answer, or until all was done, of those for whom that came."""
    requests = run.tables.requests
    told = name == "told after"
    times = np.where(run.outcomes.nothing, np.nan, requests.response) if told else requests.completion
    return times[requests.cohort & ~np.isnan(times)]
