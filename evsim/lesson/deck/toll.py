"""What an incident cost: customers lost, told something untrue, minutes down, money; and all of it as money."""

from dataclasses import dataclass

import numpy as np

from evsim.counting import places
from evsim.lesson.deck.gauges import MINUTE

__all__ = ["Toll", "money", "toll"]

FIFTH = 5  # one of so many who came in a minute harmed, and the minute is down


@dataclass(frozen=True)
class Toll:
    """``lost``: customers who were told an error, or nothing. ``down``: minutes in which a fifth of the customers who
    came were lost or told something untrue. ``spent``: money for mends. ``total``: all at the prices of the incident.

    ``untrue``: told yes, and not everything was there as long after as promised; told an error, and something was done
    all the same; or something was done twice. ``never``: those of them who were told yes, and it never came true.
    """

    lost: int
    untrue: int
    never: int
    down: int
    spent: float
    total: float


def toll(run, card, spent):
    """The :class:`Toll` of a run, of all its customers."""
    told, arrived = run.outcomes, run.tables.requests.arrived
    lost = told.error | told.nothing
    untrue = told.not_true_after(card.promise) | told.error_yet_true | told.repeated
    minutes = (arrived // MINUTE).astype(int)
    there, harmed = np.bincount(minutes), np.bincount(minutes, weights=lost | untrue)
    down = int(((there > 0) & (FIFTH * harmed >= there)).sum())
    counts = {"lost": int(lost.sum()), "untrue": int(untrue.sum()), "never": int(told.yes_untrue.sum()), "down": down}
    total = spent + sum(card.prices[name] * count for name, count in counts.items())
    return Toll(**counts, spent=spent, total=total)


def money(value):
    """Money as a person reads it.

    >>> money(5160.0), money(1250.5)
    ('5,160', '1,250.50')
    """
    return places(value, 2).removesuffix(".00")
