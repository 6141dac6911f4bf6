"""Retries, and their budget: a bucket of tokens that first calls fill, and retries empty.

Source: M. Brooker, Fixing retries with token buckets and circuit breakers (2022).
"""

from evsim.engine.environment import TIMEOUT
from evsim.engine.instance_state import InstanceState
from evsim.engine.policy import Policy
from evsim.parts.retry.words import NO_RETRY

__all__ = ["Budget", "Retrying", "build"]

ENOUGH = 1 - 1e-9  # ten tenths are one


def build(edge, settings):
    """The retries of this edge; all steps that ask this callee with the same budget share it."""
    budget = edge.shared(Budget, settings.budget)
    return Retrying(edge.kernel, settings) if budget is None else Budgeted(edge.kernel, settings, budget)


class Retrying(Policy):
    """Another attempt some time after one that failed, up to so many."""

    def __init__(self, kernel, settings):
        self.kernel, self.settings = kernel, settings
        self.waits = {}  # edge -> how long to wait before another attempt; on a bus each handler has an edge

    def become(self, settings):
        super().become(settings)
        self.waits.clear()

    def tries_again(self, edge, row, last, number):
        if number >= self.settings.attempts or not edge.may_ask_again(row):
            return False
        if edge not in self.waits:
            self.waits[edge] = self.kernel.attempts.backoff(self.settings, edge.place)
        self.kernel.env.call_in(self.waits[edge](last, number), edge.again, last, TIMEOUT)
        return True


class Budgeted(Retrying):
    """Retries, and hedges, as far as a budget allows them."""

    def __init__(self, kernel, settings, budget):
        super().__init__(kernel, settings)
        self.budget = budget

    def beginning(self, ask):
        deposit = self.budget.deposit

        def begin(row):
            deposit(row)
            ask(row)

        return begin

    def allows_another(self, row):
        return self.budget.withdraw(row)


class Budget:
    """The buckets of all instances of a service, for their calls to one callee."""

    def __init__(self, kernel, service, callee, settings):
        self.kernel, self.settings = kernel, settings
        self.who = f"{service.name} to {callee}"
        self.buckets = InstanceState(service, lambda instance: Bucket(settings.burst))

    def deposit(self, row):
        """A first call is made."""
        bucket = self.buckets.of(row)
        bucket.tokens = min(bucket.tokens + self.settings.ratio, self.settings.burst)

    def withdraw(self, row):
        """Whether there may be another attempt after `row`; it is paid for."""
        bucket = self.buckets.of(row)
        if bucket.tokens >= ENOUGH:
            bucket.tokens -= 1
            return True
        self.kernel.records.incidents.append((self.kernel.env._now, NO_RETRY, self.who, row))
        return False


class Bucket:
    """The tokens of one instance."""

    def __init__(self, tokens):
        self.tokens = float(tokens)

    def forget(self):
        """They are gone with the instance."""
