"""Rules of parts at many values, one after the other, so that ties and limits are among them."""

from collections import deque
from itertools import product
from random import Random
from types import SimpleNamespace

import numpy as np

from evsim.parts.autoscale import scaling_rules as rules
from evsim.parts.autoscale.deciding import decider
from evsim.parts.autoscale.settings import AutoscaleSettings
from evsim.parts.event_loop.cores import Share
from evsim.parts.exchange.settings import ExchangeSettings
from evsim.parts.function.engine import Tokens
from evsim.parts.function.settings import FunctionSettings
from evsim.parts.items.settings import FixedItems, SharedItems, UniformItems
from evsim.parts.price.bill import Use, bill, billed, break_even
from evsim.parts.price.picture import _finding
from evsim.parts.price.settings import PriceSettings
from tests.snapshots.telling import plain
from tests.snapshots.texts import tried

__all__ = ["TABLES_OF_PARTS"]

WALK = Random(3)
STEPS = [(2 * second, WALK.randint(0, 8), WALK.randint(0, 16)) for second in range(60)]
PACES = (
    (((None, 2, 4),), ((None, 1, 4),)), (((60, None, 6), (None, 1, 2)), ((30, 1, 6),)), (((25, 3, 4),), ()),
    ((), ((0, 2, 4), (45, None, 8))),
)  # up, down  # fmt: skip
ITEMS = {
    "3": FixedItems(count=3), "1 to 4": UniformItems(low=1, high=4), "0 to 3": UniformItems(low=0, high=3),
    "shares": SharedItems(shares={3: 0.25, 0: 0.5, 7: 0.25}), "never 9": SharedItems(shares={9: 0, 2: 0.5, 5: 0.5}),
}  # fmt: skip
PATTERNS = ("#", "*", "a", "a.*", "*.b", "a.#", "#.b", "a.#.b", "#.a.#", "*.#", "a.*.b", "#.#")
WORDS = ("a", "b", "a.b", "a.a", "b.b", "a.c.b", "a.b.b", "c.a.c", "a.c.c.b", "a..b", "*", "#")
USES = {
    "by use": Use(requests=8e6, gb_seconds=3e6, gb_in=5, gb_out=7, gb_months=11, gb_months_before=3),
    "provisioned": Use(requests=2e6, gb_seconds=1e5, provisioned=4e5, provisioned_work=3e5),
    "rounded up": Use(gb_seconds=1e5, provisioned=1e5, provisioned_work=4e5),
    "instances": Use(hours=1460, standing=730, least=365, idle=500, requests=1e6),
    "a channel": Use(requests=1e6, vain=3e6, hours=2190, standing=2190, idle=700, partition_hours=1460),
}  # fmt: skip
PRICES = {
    "free": {"requests": 2, "free_requests": 3_000_000, "gb_second": 1, "free_gb_seconds": 200_000, "hour": 1},
    "provisioned": {"gb_second": 3, "provisioned_gb_second": 2, "provisioned_work": 1, "gb_in": 1, "gb_out": 2},
    "all": {"requests": 1, "vcpu_hour": 1, "vcpu": 2, "gb_hour": 3, "memory": "2GiB", "gb_month": 4, "stored": 9,
            "partition_hour": 5, "tiers": [{"beyond": 1e6, "gb_second": 0.5}]},
}  # fmt: skip
LINES = {
    "twice": {"one": (0, 2, 2, 4, 5), "other": (1, 1, 3, 3, 6)}, "back": {"one": (0, 2, 2, 2), "other": (1, 1, 3, 4)},
    "met": {"one": (0, 1, 2), "other": (0, 1, 3)}, "alike": {"one": (0, 1, 2), "other": (0, 1, 2)}, "nothing": {},
    "last": {"a": (0, 1, 2), "b": (3, 4, 5), "c": (6, 4.5, 3)}, "alone": {"one": (0, 1, 2)},
}  # fmt: skip


def _of_scaling():
    for target, tolerance, after, (up, down) in product((1, 2), (0, 0.5), (0, 4), PACES):
        rule = rules.Proportional(target, tolerance, after, up, down)
        yield f"{target}, {tolerance}, {after}, {up}, {down}", str([rule.decide(*step) for step in STEPS])
    chance = Random(4)
    for target, up, down, threshold, delay in product((1, 2), (1000, 2), (2, 3), (1, 2), (0, 4)):
        rule = rules.Panic(target, up, down, 6, threshold, delay)
        found = [rule.decide(*step, chance.randint(0, 16)) for step in STEPS]
        yield f"panic {target}, {up}, {down}, {threshold}, {delay}", str(found)
    planned = AutoscaleSettings(
        by="schedule", least=2, most=4,
        schedule=({"at": 4, "instances": 9}, {"at": 8, "instances": 1}, {"at": 9, "instances": 3}),
    ).complete  # fmt: skip
    decide = decider(planned, None, None)
    yield "planned", str([decide(second, 0, (0, 0)) for second in range(12)])


