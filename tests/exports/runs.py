"""Runs in which everything happens that an export can tell."""

from functools import cache

from evsim.scenario import Scenario
from tests.books.breaking import IMPATIENT, shop
from tests.view.runs import classic, cut, doubled, events, nobody, refused, two_workloads
from tests.view.troubles import crashed, lossy, odd

__all__ = ["NAMES", "a_run"]


def letters():
    """Queues too short: what they drop becomes dead letters, no worker ever had them."""
    described = shop(jobs={"queue": {"max_length": 1, "dead_letter": "spoilt"}}).to_dict()
    described["services"]["clerk"] = {"subscribe": "spoilt", "handle": [{"work": 0.1}, {"effect": "complaint"}]}
    return Scenario.from_dict(described).run()


RUNS = {
    "classic": classic, "events": events, "doubled": doubled, "refused": refused, "cut": cut, "nobody": nobody,
    "two workloads": two_workloads, "lossy": lossy, "odd names": odd, "crashed calls": lambda: crashed("classic"),
    "crashed events": lambda: crashed("events"), "letters": letters,
    "early replies": lambda: shop(early=True, **IMPATIENT).run(),
}  # fmt: skip
NAMES = list(RUNS)


@cache
def a_run(name):
    return RUNS[name]()
