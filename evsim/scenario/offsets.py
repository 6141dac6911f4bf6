"""How a group reads a log: who owns a partition, when it commits, where it begins."""

from typing import Literal

from .part import Tagged, one_of
from .units import PositiveTime

ASSIGNORS = ("range", "round_robin", "sticky", "cooperative_sticky")


class Before(Tagged):
    """Commit when the work begins: what a crash interrupts is lost."""

    kind: Literal["before"] = "before"


class After(Tagged):
    """Commit when the work has ended: what a crash interrupts is done again."""

    kind: Literal["after"] = "after"


class Interval(Tagged):
    """Commit every so often what has ended by then: a crash repeats the work since the last commit."""

    kind: Literal["interval"] = "interval"
    time: PositiveTime


Commit = one_of("a rule of when to commit", Before, After, Interval)
