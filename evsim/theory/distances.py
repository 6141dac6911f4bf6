"""What a network takes: round trips, the time on a line, and how fast a lossy one can be."""

import math
from dataclasses import dataclass

from .checks import at_least, fraction, positive, whole

__all__ = ["LineTime", "ManyCalls", "line_time", "many_calls", "throughput_under_loss"]


@dataclass(frozen=True, kw_only=True)
class ManyCalls:
    """So many calls, made in three ways; see :func:`many_calls`. Times in seconds."""

    one_after_the_other: float
    at_once: float
    in_one: float


def many_calls(calls, round_trip, work):
    """So many `calls` of a round trip and some `work` (s) each: one after the other, all at once, or as one batch.

    n (trip + work), trip + work, and trip + n work. Does not apply when times vary (the longest of many is longer than
    the mean: max_of_exponentials), or when calls at once wait for each other.

    Source: elementary.

    >>> trips = many_calls(calls=20, round_trip=0.03, work=0.001)
    >>> round(trips.one_after_the_other, 6), trips.at_once, trips.in_one
    (0.62, 0.031, 0.05)
    """
    whole(calls=calls)
    at_least(0, round_trip=round_trip, work=work)
    return ManyCalls(
        one_after_the_other=calls * (round_trip + work), at_once=round_trip + work, in_one=round_trip + calls * work
    )


@dataclass(frozen=True, kw_only=True)
class LineTime:
    """A message on a line; see :func:`line_time`. Times in seconds, `in_flight` in bytes."""

    sending: float
    arrival: float
    rate_max: float
    in_flight: float


def line_time(size, bandwidth, latency):
    """A message of `size` bytes on a line of `bandwidth` bits a second and a one-way `latency` (s), taken as a whole.

    It is on the line for 8 size / bandwidth, and there after that and the latency; `in_flight` is how much is under way
    and not acknowledged when the line is full (bandwidth x round trip).

    Does not apply when the line is shared, or when slow start makes the first round trips slower.

    Source: elementary (1 MB = 1,000,000 bytes).

    >>> line_time(size=1_000_000, bandwidth=100e6, latency=0.04).arrival
    0.12
    """
    positive(size=size, bandwidth=bandwidth)
    at_least(0, latency=latency)
    sending = 8 * size / bandwidth
    return LineTime(
        sending=sending, arrival=sending + latency, rate_max=1 / sending, in_flight=bandwidth * 2 * latency / 8
    )


def throughput_under_loss(segment, round_trip, loss):
    """Bits a second that one TCP connection gets at most, where a share `loss` of its segments (bytes) is lost.

    segment / round_trip x sqrt(3/2) / sqrt(loss). Ten times the loss is a third of the throughput.

    Does not apply to more than some 2 % of loss (timeouts count then), to a window that the receiver limits, or to
    newer controls of congestion (CUBIC, BBR).

    Source: Mathis, Semke, Mahdavi, Ott, The macroscopic behavior of the TCP congestion avoidance algorithm (1997).

    >>> round(throughput_under_loss(segment=1460, round_trip=0.1, loss=1e-4) / 1e6, 4)
    14.305
    """
    positive(segment=segment, round_trip=round_trip, loss=loss)
    fraction(loss=loss)
    return 8 * segment / round_trip * math.sqrt(1.5 / loss)
