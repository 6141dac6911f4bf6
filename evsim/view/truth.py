"""What each customer was told and what is true for them, at a moment; and the sum of it in one sentence."""

from dataclasses import dataclass

import numpy as np

from evsim.results.tally import OK, PENDING
from evsim.view.style import count, effect_marks, seconds
from evsim.view.words import listed

__all__ = ["NO", "WAITING", "YES", "State", "promise_sentence"]

WAITING, YES, NO = range(3)  # what a customer was told so far
MOST_KINDS = 6  # of customers named in the sentence


@dataclass(frozen=True)
class State:
    """What customers were told and what was true at a moment, in order of arrival.

    ``arrived`` (s), ``told`` (WAITING, YES or NO), ``done`` (how often each effect happened) and ``due``,
    both effects x customers, ``names`` of the effects; ``final``: whether nothing more can happen.
    """

    arrived: np.ndarray
    told: np.ndarray
    done: np.ndarray
    due: np.ndarray
    names: tuple
    final: bool

    @classmethod
    def of(cls, run, at=None):
        """The state at the time `at` (s since the start), or at the end of the run."""
        requests, effects = run.tally, run.effects_columns
        time = np.inf if at is None else at
        answered = (requests.outcome != PENDING) & (requests.answered <= time)
        told = np.where(answered, np.where(requests.outcome == OK, YES, NO), WAITING)
        codes = {name: code for code, name in enumerate(requests.workloads)}
        of_place = np.array([codes[place.workload] for place in run.places] + [0])
        workload = of_place[run.rows["place"][effects["row"]]]
        customer = requests.index(workload, run.rows["request"][effects["row"]])
        names = [name for name in effect_marks(run) if name in run.effect_names]
        rows = [run.effect_names.index(name) for name in names]
        known, counts = effects["time"] <= time, ~requests.replayed & np.isnan(run.undone)
        done = np.zeros((len(names), len(told)), dtype=int)
        for row, code in enumerate(rows):
            its = customer[(effects["name"] == code) & known & counts]
            done[row] = np.maximum(np.bincount(its, minlength=len(told)), requests.first_time[code] <= time)
        order = np.argsort(requests.arrived, kind="stable")
        order = order[requests.arrived[order] <= time]
        due, final = requests.is_due[rows][:, order], at is None and run.records_complete
        return cls(requests.arrived[order], told[order], done[:, order], due, tuple(names), final)

    @property
    def missing(self):
        """For each customer: whether something due is not done."""
        return (self.due & (self.done == 0)).any(axis=0)

    @property
    def broken(self):
        """For each customer: whether they were told yes and something due is not done."""
        return (self.told == YES) & self.missing

    @property
    def denied(self):
        """For each customer: whether they were told error and something due is done."""
        return (self.told == NO) & (self.due & (self.done > 0)).any(axis=0)

    @property
    def repeated(self):
        """For each customer: whether something was done more than once."""
        return (self.done > 1).any(axis=0)

    @property
    def kinds(self):
        """(number, words) of each kind of customers, most frequent first; everybody is of one kind."""
        code = self.told
        for due, done in zip(self.due, self.done, strict=True):
            each = np.where(done > 1, 3, np.where(done == 1, 2, due))
            _, code = np.unique(code * 4 + each, return_inverse=True)
        _, first, number = np.unique(code, return_index=True, return_counts=True)
        kinds = {}
        for index, many in zip(first.tolist(), number.tolist(), strict=True):
            words = self._words(index)
            kinds[words] = kinds.get(words, 0) + many
        return sorted(((many, words) for words, many in kinds.items()), key=lambda kind: -kind[0])

    def _words(self, index):
        """The words for the kind of one customer."""
        told = self.told[index]
        facts = list(zip(self.names, self.due[:, index], self.done[:, index], strict=True))
        has = [name for name, _, times in facts if times]
        lacks = [name for name, due, times in facts if due and not times]
        twice = [name for name, _, times in facts if times > 1]
        if told == YES and lacks:
            truth = f", but no {listed(lacks, 'and no')}{'' if self.final else ' yet'}"
        elif has:
            truth = f"{' and' if told == YES else ', but'} {listed(has) if lacks else 'all'} done"
        else:
            truth = " and nothing done" if lacks else ""
        again = f" ({listed(twice)} more than once)" if twice else ""
        return ("told nothing yet", "told yes", "told error")[told] + truth + again

    @property
    def sum(self):
        """Everybody, as a sum over the kinds."""
        kinds, rest = self.kinds[:MOST_KINDS], self.kinds[MOST_KINDS:]
        terms = [f"{many:,} {words}" for many, words in kinds]
        if rest:
            terms.append(f"{sum(many for many, _ in rest):,} in {count(len(rest), 'other way')}")
        return f"{len(self.told):,} = {' + '.join(terms)}" if terms else "nobody arrived"

    @property
    def finding(self):
        """Who was told what is not true, in words."""
        number, waiting = len(self.told), int((self.told == WAITING).sum())
        parts = [
            (self.broken, f"told yes, and not all is done{'' if self.final else ' yet'}"),
            (self.denied, "told error, and something is done"),
            (self.repeated, "with something done more than once"),
        ]
        found = [f"{who.sum():,} {words}" for who, words in parts if who.any()]
        if found:
            return f"Of {count(number, 'customer')}: {'; '.join(found)}"
        if waiting == number:
            return "Nobody has been told anything"
        still = f"; {waiting:,} still {'waits' if waiting == 1 else 'wait'} for an answer" if waiting else ""
        if (self.told == NO).any():
            return f"What customers were told is true, also to those told error{still}"
        return f"Everybody told yes has all that was promised{still}"


def promise_sentence(run, at=None):
    """What customers were told and what is true for them, as a sum that adds up.

    "300 = 281 told yes and all done + 12 told yes, but no subscription yet + 7 told error, but customer row
    done"

    at: a moment (s since the start): it is about those who had arrived, as things stood then. None: the end.
    """
    words = State.of(run, at).sum
    return words[0].upper() + words[1:] if at is None else f"At {seconds(at)}: {words}"
