"""What evsim reads in values, how it writes numbers, and what it draws from distributions of times."""

import math
from types import SimpleNamespace

import numpy as np

from evsim import figures, ticks
from evsim.counting import count
from evsim.scenario import units
from evsim.scenario.arrivals import Burst, Closed, Metronome, Poisson, Profile
from evsim.scenario.distributions import Distribution
from evsim.scenario.normal import normal_quantile
from tests.snapshots.telling import plain
from tests.snapshots.texts import tried

__all__ = ["NAN", "VALUES", "line_of", "lines_of"]

INF, NAN = math.inf, math.nan


def line_of(make, *arguments, **settings):
    """A line: what is asked for, and what comes of it; other errors by their kind alone."""
    asked = ", ".join([*map(repr, arguments), *(f"{name}={value!r}" for name, value in settings.items())])
    try:
        return plain(f"{asked} -> {tried(make, *arguments, **settings)!r}")
    except (TypeError, AttributeError, ImportError) as error:
        return f"{asked} -> {type(error).__name__} {error if isinstance(error, AttributeError | ImportError) else ''}"


def lines_of(makers, values, *more, **settings):
    """(name of a function, what it makes of each of some values)."""
    for make in makers:
        yield make.__name__, "\n".join(line_of(make, value, *more, **settings) for value in values)


# Quantities.

QUANTITIES = (
    0, -0.0, 5, 2.5, -1, "5", " 5 ", "+5", "-5", "5s", "5 s", "1.5ms", ".5 min", "5.", "2h", "1d", "3us", "3µs", "7ns",
    "0.4ns", "1e3ms", "1e400s", "1e400ms", "5/s", "3/min", "3 / min", "200B", "1kB", "1.5KiB", "2MiB", "1TB", "50%",
    "100%",
    "101%",
    "0.5", "99.9%", 1, 1.5, 10**400, True, False, None, [], "", "s", "5 parsecs", "5 5", "nan", ".NaN", "inf", "+inf",
    "-Infinity", ".inf", INF, -INF, NAN, "0" * 63 + "1", "0" * 64 + "1", "unlimited", 4.0, "4", "-4", "4.5", "+4",
    " 4 ", 1e-12, 1e-9, 5e-10, 1e9, 1e9 + 1, 10**9, 10**9 + 1, 2**63,
)  # fmt: skip
READ = (units.time, units.rate, units.size, units.fraction, units.money, units.number, units.whole, units.limit,
        units.limit_of_time, units.number_of)  # fmt: skip
WRITTEN = (0, 0.0, 1, 1.0, 0.5, 60, 3600.0, 0.001, 0.0009, 0.0205, 1e-6, 9.99e-7, 1e-9, 9.99e-10, 1e-12, 2e-12, 1e12,
           1e12 - 1, 1e13, 1234567.0, 0.1 + 0.2, 1e-5)  # fmt: skip


def _quantities():
    yield from lines_of(READ, QUANTITIES)
    yield from lines_of((units.write_time, units.write_rate, units.write_number, units.write_count), WRITTEN)
    yield from lines_of((units.write_limit,), (3.0, 7, INF))
    yield from lines_of((ticks.ticks,), (0, 1e-10, 1e-9, 4e-10, 6e-10, 0.0205, 5, INF, None, 1.0000000005))
    yield "whole ticks", "\n".join(line_of(ticks.whole, value) for value in (0.4, 0.5, 1.5, 3.0, INF))
    yield "elapsed", line_of(ticks.elapsed, 0.312, 0.3) + line_of(ticks.elapsed, np.array([1.0, 2.5]), 0.5)
    counted = [(number, *words) for number in (0, 1, 2, 1200, 1.0) for words in (("row",), ("reply", "replies"))]
    yield "count", "\n".join(line_of(count, *each) for each in counted)


# Figures.

NAMES = ("response_p99", "availability", "goodput", "effects_missing", "cost", "utilisation", "nothing")
VALUES_OF = (None, NAN, 0, 0.0, 1, 0.5, 0.9999, 0.99985, 0.99995, 1e-6, 9.996e-4, 0.001, 0.9996, 1.234567, 12.3456,
    99.94,
             999.4, 999.5, 1000, 2809, 1234567.8, -0.25, -3)  # fmt: skip
LIMITS = ((0.2, 0.2), (0.2000000001, 0.2), (0.20001, 0.2), (0.19999, 0.2), (0.99949, 0.9995), (0.9995, 0.9995), (1,
    0.9995),
          (999.6, 1000), (1234.5678, 1234.5), (0.1 + 1e-13, 0.1), (0.123456789012345, 0.12345678901234), (-0.25,
          0))  # fmt: skip
ESTIMATES = ((0.1, 0.002), (0.10004, 0.02), (0.9996, 0.3), (1.0004, 0.2), (0.04, 0.06), (0.1, 0.00355), (0.1,
    0.00354), (0.1, NAN), (NAN, 0.1), (0.1, 0.0), (0.1, 1e-12), (0.0, 0.0),
             (0.0004, 0.002), (0.999, 0.01), (1, 0.5), (1234.5, 203), (-0.02, 0.005), (-0.02, 0.02), (0.2, 0.1),
             (-1e-9, 0.5),
             (5e5, 3e4))  # fmt: skip


def _estimates(**settings):
    for name in NAMES:
        for mean, half in ESTIMATES:
            estimate = SimpleNamespace(mean=mean, half_width=half)
            yield f"{name} {mean} {half} {figures.write_estimate(name, estimate, **settings)}"


def figure_name(name):
    found = figures.figure(name)
    return found and found.name


