"""The circuit breaker of each instance of a caller, for its calls to one callee.

Source: M. Nygard, Release It! (2007). What is counted, and when it is half-open, is as in Resilience4j: the state
changes with calls, not by the clock, so it is half-open from the first call after the time that it stays open.
"""

from collections import deque

from evsim.engine.instance_state import InstanceState
from evsim.engine.policy import Policy
from evsim.parts.breaker.periods import CLOSED, HALF_OPEN, OPEN
from evsim.results.endings import Reason
from evsim.ticks import ticks

__all__ = ["Breaker", "build"]


def build(edge, settings):
    """The breakers of whoever asks, for this callee."""
    return edge.shared(Breaker, settings)


class Breaker(Policy):
    """The breakers of all instances of a service, for its calls to one callee."""

    def __init__(self, kernel, service, callee, settings):
        self.settings = settings

        def make(instance):
            name = f"{service.name}/{instance + 1}" if service.settings.most_instances > 1 else service.name
            return Circuit(service.kernel, f"{name} to {callee}", self.settings)

        self.circuits = InstanceState(service, make)

    def become(self, settings):
        """It stays as it is, open or closed, and goes on by other numbers."""
        self.settings = settings
        for circuit in self.circuits.states.values():
            circuit.become(settings)

    def admits(self, row):
        """Whether a call may be made now; then it counts from now on."""
        return self.circuits.of(row).admits(row)

    def asking(self, ask, edge):
        admits = self.admits

        def ask_if_closed(row):
            if admits(row):
                ask(row)
            else:
                edge.refuse_to_ask(row, Reason.BREAKER)

        return ask_if_closed

    def answered(self, row):
        self.circuits.of(row).over(row, True)

    def failed(self, row, good):
        self.circuits.of(row).over(row, good)

    def left(self, row):
        self.circuits.of(row).over(row, None)

    beaten = left


class Circuit:
    """The breaker of one instance."""

    def __init__(self, kernel, who, settings):
        self.kernel, self.who, self.settings = kernel, who, settings
        self.state, self.opened, self.open_for = CLOSED, 0.0, ticks(settings.open_for)
        self.results = deque(maxlen=settings.calls)  # since it was closed: whether each call failed
        self.calls = {}  # calls under way that count in this state
        self.successes = 0  # of the trials

    def become(self, settings):
        self.settings, self.open_for = settings, ticks(settings.open_for)
        self.results = deque(self.results, maxlen=settings.calls)

    def admits(self, row):
        if self.state == OPEN and self.kernel.env._now >= self.opened + self.open_for:
            self._become(HALF_OPEN)
        if self.state == OPEN:
            return False
        if self.state == HALF_OPEN and len(self.calls) + self.successes >= self.settings.trials:
            return False
        self.calls[row] = True
        return True

    def over(self, row, good):
        if self.calls.pop(row, False) and good is not None:
            (self._tried if self.state == HALF_OPEN else self._counted)(good)

    def _counted(self, good):
        self.results.append(not good)
        if self.settings.trips(len(self.results), sum(self.results)):
            self._become(OPEN)

    def _tried(self, good):
        self.successes += good
        if not good:
            self._become(OPEN)
        elif self.successes == self.settings.trials:
            self._become(CLOSED)

    def _become(self, state):
        self.state, self.opened, self.successes = state, self.kernel.env._now, 0
        self.results.clear()
        self.calls.clear()
        self.kernel.records.incidents.append((self.opened, state, self.who, None))

    def forget(self):
        """The instance begins anew, with a breaker that is closed."""
        if self.state != CLOSED:
            self._become(CLOSED)
