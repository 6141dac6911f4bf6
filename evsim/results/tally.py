"""Tallies: requests, deliveries and services as NumPy columns, computed from the records."""

import numpy as np

from evsim.results.records import Outcome, Reason, Verdict
from evsim.ticks import elapsed

__all__ = ["Deliveries", "Requests", "deleted_late", "last_attempts"]

PENDING, OK, ERROR, TIMEOUT, REJECTED, DECLINED = range(6)
REQUEST_OUTCOMES = ("pending", "ok", "error", "timeout", "rejected", "declined")
DELIVERY_STATES = ("pending", "done", "duplicate", "dead", "expired", "dropped", "lost")


def last_attempts(rows):
    """For each row that is an obligation: (its rows, the rows of their last attempts; no copies of the link's)."""
    first = rows["first"]
    obligations = np.flatnonzero(first < 0)
    last = np.arange(len(first))
    later = np.flatnonzero((first >= 0) & (rows["verdict"] != Verdict.COPY))
    last[first[later]] = later  # attempts are born in order, so the last one written wins
    return obligations, last[obligations]


def deleted_late(rows):
    """(what was visible again and never received, the attempts before whose late acknowledgements settled it)."""
    never = np.flatnonzero(rows["reason"] == Reason.LATE_DELETE)
    if not len(never):
        return never, never
    number = np.maximum(rows["attempt"], 1)
    owner = np.where(rows["first"] < 0, np.arange(len(number)), rows["first"])
    theirs = np.flatnonzero(np.isin(owner, owner[never]) & (rows["verdict"] != Verdict.COPY))
    found = dict(zip(zip(owner[theirs].tolist(), number[theirs].tolist(), strict=True), theirs.tolist(), strict=True))
    pairs = zip(owner[never].tolist(), (number[never] - 1).tolist(), strict=True)
    return never, np.array([found[pair] for pair in pairs])


