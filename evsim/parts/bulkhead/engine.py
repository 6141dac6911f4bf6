"""The bulkhead of each instance of a caller: so many calls of one callee at once, and no more."""

from collections import deque
from functools import partial

from evsim.engine.instance_state import InstanceState
from evsim.engine.policy import Policy
from evsim.results.endings import Reason

__all__ = ["Bulkhead", "build"]


def build(edge, settings):
    """The bulkheads of whoever asks, for this callee."""
    return edge.shared(Bulkhead, settings)


class Bulkhead(Policy):
    """The bulkheads of all instances of a service, for its calls to one callee."""

    def __init__(self, kernel, service, callee, settings):
        self.settings = settings
        self.compartments = InstanceState(service, lambda instance: Compartment(settings))

    def become(self, settings):
        self.settings = settings
        for compartment in self.compartments.states.values():
            compartment.become(settings)

    def enter(self, row, edge):
        """Let a call through now, or later, or never: ``edge.send(row)``, or refuse it."""
        compartment = self.compartments.of(row)
        if len(compartment.inside) < self.settings.limit:
            compartment.inside.add(row)
            edge.send(row)
        elif len(compartment.waiting) < self.settings.queue:
            compartment.waiting.append((row, edge))
        else:
            edge.refuse_to_ask(row, Reason.BULKHEAD)

    def sending(self, send, edge):
        return partial(self.enter, edge=edge)

    def left(self, row):
        self.compartments.of(row).over(row)

    answered = beaten = left

    def failed(self, row, good):
        self.left(row)

    def rows_held(self):
        """Calls that wait for their turn."""
        return [row for compartment in self.compartments.states.values() for row, _ in compartment.waiting]


class Compartment:
    """The bulkhead of one instance."""

    def __init__(self, settings):
        self.settings = settings
        self.inside, self.waiting = set(), deque()

    def become(self, settings):
        """With more room, who waits is let in; with less, nobody is until there is room again."""
        self.settings = settings
        self._let_in()

    def over(self, row):
        if row in self.inside:
            self.inside.discard(row)
            self._let_in()
        for entry in [entry for entry in self.waiting if entry[0] == row]:
            self.waiting.remove(entry)
            entry[1].withdraw(row)

    def _let_in(self):
        while self.waiting and len(self.inside) < self.settings.limit:
            row, edge = self.waiting.popleft()
            if edge.is_wanted(row):
                self.inside.add(row)
                edge.send(row)
            else:
                edge.withdraw(row)

    def forget(self):
        """The instance died, and nobody waits any more."""
        while self.waiting:
            row, edge = self.waiting.popleft()
            edge.withdraw(row)
