"""Runs in which everything happens that an export can tell."""

from functools import cache

from tests.books.breaking import IMPATIENT, shop
from tests.view.runs import classic, cut, doubled, events, nobody, refused, two_workloads
from tests.view.troubles import crashed, lossy, odd

__all__ = ["NAMES", "a_run"]

RUNS = {
    "classic": classic, "events": events, "doubled": doubled, "refused": refused, "cut": cut, "nobody": nobody,
    "two workloads": two_workloads, "lossy": lossy, "odd names": odd, "crashed calls": lambda: crashed("classic"),
    "crashed events": lambda: crashed("events"), "early replies": lambda: shop(early=True, **IMPATIENT).run(),
}  # fmt: skip
NAMES = list(RUNS)


@cache
def a_run(name):
    return RUNS[name]()