class Requests:
    """One entry a request, all workloads one after the other, in order of arrival.

    ``row``, ``workload`` (index into the names), ``number``, ``arrived``, ``answered`` (seconds), ``outcome`` (index
    into ``REQUEST_OUTCOMES``), ``response`` (answered - arrived), ``completion`` (arrival to the last due effect, NaN
    where one is missing), ``consistency_lag``, ``due``, ``present`` and ``repeated`` (effects), ``cohort``. A row of
    each effect: ``is_due`` (it is to stand in the end), ``is_taken_back`` (the way makes it and undoes it),
    ``first_time`` and ``times_done`` of what was not undone. And an entry for each effect of the records: ``customers``
    (whose it is) and ``repeats`` (whether it counts as one more: that of a replay does not).
    """

    def __init__(self, run):
        rows = run.rows
        self.run = run
        self.workloads = tuple(run.scenario.workloads)
        codes = {name: code for code, name in enumerate(self.workloads)}
        of_place = np.array([codes[p.workload] if p.is_request else -1 for p in run.places] + [-1])
        workload = of_place[rows["place"]]
        row = np.flatnonzero((workload >= 0) & (rows["first"] < 0))
        row = row[np.lexsort((rows["request"][row], workload[row]))]
        self.row, self.workload, self.number = row, workload[row], rows["request"][row]
        self.arrived, self.answered = rows["born"][row], rows["settled"][row]
        self.outcome = _outcomes(rows, row)
        self.response = elapsed(self.answered, self.arrived)
        settings = run.scenario.run
        self.cohort = self.arrived >= settings.warmup
        self.starts = np.searchsorted(self.workload, np.arange(len(self.workloads) + 1))
        self._effects(run)

    def index(self, workload, number):
        """Position of a request, given as arrays or numbers."""
        return self.starts[workload] + number

    def _effects(self, run):
        rows, effects = run.rows, run.effects_columns
        count = len(self.row)
        names = run.effect_names
        codes = {name: code for code, name in enumerate(self.workloads)}
        of_place = np.array([codes[p.workload] for p in run.places] + [0])
        effect_row = effects["row"]
        workload = of_place[rows["place"][effect_row]]
        request = self.index(workload, rows["request"][effect_row])
        self.first_time = np.full((len(names), count), np.nan)
        self.is_due = np.zeros((len(names), count), dtype=bool)
        self.is_taken_back = np.zeros((len(names), count), dtype=bool)
        again = np.isin(np.where(rows["first"] < 0, np.arange(len(rows["first"])), rows["first"]), run.records.replays)
        self.repeats = ~again[effect_row]  # effects of a replay are no repetitions
        self.customers = request
        stands = np.isnan(run.undone)
        for code, name in enumerate(names):
            mine = effects["name"] == code
            lasting = mine & stands
            where = request[lasting]
            order = where[::-1]  # effects are in order of time: the first one is written last
            self.first_time[code, order] = effects["time"][lasting][::-1]
            for workload_code, workload_name in enumerate(self.workloads):
                part = slice(self.starts[workload_code], self.starts[workload_code + 1])
                # What only a Python handler makes can't be known beforehand: it is due where it happened.
                due = run.due[workload_name].get(name)
                self.is_due[code, part] = ~np.isnan(self.first_time[code, part]) if due is None else due.stands
                self.is_taken_back[code, part] = False if due is None else due.taken_back
        self.times_done, _ = self.effects_at(np.inf, replays=False)
        present = ~np.isnan(self.first_time) & self.is_due
        self.due = self.is_due.sum(axis=0)
        self.present = present.sum(axis=0)
        self.repeated = (self.times_done > 1).sum(axis=0)
        left = (~np.isnan(self.first_time) & self.is_taken_back).any(axis=0)
        complete = (self.present == self.due) & ~left
        last = np.where(self.is_due, self.first_time, -np.inf).max(axis=0, initial=-np.inf)
        self.completed_at = np.where(complete & (self.due > 0), last, np.nan)
        self.completion = elapsed(self.completed_at, self.arrived)
        self.consistency_lag = np.maximum(0.0, elapsed(self.completed_at, self.answered))

    def effects_at(self, time, replays=True):
        """(how often each effect had happened by a time (s), how often it had been undone): effects x requests.

        What is undone at any time had not happened. A replay that was asked for repeats nothing; with `replays` it
        counts where it came first.
        """
        effects, undone = self.run.effects_columns, self.run.undone
        shape, stands = self.first_time.shape, np.isnan(undone)
        cell = effects["name"].astype(np.int64) * shape[1] + self.customers

        def counted(which):
            return np.bincount(cell[which], minlength=shape[0] * shape[1]).reshape(shape)

        done = counted((effects["time"] <= time) & stands & self.repeats)
        return np.maximum(done, self.first_time <= time) if replays else done, counted(undone <= time)


def _outcomes(rows, row):
    verdict, outcome, reason = rows["verdict"][row], rows["outcome"][row], rows["reason"][row]
    result = np.full(len(row), ERROR)
    result[verdict == Verdict.OPEN] = PENDING
    result[verdict == Verdict.DONE] = OK
    result[(verdict == Verdict.TIMEOUT) | ((verdict == Verdict.ERROR) & (reason == Reason.TIMEOUT))] = TIMEOUT
    result[(verdict == Verdict.REJECTED) & (outcome == Outcome.REFUSED)] = REJECTED
    result[verdict == Verdict.DECLINED] = DECLINED
    return result


