"""Designs side by side until their verdicts are decided: a look after ten runs, after twenty, after forty ...

Who looks more than once errs more than once. So all looks but the last stop only at what stricter intervals decide (the
rule of Haybittle and Peto): a verdict is wrong in 5 of 100 cases at most, and agrees with the 95 % interval beside it.
One about a share of which few requests failed, where the exact bound leaves out 5 % to one side, is wrong in 6 of 100.
When it stops depends on what the runs show, never on how long they take.
"""

import math
from functools import partial

from evsim.experiment.compare import pair_of, paired
from evsim.experiment.judging import NOT_DECIDED, judge_runs
from evsim.experiment.resuming import in_order_kept
from evsim.experiment.running import Interrupted
from evsim.experiment.statistics import FEW

__all__ = ["looks", "settled", "until_decided"]

EARLY = 0.02  # what the intervals of all looks but the last leave out, together; the last leaves out 0.05


def looks(n):
    """After how many runs the verdicts are looked at, of ``n``.

    >>> looks(50), looks(6)
    ([10, 20, 40, 50], [6])
    """
    found, look = [], FEW
    while look < n:
        found.append(look)
        look *= 2
    return [*found, n]


def settled(comparison, error):
    """Whether each verdict is decided, by intervals that leave out ``error``, or is one that more runs cannot decide.

    Where nothing is promised nothing is ever decided.
    """
    promised = [each for each in comparison.designs.values() if each.scenario.objectives]
    for each in promised:
        judged = judge_runs(each.scenario.objectives, each.runs, 1 - error, error / 2)
        if any(one.verdict == NOT_DECIDED and not math.isnan(one.found.mean) for one in judged):
            return False
    return bool(promised)


def until_decided(designs, labels, seeds, made=(), kept=None, jobs=None, progress=None):
    """The comparison of designs over the first of some ``seeds`` that decide each verdict, or over all of them.

    made: what the first of the runs have shown already (:func:`evsim.experiment.compare.pair_of`). kept: what a store
    has of the others (:class:`evsim.experiment.resuming.Pairs`). Ctrl-C raises :exc:`Interrupted` with the comparison
    of the runs that are finished.
    """
    results, times = list(made), looks(len(seeds))
    for look in times:
        try:
            results += in_order_kept(partial(pair_of, designs), seeds[len(results) : look], kept, jobs, progress)
        except Interrupted as stop:
            results += stop.finished or []
            finished = paired(designs, labels, results) if results else None
            raise Interrupted(len(results), len(seeds), finished) from None
        comparison = paired(designs, labels, results)
        if look < len(seeds) and settled(comparison, EARLY / (len(times) - 1)):
            break
    return comparison
