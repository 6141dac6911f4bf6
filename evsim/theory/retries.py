"""Retries: how many attempts they make, how often they help, how long they wait."""

from dataclasses import dataclass

from .checks import at_least, fraction, one_of, positive, whole

__all__ = ["RetryGeometric", "backoff_total", "calls_to_open", "retry_geometric", "retry_layers"]


@dataclass(frozen=True, kw_only=True)
class RetryGeometric:
    """Attempts with independent failures; see :func:`retry_geometric`."""

    failure_probability: float
    attempts: int
    attempts_mean: float
    success_probability: float


def retry_geometric(failure_probability, attempts):
    """Up to `attempts` attempts in all, each fails independently with `failure_probability`.

    attempts_mean = (1 - p^n) / (1 - p) is also the amplification of the load; success = 1 - p^n.

    Does not apply when failures come together (an outage fails every attempt), or when the retries themselves
    overload the callee: its failure probability then grows with them, up to collapse.

    Source: the geometric distribution.

    >>> retried = retry_geometric(failure_probability=0.1, attempts=3)
    >>> round(retried.attempts_mean, 6), round(retried.success_probability, 6)
    (1.11, 0.999)
    """
    fraction(failure_probability=failure_probability)
    whole(attempts=attempts)
    return RetryGeometric(
        failure_probability=failure_probability,
        attempts=attempts,
        attempts_mean=sum(failure_probability**number for number in range(attempts)),
        success_probability=1 - failure_probability**attempts,
    )


def retry_layers(attempts, layers):
    """Calls at the bottom for one call at the top when each of `layers` layers makes `attempts` attempts.

    attempts^layers, when the bottom always fails. Does not apply when only some calls fail, or when one layer
    alone retries (then it is `attempts`).

    Source: AWS Builders' Library (five layers of three: 243); Google SRE book ch. 22 (three of four: 64).

    >>> retry_layers(attempts=3, layers=5)
    243
    """
    whole(attempts=attempts, layers=layers)
    return attempts**layers


def backoff_total(base, retries, factor=2.0, cap=None, jitter="none"):
    """The mean total time (s) slept before `retries` retries with exponential back-off.

    Before retry k = 0, 1, ... the window is min(cap, base x factor^k) seconds (no `cap`: None). `jitter` is
    "none" (sleep the window), "full" (uniform from 0 to the window) or "equal" (half of it, and uniform over
    the other half).

    Does not apply to decorrelated jitter (each sleep depends on the last), or if a retry succeeds earlier.

    Source: the formulas of AWS, Exponential Backoff And Jitter (2015), counted from k = 0.

    >>> round(backoff_total(base=0.1, retries=8, cap=10), 6)
    22.7
    """
    positive(base=base)
    whole(minimum=0, retries=retries)
    at_least(1, factor=factor)
    if cap is not None:
        positive(cap=cap)
    shares = {"none": 1.0, "full": 0.5, "equal": 0.75}
    one_of(tuple(shares), jitter=jitter)
    windows = (base * factor**number for number in range(retries))
    return shares[jitter] * sum(window if cap is None else min(cap, window) for window in windows)


def calls_to_open(failure_probability, failures):
    """How many calls a circuit breaker sees on average until it opens, after so many `failures` one after the other.

    Calls fail independently with p: (p^-k - 1) / (1 - p). Does not apply to a breaker that counts a share of a window,
    or when failures come together: an outage takes k calls.

    Source: Feller, An Introduction to Probability Theory and Its Applications vol. 1 (1968) ch. 13 (success runs).

    >>> round(calls_to_open(failure_probability=0.5, failures=5), 6)
    62.0
    """
    positive(failure_probability=failure_probability)
    fraction(failure_probability=failure_probability)
    whole(failures=failures)
    return sum(failure_probability**-number for number in range(1, failures + 1))
