"""A fixed number of users who think, ask and wait: the closed loop."""

from dataclasses import dataclass

import numpy as np

from .checks import at_least, positive, whole
from .quantiles import quantile_of

__all__ = ["ClosedLoop", "closed_loop"]


@dataclass(frozen=True, kw_only=True)
class ClosedLoop:
    """A closed loop in steady state; see :func:`closed_loop`.

    `response_mean` (s) is from asking to the answer; `saturation_users` is where the two asymptotes of the
    response time cross: more users than that mostly wait for each other.
    """

    users: int
    think_mean: float
    service_mean: float
    servers: int
    throughput: float
    utilisation: float
    response_mean: float
    in_system_mean: float
    saturation_users: float

    def response_quantile(self, probability):
        """The time (s) that a fraction `probability` of responses does not exceed; one server, first come."""
        if self.servers != 1:
            raise ValueError(f"servers={self.servers!r} has no quantile here: use servers=1, or run the simulation")
        met = _chances(self.users - 1, self.think_mean, self.service_mean, 1)

        def survival(time):
            if time == 0:
                return 1.0
            mean = time / self.service_mean
            logs = np.concatenate(([0.0], np.cumsum(np.log(mean / np.arange(1, self.users)))))
            return float(met @ np.cumsum(np.exp(logs - mean)))

        return quantile_of(survival, probability, self.response_mean)


def closed_loop(users, think_mean, service_mean, servers=1):
    """`users` in a closed loop (machine repair): each thinks, asks, waits for the answer, thinks again.

    `think_mean` and `service_mean` in seconds; service exponential, `servers` equal servers, one first-come
    queue. Birth-death equations; response_mean = users / throughput - think_mean. The think time may have any
    distribution. An arriving user meets the loop as it is with one user fewer.

    Does not apply to open arrivals: these do not slow down when the server does, so a closed loop sees far
    shorter waits at equal utilisation (coordinated omission). Nor to service that is not exponential.

    Source: Kleinrock, Queueing Systems vol. 1 (1975), finite population; Lazowska et al., Quantitative System
    Performance (1984).

    >>> loop = closed_loop(users=10, think_mean=10, service_mean=1)
    >>> round(loop.throughput, 6), round(loop.response_mean, 6)
    (0.785418, 2.732079)
    """
    whole(users=users)
    whole(servers=servers)
    at_least(0, think_mean=think_mean)
    positive(service_mean=service_mean)
    chances = _chances(users, think_mean, service_mean, servers)
    numbers = np.arange(users + 1)
    busy = float(chances @ np.minimum(numbers, servers))
    throughput = busy / service_mean
    in_system_mean = float(chances @ numbers)
    return ClosedLoop(
        users=users,
        think_mean=think_mean,
        service_mean=service_mean,
        servers=servers,
        throughput=throughput,
        utilisation=busy / servers,
        response_mean=in_system_mean / throughput,
        in_system_mean=in_system_mean,
        saturation_users=servers * (think_mean + service_mean) / service_mean,
    )


def _chances(users, think_mean, service_mean, servers):
    """P(n waiting or at work), n = 0..users, from the full end down, so that a think time of 0 works too."""
    thinking = np.arange(1, users + 1)
    busy = np.minimum(users - thinking + 1, servers)
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log(busy * think_mean / (service_mean * thinking)))
    logs = np.concatenate(([0.0], logs))[::-1]
    chances = np.exp(logs - logs.max())
    return chances / chances.sum()
