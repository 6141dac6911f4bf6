"""What channels with a price cost: worked out message by message, for a month that is as the window was."""

from math import ceil

from evsim.results.endings import Verdict
from tests.figures.averages import overlap, union

__all__ = ["GIB", "MONTH", "PARTS", "bill_of_channel", "cost_of_channel"]

GIB = 2**30
MONTH = 730 * 3600.0
PARTS = ("cost_requests", "cost_work", "cost_presence", "cost_transfer", "cost_storage")


def cost_of_channel(plain, name):
    """The figures of a channel with a price."""
    month, idle = bill_of_channel(plain, name)
    paid = [each * plain.window / MONTH for each in month]
    found = {"cost": sum(paid), **dict(zip(PARTS, paid, strict=True)), "cost_idle": idle * plain.window / MONTH}
    return {part: value for part, value in found.items() if part != "cost_work"}


def bill_of_channel(plain, name):
    """((for requests, work, presence, transfer, storage), what of it was idle) of a month of 730 hours."""
    channel, months = plain.scenario.complete.channels[name], MONTH / plain.window
    price, all_of_it = channel.price, [each for each in plain.messages if each.channel == name]
    copies = {copy for copy, _ in plain.run.records.copies}
    sent = [each for each in all_of_it if each.counted and each.origin < 0 and each.number not in copies]
    sendings = sum(len(plain.run.tables.sendings[each.number]) for each in sent)
    deliveries = [row for row in plain.rows if row.kind == "delivery" and not row.copy
                  and plain.messages[row.parent].channel == name]  # fmt: skip
    received = [row for row in deliveries if row.counted and row.leased is not None]
    batches = {row.number: [] for row in received if row.leads == row.number}
    for row in deliveries:
        if row.leased is not None and row.leads in batches:
            batches[row.leads].append(row)
    late = plain.run.records.late.column("row").tolist()
    requests = {"send": _requests_to_send(plain, price, sent), "receive": 0, "delete": 0}
    for rows in batches.values():
        told = sum(row.verdict == Verdict.DONE for row in rows) + sum(late.count(row.number) for row in rows)
        requests["receive"] += max(_chunks(price, len(rows)), _requests(channel, len(rows)))
        requests["delete"] += told if len(rows) == 1 else _requests(channel, min(told, len(rows)))
    vain = 0.0
    if price.long_poll is not None and "receive" in price.counts:
        vain = _asked_in_vain(plain, name, deliveries) / price.long_poll
    counted = sum(requests[each] for each in {*price.counts})
    paid = max(0.0, (counted + vain) * months - price.free_requests)
    hours, gib = plain.window / 3600 * channel.brokers * months, price.size / GIB
    spans = _kept(all_of_it, deliveries)
    busy = union([(begin, end) for begin, end, _ in spans], plain.left, plain.right)
    idle = (1 - busy / plain.window) * hours * price.hour + min(paid, vain * months) * price.requests / 1e6
    partitions = _partition_hours(plain, channel) * months * price.partition_hour
    month = (
        paid * price.requests / 1e6, 0.0, hours * price.hour + partitions,
        months * gib * (sendings * price.gb_in + len(received) * price.gb_out),
        months * gib * _stored(plain, channel, spans) / MONTH * channel.brokers * price.gb_month,
    )  # fmt: skip
    return month, idle


def _requests_to_send(plain, price, sent):
    """What leaves together goes in requests of so many messages; what comes again goes alone."""
    most, together = price.send_batch or 1, {}
    total = sum(len(plain.run.tables.sendings[each.number]) - 1 for each in sent) * _chunks(price, 1)
    for each in sent:
        cause = plain.rows[each.cause]
        workers = plain.scenario.complete.services[cause.service].most_workers
        way = (each.cause, each.route) if each.sent is None else (
            cause.service, cause.worker // workers, each.partition, each.sent)  # fmt: skip
        together[way] = together.get(way, 0) + 1
    for size in together.values():
        total += sum(_chunks(price, min(most, size - done)) for done in range(0, size, most))
    return total


def _requests(channel, count):
    """How many requests it is to receive, or delete, so many messages of one batch."""
    return ceil(count / (getattr(channel, "receive_limit", None) or max(1, count)))


def _chunks(price, count):
    return 1 if price.chunk is None else max(1, ceil(count * price.size / price.chunk))


def _partition_hours(plain, channel):
    if channel.kind != "log":
        return 0.0
    more = channel.add_partitions
    later = more.count * overlap(more.at, None, plain.left, plain.right) if more else 0.0
    return (channel.partitions * plain.window + later) / 3600


def _kept(messages, deliveries):
    """(since, until, whether it counts) of each message that was kept; None: to the end."""
    found = []
    for each in messages:
        if each.appended is not None:
            ends = [row.settled for row in deliveries if row.parent == each.number]
            found.append((each.appended, None if None in ends else max([each.appended, *ends]), each.counted))
    return found


def _stored(plain, channel, spans):
    """Seconds that all messages of the window together are kept."""
    counted = [(begin, plain.run.ended_at if end is None else end) for begin, end, counted in spans if counted]
    if channel.kind != "log":
        return sum(end - begin for begin, end in counted)
    each, retention = MONTH / 2, channel.retention
    if retention and retention.time:
        each = min(each, retention.time)
    if retention and retention.messages and counted:
        each = min(each, retention.messages * channel.partitions_at_last * plain.window / len(counted))
    return each * len(counted)


def _asked_in_vain(plain, name, deliveries):
    """Seconds in which consumers of a channel had nothing of it in hand, added up over them."""
    total = 0.0
    for reader, service in plain.scenario.complete.services.items():
        reading = [each for each in service.subscribe if each.channel == name]
        if not reading or (service.function is not None and reading[0].pollers is None):
            continue
        held = [(row.leased, min((each for each in (row.settled, row.ended) if each is not None), default=None), -1)
                for row in deliveries if row.leased is not None and row.service == reader]  # fmt: skip
        spans = held + _consumers(plain, name, reader, reading[0].pollers)
        times = {time for since, until, _ in spans for time in (since, until) if time is not None}
        edges = sorted({plain.left, plain.right, *(time for time in times if plain.left < time < plain.right)})
        for begin, end in zip(edges, edges[1:], strict=False):
            middle = (begin + end) / 2
            idle = sum(count for since, until, count in spans if since <= middle and (until is None or middle < until))
            total += max(0, idle) * (end - begin)
    return total


def _consumers(plain, name, reader, pollers):
    """(since, until, how many) consumers."""
    if pollers is None:
        return [(each.ready, each.ended, 1) for each in plain.lives[reader] if each.ready is not None]
    codes = list(plain.scenario.channels).index(name), list(plain.scenario.services).index(reader)
    noted = [(time, number) for time, *way, number in plain.run.records.pollers if tuple(way) == codes]
    return [(time, after, number) for (time, number), (after, _) in zip(noted, [*noted[1:], (None, 0)], strict=True)]
