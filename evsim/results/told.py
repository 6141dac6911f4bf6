"""What customers were told against what is true for them: who was told yes too early, who was told error in vain."""

import numpy as np

from evsim.results.tally import DECLINED, OK, PENDING

__all__ = ["LATER", "Told"]

LATER = 1.0  # seconds after the answer in which a promise has to come true


class Told:
    """Whether each customer (each entry of ``run.tally``) was told what is true, as boolean arrays.

    ``yes`` and ``no`` (any answer but ok) are those who were told anything. ``yes_not_true``: told yes, and a second
    later something due had not happened; ``yes_never_true``: nor had it at the end of the run. ``no_yet_true``: told
    error, and something due happened all the same; ``no_all_true``: all of it did.
    """

    def __init__(self, requests):
        self.yes = requests.outcome == OK
        self.no = ~self.yes & (requests.outcome != PENDING)
        self.declined = requests.outcome == DECLINED
        self.answered = requests.answered
        # When all that is due is true; nothing due is true from the beginning, and NaN is never.
        self.true_at = np.where(requests.due == 0, -np.inf, requests.completed_at)
        self.yes_not_true = self.not_true_after(LATER)
        self.yes_never_true = self.yes & np.isnan(self.true_at)
        self.no_yet_true = self.no & (requests.present > 0)
        self.no_all_true = self.no_yet_true & (requests.present == requests.due)

    @property
    def words(self):
        """For each customer, what they were told and how true it was."""
        kinds = {
            "yes, never true": self.yes_never_true,
            "yes, true later": self.yes_not_true,
            "yes": self.yes,
            "no": self.declined & ~self.no_yet_true,
            "no, something true": self.declined,
            "error, all true": self.no_all_true,
            "error, some true": self.no_yet_true,
            "error": self.no,
        }
        return np.select(list(kinds.values()), list(kinds), default="nothing")

    def not_true_after(self, seconds):
        """Who was told yes, and so many `seconds` after the answer something due had not happened."""
        return self.yes & ~(self.true_at <= self.answered + seconds)
