"""The retry budget: a bucket of tokens that first calls fill, and retries empty.

Source: M. Brooker, Fixing retries with token buckets and circuit breakers (2022).
"""

from evsim.engine.memory import Memory
from evsim.results.remarks import NO_RETRY

__all__ = ["Budget"]

ENOUGH = 1 - 1e-9  # ten tenths are one


class Budget:
    """The buckets of all instances of a service, for their calls to one callee."""

    def __init__(self, system, service, callee, settings):
        self.system, self.settings = system, settings
        self.who = f"{service.name} to {callee}"
        self.buckets = Memory(service, lambda instance: Bucket(settings.burst))

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
        self.system.records.incidents.append((self.system.env._now, NO_RETRY, self.who, row))
        return False


class Bucket:
    """The tokens of one instance."""

    def __init__(self, tokens):
        self.tokens = float(tokens)

    def forget(self):
        """They are gone with the instance."""
