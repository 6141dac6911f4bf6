"""Recount of bills: each time that was paid for, added up one by one."""

from collections import Counter, defaultdict
from math import ceil

import numpy as np

from evsim.counting import count, digits
from evsim.parts.function.words import COLD
from evsim.parts.price.bill import MONTH, use
from evsim.parts.price.figures import used_by
from evsim.results.endings import Verdict
from evsim.results.remarks import remarks
from evsim.ticks import SECOND

__all__ = ["CHECKS"]

ROUNDING = 1e-9  # relative, of sums


def bills(books):
    """What is paid for is what ran: so many requests, and each of their times, rounded up, with its init."""
    run, rows = books.run, books.rows
    cold = {each.row for each in remarks(run) if each.kind == COLD}
    for name, service in run.scenario.complete.services.items():
        if service.price is None:
            continue
        mine = np.array([place.service == name for place in run.tables.places] + [False])[rows["place"]]
        used = use(run, name, mine)
        mine[[row for row, _ in run.records.batches]] = False  # a batch is one request
        ran = np.flatnonzero(mine & ~np.isnan(rows["started"]) & ~np.isnan(rows["ended"])).tolist()
        if used.requests != len(ran):
            books.refuse(f"{name} is billed for {count(used.requests, 'request')}, and worked on {len(ran)}")
        if service.function is None:
            continue
        lives = run.tables.capacity[name]
        life_of = {number: life for life, number in enumerate(lives.number.tolist())}
        step, total = round(service.price.step * SECOND), 0
        for row in ran:
            time = round(rows["ended"][row] * SECOND) - round(rows["started"][row] * SECOND)
            if service.price.init and row in cold:
                life = life_of[int(lives.instance_of(rows["worker"][row]))]
                time += round(lives.ready[life] * SECOND) - round(lives.born[life] * SECOND)
            total += ceil(time / step) * step
        paid, gib = used.gb_seconds + used.provisioned_work, service.function.memory / 2**30
        if abs(paid - total / SECOND * gib) > ROUNDING * paid:
            books.refuse(
                f"{name} is billed for {digits(paid, 9)} GB-seconds, and worked {digits(total / SECOND * gib, 9)}"
            )


def bills_of_stores(books):
    """What is paid for was kept, effect by effect: until it was undone, at most for half a month or the retention."""
    run, rows = books.run, books.rows
    window = max(0.0, run.tables.measured_until - run.scenario.run_settings.warmup)
    for name, service in run.scenario.complete.services.items():
        price = service.price
        if price is None or not price.gb_month:
            continue
        mine = np.array([place.service == name for place in run.tables.places] + [False])[rows["place"]]
        longest, seconds = min(MONTH / 2, price.retention or MONTH), 0.0
        for number, row in enumerate(run.records.effects.row):
            if mine[row]:
                ended = run.tables.undone[number]
                seconds += min(longest, ended - run.records.effects.time[number]) if ended == ended else longest
        found = (seconds * price.size + window * (price.stored or 0.0)) / 2**30 / MONTH
        paid = use(run, name, mine).gb_months
        if abs(paid - found) > ROUNDING * max(paid, found):
            books.refuse(f"{name} is billed for {digits(paid, 9)} GB-months, and kept {digits(found, 9)}")


def bills_of_channels(books):
    """What is paid for was sent, received and deleted, message by message."""
    run, rows = books.run, books.rows
    cohort, late = run.tables.requests.cohort, Counter(run.records.late.column("row").tolist())
    followed_by = defaultdict(list)
    for row, leader in run.records.batches:
        followed_by[leader].append(row)
    followers = {row for row, _ in run.records.batches}
    for code, (name, channel) in enumerate(run.scenario.complete.channels.items()):
        if channel.price is None:
            continue
        price, counts, together = channel.price, dict.fromkeys(("send", "receive", "delete"), 0), Counter()
        copies = {copy for copy, _ in run.records.copies}
        for message in np.flatnonzero(books.messages["channel"] == code).tolist():
            sent_here = books.messages["origin"][message] < 0 and message not in copies
            if sent_here and cohort[run.tables.message_requests[message]]:
                together[_left_with(books, message)] += 1
                counts["send"] += (len(run.tables.sendings[message]) - 1) * _chunks(price, 1)
        for size in together.values():
            most = price.send_batch or 1
            counts["send"] += sum(_chunks(price, min(most, size - done)) for done in range(0, size, most))
        places = {place.number for place in run.tables.places if place.is_delivery and place.source == name}
        for row in np.flatnonzero(np.isin(rows["place"], list(places)) & cohort[run.tables.row_requests]).tolist():
            if row in followers or rows["verdict"][row] == Verdict.COPY or np.isnan(rows["leased"][row]):
                continue
            batch = [row, *followed_by[row]]
            at_once = getattr(channel, "receive_limit", None) or len(batch)
            counts["receive"] += max(_chunks(price, len(batch)), ceil(len(batch) / at_once))
            told = sum((rows["verdict"][each] == Verdict.DONE) + late[each] for each in batch)
            counts["delete"] += told if len(batch) == 1 else ceil(min(told, len(batch)) / at_once)
        paid, found = used_by(run, name, cohort).requests, sum(counts[each] for each in set(price.counts))
        if paid != found:
            books.refuse(f"{name} is billed for {digits(paid)} requests, and there were {digits(found)}")


def _left_with(books, message):
    """Whom a message left with: others of its step and its handling; of a batch, or an outbox, of its instance."""
    messages, rows = books.messages, books.rows
    cause, left = int(messages["cause"][message]), float(messages["sent"][message])
    if left != left:
        return cause, int(messages["route"][message])
    service = books.run.tables.places[rows["place"][cause]].service
    instance = int(books.run.tables.capacity[service].instance_of(int(rows["worker"][cause])))
    return service, instance, int(messages["partition"][message]), left


def _chunks(price, count):
    return 1 if price.chunk is None else max(1, ceil(count * price.size / price.chunk))


CHECKS = (bills, bills_of_stores, bills_of_channels)
