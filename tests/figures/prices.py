"""What the services of a run cost: the bill of a month that is as the window was, and the share of the window."""

from math import ceil

from evsim.parts.function.words import COLD
from tests.figures.averages import NONE, overlap

__all__ = ["cold_starts", "cost_of_run", "cost_of_service"]

GIB, SECOND = 2**30, 10**9
MONTH = 730 * 3600.0


def cost_of_service(plain, name):
    """The figures of a service with a price."""
    paid = [each * plain.window / MONTH for each in _month(plain, name)]
    names = ("cost_requests", "cost_work", "cost_presence")
    return {"cost": sum(paid), **dict(zip(names, paid, strict=True))}


def cost_of_run(plain, told_yes):
    """The figures of a run, of whose customers so many were told yes."""
    priced = [name for name, service in plain.scenario.services.items() if service.price is not None]
    month = sum(sum(_month(plain, name)) for name in priced)
    cost = month * plain.window / MONTH
    return {"cost": cost, "cost_month": month, "cost_per_million": cost / told_yes * 1e6 if told_yes else NONE}


def _month(plain, name):
    """(for requests, for work, for presence) of a month of 730 hours."""
    service, months = plain.scenario.complete.services[name], MONTH / plain.window
    price, function = service.price, service.function
    ran = [row for row in plain.rows_at(name) if row.counted and row.started is not None and row.ended is not None]
    requests = max(0.0, len(ran) * months - price.free_requests) * price.requests / 1e6
    hours = sum(overlap(each.ready, each.ended, plain.left, plain.right) for each in plain.working(name))
    an_hour = price.hour + price.vcpu * price.vcpu_hour + price.memory / GIB * price.gb_hour
    presence = hours / 3600 * months * an_hour
    if function is None:
        return requests, 0.0, presence
    gib, usual, provisioned = function.memory / GIB, 0.0, 0.0
    cold, code = cold_starts(plain), list(plain.scenario.services).index(name)
    for row in ran:
        seconds, instance = _paid_time(plain, name, row, price, row.number in cold), row.worker // service.workers
        if price.provisioned_gb_second and (code, instance) in plain.run.records.provisioned:
            provisioned += seconds * gib * months
        else:
            usual += seconds * gib * months
    work = _by_tiers(price, max(0.0, usual - price.free_gb_seconds)) + provisioned * price.provisioned_work
    always = gib * function.provisioned * plain.window * months * price.provisioned_gb_second
    return requests, work, presence + always


def _paid_time(plain, name, row, price, cold):
    """How long an invocation is paid for: rounded up to the step, with the init of its environment."""
    time = round(row.ended * SECOND) - round(row.started * SECOND)
    if cold and price.init:
        instance = row.worker // plain.scenario.services[name].workers
        (life,) = (each for each in plain.lives[name] if each.instance == instance)
        time += round(life.ready * SECOND) - round(life.born * SECOND)
    return ceil(time / round(price.step * SECOND)) * price.step


def _by_tiers(price, gb_seconds):
    """What is beyond a tier's limit costs what that tier says, until the next one's."""
    cost, limits = 0.0, [tier.beyond for tier in price.tiers]
    for number, each in enumerate((price.gb_second, *(tier.gb_second for tier in price.tiers))):
        begin = limits[number - 1] if number else 0.0
        end = limits[number] if number < len(limits) else max(gb_seconds, begin)
        cost += max(0.0, min(gb_seconds, end) - begin) * each
    return cost


def cold_starts(plain):
    """The rows that waited for a new environment, and began in it."""
    rows = {about for _, kind, _, about in plain.incidents if kind == COLD}
    return {row for row in rows if plain.rows[row].started is not None}
