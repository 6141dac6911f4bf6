"""Picture B, *promise and truth*: what each customer was told, and what is true for them."""

from dataclasses import dataclass
from textwrap import fill

import numpy as np
from matplotlib.collections import PolyCollection

from evsim.results.audit import AuditError
from evsim.results.tally import OK, PENDING
from evsim.view.style import (
    COLOURS,
    ERROR,
    FAULT,
    TOLD,
    count,
    describe,
    effect_marks,
    empty,
    faults,
    figure,
    letters,
    seconds,
    title,
)

__all__ = ["promise", "promise_sentence"]

WAITING, YES, NO = range(3)  # what a customer was told so far
MOST_COLUMNS = 2000  # beyond, a column stands for several customers
MOST_KINDS = 6  # of customers named in the sentence
DARK = 0.55  # how much of its colour an effect keeps where it happened twice or more


@dataclass(frozen=True)
class State:
    """What customers were told and what was true at a moment, in order of arrival.

    ``arrived`` (s), ``told`` (WAITING, YES, NO), ``done`` (times each effect happened) and ``due``, both effects x
    customers.
    """

    arrived: np.ndarray
    told: np.ndarray
    done: np.ndarray
    due: np.ndarray
    names: tuple

    @classmethod
    def of(cls, run, at=None):
        """The state at the time `at` (s), or at the end of the run."""
        at = np.inf if at is None else at
        requests, effects = run.tally, run.effects_columns
        answered = (requests.outcome != PENDING) & (requests.answered <= at)
        told = np.where(answered, np.where(requests.outcome == OK, YES, NO), WAITING)
        codes = {name: code for code, name in enumerate(requests.workloads)}
        workload = np.array([codes[place.workload] for place in run.places] + [0])[run.rows["place"][effects["row"]]]
        customer = requests.index(workload, run.rows["request"][effects["row"]])
        done = np.zeros((len(run.effect_names), len(told)), dtype=int)
        for code in range(len(done)):
            its = customer[(effects["name"] == code) & (effects["time"] <= at)]
            done[code] = np.bincount(its, minlength=len(told))
        order = np.argsort(requests.arrived, kind="stable")
        order = order[requests.arrived[order] <= at]
        marks = list(effect_marks(run))
        names = sorted(run.effect_names, key=marks.index)
        rows = [run.effect_names.index(name) for name in names]
        return cls(
            requests.arrived[order], told[order], done[rows][:, order], requests.is_due[rows][:, order], tuple(names)
        )

    def kinds(self, finished):
        """(number, words) of the kinds of customers; each customer is of exactly one kind. The most frequent first.

        finished: whether nothing more can happen.
        """
        # One number a customer: what was told, and for each effect whether it is missing, done or repeated.
        code = self.told.astype(np.int64)
        for due, done in zip(self.due, self.done, strict=True):
            code = code * 4 + np.where(done > 1, 3, np.where(done == 1, 2, due))
        _, first, number = np.unique(code, return_index=True, return_counts=True)
        kinds = {}
        for index, many in zip(first.tolist(), number.tolist(), strict=True):
            words = self._words(index, finished)
            kinds[words] = kinds.get(words, 0) + many
        return sorted(((many, words) for words, many in kinds.items()), key=lambda kind: -kind[0])

    def _words(self, index, finished):
        told = self.told[index]
        due, done = self.due[:, index], self.done[:, index]
        has = [name for name, times in zip(self.names, done, strict=True) if times]
        lacks = [name for name, is_due, times in zip(self.names, due, done, strict=True) if is_due and not times]
        twice = [name for name, times in zip(self.names, done, strict=True) if times > 1]
        yet = "" if finished else " yet"
        if told == YES:
            but = f", but no {_list(lacks, 'and no')}{yet}" if lacks else " and all done" if has else ""
        elif not has:
            but = " and nothing done" if lacks else ""
        else:
            but = " but all done" if not lacks else f" but {_list(has)} done"
        again = f" ({_list(twice)} more than once)" if twice else ""
        return ("told nothing yet", "told yes", "told error")[told] + but + again
