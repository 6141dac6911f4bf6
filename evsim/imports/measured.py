"""Measured moments and times, as settings of a scenario."""

import math

import numpy as np

from evsim.counting import count as counted
from evsim.counting import digits
from evsim.scenario.units import write_time

__all__ = ["GUESSED_WORK", "arrivals_of", "arrivals_of_counts", "busiest", "rate_words", "rounded_time", "time_setting"]

GUESSED_WORK = {"exponential": "10ms"}
FEW = 50  # times, below which no distribution is told from another
ENOUGH = 20  # arrivals, to see that they are even
LOOKED_AT = 500  # of them, when one is fitted
PIECES = 10  # of a rate that changes
IN_A_PIECE = 50  # arrivals, at least
EVEN = 0.1  # a variation of the gaps below which they are even
ROUNDED = 0.8  # different times of all, below which a clock must have rounded them
LONGEST_RUN = 100_000  # arrivals


def rate_words(rate):
    """A rate as it is written, with four digits and no exponent; a high one with all before the point."""
    return f"{rate:.0f}/s" if rate >= 1e4 else f"{np.format_float_positional(float(f'{rate:.4g}'), trim='-')}/s"


def rounded_time(seconds):
    """A time as it is written, with four digits."""
    return write_time(round(float(f"{seconds:.4g}"), 9))


def _long(seconds):
    return f"{digits(float(f'{seconds:.4g}'), 10, ',')} s"


def busiest(moments):
    """(first, last, whether that is all) of the moments to take: no more than a run can hold, the busiest."""
    if len(moments) <= LONGEST_RUN:
        return 0, len(moments), True
    first = int(np.argmin(moments[LONGEST_RUN - 1 :] - moments[: len(moments) - LONGEST_RUN + 1]))
    return first, first + LONGEST_RUN, False


def arrivals_of(moments):
    """(arrivals, words, seconds) of sorted moments in seconds: even, at random, or at a rate that changes."""
    count = len(moments)
    span = float(moments[-1] - moments[0])
    if span <= 0:
        return {"poisson": "1/s"}, "", 60.0
    length = span * count / (count - 1)
    rate = count / length
    pieces = min(PIECES, count // IN_A_PIECE)
    if pieces >= 3:
        counts, _ = np.histogram(moments - moments[0], bins=pieces, range=(0.0, length))
        if _changes(counts):
            return arrivals_of_counts(counts, length / pieces)
    gaps = np.diff(moments)
    if count >= ENOUGH and gaps.std() < EVEN * gaps.mean():
        return {"constant": rate_words(rate)}, f"{count:,} arrivals, evenly", length
    return {"poisson": rate_words(rate)}, f"{count:,} arrivals in {_long(length)}", length


def _changes(counts):
    """Whether counts of equal stretches differ by more than chance: a chi square three deviations above its mean."""
    mean = counts.mean()
    return float(((counts - mean) ** 2).sum() / mean) > len(counts) - 1 + 3 * math.sqrt(2 * (len(counts) - 1))


def arrivals_of_counts(counts, seconds):
    """(arrivals, words, seconds) of counts of stretches, each so many seconds long: straight lines between them."""
    counts = np.asarray(counts, dtype=float)
    total, length = float(counts.sum()), seconds * len(counts)
    pieces = min(PIECES, len(counts))
    if len(counts) > pieces:
        ends = np.linspace(0, len(counts), pieces + 1)
        whole = np.concatenate([[0.0], np.cumsum(counts)])
        counts = np.diff(np.interp(ends, np.arange(len(whole)), whole))
        seconds = length / pieces
    if len(counts) == 1 or not _changes(counts):
        return {"poisson": rate_words(total / length)}, f"{counted(round(total), 'arrival')} in {_long(length)}", length
    middles = [0.0, *((number + 0.5) * seconds for number in range(len(counts))), length]
    rates = np.array([counts[0], *counts, counts[-1]]) / seconds
    area = float((np.diff(middles) * (rates[1:] + rates[:-1]) / 2).sum())
    points = [
        [rounded_time(at), rate_words(rate * total / area)] for at, rate in zip(middles[:-1], rates[:-1], strict=True)
    ]
    return {"profile": points}, f"{counted(round(total), 'arrival')} in {_long(length)}, a rate that changes", length


def time_setting(nanoseconds):
    """(setting, words) of measured times: a distribution that fits them, or one with their mean and variation."""
    from evsim.experiment.distribution_fit import fit

    times = np.asarray(nanoseconds, dtype=float) / 1e9
    mean = float(times.mean())
    what = f"{len(times):,} time{'' if len(times) == 1 else 's'}"
    deviation = float(times.std())
    if mean < 1e-9:
        return "0s", what
    if deviation <= 1e-6 * mean:
        return rounded_time(mean), what
    spread = {"lognormal": {"mean": rounded_time(mean), "cv": float(f"{deviation / mean:.3g}")}}
    if len(times) < FEW:
        return spread, f"mean and variation of {what}"
    found = fit(_apart(times[:: -(-len(times) // LOOKED_AT)]))
    simplest = (each for each in found.candidates if each.name == "exponential" and each.fits)
    best = next(simplest, found.best)
    if best is None or best.name == "constant":  # so are those that were looked at
        return spread, f"mean and variation of {what}, none fits"
    if best.name == "uniform":
        return {"uniform": [rounded_time(times.min()), rounded_time(times.max())]}, what
    others = {
        name: float(f"{value:.4g}") if name != "k" else value
        for name, value in best.distribution.model_dump().items()
        if name not in ("kind", "mean")
    }
    return {best.name: {"mean": rounded_time(mean), **others} if others else rounded_time(mean)}, what


def _apart(times):
    """Times that a clock has rounded, spread over what it took for one."""
    seen = np.unique(times)
    if len(seen) > ROUNDED * len(times) or len(seen) < 3:
        return times
    step = float(np.diff(seen).min())
    spread = np.random.default_rng(1).uniform(-0.5, 0.5, len(times)) * step
    return np.abs(times + spread) + 1e-9
