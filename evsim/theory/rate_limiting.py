"""Who is turned away: by a token bucket, or because the wait has become too long."""

import math

from .checks import positive, whole

__all__ = ["shed_by_age", "token_bucket"]

HOPELESS = 100.0  # times the rate of the tokens: the bucket is empty but for a share of e^-100
LARGE = 1e100


def token_bucket(arrival_rate, rate, burst):
    """The share of Poisson arrivals that find no token in a bucket of `burst` tokens that fills at `rate` a second.

    The tokens that are missing are the work left in a queue M/D/1 with `burst` places, which takes 1/rate for each
    customer: an arrival is refused when they are all taken. With burst 1 that is Erlang's a / (1 + a), where
    a = arrival_rate / rate.

    Does not apply when those refused come back (retries make the load larger), or when tokens come in portions.

    Source: the queue M/D/1/K by its embedded Markov chain: Gross, Shortle, Thompson, Harris, Fundamentals of
    Queueing Theory (4th ed. 2008) ch. 5.

    >>> round(token_bucket(arrival_rate=100, rate=100, burst=1), 6), round(token_bucket(100, 100, 20), 6)
    (0.5, 0.02521)
    """
    positive(arrival_rate=arrival_rate, rate=rate)
    whole(burst=burst)
    load = arrival_rate / rate
    if load > HOPELESS:
        return 1 - 1 / load
    come = [math.exp(-load + number * math.log(load) - math.lgamma(number + 1)) for number in range(burst + 1)]
    left = [1.0]  # by how many stay behind at a departure, not yet scaled to a sum of 1
    for number in range(burst - 1):
        others = sum(left[before] * come[number - before + 1] for before in range(1, number + 1))
        left.append((left[number] - left[0] * come[number] - others) / come[0])
        if left[-1] > LARGE:
            left = [each / LARGE for each in left]
    return 1 - 1 / (left[0] / sum(left) + load)


def shed_by_age(arrival_rate, service_rate, age):
    """The share of customers of an M/M/1 queue that waits longer than `age` seconds, and then is turned away (M/M/1+D).

    With r = arrival_rate / service_rate and d = (service_rate - arrival_rate) x age:
    r p exp(-d), where p = 1 / (1 + r (1 - exp(-d)) / (1 - r) + r exp(-d)) is the share that finds nobody.
    Stable at any load. It is the same whether they leave at that age or when their turn comes.

    Does not apply when they come back, or when the newest is served first.

    Source: Barrer, Queuing with impatient customers and ordered service, Operations Research 5 (1957).

    >>> round(shed_by_age(arrival_rate=12, service_rate=10, age=0.5), 6)
    0.223855
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate, age=age)
    load, distance = arrival_rate / service_rate, (service_rate - arrival_rate) * age
    beyond = load * math.exp(-distance)
    within = -load * math.expm1(-distance) / (1 - load) if load != 1 else service_rate * age
    return beyond / (1 + within + beyond)
