"""What a run on real processes says of its machine: each constant is measured in the run itself."""

from functools import cached_property

import numpy as np

from evsim.results.endings import Outcome, Verdict
from evsim.testbed.calibration import Calibration
from evsim.ticks import SECOND

__all__ = ["measured"]

AFTER = 1.0  # seconds after an outage from which nothing is taken, either


def measured(run, slept, wrote):
    """The :class:`Calibration` of a run.

    slept: ``(row, planned, took)`` of each sleep, in nanoseconds; row: its number in the records. wrote: ``(row, until,
    took)`` of each effect: until it was there, and until its step was over.
    """
    return _Measuring(run, slept, wrote).calibration()


class _Measuring:
    def __init__(self, run, slept, wrote):
        self.run, self.rows, self.messages = run, run.tables.rows, run.tables.messages
        self.slept, self.wrote = (np.array(each, dtype=float).reshape(-1, 3).T for each in (slept, wrote))
        self.places = run.tables.places
        self.service = np.array([place.service for place in self.places])[self.rows["place"]]
        self.late = (self.slept[2] - self.slept[1]) / SECOND

    def calibration(self):
        late = self.late if self.late.size else np.zeros(1)
        ways = tuple((here, there, way) for (here, there), way in sorted(self._ways().items()))
        return Calibration(
            float(np.mean(late)), float(np.percentile(late, 99)), self._hop(), self._overhead(),
            self._of_each(self.slept[0], self.late), self._of_each(self.wrote[0], self.wrote[1] / SECOND), ways,
        )  # fmt: skip

    def _of_each(self, rows, seconds):
        """Service -> the mean of what its rows have."""
        service = self.service[rows.astype(int)]
        return {name: float(np.mean(seconds[service == name])) for name in self.run.scenario.services
                if (service == name).any()}  # fmt: skip

    # What handlers take.

    def _overhead(self):
        """Service -> what its handler took beyond sleeps, effects and waiting for others, on average."""
        rows, messages = self.rows, self.messages
        ok, own = rows["outcome"] == Outcome.OK, rows["ended"] - rows["started"]
        for row, _, took in (self.slept, self.wrote):
            np.subtract.at(own, row.astype(int), took / SECOND)
        calls = np.flatnonzero((rows["settled"] == rows["settled"]) & self._has(lambda place: place.is_call))
        np.subtract.at(own, rows["parent"][calls], (rows["settled"] - rows["born"])[calls])
        confirmed = messages["acknowledged"] - messages["published"]
        np.subtract.at(own, messages["cause"], np.where(np.isnan(confirmed), 0.0, confirmed))
        return {
            name: max(float(np.mean(own[ok & (self.service == name)])), 0.0)
            for name in self.run.scenario.services
            if (ok & (self.service == name)).any() and not _has_branches(self.run, name)
        }

    # Ways, where nothing was broken: in an outage some wait for the other end to come back.

    def _has(self, right):
        """For each row, whether ``right(place)``."""
        return np.array([right(place) for place in self.places])[self.rows["place"]]

    def _hop(self):
        rows, messages = self.rows, self.messages
        ready = np.where(self._has(lambda place: place.is_delivery), np.nan, rows["ready"] - rows["born"])
        hops = np.concatenate([
            ready, rows["arrived"] - rows["leased"], messages["appended"] - messages["published"],
        ])  # fmt: skip
        return float(np.nanmedian(hops)) if np.isfinite(hops).any() else float("nan")

    def _calm(self, since, until):
        """Which of some times, from one to another, lie outside of all outages, and not close behind one."""
        calm = np.isfinite(since) & np.isfinite(until)
        for fault in self.run.scenario.faults:
            calm &= (until < fault.at) | (since > fault.at + fault.duration + AFTER)
        return calm

    def _ways(self):
        """(here, there) -> one way: between two who ask and answer, and from who publishes through a channel."""
        ways = {}
        for place in self.places:
            mine = self.rows["place"] == place.number
            if place.is_delivery:
                ways.setdefault((place.source, place.service), []).append(self._delivery(mine))
            else:
                ways.setdefault((place.source, place.service), []).append(self._there_and_back(mine) / 2)
        for (service, channel), confirmed in self._confirmations().items():
            ways[service, channel] = [confirmed / 2]
        found = {pair: np.concatenate(its) for pair, its in ways.items()}
        return {pair: max(float(np.mean(its)), 0.0) for pair, its in found.items() if its.size}

    def _there_and_back(self, mine):
        """What a request took beyond the time at its service."""
        rows = self.rows
        mine = mine & (rows["verdict"] == Verdict.DONE) & (rows["outcome"] == Outcome.OK)
        mine &= self._calm(rows["born"], rows["settled"])
        replied = self.run.tables.replied
        left = np.where(np.isnan(replied), rows["ended"], replied)
        return ((rows["ready"] - rows["born"]) + (rows["settled"] - left))[mine]

    def _confirmations(self):
        messages, found = self.messages, {}
        channels, by = list(self.run.scenario.channels), self.service[messages["cause"]]
        for number, channel in enumerate(channels):
            for service in np.unique(by[messages["channel"] == number]):
                its = (messages["channel"] == number) & (by == service)
                its &= self._calm(messages["published"], messages["acknowledged"])
                found[str(service), channel] = (messages["acknowledged"] - messages["published"])[its]
        return found

    def _delivery(self, mine):
        """From the broker to the reader of a message for which nobody before it was in the way.

        When a server has a message nobody says to the microsecond: it is taken to be half a confirmation after it left.
        """
        rows, messages = self.rows, self.messages
        mine = np.flatnonzero(mine & (rows["first"] < 0))
        message = rows["parent"][mine]
        kept = (messages["published"] + messages["acknowledged"]) / 2
        line = messages["channel"] * (1 + messages["partition"].max(initial=0)) + messages["partition"]
        order = np.lexsort((messages["offset"][message], line[message]))
        mine, message = mine[order], message[order]
        follows = np.append(False, np.diff(line[message]) == 0)
        before = np.append(np.nan, self._over[mine][:-1])
        free = ~follows | (before < messages["published"][message])
        free &= self._calm(kept[message], rows["arrived"][mine])
        return (rows["arrived"][mine] - kept[message])[free]

    @cached_property
    def _over(self):
        """For each first attempt: when the last one of its message ended."""
        first, over = self.rows["first"], np.full(len(self.rows["born"]), np.nan)
        np.fmax.at(over, np.where(first < 0, np.arange(len(first)), first), self.rows["ended"])
        return over


def _has_branches(run, service):
    """Whether a handler waits for several things at once, so that its own time cannot be told by subtraction."""
    return any(step.together for step in run.scenario.services[service].handle)