def _figures():
    for name in NAMES:
        yield name, "\n".join(line_of(figures.write, name, value) for value in VALUES_OF)
        yield f"{name} beside limits", "\n".join(line_of(figures.write, name, *each) for each in LIMITS)
    yield "limits", "\n".join(line_of(figures.write_limit, name, limit) for name in NAMES for limit in (
        0, 1, 0.2, 0.9995, 1.234, 0.123456789, 0.1234567890123456, 12345.678, -0.5, 100))  # fmt: skip
    for settings in ({}, {"difference": True}, {"limit": 0.1}, {"limit": 1}, {"difference": True, "limit": 0.1}):
        yield f"estimates {settings}", "\n".join(_estimates(**settings))
    yield from lines_of((figures.decimals,), (0.00064, 0.21, 203, 0.96, 3.55, 3.549, 3.551, 1, 9.999, 0.0355))
    yield from lines_of(
        (figures.unit_of, figure_name, figures.label), ("response_p99", "goodput", "utilisation", "none")
    )
    verdicts = [
        (name, verdict) for name in (*NAMES, "offered", "customers") for verdict in ("more", "less", "equal", "")
    ]
    yield "verdicts", "\n".join(line_of(figures.better_or_worse, *each) for each in verdicts)
    yield "grouped", str({heading: [each.name for each in its] for heading, its in figures.grouped().items()})
    yield "groups", str(figures.groups({"response_p99": 1, "response_p90": 2, "goodput": 3, "cost": 4, "rejected": 5}))
    for where in ("run", "service", "channel", "partition", "phase"):
        for words in (None, (), ("log",), ("breaker", "queue")):
            yield f"figures of {where} {words}", str([each.name for each in figures.figures(where, words)])
            yield f"headlines of {where} {words}", str(figures.headlines(where, words))


# Times.

TIMES = (
    "2ms", 0, {"uniform": ["1ms", "3ms"]}, {"uniform": [1, 1]}, {"uniform": [0, 0]}, {"exponential": "20ms"},
    {"erlang": {"k": 3, "mean": 2}}, {"erlang": {"k": 1, "mean": 2}}, {"hyperexponential": {"mean": 1, "cv": 2}},
    {"hyperexponential": {"mean": 1, "cv": 1}}, {"lognormal": {"mean": 1, "cv": 0.5}}, {"weibull": {"mean": 1,
    "shape": 2}},
    {"weibull": {"mean": 1, "shape": 0.5}}, {"pareto": {"mean": 1, "shape": 3}}, {"pareto": {"mean": 1, "shape": 2}},
    {"pareto": {"mean": 1, "shape": 1.5}}, {"triangular": [1, 2, 4]}, {"triangular": [1, 1, 2]}, {"triangular": [1, 2,
    2]},
    {"choice": [[0.5, 1], [0.25, 3], [0.25, 2], [0, 9]]}, {"choice": [[1, 0]]}, {"empirical": [4, 1, 2]},
    {"empirical": [3]},
    {"empirical": [0, 0]}, {"empirical": [2, 2, 2]},
)  # fmt: skip
CHANCES = (
    0,
    1e-12,
    0.0249,
    0.025,
    0.075,
    0.25,
    1 / 3,
    0.5,
    0.75,
    0.8944271909999159,
    0.925,
    0.975,
    0.999,
    1 - 2.0**-53,
    1,
)
TAIL = (1e-300, 1e-100, 1e-20, 1e-12, 1e-5, 0.001, 0.01, 0.03, 0.06, 0.075)
CENTRE = (0.1, 0.15, 0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.8, 0.9)
DRAWS = (0, 0.1, 0.25, 0.5, 0.75, 0.8944271909999159, 0.9, 1 - 2.0**-53)


def _drawn(written):
    found = Distribution.read(written)
    uniforms = np.array([DRAWS] * max(1, found.draws))
    with np.errstate(all="ignore"):
        times = found.transform(uniforms)
        quantiles = [found.quantile(chance) for chance in CHANCES[:-1] if chance or not _is_phased(found)]
        last = 0 if _is_phased(found) else found.quantile(1)
    return _short(found.mean, found.cv, found.longest, found.is_constant, *times, *quantiles, last)


def _short(*numbers):
    return " ".join(f"{each + 0.0:.8g}" for each in numbers)


def _is_phased(distribution):
    return distribution.kind in ("erlang", "hyperexponential")


def _times():
    for written in TIMES:
        yield str(written), _drawn(written)
    wrong = (
        "fast",
        {"uniform": [2, 1]},
        {"expo": 1},
        5j,
        [1],
        None,
        {"rows": "a.csv", "column": "x"},
        {"empirical": "none"},
    )
    yield from lines_of((Distribution.read,), wrong)
    for kind in ("erlang", "hyperexponential"):
        found = Distribution.read({kind: {"mean": 1, **({"k": 2} if kind == "erlang" else {"cv": 2})}})
        yield kind, _short(*found.quantile([0, 0.5, 1]), found.quantile(0.5))
    yield "normal", _short(*normal_quantile(np.array([0, *TAIL, *CENTRE, *(1 - each for each in TAIL[3:]), 1])))
    steady, paced, crowd = Poisson(rate=5), Metronome(rate=5), Burst(count=3, at=2)
    hill = Profile(points=[[0, 1], [2, 5], [2, 1], [4, 3]], load=2)
    ways = (steady, paced, hill, Closed(users=2, think=1), Profile(points=[[0, 1]], gaps="constant"))
    for one in ways:
        yield f"{one} becomes", "\n".join(str(one.why_not(other)) for other in ways)
        yield f"{one} brings", f"{one.mean_rate(4)} {one.mean_rate(3)} {one.rates} {one.customers_per_second}"
    yield "expected", str([each.expected(duration) for each in (steady, hill, crowd) for duration in (1, 2, 3, 9)])


VALUES = {"quantities": _quantities, "how figures are written": _figures, "times drawn": _times}
