"""Recount of what queues promise: limits kept, clocks obeyed, one message of a group at a time."""

import numpy as np

from evsim.results.audit.callers import steps_of
from evsim.results.batches import leaders
from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.ticks import elapsed

__all__ = ["CHECKS", "obligations"]


def obligations(run, name):
    """Each message is one: for whoever has it first."""
    return np.ones(len(run.tables.messages["published"]), dtype=int)


def clocks(books):
    """Nothing is handed out that is too old, nothing expires too early, no lease lasts too long."""
    rows, messages = books.rows, books.messages
    for mine, settings, age in _queues(books):
        appended = messages["appended"][rows["parent"][mine]]
        leased, settled, verdict = rows["leased"][mine], rows["settled"][mine], rows["verdict"][mine]
        own_ttl, delay = _own_times(books, mine)
        ttl = np.fmin(own_ttl, np.inf if settings.ttl is None else settings.ttl)
        books.demand(
            ~(age.has(leased) & (elapsed(leased, appended) > ttl)), "handed out when its time to live was over", mine
        )
        expired = (verdict == Verdict.EXPIRED) & age.has(settled)
        books.demand(~expired | np.isfinite(ttl), "expired in a queue without a time to live", mine)
        early = expired & (elapsed(settled, appended) < ttl)
        books.demand(~early, "expired before its time to live was over", mine)
        books.demand(~(elapsed(leased, appended) < delay), "handed out while it was held back", mine)
        first = rows["first"][mine] < 0
        exact = elapsed(rows["ready"][mine], appended) == delay
        here = np.isfinite(rows["ready"][mine]) & np.isfinite(appended)
        books.demand(~(first & here) | exact, "ready at another moment than its publisher wanted", mine)
        moved = rows["reason"][mine] == Reason.REDRIVEN
        begins = _moved_from(books, mine, settings)
        books.demand(~moved | (settled >= begins), "a dead letter went back before it was to", mine)
        limit = min(each for each in (settings.visibility_timeout, settings.ack_timeout, np.inf) if each is not None)
        lasted = elapsed(np.where(np.isnan(settled), books.run.ended_at, settled), leased)
        longer = _may_last(books, mine, settings)
        its = age.has(leased)
        books.demand(~(its & (lasted > limit)) | longer, "a lease lasted longer than it may", mine)
        given_back = verdict == Verdict.GIVEN_BACK
        books.demand(~given_back | (not settings.is_polled), "a queue saw a consumer fail that only polls it", mine)
        revoked = (verdict == Verdict.REVOKED) & (settings.ack_timeout in (None, np.inf)) & ~_changed(books, mine)
        early = its & revoked & (lasted < limit)
        books.demand(~early, "a message was visible again before its time", mine)


def _moved_from(books, mine, settings):
    """From when on dead letters may go back out of the queue of some deliveries: as written, or as somebody does it."""
    names = list(books.run.scenario.channels)
    its = {names[each] for each in set(books.messages["channel"][books.rows["parent"][mine]].tolist())}
    moments = [time for time, kind, name, _ in books.run.records.incidents if kind == "shovel" and name in its]
    return min(moments, default=np.inf) if settings.redrive is None else min([*moments, settings.redrive.at])


def _own_times(books, mine):
    """(time to live, delay) that each message brings; inf and 0 without one. A dead letter brings none."""
    steps = [step for _, step in books.run.tables.routes]
    message = books.rows["parent"][mine]
    letter = np.array([_is_letter(books, each) for each in message.tolist()], dtype=bool)
    found = []
    for setting, usual in (("ttl", np.inf), ("delay", 0.0)):
        written = [getattr(step, setting, None) for step in steps]
        values = np.array([usual if each is None else each for each in written] or [usual])
        found.append(np.where(letter, usual, values[books.messages["route"][message]]))
    return found


def _is_letter(books, message):
    """Whether a message came from a channel where it had been, and not from an exchange."""
    channels, origin = list(books.run.scenario.channels.values()), books.messages["origin"]
    while (message := int(origin[message])) >= 0:
        if not channels[books.messages["channel"][message]].routes:
            return True
    return False


def _changed(books, mine):
    """Whether a consumer that failed says when its message is to be visible again, in place of its time."""
    places = books.run.tables.places
    says = [any(_says_when(step) for step in steps_of(books, place)) for place in places] + [False]
    return np.array(says)[books.rows["place"][mine]] & (books.rows["outcome"][mine] == Outcome.FAILED)


