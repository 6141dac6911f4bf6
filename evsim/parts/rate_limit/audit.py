"""Recount of rate limits."""

import numpy as np

from evsim.results.audit.admission_check import refusable
from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason

__all__ = ["CHECKS"]

BEFORE = (Reason.RATE_LIMIT, Reason.UNREACHABLE, Reason.OVERFLOW)  # refused before a token was asked for
SLACK = 1e-6  # tokens: rounding of a sum over a whole run


def tokens(books):
    """Of those let in between any two moments there are no more than a full bucket and what flows in meanwhile."""
    rows = books.rows
    came = np.where(books.kinds == "delivery", rows["arrived"], rows["ready"])
    turned = (rows["outcome"] == Outcome.REFUSED) & among(rows["reason"], BEFORE)
    for name, mine, service, age in refusable(books):
        if service.rate_limit is None:
            continue
        let_in = np.flatnonzero(mine & ~turned & age.has(came))
        let_in = let_in[np.argsort(came[let_in], kind="stable")]
        owed = np.arange(1, len(let_in) + 1) - service.rate_limit.rate * came[let_in]
        most = owed - np.minimum.accumulate(owed) + 1
        books.demand(most <= service.rate_limit.burst + SLACK, f"{name} let in who had no token", let_in)


CHECKS = (tokens,)
