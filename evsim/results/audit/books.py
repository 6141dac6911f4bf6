"""The books of one run, as the audit reads them, and the error that names what does not balance."""

import numpy as np

from evsim.counting import count, digits
from evsim.results.ages import ages
from evsim.results.endings import Outcome, Verdict

__all__ = ["AuditError", "Books"]


class AuditError(AssertionError):
    """The books of a run do not balance: a defect of the simulator. It says what is wrong and where."""


class Age:
    """From ``since`` until ``end`` the settings of a `scenario` were in force."""

    def __init__(self, since, end, scenario):
        self.since, self.end, self.scenario = since, end, scenario

    def has(self, times):
        """Which of some times lie in it."""
        return (times >= self.since) & (times < self.end)


class Books:
    r"""The columns of a run. ``kinds`` says of each row whether it is a request, a call or a delivery.

    ``ages``: the :class:`Age`\ s in which settings were in force, in order of time.
    """

    def __init__(self, run):
        self.run, self.rows, self.messages = run, run.tables.rows, run.tables.messages
        found = ages(run)
        ends = [since for since, _ in found[1:]] + [np.inf]
        self.ages = [Age(since, end, each.complete) for (since, each), end in zip(found, ends, strict=True)]
        kinds = np.array([place.kind for place in run.tables.places] + ["delivery"])
        self.kinds = kinds[np.minimum(self.rows["place"], len(kinds) - 1)]

    def key_of(self, row):
        """The key of a row: that of the message it brings, or of the request."""
        place = self.run.tables.places[self.rows["place"][row]]
        if place.is_delivery:
            return int(self.messages["key"][self.rows["parent"][row]])
        return self.run.tables.keys[place.workload](int(self.rows["request"][row]))

    def refuse(self, what):
        """Say what does not balance."""
        raise AuditError(f"{self.run.scenario.name}, seed {self.run.seed}: {what}")

    def demand(self, right, what, numbers=None):
        """Every element of `right` must be true; else name the first row (or message) that is not."""
        right = np.asarray(right)
        if np.count_nonzero(right) < right.size:  # in a small run a quarter of the time of `right.all()`
            wrong = np.flatnonzero(~right)
            number = int(wrong[0] if numbers is None else numbers[wrong[0]])
            self.refuse(f"{what}; {count(len(wrong), 'time')}, first at number {number}: {self._describe(number)}")

    def _describe(self, number):
        rows = self.rows
        if number >= len(rows["born"]):
            return "no such row"
        place = self.run.tables.places[rows["place"][number]] if rows["place"][number] >= 0 else None
        text = f"{place.kind} to {place.service} for {place.workload} " if place else "delivery "
        return (
            f"{text}{rows['request'][number]}, attempt {max(rows['attempt'][number], 1)}, "
            f"{Outcome.name_of(rows['outcome'][number])}, {Verdict.name_of(rows['verdict'][number])}, born "
            f"{digits(rows['born'][number], 9)} s"
        )
