"""Objectives: what a scenario promises, and whether a run or many runs keep it."""

import math
from dataclasses import dataclass

from evsim.counting import count, listed
from evsim.experiment.rare import ERROR, Failures, TooFew, never_seen
from evsim.experiment.statistics import Estimate, estimate, runs_to_decide
from evsim.figures import LESS, MORE, figure, label, write_estimate, write_limit

__all__ = ["MEETS", "MISSES", "NOT_DECIDED", "Judgement", "judge", "judge_runs", "unproved", "verdict_table"]

MEETS, MISSES, NOT_DECIDED = "MEETS", "MISSES", "NOT DECIDED"
MOST, NAMED = 5, 3  # sentences, or names in one, and those of more that are written


@dataclass(frozen=True)
class Judgement:
    """One objective: the ``metric``, its ``limit``, what was ``found`` (an Estimate), and the ``verdict``.

    ``MEETS``; ``MISSES``; ``NOT DECIDED``: the interval over the runs holds the limit, or the sample is too
    small to tell. One run has no interval: its verdict says what was so in that run. ``too_few``: why what was seen
    proves nothing, although the interval does not hold the limit (:class:`evsim.experiment.rare.TooFew`).
    """

    metric: str
    limit: float
    found: Estimate
    verdict: str
    too_few: TooFew | None = None

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
        if self.verdict != NOT_DECIDED or self.found.n < 2:
            return None
        return self.too_few.runs if self.too_few else runs_to_decide(self.found, self.limit)

    def __str__(self):
        return f"{self.verdict}  {self.asked}: {self.measured}"


def judge(objectives, summary, error=ERROR):
    """A :class:`Judgement` for each objective (metric -> limit), from a summary of values or of Estimates.

    A share of which few requests, or none, tell anything is judged by how many there were, too: ``requests`` of the
    summary. error: the largest probability that those prove what is not so.
    """
    found = {
        name: value if isinstance(value, Estimate) else Estimate(value, value, value, 1, math.nan)
        for name, value in summary.items()
    }
    return [_judge(metric, limit, found, error) for metric, limit in objectives.items()]


def judge_runs(objectives, runs, confidence=0.95, error=ERROR):
    """A :class:`Judgement` for each objective, from runs (dicts with a ``summary``) and intervals of a confidence."""
    wanted = dict.fromkeys([*objectives, *filter(None, (figure(metric).trials for metric in objectives))])
    columns = {name: [run["summary"].get(name, math.nan) for run in runs] for name in wanted}
    return judge(objectives, {name: estimate(values, confidence) for name, values in columns.items()}, error)


def _judge(metric, limit, summary, error):
    found = summary.get(metric, Estimate(math.nan, math.nan, math.nan, 0, math.nan))
    low, high = (found.mean, found.mean) if found.n == 1 else (found.low, found.high)
    if _more_is_better(metric):
        meets, misses = low >= limit, high < limit
    else:
        meets, misses = high <= limit, low > limit
    verdict = MEETS if meets else MISSES if misses else NOT_DECIDED
    judgement = Judgement(metric, limit, found, verdict)
    too_few = None if verdict == NOT_DECIDED else _too_few(judgement, summary, error)
    if too_few and too_few.runs and found.n > 1:  # what no number of runs proves is judged by what was seen
        verdict = NOT_DECIDED
    return Judgement(metric, limit, found, verdict, too_few)


def _too_few(judgement, summary, error):
    """Why a verdict that the interval over the runs gives is not proved; None if it is."""
    metric, limit, found = judgement.metric, judgement.limit, judgement.found
    kind, meets, asked = figure(metric), judgement.verdict == MEETS, judgement.asked
    if kind.unit == "count" and kind.better == LESS and found.mean == 0 < limit and found.n > 1:
        return never_seen(label(metric), limit, error, asked, found.n)
    trials = summary.get(kind.trials)
    total = round(trials.mean * trials.n) if trials and trials.n else 0
    share, allowed = (1 - found.mean, 1 - limit) if kind.better == MORE else (found.mean, limit)
    if not total or allowed == 1 or (found.n == 1 and not meets):
        return None
    seen = Failures.of(share, total, label(kind.trials).removesuffix("s"), kind.each)
    if not seen.is_few or (seen.proves_at_most if meets else seen.proves_at_least)(allowed, error):
        return None
    return (seen.unproved if meets else seen.not_disproved)(allowed, error, asked, found.n)


def _more_is_better(metric):
    return figure(metric).better == MORE


def unproved(verdicts, thing="design"):
    """Sentences about what an interval would decide and too few requests do not prove: label -> Judgements.

    Whoever writes a verdict as text says them, too. Of many things some are named, and the others counted.
    """
    said: dict = {}
    for name, its in verdicts.items():
        for each in its:
            if each.too_few:
                said.setdefault(each.too_few.words, []).append(name)
    first = list(said.items())[:MOST]
    further = {name for names in list(said.values())[MOST:] for name in names}
    more = [f"Too few were seen in {count(len(further), f'more {thing}')}, too."] if further else []
    return [f"{_those(names, thing)}: {words}" if any(names) else words for words, names in first] + more


def _those(names, thing):
    others = count(len(names) - NAMED, f"more {thing}")
    return listed(names if len(names) <= MOST else [*names[:NAMED], others])


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
