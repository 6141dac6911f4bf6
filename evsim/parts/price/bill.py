"""What use costs: the bill of a month, what of a run is paid for, and where two ways to pay cross."""

from dataclasses import dataclass, fields, replace

import numpy as np

from evsim.parts.function.words import COLD
from evsim.results.batches import followers
from evsim.results.intervals import inside
from evsim.results.remarks import remarks
from evsim.ticks import SECOND, ticks

__all__ = ["MONTH", "Bill", "Use", "bill", "break_even", "use"]

GIB = 2.0**30
MONTH = 730 * 3600.0  # seconds, as price lists reckon
MOST = 1e15  # requests a month


@dataclass(frozen=True)
class Use:
    """What is paid for: ``requests``, ``gb_seconds`` of work, and ``hours`` of instances.

    ``provisioned``: GB-seconds of provisioned environments, and ``provisioned_work`` those at work there. Of the hours,
    ``standing`` are those of instances that are there at any load, and of the others there are ``least`` at any load.
    ``idle``: those in which nothing was done, each worker of an instance being its share of it.

    Of a channel ``vain`` requests are those that found nothing, ``hours`` those of its brokers. ``gb_in``, ``gb_out``:
    what came and went; ``gb_months``: what was kept, each GB times its months, of which ``gb_months_before`` are
    of what was there before.
    """

    requests: float = 0.0
    gb_seconds: float = 0.0
    provisioned: float = 0.0
    provisioned_work: float = 0.0
    hours: float = 0.0
    standing: float = 0.0
    least: float = 0.0
    idle: float = 0.0
    vain: float = 0.0
    gb_in: float = 0.0
    gb_out: float = 0.0
    gb_months: float = 0.0
    gb_months_before: float = 0.0
    partition_hours: float = 0.0

    def times(self, factor):
        """The use in so many times the time."""
        return Use(**{each.name: factor * getattr(self, each.name) for each in fields(self)})

    def at_load(self, factor):
        """The use of the same time at so many times the load. What provisioned environments cannot do others do."""
        more, others = self.times(factor), self.hours - self.standing
        beyond = max(0.0, more.provisioned_work - max(self.provisioned, self.provisioned_work))
        return replace(
            more, gb_seconds=more.gb_seconds + beyond, provisioned=self.provisioned,
            provisioned_work=more.provisioned_work - beyond, hours=self.standing + max(self.least, factor * others),
            standing=self.standing, least=self.least, idle=float("nan"), vain=self.vain,
            partition_hours=self.partition_hours, gb_months_before=self.gb_months_before,
            gb_months=more.gb_months - more.gb_months_before + self.gb_months_before,
        )  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """An amount of money, and what it is made of: requests, work, presence, which is paid whether used or not, ...

    ... transfer and storage. Of all that so much is `idle`: for the share of the presence in which nothing was done,
    and for requests that found nothing.
    """

    requests: float
    work: float
    presence: float
    transfer: float
    storage: float
    idle: float

    @property
    def total(self):
        return self.requests + self.work + self.presence + self.transfer + self.storage


def bill(price, used):
    """The :class:`Bill` of a month with that use, by a price that is complete."""
    paid = max(0.0, used.requests + used.vain - price.free_requests)
    hour = price.hour + price.vcpu * price.vcpu_hour + price.memory / GIB * price.gb_hour
    return Bill(
        requests=paid * price.requests / 1e6,
        work=_tiered(price, max(0.0, used.gb_seconds - price.free_gb_seconds))
        + used.provisioned_work * price.provisioned_work,
        presence=used.hours * hour
        + used.provisioned * price.provisioned_gb_second
        + used.partition_hours * price.partition_hour,
        transfer=used.gb_in * price.gb_in + used.gb_out * price.gb_out,
        storage=used.gb_months * price.gb_month,
        idle=used.idle * hour
        + max(0.0, used.provisioned - used.provisioned_work) * price.provisioned_gb_second
        + min(paid, used.vain) * price.requests / 1e6,
    )


def _tiered(price, gb_seconds):
    """What so many GB-seconds of a month cost, each by the tier that it is in."""
    begins = [0.0, *(float(tier.beyond) for tier in price.tiers)]
    ends = [*begins[1:], np.inf]
    each = [price.gb_second, *(tier.gb_second for tier in price.tiers)]
    return sum(
        max(0.0, min(gb_seconds, end) - begin) * cost for begin, end, cost in zip(begins, ends, each, strict=True)
    )