class Deliveries:
    """One entry a (message, subscription): the ledger.

    ``row`` (of the obligation), ``last`` (row of its last attempt), ``message``, ``channel`` (index), ``subscriber``
    (index into ``names``; -1 while a queue has not granted it), ``state`` (index into ``DELIVERY_STATES``),
    ``attempts``, ``handed_out`` (how often), ``handlings`` (completed), ``disposition``, ``born``, ``settled``,
    ``replay`` (whether a group asked to read it again), ``moved_back`` (a dead letter that left for where it died),
    ``cohort`` (without replays), ``replayed`` (the replays of the cohort).
    """

    def __init__(self, run, requests):
        rows, messages = run.rows, run.message_columns
        obligations, last = last_attempts(rows)
        places = run.places
        is_delivery = np.array([p.is_delivery for p in places] + [True])[rows["place"]]
        mine = is_delivery[obligations]
        row, last = obligations[mine], last[mine]
        self.row, self.last = row, last
        self.message = rows["parent"][row]
        self.channel = messages["channel"][self.message] if len(row) else np.empty(0, dtype=int)
        parted = np.array([channel.partitioned for channel in run.scenario.channels.values()] + [False])
        self.partitioned = parted[self.channel]
        self.names = tuple(dict.fromkeys((p.source, p.service) for p in places if p.is_delivery))
        of_place = np.array([self.names.index((p.source, p.service)) if p.is_delivery else -1
                             for p in places] + [-1])  # fmt: skip
        self.subscriber = of_place[rows["place"][last]]
        attempt_of = np.where(rows["first"] < 0, np.arange(len(rows["first"])), rows["first"])
        everything = np.isin(attempt_of, row) if len(row) else np.zeros(len(attempt_of), dtype=bool)
        count = len(rows["first"])
        made = everything & (rows["verdict"] != Verdict.COPY) & (rows["reason"] != Reason.LATE_DELETE)
        self.attempts = np.bincount(attempt_of[made], minlength=count)[row]
        self.handed_out = np.bincount(attempt_of[made & ~np.isnan(rows["leased"])], minlength=count)[row]
        skipped = ~np.isnan(run.skipped)
        handled = everything & (rows["outcome"] == Outcome.OK) & ~skipped
        self.handlings = np.bincount(attempt_of[handled], minlength=count)[row]
        verdict = rows["verdict"][last]
        self.verdict = verdict
        self.moved_back = rows["reason"][last] == Reason.REDRIVEN
        state = np.zeros(len(row), dtype=int)
        state[verdict == Verdict.DEAD] = DELIVERY_STATES.index("dead")
        state[verdict == Verdict.EXPIRED] = DELIVERY_STATES.index("expired")
        state[verdict == Verdict.LOST] = DELIVERY_STATES.index("lost")
        state[verdict == Verdict.DROPPED] = DELIVERY_STATES.index("dropped")
        ended = (verdict == Verdict.DONE) & (rows["outcome"][last] != Outcome.OPEN)
        state[ended] = DELIVERY_STATES.index("lost")  # acknowledged before the work, unless the work was done
        late = rows["reason"][last] == Reason.LATE_DELETE
        state[ended & (skipped[last] | late)] = DELIVERY_STATES.index("done")  # by an earlier handling
        state[self.handlings == 1] = DELIVERY_STATES.index("done")
        self.replay = np.isin(row, run.records.replays)  # asked for: never a duplicate
        state[self.handlings > 1] = DELIVERY_STATES.index("duplicate")
        state[self.replay & (self.handlings > 1)] = DELIVERY_STATES.index("done")
        self._mark_copies(run.records.copies, state)
        self.state = state
        self.born = rows["born"][row]
        reopened = np.isin(verdict, (Verdict.GIVEN_BACK, Verdict.REVOKED))
        self.settled = np.where(reopened, np.nan, rows["settled"][last])
        self.request = run.row_requests[row]
        counted = requests.cohort[self.request]
        self.cohort, self.replayed = counted & ~self.replay, counted & self.replay

    def _mark_copies(self, copies, state):
        """A second record of a message that was handled as well is a duplicate, as a second handling is."""
        if not copies:
            return
        before = dict(copies)
        readers = np.where(self.partitioned, self.subscriber, -1)  # whoever takes a message from a queue
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

    def reordered(self, run):
        """For each entry: whether it was done with after a later message of its key, by the same subscriber."""
        rows, messages = run.rows, run.message_columns
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
