"""Recount of bills: each time that was paid for, added up one by one."""

from collections import Counter
from math import ceil

import numpy as np

from evsim.parts.function.words import COLD
from evsim.parts.price.bill import use
from evsim.parts.price.figures import used_by
from evsim.results.records import Verdict
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
        ran = np.flatnonzero(mine & ~np.isnan(rows["started"]) & ~np.isnan(rows["ended"])).tolist()
        if used.requests != len(ran):
            books.refuse(f"{name} is billed for {used.requests} requests, and worked on {len(ran)}")
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
            books.refuse(f"{name} is billed for {paid:.9g} GB-seconds, and worked {total / SECOND * gib:.9g}")


def bills_of_channels(books):
    """What is paid for was sent, received and deleted, message by message."""
    run, rows = books.run, books.rows
    cohort, late = run.tables.requests.cohort, set(run.records.late.column("row").tolist())
    sizes = Counter(leader for _, leader in run.records.batches)
    followers = {row for row, _ in run.records.batches}
    for code, (name, channel) in enumerate(run.scenario.complete.channels.items()):
        if channel.price is None:
            continue
        price, counts = channel.price, dict.fromkeys(("send", "receive", "delete"), 0)
        copies = {copy for copy, _ in run.records.copies}
        for message in np.flatnonzero(books.messages["channel"] == code).tolist():
            sent_here = books.messages["origin"][message] < 0 and message not in copies
            if sent_here and cohort[run.tables.message_requests[message]]:
                counts["send"] += len(run.tables.sendings[message]) * _chunks(price, 1)
        places = {place.number for place in run.tables.places if place.is_delivery and place.source == name}
        for row in np.flatnonzero(np.isin(rows["place"], list(places)) & cohort[run.tables.row_requests]).tolist():
            if row in followers or rows["verdict"][row] == Verdict.COPY or np.isnan(rows["leased"][row]):
                continue
            counts["receive"] += _chunks(price, 1 + sizes[row])
            counts["delete"] += int(rows["verdict"][row] == Verdict.DONE) + (row in late)
        paid, found = used_by(run, name, cohort).requests, sum(counts[each] for each in set(price.counts))
        if paid != found:
            books.refuse(f"{name} is billed for {paid:g} requests, and there were {found:g}")


def _chunks(price, count):
    return 1 if price.chunk is None else max(1, ceil(count * price.size / price.chunk))


CHECKS = (bills, bills_of_channels)
