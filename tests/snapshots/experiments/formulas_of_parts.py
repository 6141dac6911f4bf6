"""What the rules and formulas of parts give at values that runs seldom have."""

from itertools import product
from unittest.mock import patch

from evsim.parts.autoscale import scaling_rules as rules
from evsim.parts.correlation import engine as replies
from evsim.parts.price.bill import GIB, Use, bill, break_even
from evsim.parts.price.settings import PriceSettings
from tests.house.same_records import fingerprint
from tests.snapshots.runs.systems import written_for
from tests.snapshots.telling import plain

__all__ = ["FORMULAS_OF_PARTS"]

PACES = {
    "none": (), "by count": ((None, 2, 10),), "by percent": ((50, None, 10),), "both": ((50, 4, 10), (None, 1, 2)),
}  # fmt: skip
STEPS = (
    (0, 4, 4), (1, 4, 4.5), (2, 4, 9), (3, 9, 30), (8, 30, 5), (10, 12, 5), (11, 12, 2), (13, 3, 3), (24, 3, 0),
    (30, 2, 0), (31, 0, 0), (32, 0, 7),
)  # seconds, how many there are, what is measured  # fmt: skip
NUMBERS = (
    (10, 20, [(5, 4), (8, -3)], 10), (10, 5, [(0, -2), (5, -1), (6, 2)], 10), (10, 11, (), 0), (10, 9, [(1, 3)], 10),
    (1, 0, (), 0), (0, 5, (), 0), (3, 3, (), 0),
)  # of so many, wanted, changes, now  # fmt: skip


def _decisions():
    """What each rule wants at moments one after the other."""
    for (name, pace), tolerance, after in product(PACES.items(), (0.1, 0.125, 0), (0, 2, 10)):
        rule = rules.Proportional(1, tolerance, after, pace, pace)
        yield f"{name}, {tolerance}, {after}", str([rule.decide(*step) for step in STEPS])
    for up, down, reachable, delay in product((1000, 2), (2, 1.5), (True, False), (0, 2)):
        rule = rules.Panic(1, up, down, window=6, threshold=2, delay=delay, reachable=reachable)
        yield f"panic, {up}, {down}, {reachable}, {delay}", str([rule.decide(*step, 2 * step[2]) for step in STEPS])
    usual, panic = rules.Proportional(1), rules.Panic(1)
    yield "as usual", str([(usual.decide(*step), panic.decide(*step, 3)) for step in STEPS])


def _of_scaling():
    yield from _decisions()
    for number, wanted, changes, now in NUMBERS:
        found = [rules.limited(number, wanted, pace, changes, now) for pace in PACES.values()]
        yield f"{wanted} of {number}", f"{found} {rules.limited(number, wanted, PACES['both'])}"
    each = product((13.5, 5), (0, -1, 3, 100), (0, 2.25, 50))
    yield "burst", str([rules.burst_capacity(*its) for its in each])
    yield "newest first", plain(str([rules.newest_first([10, 10, 5, 4], its) for its in (None, 0.6, 0.2, 1)]))
    yield "coefficients", plain(str([rules.coefficient(count) for count in (1, 2, 3, 41, 42, 60)]))
    yield "lags", str([rules.capped_lag(lag, 10, 3) for lag in (0, 29, 30, 31, 39, 40, 41, 90)])
    yield "even", str([rules.even(wanted, 12) for wanted in range(15)])


def _of_money():
    tiers = [{"beyond": 1000, "gb_second": 0.5}, {"beyond": 5000, "gb_second": 0.25}]
    prices = {
        "nothing": {}, "tiers": {"gb_second": 1, "tiers": tiers, "free_gb_seconds": 100},
        "requests": {"requests": 2, "free_requests": 1_000_000}, "a list": {"like": "aws-lambda-us-east-1"},
    }  # fmt: skip
    hourly = PriceSettings(like="aws-fargate-us-east-1").complete
    for name, settings in prices.items():
        price = PriceSettings(**settings).complete
        for work, memory, instances in ((0.2, GIB, 1), (0.0301, GIB / 8, 1), (0.2, GIB, 3)):
            yield f"{name}, {work}, {instances}", plain(str(break_even(price, work, memory, hourly, instances)))
        for use in (Use(requests=2e6, vain=1e6, gb_seconds=6000), Use(requests=9e5, gb_seconds=1000), Use()):
            yield f"{name}, {use.requests:g}", plain(str(bill(price, use)))


def _of_replies():
    """However little is remembered of those who await none any more, the same attempts wait."""
    scenario = next(iter(written_for("messages").values()))
    for many in (0, 1, 5):
        with patch.object(replies, "MANY", many):
            yield f"{many} remembered", fingerprint(scenario.run())


FORMULAS_OF_PARTS = {"rules of scaling": _of_scaling, "sums of money": _of_money, "replies": _of_replies}
