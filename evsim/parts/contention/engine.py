"""Contention counts the work in hand of each instance, and sets the time of a piece of work when it starts."""

from collections import Counter

from evsim.engine.service_policy import ServicePolicy

__all__ = ["Contention", "build"]


class Contention(ServicePolicy):
    """Counts the work in hand of each instance of a service."""

    def __init__(self, service, settings):
        self.service, self.settings = service, settings
        self.at_once = Counter()  # by instance
        self.in_hand = {}  # row -> how many pieces of work it has in hand; branches work side by side

    def work_factor(self):
        return self.start

    def start(self, row):
        """A piece of work of `row` starts: what its time is multiplied by."""
        instance = self.service.instance_of(row)
        self.in_hand[row] = self.in_hand.get(row, 0) + 1
        self.at_once[instance] = count = self.at_once[instance] + 1
        return 1 + self.settings.sigma * (count - 1) + self.settings.kappa * count * (count - 1)

    def work_over(self, then):
        def over(row):
            self._remove(row, 1)
            then(row)

        return over

    def lost(self, row):
        if row in self.in_hand:
            self._remove(row, self.in_hand[row])

    def _remove(self, row, count):
        self.at_once[self.service.instance_of(row)] -= count
        self.in_hand[row] -= count
        if not self.in_hand[row]:
            del self.in_hand[row]


build = Contention