def _says_when(step):
    retry = getattr(step, "retry", None)
    return getattr(step, "change_visibility", None) is not None or bool(retry and retry.backoff.base)


def _may_last(books, mine, settings):
    """What a consumer has put off, and what was spent with its last delivery and that nobody has asked for since."""
    if not settings.deletes_late:
        return _changed(books, mine)
    usual = PLAIN_ATTEMPTS if settings.deliveries is None else np.inf
    own = np.array([_fewest(books, place, usual) for place in books.run.tables.places] + [usual])
    own = own[books.rows["place"][mine]]
    allowed = np.minimum(own, np.inf if settings.deliveries is None else settings.deliveries)
    return _changed(books, mine) | (np.maximum(books.rows["attempt"][mine], 1) >= allowed)


def _fewest(books, place, usual):
    """The fewest attempts that a place ever allows."""
    retries = [getattr(step, "retry", None) for step in steps_of(books, place)]
    return min(retry.attempts if retry else usual for retry in retries)


def lengths(books):
    """A queue that drops holds no more ready messages than it may, once all that happens at a moment has happened."""
    rows = books.rows
    for mine, settings, age in _queues(books):
        kept = ~np.isnan(books.messages["appended"][rows["parent"][mine]])
        dropped = (rows["verdict"][mine] == Verdict.DROPPED) & kept & age.has(rows["settled"][mine])
        dropped &= rows["reason"][mine] != Reason.PURGED
        if settings.max_length is None or settings.overflow != "drop_head":
            books.demand(~dropped, "dropped by a queue that drops nothing", mine)
            continue
        mine = mine[kept & ~np.isnan(rows["ready"][mine])]  # what is held back is not in the line yet
        end = np.fmin(rows["leased"], rows["ended"])[mine]
        gone = ~np.isnan(end)
        times = np.concatenate([rows["ready"][mine], end[gone]])
        order = np.argsort(times, kind="stable")
        level = np.cumsum(np.where(order < len(mine), 1, -1))
        last = np.r_[np.diff(times[order]) > 0, True][: len(order)]  # that happens at its moment
        what = "a queue is longer than it may be"
        last &= age.has(times[order])
        books.demand(~(last & (level > settings.max_length)), what, np.r_[mine, mine[gone]][order])


def groups(books):
    """No message of a group is handed out while another one of it is, and they go in the order in which they came."""
    rows, messages = books.rows, books.messages
    for mine, settings, _ in _queues(books):
        taken = mine[~np.isnan(rows["leased"][mine]) & (rows["verdict"][mine] != Verdict.COPY)]
        if not settings.fifo_groups or not len(taken):
            continue
        message = rows["parent"][taken]
        key, offset = messages["key"][message], messages["offset"][message]
        until = np.where(np.isnan(rows["settled"][taken]), np.inf, rows["settled"][taken])
        order = np.lexsort((taken, offset, until, rows["leased"][taken], key))
        taken, key, offset, until = taken[order], key[order], offset[order], until[order]
        lead, leased = leaders(books.run)[taken], rows["leased"][taken]
        same, together = key[1:] == key[:-1], lead[1:] == lead[:-1]
        books.demand(~same | together | (leased[1:] >= until[:-1]), "a group was in two hands", taken[1:])
        order = np.lexsort((offset, leased, key))  # a batch comes again from its first message that failed
        head = order[np.r_[True, (np.diff(key[order]) != 0) | (np.diff(lead[order]) != 0)]]
        back = (np.diff(key[head]) == 0) & (np.diff(offset[head]) < 0)
        books.demand(~back, "a group was handed out out of order", taken[head][1:])


