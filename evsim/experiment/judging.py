"""Objectives: what a scenario promises, and whether a run or many runs keep it."""

import math
from dataclasses import dataclass

from evsim.experiment.statistics import Estimate, runs_to_decide
from evsim.figures import MORE, figure, label, write_estimate, write_limit

__all__ = ["MEETS", "MISSES", "NOT_DECIDED", "Judgement", "judge", "verdict_table"]

MEETS, MISSES, NOT_DECIDED = "MEETS", "MISSES", "NOT DECIDED"


@dataclass(frozen=True)
class Judgement:
    """One objective: the ``metric``, its ``limit``, what was ``found`` (an Estimate), and the ``verdict``.

    ``MEETS``; ``MISSES``; ``NOT DECIDED``: the interval over the runs holds the limit, or the sample is too
    small to tell.
    """

    metric: str
    limit: float
    found: Estimate
    verdict: str

    @property
    def asked(self):
        """What was promised, in words."""
        relation = "at least" if _more_is_better(self.metric) else "at most"
        return f"{label(self.metric)} {relation} {write_limit(self.metric, self.limit)}"

    @property
    def measured(self):
        """What was found, in words, with as many digits as tell it from the limit."""
        if math.isnan(self.found.mean):
            return "too few to tell"
        return write_estimate(self.metric, self.found, limit=self.limit)

    @property
    def runs_to_decide(self):
        """About how many runs would decide it; None where it is decided, or no number would."""
        return runs_to_decide(self.found, self.limit) if self.verdict == NOT_DECIDED and self.found.n > 1 else None

    def __str__(self):
        return f"{self.verdict}  {self.asked}: {self.measured}"


def judge(objectives, summary):
    """A :class:`Judgement` for each objective (metric -> limit), from a summary of values or of Estimates."""
    found = {
        name: value if isinstance(value, Estimate) else Estimate(value, value, value, 1, math.nan)
        for name, value in summary.items()
    }
    nothing = Estimate(math.nan, math.nan, math.nan, 0, math.nan)
    return [_judge(metric, limit, found.get(metric, nothing)) for metric, limit in objectives.items()]


def _judge(metric, limit, found):
    low, high = (found.mean, found.mean) if found.n == 1 else (found.low, found.high)
    if _more_is_better(metric):
        meets, misses = low >= limit, high < limit
    else:
        meets, misses = high <= limit, low > limit
    return Judgement(metric, limit, found, MEETS if meets else MISSES if misses else NOT_DECIDED)


def _more_is_better(metric):
    return figure(metric).better == MORE


def verdict_table(verdicts):
    """(header, rows) of the objectives of some designs, a column each: label -> its Judgements."""
    asked = dict.fromkeys(each.asked for judgements in verdicts.values() for each in judgements)
    found = {(name, each.asked): each for name, judgements in verdicts.items() for each in judgements}
    rows = [[words, *(_cell(found.get((name, words))) for name in verdicts)] for words in asked]
    return ["", *verdicts], rows


def _cell(judgement):
    if judgement is None:
        return "-"
    runs = judgement.runs_to_decide
    more = f" (about {runs:,} runs would decide)" if runs else ""
    return f"{judgement.verdict}: {judgement.measured}{more}"
