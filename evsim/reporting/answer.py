"""The answer in a sentence, as far as the intervals decide it."""

import math

from evsim.counting import listed
from evsim.experiment.judging import MISSES, NOT_DECIDED

__all__ = ["answer"]


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
