"""Recount of idempotent services: no two handlings of the same thing made effects, unless it was forgotten."""

import numpy as np

from evsim.ticks import elapsed

__all__ = ["CHECKS"]


def once(books):
    run, rows, effects = books.run, books.rows, books.run.tables.effects
    first_effect = np.full(len(rows["born"]), np.nan)
    np.fmin.at(first_effect, effects["row"], effects["time"])
    before = dict(run.records.copies)
    for name, service in run.scenario.services.items():
        if service.idempotent is None:
            continue
        mine = [place.service == name for place in run.tables.places] + [False]
        made = np.flatnonzero(np.array(mine)[rows["place"]] & ~np.isnan(first_effect))
        windows = [each.scenario.services[name].idempotent.window or np.inf for each in books.ages]
        stored = {}
        for row in made[np.argsort(first_effect[made], kind="stable")].tolist():
            identity, time = _identity(books, service.idempotent.by, row, before), first_effect[row]
            window = next(its for age, its in zip(books.ages, windows, strict=True) if age.has(time))
            forgotten = elapsed(time, stored.get(identity, -np.inf)) >= window
            books.demand([identity not in stored or forgotten], f"{name} is idempotent, and did it twice", [row])
            stored[identity] = time


def _identity(books, by, row, before):
    run, rows, messages = books.run, books.rows, books.messages
    place = run.tables.places[rows["place"][row]]
    if by == "content":
        item = int(run.tables.row_items[row])
        about = place.workload, int(rows["request"][row]), item, place.number, int(rows["round"][row])
        return *about, _result(books, row, before)
    if by == "key":
        return books.key_of(row)
    if not place.is_delivery:
        return "call", row if rows["first"][row] < 0 else int(rows["first"][row])
    return "message", _original(messages, int(rows["parent"][row]), before)


def _original(messages, message, before):
    while (earlier := before.get(message, int(messages["origin"][message]))) >= 0:
        message = earlier
    return message


def _result(books, row, before):
    """The message with the result of a window that a row follows from, or None."""
    rows, messages, tables = books.rows, books.messages, books.run.tables
    while (place := tables.places[rows["place"][row]]).gathered:
        row = parent = int(rows["parent"][row])
        if place.is_delivery:
            message = _original(messages, parent, before)
            if tables.routes[messages["route"][message]][1].gathers:
                return message
            row = int(messages["cause"][message])
    return None


CHECKS = (once,)