def batches(books):
    """A batch is of one consumer, no larger and gathered no longer than may be, and goes on with a group in order."""
    run, rows = books.run, books.rows
    ways = {(each.channel, name): each for name, service in run.scenario.complete.services.items()
            for each in service.subscribe if run.scenario.channels[each.channel].competing}  # fmt: skip
    of_place = [ways.get((place.source, place.service)) if place.is_delivery else None for place in run.tables.places]
    most = np.array([each.batch or 1 if each else 0 for each in of_place] + [0])[rows["place"]]
    window = np.array([each.batch_window or 0.0 if each else 0.0 for each in of_place] + [0.0])[rows["place"]]
    lead = leaders(run)
    mine = np.flatnonzero((most[lead] > 1) & ~np.isnan(rows["leased"]))
    head, sizes = np.unique(lead[mine], return_counts=True)
    books.demand(sizes <= most[head], "a batch has more messages than it may", head)
    late = elapsed(rows["leased"][mine], rows["leased"][lead[mine]])
    books.demand((late >= 0) & (late <= window[mine]), "a message came to a batch when its window was over", mine)
    travels = mine[(lead[mine] == mine) & ~np.isnan(rows["arrived"][mine])]
    waited = elapsed(rows["arrived"][travels], rows["leased"][travels])
    size = dict(zip(head.tolist(), sizes.tolist(), strict=True))
    full = np.array([size[row] for row in travels.tolist()], dtype=int) == most[travels]
    books.demand(full | (waited >= window[travels]), "a batch left before its window was over", travels)
    service = np.array([*(place.service for place in run.tables.places), ""])
    books.demand(
        service[rows["place"][mine]] == service[rows["place"][lead[mine]]], "a batch is of two consumers", mine
    )
    _in_order(books, mine, lead)


def _in_order(books, mine, lead):
    """Nothing was done of a group after one of it that failed in the same batch, unless all of the batch failed."""
    messages, message = books.messages, books.rows["parent"]
    groups = [its for its, settings, _ in _queues(books) if settings.fifo_groups]
    if not groups:
        return
    mine = np.intersect1d(mine, np.concatenate(groups))
    order = np.lexsort((messages["offset"][message[mine]], messages["key"][message[mine]], lead[mine]))
    mine = mine[order]
    key, done = messages["key"][message[mine]], books.rows["outcome"][mine] == Outcome.OK
    same = (key[1:] == key[:-1]) & (lead[mine][1:] == lead[mine][:-1])
    books.demand(~(same & done[1:] & ~done[:-1]), "a group went on after one of it had failed", mine[1:])


def ranks(books):
    """Nobody has a message while somebody of a higher priority is free for it."""
    run, rows = books.run, books.rows
    if run.scenario.faults:
        return  # who is free is not known by the counts alone
    number = {(place.source, place.service): [] for place in run.tables.places if place.is_delivery}
    for place in run.tables.places:
        if place.is_delivery:
            number[place.source, place.service].append(place.number)
    for channel, settings in run.scenario.complete.channels.items():
        readers = _ranked(run.scenario.complete, channel, settings)
        for name, rank, _ in readers:
            mine = np.flatnonzero(among(rows["place"], number.get((channel, name), ())))
            mine = mine[~np.isnan(rows["leased"][mine]) & (rows["verdict"][mine] != Verdict.COPY)]
            for other, higher, credit in readers if len(mine) else ():
                if higher > rank:
                    theirs = np.flatnonzero(among(rows["place"], number.get((channel, other), ())))
                    held = _in_hand(rows, theirs, rows["leased"][mine])
                    what = f"{name} had a message of {channel} while {other} was free, which goes first"
                    books.demand(held >= credit, what, mine)


def _in_hand(rows, mine, times):
    """How many of some deliveries were in hand at each of some times, or left there at that moment."""
    mine = mine[rows["verdict"][mine] != Verdict.COPY]
    came, gone = np.sort(rows["leased"][mine]), np.sort(rows["settled"][mine][~np.isnan(rows["leased"][mine])])
    return np.searchsorted(came, times, "right") - np.searchsorted(gone, times, "left")


def _ranked(scenario, channel, settings):
    """(service, priority, credit) of the readers of a queue, if they are not alike and one can tell who is free."""
    if not settings.competing or settings.has_clocks:
        return []
    found = []
    for name, service in scenario.services.items():
        for each in (each for each in service.subscribe if each.channel == channel):
            if each.ack != "after" or each.poll is not None or each.takes_several or service.policies:
                return []
            found.append((name, each.priority, (each.prefetch or service.workers) * service.instances))
    return found if len({priority for _, priority, _ in found}) > 1 else []


def _queues(books):
    """(rows of its deliveries, settings, their age) of each queue."""
    rows = books.rows
    is_delivery = (books.kinds == "delivery") & (rows["verdict"] != Verdict.COPY)
    if not is_delivery.any():
        return
    channel = books.messages["channel"][np.where(is_delivery, rows["parent"], 0)]
    for age in books.ages:
        for code, settings in enumerate(age.scenario.channels.values()):
            if settings.competing:
                yield np.flatnonzero(is_delivery & (channel == code)), settings, age


CHECKS = (clocks, lengths, groups, batches, ranks)
