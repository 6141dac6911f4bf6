"""What work on batches adds to the figures of its service."""

import numpy as np

from evsim.figures import Figure
from evsim.results.batches import leaders
from evsim.results.codes import among
from evsim.results.endings import Reason

__all__ = ["FIGURES"]


def _size(at):
    lead = leaders(at.run)
    head, sizes = np.unique(lead[at.mine], return_counts=True)
    worked = at.counted[head] & ~np.isnan(at.rows["started"][head])
    return float(sizes[worked].mean()) if worked.any() else float("nan")


def _along(at):
    return int(among(at.rows["reason"][at.counted], (Reason.BATCH, Reason.GROUP)).sum())


FIGURES = (
    Figure("batch_mean", "count", "how many messages were worked on together, on average over all handlings", _size,
           None, shown=(), adds="not"),
    Figure("failed_along", "count",
           "attempts that failed, or were left out, only because another message of their batch had failed", _along,
           shown=()),
)  # fmt: skip
