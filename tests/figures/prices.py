"""What the services of a run cost: the bill of a month that is as the window was, and the share of the window."""

from math import ceil

from evsim.parts.function.words import COLD
from tests.figures.averages import NONE, overlap
from tests.figures.prices_of_channels import GIB, MONTH, PARTS, bill_of_channel

__all__ = ["cold_starts", "cost_of_run", "cost_of_service", "month_at"]

SECOND = 10**9


def cost_of_service(plain, name):
    """The figures of a service with a price."""
    paid = [each * plain.window / MONTH for each in _month(plain, name)]
    return {"cost": sum(paid), **dict(zip(PARTS, paid, strict=True)), "cost_idle": _idle(plain, name)}


def cost_of_run(plain, told_yes):
    """The figures of a run, of whose customers so many were told yes."""
    priced = [name for name, service in plain.scenario.services.items() if service.price is not None]
    months = [_month(plain, name) for name in priced]
    channels = [name for name, channel in plain.scenario.channels.items() if channel.price is not None]
    bills = [bill_of_channel(plain, name) for name in channels]
    months += [paid for paid, _ in bills]
    month = sum(map(sum, months))
    cost = month * plain.window / MONTH
    found = {"cost": cost, "cost_month": month, "cost_per_million": cost / told_yes * 1e6 if told_yes else NONE}
    for number, part in enumerate(PARTS):
        found[part] = sum(each[number] for each in months) * plain.window / MONTH
    in_vain = sum(each for _, each in bills) * plain.window / MONTH
    return {**found, "cost_idle": sum(_idle(plain, name) for name in priced) + in_vain}


def _idle(plain, name):
    """What the hours cost in which nothing was done, and the provisioned seconds without work."""
    service, window = plain.scenario.complete.services[name], (plain.left, plain.right)
    price, function = service.price, service.function
    existing = sum(overlap(each.born, each.ended, *window) for each in plain.lives[name])
    held = [row for row in plain.rows_at(name) if row.started is not None and row.leads == row.number]
    at_work = sum(
        overlap(row.started, row.ended, max(since, plain.left), min(until or plain.right, plain.right)) / workers
        for row in held for since, until, workers in plain.staff(name)
    )  # fmt: skip
    an_hour = price.hour + price.vcpu * price.vcpu_hour + price.memory / GIB * price.gb_hour
    cost = max(0.0, existing - at_work) / 3600 * an_hour
    if function is not None:
        always = function.memory / GIB * function.provisioned * plain.window
        _, there = _gb_seconds(plain, name)
        cost += max(0.0, always - there) * price.provisioned_gb_second
    return cost


def _month(plain, name):
    return month_at(plain, name, 1)


def month_at(plain, name, load):
    """(for requests, work, presence, transfer, storage) of a month of 730 hours at so many times the load.

    Who is there at any load costs the same; who comes by load comes as often as there is load, but for the least.
    What provisioned environments have no time for is done by others.
    """
    service, months = plain.scenario.complete.services[name], MONTH / plain.window
    price, function, scaling = service.price, service.function, service.autoscale
    ran = [row for row in plain.rows_at(name) if row.counted and row.started is not None and row.ended is not None]
    invoked = [row for row in ran if row.leads == row.number]
    requests = max(0.0, load * len(invoked) * months - price.free_requests) * price.requests / 1e6
    hours = sum(overlap(each.born, each.ended, plain.left, plain.right) for each in plain.lives[name]) / 3600
    if scaling is not None and scaling.by != "schedule":
        hours = max(min(hours, scaling.least * plain.window / 3600), load * hours)
    transfer = load * len(ran) * months * price.size / GIB * (price.gb_in + price.gb_out)
    an_hour = price.hour + price.vcpu * price.vcpu_hour + price.memory / GIB * price.gb_hour
    storage = _storage(plain, name, price, load)
    if function is None:
        return requests, 0.0, hours * months * an_hour, transfer, storage
    always = function.memory / GIB * function.provisioned * plain.window
    usual, provisioned = (load * each for each in _gb_seconds(plain, name))
    beyond = max(0.0, provisioned - max(always, provisioned / load)) if load else 0.0
    paid = max(0.0, (usual + beyond) * months - price.free_gb_seconds)
    work = _by_tiers(price, paid) + (provisioned - beyond) * months * price.provisioned_work
    code = list(plain.scenario.services).index(name)
    standing = sum(overlap(each.born, each.ended, plain.left, plain.right) for each in plain.lives[name]
                   if (code, each.instance) in plain.run.records.provisioned) / 3600  # fmt: skip
    hours = standing + load * (hours - standing)
    return requests, work, hours * months * an_hour + always * months * price.provisioned_gb_second, transfer, storage


def _storage(plain, name, price, load):
    """What is kept in a month: all that was there, and each effect until it is undone, or half a month."""
    longest, total = MONTH / 2 if price.retention is None else min(MONTH / 2, price.retention), 0.0
    for effect in plain.effects:
        if effect.row.service == name and effect.row.counted:
            total += longest if effect.undone is None else min(longest, effect.undone - effect.time)
    gb = (price.stored or 0.0) / GIB + load * total / MONTH * price.size / GIB * MONTH / plain.window
    return gb * price.gb_month


def _gb_seconds(plain, name):
    """(usual, on provisioned environments) GB-seconds that are paid for of a function."""
    service, usual, provisioned = plain.scenario.complete.services[name], 0.0, 0.0
    price, gib = service.price, service.function.memory / GIB
    cold, code = cold_starts(plain), list(plain.scenario.services).index(name)
    for row in plain.rows_at(name):
        if not row.counted or row.started is None or row.ended is None or row.leads != row.number:
            continue
        seconds, instance = _paid_time(plain, name, row, price, row.number in cold), row.worker // service.workers
        if price.provisioned_gb_second and (code, instance) in plain.run.records.provisioned:
            provisioned += seconds * gib
        else:
            usual += seconds * gib
    return usual, provisioned


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