def _of_functions():
    for size, rate in product((1, 1.5, 3), (0.25, 0.3, 1)):
        env = SimpleNamespace(_now=0)
        bucket, told = Tokens(env, size, rate), []
        for step in (0, 0, 0, 0, 1, 2, 3, 0, 4, 1, 1, 9, 0, 0):
            env._now += step
            told.append("taken" if bucket.take() else bucket.wait())
        yield f"tokens {size}, {rate}", str(told)
    memories = ("512MiB", "1GiB", "2GiB", "4GiB")
    yield "slowness", str([FunctionSettings(memory=its, full_speed="2GiB").slowness for its in memories])


def _of_cores():
    """What one instance does whose pieces come, stand still and end."""
    env = SimpleNamespace(_now=0.0, call_at=lambda time, *_: told.append(time))
    told = deque()
    kernel = SimpleNamespace(env=env, records=SimpleNamespace(pieces=[]))
    share = Share(SimpleNamespace(kernel=kernel, name="desk", number=0), 0, 2)
    over = []
    for now, row, time in ((0, 1, 10), (2, 2, 3), (4, 3, 9), (5, 4, 1), (5, 5, 0), (11, 6, 2), (30, 7, 4)):
        env._now = now
        share.look(0)
        share.begin(row, time, over.append)
        if row == 3:
            share.postpone(2)
    yield "cores", f"{list(told)} {over} {kernel.records.pieces}"


def _of_items():
    for name, items in ITEMS.items():
        chances = [number / 16 for number in range(16)]
        yield (
            f"items {name}",
            f"{items.numbers(chances).tolist()} {items.fewest} {items.most} {items.mean:.9g} {items.some:.9g} "
            f"{[round(items.rounds(at_once), 9) for at_once in (1, 2, 3, 7, 200)]}",
        )


def _of_exchanges():
    topic, direct, fanout = (ExchangeSettings(type=kind) for kind in ("topic", "direct", "fanout"))
    for pattern in PATTERNS:
        found = [[each.fits(pattern, word) for each in (topic, direct, fanout)] for word in WORDS]
        yield f"{pattern} fits", str([sum(2**place for place, fits in enumerate(each) if fits) for each in found])
    bindings = ({"queue": "x", "key": "a.#"}, {"queue": "y", "key": "#.b"}, {"queue": "x", "key": "*"})
    for alternate in (None, "z"):
        exchange = ExchangeSettings(type="topic", bindings=bindings, alternate=alternate)
        leads = [exchange.forwards_to(word) for word in (*WORDS, None)]
        yield f"leads, {alternate}", f"{leads} {exchange.bound} {exchange.surely}"
    yield "surely", str(ExchangeSettings(type="fanout", bindings=("x", "y", "x")).surely)


def _of_money():
    prices = {name: PriceSettings(**its).complete for name, its in PRICES.items()}
    for (name, use), (of, price) in product(USES.items(), prices.items()):
        loads = [(bill(price, use.at_load(load)), use.at_load(load).idle) for load in (0, 0.25, 1, 1.5, 4)]
        yield f"{name}, {of}", plain(f"{bill(price, use)} {[(each.total, idle) for each, idle in loads]}")
    times = [0, 0.001, 1.3 - 1.2, 0.1, 0.1 + 0.2, 0.30000001, 0.9999999999, 7]
    yield "billed", plain(str([billed(times, step).tolist() for step in (0.001, 0.1, 1)]))
    found = [break_even(prices[one], 0.2, 2**30, prices[other]) for one, other in product(prices, prices)]
    yield "from how many requests on", plain(str(found))


def _of_lines():
    for name, lines in LINES.items():
        made = {each: np.array(its, dtype=float) for each, its in lines.items()}
        yield f"lines {name}", tried(_finding, made, np.arange(5.0) * 2 + 1)


def _told():
    for each in (_of_scaling, _of_functions, _of_cores, _of_items, _of_exchanges, _of_money, _of_lines):
        yield from each()


TABLES_OF_PARTS = {"tables of parts": _told}
