"""What was seen seldom, or never: how much of it there may be all the same.

An interval over runs knows nothing of what no run has shown, and too little of what few requests have. There the exact
(binomial) bound decides, too. It takes each request for a trial of its own; where a fault strikes many of them
together, runs differ, and the interval over the runs is the wider one.
"""

import math
from dataclasses import dataclass

from evsim.counting import count
from evsim.figures import write_as

__all__ = ["ENOUGH", "ERROR", "Failures", "TooFew", "never_seen"]

ENOUGH = 20  # from so many on, an interval over the runs is wrong no more often than it says
ERROR = 0.05


@dataclass(frozen=True)
class TooFew:
    """Why runs do not prove what was asked, in ``words``; about how many ``runs`` would (None: no number)."""

    words: str
    runs: int | None


@dataclass(frozen=True)
class Failures:
    """How many have ``failed`` of the ``trials`` of all runs; ``thing``, ``each``: what a trial is, and a failed one
    (:class:`evsim.figures.Figure`).
    """

    failed: int
    trials: int
    thing: str = "request"
    each: str = ""

    @classmethod
    def of(cls, share, trials, *words):
        """From the mean share that failed, which may be off by a rounding: some, or all, is what it is."""
        least, most = share > 0, trials - (share < 1)
        return cls(max(least, min(most, round(share * trials))), trials, *words)

    @property
    def is_few(self):
        """Whether an interval over the runs knows too little of those that failed, or of the others."""
        return min(self.failed, self.trials - self.failed) < ENOUGH

    def proves_at_most(self, share, error):
        """Whether so few fail with a probability of ``error`` at most, if that share of all does."""
        return _at_most(self.failed, self.trials, share) <= error

    def proves_at_least(self, share, error):
        """Whether so many do."""
        return _at_most(self.trials - self.failed, self.trials, 1 - share) <= error

    def bound(self, error):
        """The largest share that may fail all the same (Clopper and Pearson, Biometrika 26, 1934)."""
        if not self.failed:
            return min(1.0, _times(error) / self.trials)
        low, high = self.failed / self.trials, 1.0
        while low < (middle := (low + high) / 2) < high:
            low, high = (low, middle) if self.proves_at_most(middle, error) else (middle, high)
        return high

    def unproved(self, share, error, asked, runs):
        """Why these, from so many runs, do not prove that at most a share fails, as was ``asked``: :class:`TooFew`."""
        who = f"Only {self.failed:,}" if self.failed else "None"
        shown, sure = write_as("share", self.bound(error)), write_as("share", 1 - error)
        past, many, one = self._verbs
        text = (
            f"{who} of {count(self.trials, self.thing)} {past}, so at most {shown} of such {self.thing}s {many} "
            f"({sure}), if each {one} by itself; {asked} was asked, which"
        )
        if not share:
            return TooFew(f"{text} no number of {self.thing}s proves.", None)
        needed = math.ceil(_times(error) / share - 1e-6)
        if self.failed:
            needed = self._enough(lambda more: more.proves_at_most(share, error))
        none = f"of which none {one}" if self.each else "without a failure"
        like = f"of which the same share {one}" if self.failed else none
        return TooFew(f"{text} takes some {needed:,} {like} to prove.", self._runs(needed, runs))

    def not_disproved(self, share, error, asked, runs):
        """Why these do not prove that more than a share fails, although so many did: :class:`TooFew`."""
        needed = self._enough(lambda more: more.proves_at_least(share, error))
        past, _, one = self._verbs
        return TooFew(
            f"{self.failed:,} of {count(self.trials, self.thing)} {past}, which may be luck, if each {one} by itself; "
            f"{asked} was asked. It takes some {needed:,} of which the same share {one} to tell.",
            self._runs(needed, runs),
        )

    @property
    def _verbs(self):
        """What those that failed did, what such ones do, and what one does."""
        if not self.each:
            return "failed", "fail", "fails"
        return f"{'were' if self.failed > 1 else 'was'} {self.each}", f"are {self.each}", f"is {self.each}"

    def _enough(self, is_told):
        """How many trials tell, if they go on as they went."""
        low, high = 1.0, 2.0  # times as many
        while not self._times_as_many(high, is_told):
            low, high = high, 2 * high
        while high - low > 0.001 * low:
            middle = (low + high) / 2
            low, high = (low, middle) if self._times_as_many(middle, is_told) else (middle, high)
        return math.ceil(high * self.trials)

    def _times_as_many(self, times, is_told):
        more = Failures(round(times * self.failed), round(times * self.trials))
        return not more.is_few or is_told(more)

    def _runs(self, needed, runs):
        return math.ceil(needed / self.trials * runs)


def never_seen(what, limit, error, asked, runs):
    """:class:`TooFew`, if a count that was 0 in all runs may have a mean above its limit all the same; else None."""
    if math.exp(-limit * runs) <= error:
        return None
    needed = math.ceil(_times(error) / limit - 1e-6)
    told = f"{what.capitalize()}: 0 in {count(runs, 'run')}"
    return TooFew(f"{told}; {asked} was asked, which takes some {needed:,} runs without any to prove.", needed)


def _times(error):
    """How many are expected where it is that seldom that none is seen: 3 for 5 %, the rule of three."""
    return math.ceil(-10 * math.log(error)) / 10


def _at_most(seen, trials, share):
    """The probability that no more than so many of some trials are of a share."""
    if seen >= trials or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    if seen > trials / 2:
        return 1 - _at_most(trials - seen - 1, trials, 1 - share)
    from evsim.theory.binomial import binomial_chance  # few verdicts need it, and theory takes long to import

    return math.fsum(binomial_chance(each, trials, share) for each in range(seen + 1))
