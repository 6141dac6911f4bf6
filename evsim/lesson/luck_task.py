"""Lesson 18: an exercise about a rule that tells mailers apart, tried on pairs of which it is known who is quicker."""

from functools import partial

import numpy as np

from evsim.experiment.statistics import difference
from evsim.lesson.exercises import Refused, Task, Trials
from evsim.lesson.luck import QUICK, differences, measured
from evsim.lesson.wording import Words

__all__ = ["TASKS", "apart"]

ALIKE, UNLIKE = 100, 40  # pairs of mailers
WRONG, MISSED = 10, 4  # of them, at most: intervals of 95 % are wrong for five of a hundred
MOST = 20  # runs of each of a pair
POOL = 100  # runs of each mailer, of which each pair has its own in an order of its own
AMBER, BLUE, FAST = ("amber", 100), ("blue", 100), ("amber", QUICK)
NO_PAIR = "Nothing to look at: your rule gave no seed to both mailers."
WORDS = "quicker", "slower", "not decided"


def apart(first, second):
    """What runs tell of the second against the first, from a value a run of each, in pairs.

    It has a ``mean``, the ends ``low`` and ``high`` of its interval, and ``n``, the number of pairs.
    """
    if len(first) != len(second):
        raise Refused(f"give as many runs of the one as of the other, not {len(first)} and {len(second)}")
    return difference(first, second)


class _Mailer:
    """A mailer in a trial: called with a seed it runs, and gives the mean time until a mail.

    Which customers a seed stands for is of the trial: `seeds` (seed -> customers) is filled from `order`, for both.
    """

    def __init__(self, work, order, seeds):
        self._work, self._order, self._seeds, self.runs = work, order, seeds, {}

    def __call__(self, seed):
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise Refused(f"a seed is a whole number, such as 1, not {seed!r}")
        if seed not in self.runs:
            if len(self.runs) == MOST:
                raise Refused(f"a run costs time: of each mailer there are {MOST} at most")
            customers = self._seeds.setdefault(seed, int(self._order[len(self._seeds)]) + 1)
            self.runs[seed] = measured(*self._work, customers)
        return self.runs[seed]


def tells_them_apart(answer):
    """Try a rule on pairs that are alike, and on pairs in which one is quicker; each word that is wrong is counted."""
    if not callable(answer):
        raise Refused(f"give a function of two mailers, such as told, not {answer!r}")
    luck, wrong, missed = np.random.default_rng(18), [], []
    for number in range(1, ALIKE + UNLIKE + 1):
        two, truth = _pair(number)
        if luck.random() < 0.5 and truth == "not decided":
            two = two[::-1]
        order, seeds = luck.permutation(POOL), {}
        mailers = [_Mailer(work, order, seeds) for work in two]
        word = answer(*mailers)
        if not isinstance(word, str) or word not in WORDS:
            raise Refused(f"a rule gives {', '.join(map(repr, WORDS[:2]))} or {WORDS[2]!r}, not {word!r}")
        if word not in (truth, "not decided"):
            wrong.append((number, word, truth, mailers))
        elif word != truth:
            missed.append((number, word, truth, mailers))
    tried = f"{ALIKE} pairs that are the same and {UNLIKE} in which one is quicker"
    if len(wrong) > WRONG:
        return _failed(tried, wrong, f"{len(wrong)} of {ALIKE + UNLIKE} pairs were told apart the wrong way")
    if len(missed) > MISSED:
        return _failed(tried, missed, f"{len(missed)} of {UNLIKE} differences were not seen")
    return Trials(tried)


def _pair(number):
    """The two mailers of a trial, and what is true of the second."""
    two = {3: ((AMBER, FAST), "quicker"), 6: ((FAST, AMBER), "slower")}
    return two.get(number % 7, ((AMBER, BLUE), "not decided"))


def _failed(tried, those, words):
    number, word, truth, mailers = those[0]
    really = "they are the same but for the name" if truth == "not decided" else f"the second is {truth}"
    seeds = sorted(set(mailers[0].runs) & set(mailers[1].runs))
    both = {f"pair {number}": [[mailer.runs[seed] for seed in seeds] for mailer in mailers]}
    look = partial(differences, both) if seeds else partial(Words, NO_PAIR)
    return Trials(tried, f"Pair {number}: your rule says {word!r}, and {really}. In all, {words}", look)


TASKS = {
    "tell-them-apart": Task(
        f"at most {WRONG} pairs were told apart the wrong way, and at most {MISSED} differences were missed",
        hints=(
            "How often does one run say that blue is the quicker one? What does an interval say that a mean does not?",
            "Run both with the same seeds, and more than once. Who looks after each run, and stops when it suits,"
            " has twenty chances to be wrong.",
        ),
        trials=tells_them_apart,
    ),
}
