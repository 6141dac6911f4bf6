"""The requests of a run, as NumPy columns: when they came and were answered, how they ended, their effects."""

import numpy as np

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.table import NUMBERS
from evsim.ticks import elapsed

__all__ = ["DECLINED", "ERROR", "OK", "PENDING", "REJECTED", "REQUEST_OUTCOMES", "TIMEOUT", "Requests"]

PENDING, OK, ERROR, TIMEOUT, REJECTED, DECLINED = range(6)
REQUEST_OUTCOMES = ("pending", "ok", "error", "timeout", "rejected", "declined")


class Requests:
    """One entry a request, all workloads one after the other, in order of arrival.

    ``row``, ``workload`` (index into the names), ``number``, ``arrived``, ``answered`` (seconds), ``outcome`` (index
    into ``REQUEST_OUTCOMES``), ``response`` (answered - arrived), ``completion`` (arrival to the last due effect, NaN
    where one is missing), ``consistency_lag``, ``due``, ``present`` and ``repeated`` (effects), ``cohort``. A row of
    each effect: ``is_due`` (it is to stand in the end), ``is_taken_back`` (the way makes it and undoes it),
    ``first_time`` and ``times_done`` of what was not undone. And an entry for each effect of the records: ``customers``
    (whose it is) and ``repeats`` (whether it counts as one more: that of a replay does not).
    """

    def __init__(self, tables):
        rows = tables.rows
        self.tables = tables
        self.workloads = tuple(tables.scenario.workloads)
        codes = {name: code for code, name in enumerate(self.workloads)}
        of_place = np.array([codes[p.workload] if p.is_request else -1 for p in tables.places] + [-1], dtype=np.int16)
        workload = of_place[rows["place"]]
        row = np.flatnonzero((workload >= 0) & (rows["first"] < 0))
        row = row[np.lexsort((rows["request"][row], workload[row]))].astype(NUMBERS)
        self.row, self.workload, self.number = row, workload[row], rows["request"][row]
        self.arrived, self.answered = rows["born"][row], rows["settled"][row]
        self.outcome = _outcomes(rows, row)
        self.response = elapsed(self.answered, self.arrived)
        settings = tables.scenario.run_settings
        self.cohort = self.arrived >= settings.warmup
        self.starts = np.searchsorted(self.workload, np.arange(len(self.workloads) + 1))
        self._effects(tables)

    def index(self, workload, number):
        """Position of a request, given as arrays or numbers."""
        return self.starts[workload] + number

    def _effects(self, tables):
        rows, effects = tables.rows, tables.effects
        count = len(self.row)
        names = tables.effect_names
        codes = {name: code for code, name in enumerate(self.workloads)}
        of_place = np.array([codes[p.workload] for p in tables.places] + [0])
        effect_row = effects["row"]
        workload = of_place[rows["place"][effect_row]]
        request = self.index(workload, rows["request"][effect_row])
        self.first_time = np.full((len(names), count), np.nan)
        self.is_due = np.zeros((len(names), count), dtype=bool)
        self.is_taken_back = np.zeros((len(names), count), dtype=bool)
        again = np.isin(
            np.where(rows["first"] < 0, np.arange(len(rows["first"])), rows["first"]), tables.records.replays
        )
        gathered = np.array([p.gathered for p in tables.places] + [False])[rows["place"][effect_row]]
        self.repeats = ~again[effect_row] & ~gathered  # effects of a replay, or of many requests, are no repetitions
        self.customers = request
        stands = np.isnan(tables.undone)
        for code, name in enumerate(names):
            mine = effects["name"] == code
            lasting = mine & stands
            where = request[lasting]
            order = where[::-1]  # effects are in order of time: the first one is written last
            self.first_time[code, order] = effects["time"][lasting][::-1]
            for workload_code, workload_name in enumerate(self.workloads):
                part = slice(self.starts[workload_code], self.starts[workload_code + 1])
                # What only a Python handler makes can't be known beforehand: it is due where it happened.
                due = tables.due[workload_name].get(name)
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
        effects, undone = self.tables.effects, self.tables.undone
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
