"""How many instances there should be: what Kubernetes' HPA, Knative's KPA and KEDA decide, as functions of numbers.

Each is held against the vectors of its project (tests/parts/autoscale/test_scaling_rules.py).
"""

from collections import deque
from math import ceil, floor, inf

__all__ = ["Panic", "Proportional", "burst_capacity", "capped_lag", "even", "limited", "newest_first"]

ROUNDING = 1e-9


def _up(value):
    """Rounded up, but not for an error of rounding."""
    return ceil(value - ROUNDING)


class Largest:
    """The largest number of some last seconds: who scales down waits for it."""

    def __init__(self, seconds):
        self.seconds, self.seen = seconds, deque()

    def of(self, now, number):
        self.seen.append((now, number))
        while self.seen[0][0] <= now - self.seconds and len(self.seen) > 1:
            self.seen.popleft()
        return max(each for _, each in self.seen)


class Proportional:
    """As many as the target asks for, within a tolerance: the HPA of Kubernetes, which KEDA feeds too.

    up, down: how fast, policies ``(percent, count, seconds)`` of which the one that allows most counts. Downwards the
    largest number that was wanted within `down_after` seconds counts.
    """

    def __init__(self, target, tolerance=0.1, down_after=300.0, up=(), down=()):
        self.target, self.tolerance, self.up, self.down = target, tolerance, up, down
        self.largest, self.changes = Largest(down_after), []

    def decide(self, now, number, total):
        """How many there should be, of so many, if `total` is measured in all of them together."""
        ratio = total / (self.target * number) if number else inf
        wanted = number if abs(ratio - 1) <= self.tolerance else _up(total / self.target)
        highest = self.largest.of(now, wanted)
        wanted = wanted if wanted > number else min(number, highest)
        wanted = limited(number, wanted, self.up if wanted > number else self.down, self.changes, now)
        if wanted != number:
            self.changes.append((now, wanted - number))
        return wanted


def limited(number, wanted, policies, changes=(), now=0.0):
    """`wanted`, as far as some policies allow it after the changes ``(time, by how many)`` that were."""
    if not policies or wanted == number:
        return wanted
    up, most = wanted > number, 0
    for percent, count, seconds in policies:
        done = sum(by for time, by in changes if time > now - seconds and (by > 0) == up)
        begun = number - done  # how many there were when the period began
        most = max(most, (_up(begun * percent / 100) if percent else 0) - abs(done), (count or 0) - abs(done))
    return min(wanted, number + most) if up else max(wanted, number - most)


class Panic:
    """Knative's KPA: a stable window, and a short one in which a burst makes it panic, so that it only grows."""

    def __init__(self, target, rate_up=1000.0, rate_down=2.0, window=60.0, threshold=2.0, delay=0.0, reachable=True):
        self.target, self.rate_up, self.rate_down, self.window = target, rate_up, rate_down, window
        self.threshold, self.reachable, self.largest = threshold, reachable, Largest(delay)
        self.panicked, self.highest = None, 0  # since when it was last over the threshold, and the most it wanted since

    def decide(self, now, ready, stable, panic):
        """How many there should be, of so many `ready`, for the averages of the `stable` and of the short window."""
        ready = max(1, ready)
        highest, lowest = _up(self.rate_up * ready), floor(ready / self.rate_down) if self.reachable else 0

        def within(value):
            return min(max(_up(value / self.target), lowest), highest)

        wanted, hasty = within(stable), within(panic)
        if _up(panic / self.target) / ready >= self.threshold:
            self.panicked = now
        elif self.panicked is not None and now - self.panicked > self.window:
            self.panicked, self.highest = None, 0
        if self.panicked is not None:
            self.highest = max(self.highest, wanted, hasty)
            wanted = self.highest
        return self.largest.of(now, wanted)


def burst_capacity(total, target_burst, panic):
    """What is left of the capacity `total` for a burst: below 0 Knative keeps the activator in the path."""
    return target_burst if target_burst in (0, -1) else floor(total - target_burst - panic)


def newest_first(values, coefficient=None):
    """The average of some values, the newest last; with a coefficient it counts most (Knative's weighted window)."""
    if coefficient is None:
        return sum(values) / len(values)
    return sum(coefficient * (1 - coefficient) ** age * value for age, value in enumerate(reversed(values)))


def coefficient(count):
    """The coefficient for so many values."""
    return max(1 - (1 - 0.9999) ** (1 / count), 0.2)


def capped_lag(lag, target, partitions):
    """The lag that KEDA tells of a log: no more than its partitions can use, but for one, as it compares quotients."""
    return partitions * target if lag // target > partitions else lag


def even(wanted, partitions):
    """So many that each has as many partitions: the next divisor (KEDA's even distribution)."""
    return next((each for each in range(max(wanted, 1), partitions + 1) if partitions % each == 0), partitions)
