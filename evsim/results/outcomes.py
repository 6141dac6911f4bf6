"""What each customer was told, and whether it is true: the one definition that all figures, pictures and words read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evsim.counting import listed
from evsim.results.requests import DECLINED, OK, PENDING
from evsim.scenario.handlers import walk
from evsim.ticks import elapsed

__all__ = ["ERROR", "LATER", "NO", "NOTHING", "TOLD", "YES", "CustomerOutcomes", "effect_order"]

NOTHING, YES, NO, ERROR = range(4)
TOLD = ("nothing", "yes", "no", "error")  # what a customer can have been told
LATER = 1.0  # seconds after the answer in which a promise has to come true


@dataclass(frozen=True, eq=False, repr=False)
class CustomerOutcomes:
    """What customers were told and what is true for them: an entry each, in the order of ``run.tables.requests``.

    ``told`` (index into ``TOLD``: nothing, so far; yes; no, what was asked for cannot be; error, whatever else went
    wrong) and ``told_at`` (s; NaN: never). For each effect of ``names`` a row of ``done`` (how often it happened and
    was not undone), ``undone`` (how often it was), ``due`` (whether it is to stand) and ``taken_back`` (whether the way
    of this customer makes it and undoes it).

    A *yes* is true when all that is due stands, and nothing that is to be taken back; where the way leaves nothing at
    all, it never is. A *no* and an *error* are true when nothing stands that is due or to be taken back. ``true_at``
    says when a yes became true, or all of what was asked for did (s; -inf: from the beginning; NaN: never).

    All of it is as things stand at the end of the run, or at a moment (``at``); ``final``: nothing more can happen.
    What is undone later counts at no moment.
    """

    names: tuple
    told: np.ndarray
    told_at: np.ndarray
    true_at: np.ndarray
    due: np.ndarray
    taken_back: np.ndarray
    done: np.ndarray
    undone: np.ndarray
    final: bool

    @classmethod
    def of(cls, run, at=None):
        """What the customers of a run were told, at a moment (s) or at its end."""
        requests, time = run.tables.requests, np.inf if at is None else at
        known = (requests.outcome != PENDING) & (requests.answered <= time)
        told = np.select([requests.outcome == OK, requests.outcome == DECLINED], [YES, NO], default=ERROR)
        wanted = (requests.is_due | requests.is_taken_back).any(axis=0)
        names = tuple(name for name in effect_order(run) if name in run.tables.effect_names)
        rows = [run.tables.effect_names.index(name) for name in names]
        return cls(  # type: ignore[call-arg]
            names,
            np.where(known, told, NOTHING),
            np.where(known, requests.answered, np.nan),
            np.where(wanted, requests.completed_at, -np.inf),
            requests.is_due[rows],
            requests.is_taken_back[rows],
            *(each[rows] for each in requests.effects_at(time)),
            at is None and run.tables.complete,
        )

    # Who was told what. Masks of customers.

    @property
    def yes(self):
        return self.told == YES

    @property
    def no(self):
        return self.told == NO

    @property
    def error(self):
        return self.told == ERROR

    @property
    def nothing(self):
        return self.told == NOTHING

    # What is true.

    @cached_property
    def stands(self):
        """For each effect and customer: whether it is there, and counts (as due, or as what was to be taken back)."""
        return (self.due | self.taken_back) & (self.done > 0)

    @cached_property
    def lacks(self):
        """For each effect and customer: whether it is due, and is not there."""
        return self.due & (self.done == 0)

    @property
    def missing(self):
        """As ``lacks``, but that nothing is missed by who was told no."""
        return self.lacks & ~self.no

    @cached_property
    def left(self):
        """For each effect and customer: whether it is there, and was to be taken back."""
        return self.taken_back & (self.done > 0)

    @cached_property
    def something(self):
        """Who has some of what was asked for."""
        return self.stands.any(axis=0)

    @cached_property
    def complete(self):
        """For whom everything is as it was meant to end."""
        return ~(self.lacks | self.left).any(axis=0)

    @cached_property
    def everything(self):
        """Who has all of what was asked for: complete, and not by having it all taken back."""
        return self.complete & (self.due.any(axis=0) | ~self.taken_back.any(axis=0))

    @property
    def inconsistent(self):
        """Who has some of it, and not all: neither done as a whole nor undone as a whole."""
        return self.something & ~self.complete

    @cached_property
    def repeated(self):
        """Who has an effect more than once."""
        return (self.done > 1).any(axis=0)

    # Whether what they were told is true.

    @property
    def yes_untrue(self):
        """Told yes, and it is not true (at the end: it never was)."""
        return self.yes & ~self.everything

    @property
    def yes_not_true(self):
        """Told yes, and a second later it was not true."""
        return self.not_true_after(LATER)

    def not_true_after(self, seconds):
        """Who was told yes, and so many `seconds` after the answer it was not true."""
        return self.yes & ~(elapsed(self.true_at, self.told_at) <= seconds)

    @property
    def no_yet_true(self):
        """Told no, and something happened all the same."""
        return self.no & self.something

    @property
    def error_yet_true(self):
        """Told error, and something happened all the same."""
        return self.error & self.something

    @property
    def error_all_true(self):
        """Told error, and all of it happened."""
        return self.error_yet_true & self.everything

    @property
    def good(self):
        """Told yes, true, and nothing happened more than once."""
        return self.yes & self.everything & ~self.repeated

    @property
    def odd(self):
        """For whom what they were told is not what is true, or something happened more than once."""
        return self.yes_untrue | self.no_yet_true | self.error_yet_true | self.repeated

    # In words.

    @property
    def verdicts(self):
        """For each customer, what they were told and how true it was, in a few words."""
        kinds = {
            "yes, never true": self.yes_untrue,
            "yes, true later": self.yes_not_true,
            "yes": self.yes,
            "no, something true": self.no_yet_true,
            "no": self.no,
            "error, all true": self.error_all_true,
            "error, some true": self.error_yet_true,
            "error": self.error,
        }
        return np.select(list(kinds.values()), list(kinds), default="nothing")

    def truth(self, customer):
        """What is true for one customer beside what they were told, to be said after it: " and all done"."""
        lacks, left, has = (self._named(each, customer) for each in (self.lacks, self.left, self.done > 0))
        yet = "" if self.final else " yet"
        if self.told[customer] == YES and not self.everything[customer]:
            absent = [f"{listed([f'no {name}' for name in lacks])}{yet}"] if lacks else []
            nothing = "nothing is left of it" if self.undone[:, customer].any() else "nothing is there"
            kept = [f"{listed(left)} not undone{yet}"] if left else []
            truth = f", but {listed(absent + kept) if absent or kept else nothing}"
        elif has:
            all_done = self.complete[customer] and self.due[:, customer].any()
            truth = f"{' and' if self.told[customer] == YES else ', but'} {'all' if all_done else listed(has)} done"
        else:
            truth = " and nothing done" if lacks else ""
        return truth + self.also(customer)

    def also(self, customer):
        """What happened to one customer more than once, and what was undone: " (customer row undone)", or nothing."""
        twice = self._named(self.done > 1, customer)
        gone = self._named((self.undone > 0) & (self.done == 0), customer)
        words = [f"{listed(names)} {what}" for names, what in ((twice, "more than once"), (gone, "undone")) if names]
        return f" ({'; '.join(words)})" if words else ""

    def _named(self, mask, customer):
        return [name for name, holds in zip(self.names, mask[:, customer]) if holds]

    def alike(self, customers):
        """(one of them, how many) for each sort of some customers who are alike in all that :meth:`words` says."""
        code = self.told[customers]
        for due, back, done, undone in zip(self.due, self.taken_back, self.done, self.undone, strict=True):
            each = 12 * due + 6 * back + 2 * np.minimum(done, 2) + (undone > 0)
            _, code = np.unique(code * 24 + each[customers], return_inverse=True)
        _, first, number = np.unique(code, return_index=True, return_counts=True)
        return list(zip(customers[first].tolist(), number.tolist(), strict=True))

    def words(self, customer):
        """What one customer was told and what is true for them: "told yes, but no subscription yet"."""
        told = "nothing yet" if self.told[customer] == NOTHING else TOLD[self.told[customer]]
        return f"told {told}{self.truth(customer)}"

    def odd_kinds(self):
        """name -> (words, who) for the kinds of customers at whom it pays to look."""
        return {
            "never": ("told yes, and never true", self.yes_untrue),
            "declined": ("told no, and something is done", self.no_yet_true),
            "denied": ("told error, and something is done", self.error_yet_true),
            "twice": ("something done more than once", self.repeated),
            "late": ("told yes, and true more than a second later", self.yes_not_true & ~self.yes_untrue),
        }


def effect_order(run):
    """Names of the effects of a run, in the order of the scenario's services, so that designs are told alike."""
    names = {}
    for service in run.scenario.services.values():
        names |= dict.fromkeys(step.name for _, step, _ in walk(service.handle) if step.effects)
    items = {}  # name as it is written -> the names of its items
    for name in run.tables.effect_names:
        if name.path:
            items.setdefault(name.written, []).append(name)
    found = [name for written in names for name in items.get(written, [written])]
    return list(dict.fromkeys((*found, *run.tables.effect_names)))
