"""The answer in a sentence, as far as the intervals decide it."""

import math

from evsim.counting import count
from evsim.experiment.judging import MISSES, NOT_DECIDED
from evsim.experiment.statistics import none_seen_bound
from evsim.figures import write
from evsim.results.outcomes import listed

__all__ = ["answer", "too_few_to_fail"]


def too_few_to_fail(judgements, requests):
    """A sentence where an availability is met as no request failed, and these are fewer than prove it; else None."""
    for each in judgements:
        failing = none_seen_bound(requests) if requests else 1.0
        if each.metric == "availability" and each.found.mean == 1 and failing > 1 - each.limit:
            needed = "which no number of requests proves"
            if each.limit < 1:
                needed = f"which takes some {math.ceil(3 / (1 - each.limit) - 1e-6):,} without a failure to prove"
            shown = f"at most {write('availability', failing)} of such requests fail (95 %), if each fails by itself"
            return f"None of {count(requests, 'request')} failed, so {shown}; {each.asked} was asked, {needed}."
    return None


def answer(verdicts):
    """Sentences about which designs meet their objectives: label -> Judgements."""
    if not any(verdicts.values()):
        return ["No objective is given, so there is nothing to meet: give some with --objective."]
    meet = [name for name, its in verdicts.items() if its and all(each.verdict == "MEETS" for each in its)]
    miss = {name: [each for each in its if each.verdict == MISSES] for name, its in verdicts.items()}
    open_ = {name: [each for each in its if each.verdict == NOT_DECIDED] for name, its in verdicts.items()}
    said = []
    if meet:
        numbers = {len(verdicts[name]) for name in meet}
        said.append(f"{listed(meet)} {'meets' if len(meet) == 1 else 'meet'} {_all(numbers)}.")
    elif all(miss.values()):
        said.append("No design meets its objectives.")
    said += [f"{name} misses {listed([_told(each) for each in its])}." for name, its in miss.items() if its]
    for name, its in open_.items():
        if its and not miss[name]:
            said.append(f"Not decided for {name}: {listed([_undecided(each) for each in its])}.")
    return said


def _all(numbers):
    """How many objectives are met, of designs that have so many."""
    if len(numbers) > 1:
        return "all their objectives"
    return "the objective" if numbers == {1} else f"all {max(numbers)} objectives"


def _told(judgement):
    return f"{judgement.asked} ({judgement.measured})"


def _undecided(judgement):
    runs = judgement.runs_to_decide
    more = f"about {runs:,} runs would decide" if runs else "more runs alone will not tell"
    if math.isnan(judgement.found.mean):
        more = "a longer run would"
    return f"{judgement.asked} ({judgement.measured}; {more})"
