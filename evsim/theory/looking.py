"""Who looks from time to time: the wait for the next look, and a reader that sleeps when there is nothing."""

from dataclasses import dataclass

from .checks import at_least, positive, probability_level
from .general_service import mg1
from .station import Station

__all__ = ["NextLook", "next_look", "sleeping_reader"]


@dataclass(frozen=True, kw_only=True)
class NextLook:
    """The wait until somebody looks again; see :func:`next_look`. Times in seconds."""

    wait_mean: float
    wait_max: float

    def wait_quantile(self, probability):
        """The time (s) that a fraction `probability` of all waits does not exceed."""
        probability_level(probability)
        return probability * self.wait_max


def next_look(interval):
    """How long what comes at a random moment waits for a look each `interval` seconds: uniform from 0 to the interval.

    Does not apply when a look takes what is there in portions, or when the next look is a while after the end of the
    last work (then see sleeping_reader).

    Source: elementary (a random moment in a period of fixed length).

    >>> next_look(interval=0.5).wait_mean
    0.25
    """
    positive(interval=interval)
    return NextLook(wait_mean=interval / 2, wait_max=interval)


def sleeping_reader(arrival_rate, service_mean, sleep, service_cv=1.0, sleep_cv=0.0):
    """M/G/1 whose server sleeps when it finds nothing, and again until it finds something (multiple vacations).

    `sleep` in seconds on average, with standard deviation / mean `sleep_cv` (0: always as long). A message waits
    E[V^2] / (2 E[V]) longer than at a server that waits awake: half a sleep where all are equal.

    Does not apply when a message wakes the server, or when it sleeps after each message.

    Source: Levy and Yechiali 1975; Fuhrmann and Cooper 1985.

    >>> round(sleeping_reader(arrival_rate=5, service_mean=0.1, sleep=0.2).wait_mean, 6)
    0.2
    """
    positive(sleep=sleep)
    at_least(0, sleep_cv=sleep_cv)
    awake = mg1(arrival_rate, service_mean, service_cv).wait_mean
    return Station(**Station.means(arrival_rate, service_mean, awake + sleep * (1 + sleep_cv**2) / 2))