def billed(seconds, step):
    """Times as they are paid for, each rounded up to the step."""
    return np.ceil(np.rint(np.asarray(seconds) * SECOND) / ticks(step)) * step


def use(run, name, rows):
    """The :class:`Use` that the window of a run made of a service with a price; `rows`: which attempts count."""
    service = run.scenario.complete.services[name]
    lives, columns = run.tables.capacity[name], run.tables.rows
    window = run.scenario.run_settings.warmup, run.tables.measured_until
    length = max(0.0, window[1] - window[0])  # a run may be cut before it begins
    mine = np.flatnonzero(rows & ~np.isnan(columns["started"]) & ~np.isnan(columns["ended"]))
    ran = mine[~followers(run)[mine]]  # a batch is one request
    hours = inside(lives.born, lives.ended, window) / 3600  # who still starts is paid for
    there, scaled = float(hours.sum()), service.autoscale
    price, passed = service.price, len(mine) * service.price.size / GIB
    before = (price.stored or 0.0) / GIB * length / MONTH
    kept = _kept_for(run, rows, price.retention) * price.size / GIB / MONTH
    found = Use(requests=len(ran), gb_in=passed, gb_out=passed, hours=there,
                gb_months=before + kept, gb_months_before=before,
                idle=max(0.0, there - _at_work(run, name, window) / 3600))  # fmt: skip
    if scaled is not None and scaled.by != "schedule":
        least = min(there, scaled.least * length / 3600)
        return replace(found, least=least)
    if service.function is None:
        return replace(found, standing=there)
    gib = service.function.memory / GIB
    seconds = columns["ended"][ran] - columns["started"][ran]
    if price.init:
        init = np.zeros(len(rows))
        begun = [each.row for each in remarks(run) if each.kind == COLD]
        cold = np.intersect1d(np.array(begun, dtype=int), ran)
        number = lives.instance_of(columns["worker"][cold])
        order = np.argsort(lives.number)
        life = order[np.searchsorted(lives.number, number, sorter=order)]
        init[cold] = lives.ready[life] - lives.born[life]
        seconds = seconds + init[ran]
    seconds = billed(seconds, price.step)
    code = list(run.scenario.services).index(name)
    provisioned = [instance for each, instance in run.records.provisioned if each == code]
    there_always = np.isin(lives.instance_of(columns["worker"][ran]), provisioned)
    at_work = seconds[there_always] if price.provisioned_gb_second else seconds[:0]
    return replace(
        found,
        gb_seconds=float(gib * (seconds.sum() - at_work.sum())),
        provisioned=float(gib * service.function.provisioned * length),
        provisioned_work=float(gib * at_work.sum()),
        standing=float(hours[np.isin(lives.number, provisioned)].sum()),
    )


def _kept_for(run, rows, retention):
    """Seconds for which effects of some rows are kept, added up: to the end of the month, half of it on average."""
    effects = run.tables.effects
    mine = rows[effects["row"]]
    longest = min(MONTH / 2, np.inf if retention is None else retention)
    stood = (run.tables.undone - effects["time"])[mine]
    return float(np.fmin(stood, longest).sum())


def _at_work(run, name, window):
    """Instance seconds of a window in which work was done: a worker that is held is its share; a batch holds one."""
    columns = run.tables.rows
    mine = np.array([place.service == name for place in run.tables.places] + [False])[columns["place"]]
    mine &= ~followers(run)
    begin, end = columns["started"][mine], columns["ended"][mine]
    ages = run.tables.capacity[name].ages(window)
    return float(sum(inside(begin, end, span).sum() / workers for span, workers in ages))


def break_even(price, seconds, memory, always_on, instances=1):
    """From how many requests a month on a function costs more than instances that are always there.

    price, always_on: complete prices. seconds: how long a request works, with so much `memory` (bytes). Infinity where
    it never does.
    """
    one = Use(requests=1, gb_seconds=memory / GIB * float(billed(seconds, price.step)))
    limit = bill(always_on, Use(hours=instances * MONTH / 3600)).total
    low, high = 0.0, MOST
    if bill(price, one.times(high)).total <= limit:
        return np.inf
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if bill(price, one.times(middle)).total <= limit else (low, middle)
    return high
