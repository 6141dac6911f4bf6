"""What each customer was told and what is true for them, at a moment; and the sum of it in one sentence."""

from functools import cached_property

import numpy as np

from evsim.results.outcomes import CustomerOutcomes
from evsim.view.style import count, effect_marks, seconds

__all__ = ["State", "promise_sentence"]

MOST_KINDS = 6  # of customers named in the sentence


class State:
    """Those who had arrived by a moment (s since the start), or all of them, in the order in which they came.

    ``customers``: their places in ``outcomes`` (:class:`evsim.results.outcomes.CustomerOutcomes`); ``arrived`` (s);
    ``names`` of the effects; ``final``: whether nothing more can happen.
    """

    def __init__(self, run, at=None):
        self.outcomes = run.outcomes if at is None else CustomerOutcomes.of(run, at)
        arrived = run.tables.requests.arrived
        order = np.argsort(arrived, kind="stable")
        self.customers = order if at is None else order[arrived[order] <= at]
        self.arrived, self.final = arrived[self.customers], self.outcomes.final
        self.names = tuple(name for name in effect_marks(run) if name in run.tables.effect_names)

    def __len__(self):
        return len(self.customers)

    def who(self, mask):
        """A mask of all customers (such as ``outcomes.yes``), of those who are here, in their order."""
        return mask[self.customers]

    def effect(self, name):
        """(how often each had it, whose it was to have) of an effect."""
        code = self.outcomes.names.index(name)
        return self.outcomes.done[code, self.customers], self.outcomes.due[code, self.customers]

    @cached_property
    def kinds(self):
        """(number, words) of each kind of customers, most frequent first; everybody is of one kind."""
        kinds = {}
        for index, many in self.outcomes.alike(self.customers):
            words = self.outcomes.words(index)
            kinds[words] = kinds.get(words, 0) + many
        return sorted(((many, words) for words, many in kinds.items()), key=lambda kind: -kind[0])

    @property
    def sum(self):
        """Everybody, as a sum over the kinds."""
        kinds, rest = self.kinds[:MOST_KINDS], self.kinds[MOST_KINDS:]
        terms = [f"{many:,} {words}" for many, words in kinds]
        if rest:
            terms.append(f"{sum(many for many, _ in rest):,} in {count(len(rest), 'other way')}")
        return f"{len(self):,} = {' + '.join(terms)}" if terms else "nobody arrived"

    @property
    def finding(self):
        """Who was told what is not true, in words."""
        told, number = self.outcomes, len(self)
        yet = "" if self.final else " yet"
        parts = [
            (told.yes_untrue, f"told yes, and not all is done{yet}"),
            (told.no_yet_true, "told no, and something is done"),
            (told.error_yet_true, "told error, and something is done"),
            (told.repeated, "with something done more than once"),
        ]
        found = [f"{self.who(who).sum():,} {words}" for who, words in parts if self.who(who).any()]
        if found:
            return f"Of {count(number, 'customer')}: {'; '.join(found)}"
        waiting = int(self.who(told.nothing).sum())
        if waiting == number:
            return "Nobody has been told anything"
        still = f"; {waiting:,} still {'waits' if waiting == 1 else 'wait'} for an answer" if waiting else ""
        others = [word for word, who in (("no", told.no), ("error", told.error)) if self.who(who).any()]
        if others:
            return f"What customers were told is true, also to those told {' or '.join(others)}{still}"
        return f"Everybody told yes has all that was promised{still}"


def promise_sentence(run, at=None):
    """What customers were told and what is true for them, as a sum that adds up.

    "300 = 281 told yes and all done + 12 told yes, but no subscription yet + 7 told error, but customer row
    done"

    at: a moment (s since the start): it is about those who had arrived, as things stood then. None: the end.
    """
    words = State(run, at).sum
    return words[0].upper() + words[1:] if at is None else f"At {seconds(at)}: {words}"
