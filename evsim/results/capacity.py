"""Capacity: which instances of a service there were when, and how many workers they had."""

from bisect import bisect_right
from functools import cached_property

import numpy as np

from evsim.results.ages import ages
from evsim.results.intervals import inside

__all__ = ["Capacity"]


class Capacity:
    """The lives of the instances of a service, as arrays: ``number``, ``born``, ``ready`` and ``ended`` (s).

    An instance works from ``ready`` until ``ended`` (NaN: never, or not in this run); one that comes back after a crash
    has another life. ``width``: how many numbers of workers an instance has; they are numbered through. ``staffed``:
    (since when, how many of them have somebody).
    """

    def __init__(self, run, service, found):
        table, code = run.records.instances.columns(), list(run.scenario.services).index(service)
        mine = table["service"] == code
        self._tables, self._service = run, service
        self.number, self.born, self.ready, self.ended = (
            table[name][mine] for name in ("instance", "born", "ready", "ended")
        )
        self.width, self.end = run.scenario.complete.services[service].most_workers, run.ended_at
        self.staffed = [(since, each.services[service].workers) for since, each in found]

    @classmethod
    def of(cls, run):
        """service -> its capacity."""
        found = ages(run)
        return {name: cls(run, name, found) for name in run.scenario.services}

    @property
    def count(self):
        """How many instances there ever were."""
        return int(self.number.max(initial=-1)) + 1

    @property
    def workers(self):
        """How many workers there ever were."""
        return self.width * self.count

    def instance_of(self, workers):
        """The instances of workers."""
        return workers // self.width

    def workers_of(self, instance):
        return range(instance * self.width, (instance + 1) * self.width)

    def instances(self, time):
        """How many instances may work at a time (a number or an array of them)."""
        times = np.asarray(time, dtype=float)
        came, gone = np.sort(self.ready[~np.isnan(self.ready)]), np.sort(self._until[~np.isnan(self.ready)])
        found = np.searchsorted(came, times, "right") - np.searchsorted(gone, times, "right")
        return int(found) if found.ndim == 0 else found

    def at(self, time):
        """How many workers there are at a time, without those that have to go and still work."""
        since, workers = zip(*self.staffed, strict=True)
        return workers[bisect_right(since, time) - 1] * self.instances(time)

    @cached_property
    def _until(self):
        return np.where(np.isnan(self.ended), np.inf, self.ended)

    @cached_property
    def most(self):
        """The most instances that there were at one time."""
        return int(np.max(self.instances(self.ready[~np.isnan(self.ready)]), initial=0))

    def workers_at_last(self):
        """The workers of all instances that are there when the run is over, in order."""
        there = np.sort(self.number[~np.isnan(self.ready) & np.isnan(self.ended)])
        workers = self.staffed[-1][1]
        return [worker for instance in there.tolist() for worker in self.workers_of(instance)[:workers]]

    def covers(self, workers, starts, ends):
        """Whether each of some workers was there from a start to an end (NaN: not yet)."""
        there, starts, ends = np.zeros(len(workers), dtype=bool), np.asarray(starts), np.asarray(ends)
        instances = self.instance_of(workers)
        order = np.argsort(instances, kind="stable")
        for number, ready, until in zip(self.number, self.ready, self._until, strict=True):
            left, right = np.searchsorted(instances[order], (number, number + 1))
            its = order[left:right]
            there[its] |= (starts[its] >= ready) & (np.where(np.isnan(ends[its]), np.inf, ends[its]) <= until)
        return there

    def ages(self, window):
        """((start, end), workers of an instance) of each part of a window (start, end) with another number of them."""
        first, last = window
        ends = [since for since, _ in self.staffed[1:]] + [np.inf]
        spans = [((max(since, first), min(end, last)), workers) for (since, workers), end in zip(self.staffed, ends)]
        return [(span, workers) for span, workers in spans if span[0] < span[1]]

    def instance_time(self, window, instance=None):
        """Seconds in which instances were there in a window, of all together, or of one."""
        mine = slice(None) if instance is None else self.number == instance
        return float(inside(self.ready[mine], self._until[mine], window).sum())

    def worker_time(self, window, instance=None):
        """Worker seconds that existed in a window (start, end), of all instances, or of one.

        A worker that has to go exists until the end of what it has in hand.
        """
        return self.staffed_time(window, instance) + self.leaving_time(window, instance)

    def staffed_time(self, window, instance=None):
        """Worker seconds in a window of as many workers as there are to be."""
        return float(sum(workers * self.instance_time(span, instance) for span, workers in self.ages(window)))

    def leaving_time(self, window, instance=None):
        """Worker seconds in a window of workers that have to go and still work."""
        worker, started, ended = self._held
        mine = True if instance is None else self.instance_of(worker) == instance
        late = ((span, mine & (worker % self.width >= workers)) for span, workers in self.ages(window))
        return float(sum(inside(started[its], ended[its], span).sum() for span, its in late))

    @cached_property
    def _held(self):
        """(worker, started, ended) of the work of workers that may have to go before it ends."""
        rows, places = self._tables.rows, self._tables.places
        mine = np.array([place.service == self._service for place in places] + [False])[rows["place"]]
        mine &= rows["worker"] % self.width >= min(workers for _, workers in self.staffed)
        mine[[row for row, _ in self._tables.records.batches]] = False  # they hold the worker of the one who leads
        return rows["worker"][mine], rows["started"][mine], rows["ended"][mine]

    def downtimes(self, instance):
        """When an instance was not there, as spans (start, end) in order: before, between and after its lives."""
        mine = np.flatnonzero(self.number == instance)
        spans, since = [], 0.0
        for ready, until in zip(self.ready[mine].tolist(), self._until[mine].tolist(), strict=True):
            if ready == ready:  # else it was gone before it could work
                spans.append((since, ready))
                since = until
        return [(start, end) for start, end in [*spans, (since, self.end)] if start < end]
