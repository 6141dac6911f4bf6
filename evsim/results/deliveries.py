"""The deliveries of a run, as NumPy columns: how each message ended for each service that subscribes to it."""

from functools import cached_property

import numpy as np

from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.obligations import last_attempts
from evsim.results.table import NUMBERS
from evsim.scenario.groups import group_of

__all__ = ["DELIVERY_STATES", "Deliveries"]

DELIVERY_STATES = ("pending", "done", "duplicate", "dead", "expired", "dropped", "lost")


class Deliveries:
    """One entry a (message, subscription): the ledger.

    ``row`` (of the obligation), ``last`` (row of its last attempt), ``message``, ``channel`` (index), ``subscriber``
    (index into ``names``; -1 while a queue has not granted it), ``state`` (index into ``DELIVERY_STATES``),
    ``attempts``, ``handed_out`` (how often), ``handlings`` (completed), ``disposition``, ``born``, ``settled``,
    ``replay`` (whether a group asked to read it again), ``moved_back`` (a dead letter that left for where it died),
    ``cohort`` (without replays), ``replayed`` (the replays of the cohort).
    """

    def __init__(self, tables, requests):
        self.tables = tables
        rows, messages = tables.rows, tables.messages
        obligations, last = last_attempts(rows)
        places = tables.places
        is_delivery = np.array([p.is_delivery for p in places] + [True])[rows["place"]]
        mine = is_delivery[obligations]
        row, last = obligations[mine], last[mine]
        self.row, self.last = row, last
        self.message = rows["parent"][row]
        self.channel = messages["channel"][self.message] if len(row) else np.empty(0, dtype=int)
        parted = np.array([channel.partitioned for channel in tables.scenario.channels.values()] + [False])
        self.partitioned = parted[self.channel]
        self.names = tuple(dict.fromkeys((p.source, p.service) for p in places if p.is_delivery))
        of_place = np.array([self.names.index((p.source, p.service)) if p.is_delivery else -1
                             for p in places] + [-1], dtype=np.int16)  # fmt: skip
        self.subscriber = of_place[rows["place"][last]]
        count = len(rows["first"])
        attempt_of = np.where(rows["first"] < 0, np.arange(count, dtype=NUMBERS), rows["first"])
        everything = np.zeros(count, dtype=bool)
        everything[row] = True
        everything = everything[attempt_of]
        made = everything & (rows["verdict"] != Verdict.COPY) & (rows["reason"] != Reason.LATE_DELETE)

        def times(which):
            return np.bincount(attempt_of[which], minlength=count)[row].astype(NUMBERS)

        self.attempts, self.handed_out = times(made), times(made & ~np.isnan(rows["leased"]))
        skipped = ~np.isnan(tables.skipped)
        handled = everything & (rows["outcome"] == Outcome.OK) & ~skipped
        self.handlings = times(handled)
        verdict = rows["verdict"][last]
        self.verdict = verdict
        self.moved_back = rows["reason"][last] == Reason.REDRIVEN
        state = np.zeros(len(row), dtype=np.int8)
        state[verdict == Verdict.DEAD] = DELIVERY_STATES.index("dead")
        state[verdict == Verdict.EXPIRED] = DELIVERY_STATES.index("expired")
        state[verdict == Verdict.LOST] = DELIVERY_STATES.index("lost")
        state[verdict == Verdict.DROPPED] = DELIVERY_STATES.index("dropped")
        ended = (verdict == Verdict.DONE) & (rows["outcome"][last] != Outcome.OPEN)
        state[ended] = DELIVERY_STATES.index("lost")  # acknowledged before the work, unless the work was done
        late = rows["reason"][last] == Reason.LATE_DELETE
        state[ended & (skipped[last] | late)] = DELIVERY_STATES.index("done")  # by an earlier handling
        state[self.handlings == 1] = DELIVERY_STATES.index("done")
        self.replay = np.isin(row, np.array(tables.records.replays, dtype=int))  # asked for: never a duplicate
        state[self.handlings > 1] = DELIVERY_STATES.index("duplicate")
        state[self.replay & (self.handlings > 1)] = DELIVERY_STATES.index("done")
        self._mark_copies(tables.records.copies, state)
        self.state = state
        self.born = rows["born"][row]
        reopened = among(verdict, (Verdict.GIVEN_BACK, Verdict.REVOKED))
        self.settled = np.where(reopened, np.nan, rows["settled"][last])
        self.request = tables.row_requests[row]
        counted = requests.cohort[self.request]
        self.cohort, self.replayed = counted & ~self.replay, counted & self.replay

    def _mark_copies(self, copies, state):
        """A second record of a message that was handled as well is a duplicate, as a second handling is."""
        if not copies:
            return
        before = dict(copies)
        groups = [group_of(service, next(each for each in self.tables.scenario.services[service].subscribe
                                         if each.channel == channel)) for channel, service in self.names]  # fmt: skip
        number = np.array([groups.index(each) for each in groups] + [-1])
        readers = np.where(self.partitioned, number[self.subscriber], -1)  # whoever takes a message from a queue
        done = {
            (message, reader)
            for message, reader, handlings in zip(
                self.message.tolist(), readers.tolist(), self.handlings.tolist(), strict=True
            )
            if handlings
        }
        for entry in np.flatnonzero(np.isin(self.message, list(before)) & (self.handlings > 0)).tolist():
            if (before[int(self.message[entry])], int(readers[entry])) in done:
                state[entry] = DELIVERY_STATES.index("duplicate")

    @cached_property
    def reordered(self):
        """For each entry: whether it was done with after a later message of its key, by the same subscriber."""
        rows, messages = self.tables.rows, self.tables.messages
        started, ended = rows["started"][self.last], rows["ended"][self.last]
        result = np.zeros(len(self.row), dtype=bool)
        ran = np.flatnonzero(~np.isnan(started) & ~np.isnan(ended) & ~self.replay)
        if not len(ran):
            return result
        key, offset = messages["key"][self.message[ran]], np.empty(len(ran))
        offset[np.lexsort((self.row[ran], messages["appended"][self.message[ran]]))] = np.arange(len(ran))
        order = np.lexsort((ran, ended[ran], key, self.subscriber[ran]))
        key, offset, subscriber = key[order], offset[order], self.subscriber[ran][order]
        new = np.r_[True, (key[1:] != key[:-1]) | (subscriber[1:] != subscriber[:-1])]
        group = np.cumsum(new)
        span = float(len(ran))
        lifted = offset + group * span  # groups lie one above the other, so one running maximum serves all
        late = lifted < np.maximum.accumulate(lifted)
        result[ran[order]] = late
        return result
