"""How long something takes: times drawn from a distribution, in seconds.

A distribution has a `mean`, a `cv` (standard deviation divided by mean, infinite where it is), a
`quantile(p)`, and turns uniform numbers into times: `transform(u)` takes an array of shape (draws, n) of
uniforms in [0, 1) and returns n times. One value needs `draws` uniforms. Nothing here holds a random state,
so the same uniforms give the same times.
"""

import math
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr, TypeAdapter, ValidationError, WithJsonSchema, model_validator

from evsim.counting import digits

from . import units
from .errors import ScenarioError, explain, refuse
from .normal import normal_quantile
from .part import Tagged, Text, one_of
from .time_files import read_row_times, read_times
from .units import Number, PositiveTime, Share, Time, up_to

MOST_MEANS = 53 * math.log(2) + 1e-9  # of an exponential time: the largest uniform number is 1 - 2**-53


class Distribution(Tagged):
    """A distribution of times."""

    draws: ClassVar[int] = 1
    is_constant: ClassVar[bool] = False
    by_row: ClassVar[bool] = False  # whether each request has a time of its own, whatever the luck
    file: ClassVar[str | None] = None  # where they are read from
    longest: ClassVar[float] = math.inf  # no time is longer

    @staticmethod
    def read(written):
        """The distribution that is written as "2ms", {"exponential": "20ms"}, ..."""
        try:
            return _reader().validate_python(written)
        except ValidationError as error:
            raise ScenarioError(explain(error, written, AnyDistribution)) from None

    def _quantile(self, p):
        raise NotImplementedError

    def transform(self, u):
        """The times that the uniforms `u` stand for."""
        return self._quantile(u[0])

    def quantile(self, p):
        """The time not exceeded with probability `p` (one number, or an array of them)."""
        times = self._quantile(np.asarray(p, dtype=float))
        return float(times) if np.ndim(times) == 0 else times


@lru_cache
def _reader():
    return TypeAdapter(AnyDistribution)


class Constant(Distribution):
    """Always the same time."""

    draws: ClassVar[int] = 0
    is_constant: ClassVar[bool] = True
    kind: Literal["constant"] = "constant"
    value: Annotated[Time, Field(description="the time, always the same")]

    mean = property(lambda self: self.value)
    longest = property(lambda self: self.value)
    cv = property(lambda self: 0.0)

    def transform(self, u):
        return np.full(np.shape(u)[1], self.value)

    def _quantile(self, p):
        return np.full_like(p, self.value)

    def pack(self, settings):
        return settings["value"]

    @classmethod
    def describe(cls, settings):
        time = settings["properties"]["value"]
        return {"title": "Constant", "anyOf": [time, super().describe(settings)]}


class Uniform(Distribution):
    """Any time between `low` and `high`, all as likely."""

    listed: ClassVar[bool] = True
    kind: Literal["uniform"] = "uniform"
    low: Annotated[Time, Field(description="the shortest time")]
    high: Annotated[Time, Field(description="the longest time")]

    mean = property(lambda self: (self.low + self.high) / 2)
    longest = property(lambda self: self.high)
    cv = property(lambda self: _cv((self.high - self.low) / math.sqrt(12), self.mean))

    @model_validator(mode="after")
    def _ordered(self):
        if self.low > self.high:
            raise refuse("must be a list [low, high] with low not above high")
        return self

    def _quantile(self, p):
        return self.low + (self.high - self.low) * p


class Exponential(Distribution):
    """Without memory: what is still to come does not depend on what has passed."""

    kind: Literal["exponential"] = "exponential"
    mean: Annotated[PositiveTime, Field(description="the mean time")]

    longest = property(lambda self: self.mean * MOST_MEANS)
    cv = property(lambda self: 1.0)

    def _quantile(self, p):
        return -self.mean * np.log1p(-p)


class Erlang(Distribution):
    """The sum of `k` exponential phases: steadier than one, cv = 1 / sqrt(k)."""

    kind: Literal["erlang"] = "erlang"
    k: Annotated[up_to(1000), Field(description="how many phases")]
    mean: Annotated[PositiveTime, Field(description="the mean time of all phases together")]

    draws = property(lambda self: self.k)
    longest = property(lambda self: self.mean * MOST_MEANS)
    cv = property(lambda self: 1 / math.sqrt(self.k))

    def transform(self, u):
        return -self.mean / self.k * np.log1p(-u).sum(axis=0)

    def quantile(self, p):
        def below(time):
            phases = np.arange(self.k)
            x = self.k * time / self.mean
            logs = phases * math.log(x) - x - np.array([math.lgamma(n + 1) for n in phases])
            return 1 - np.exp(logs).sum()

        return _invert(below, p, self.mean)


class Hyperexponential(Distribution):
    """Mostly short and at times long: one of two exponential phases with balanced means, cv 1 or more."""

    kind: Literal["hyperexponential"] = "hyperexponential"
    mean: Annotated[PositiveTime, Field(description="the mean time")]
    cv: Annotated[
        Number, Field(ge=1, le=1000), Field(description="the coefficient of variation: standard deviation by mean")
    ]

    @property
    def phases(self):
        """((probability, mean) of the short phase, the same of the long one)."""
        square = self.cv**2
        short = (1 + math.sqrt((square - 1) / (square + 1))) / 2
        return (short, self.mean / (2 * short)), (1 - short, self.mean / (2 * (1 - short)))

    def transform(self, u):
        (share, short), (_, long) = self.phases
        u = u[0]  # which phase, and what is left of the uniform is one again
        in_phase = np.where(u < share, u / share, (u - share) / (1 - share))
        return np.where(u < share, short, long) * -np.log1p(-np.minimum(in_phase, 1 - 2.0**-53))

    def quantile(self, p):
        def below(time):
            return 1 - sum(share * math.exp(-time / mean) for share, mean in self.phases)

        return _invert(below, p, self.mean)


class Lognormal(Distribution):
    """The exponential of a normal value: one long right tail, as service times often have."""

    kind: Literal["lognormal"] = "lognormal"
    mean: Annotated[PositiveTime, Field(description="the mean time")]
    cv: Annotated[
        Number, Field(gt=0, le=1000), Field(description="the coefficient of variation: standard deviation by mean")
    ]

    def _quantile(self, p):
        variance = math.log1p(self.cv**2)
        return np.exp(math.log(self.mean) - variance / 2 + math.sqrt(variance) * normal_quantile(p))


class Weibull(Distribution):
    """Failure times: wears out when `shape` is above 1, exponential at 1, early failures below 1."""

    kind: Literal["weibull"] = "weibull"
    mean: Annotated[PositiveTime, Field(description="the mean time")]
    shape: Annotated[
        Number,
        Field(ge=0.1, le=1000),
        Field(description="below 1 more long times than of an exponential distribution, above 1 fewer"),
    ]

    @property
    def cv(self):
        return math.sqrt(math.gamma(1 + 2 / self.shape) / math.gamma(1 + 1 / self.shape) ** 2 - 1)

    def _quantile(self, p):
        return self.mean / math.gamma(1 + 1 / self.shape) * (-np.log1p(-p)) ** (1 / self.shape)


class Pareto(Distribution):
    """A heavy tail, P(time > t) = (shortest / t)^shape: at `shape` 2 or less its variance is infinite."""

    kind: Literal["pareto"] = "pareto"
    mean: Annotated[PositiveTime, Field(description="the mean time")]
    shape: Annotated[
        Number,
        Field(gt=1, le=1000),
        Field(description="the smaller, the heavier the tail; 2 or less: the variance is infinite"),
    ]

    @property
    def cv(self):
        return 1 / math.sqrt(self.shape * (self.shape - 2)) if self.shape > 2 else math.inf

    def _quantile(self, p):
        shortest = self.mean * (self.shape - 1) / self.shape
        with np.errstate(divide="ignore"):
            return shortest * np.power(1 - p, -1 / self.shape)


class Triangular(Distribution):
    """Between `low` and `high`, most likely near `mode`: a guess by an expert."""

    listed: ClassVar[bool] = True
    kind: Literal["triangular"] = "triangular"
    low: Annotated[Time, Field(description="the shortest time")]
    mode: Annotated[Time, Field(description="the most frequent time")]
    high: Annotated[Time, Field(description="the longest time")]

    mean = property(lambda self: (self.low + self.mode + self.high) / 3)

    @model_validator(mode="after")
    def _ordered(self):
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise refuse("must be a list [low, mode, high] in rising order")
        return self

    @property
    def cv(self):
        a, m, b = self.low, self.mode, self.high
        return _cv(math.sqrt((a * a + m * m + b * b - a * m - a * b - m * b) / 18), self.mean)

    def _quantile(self, p):
        a, m, b = self.low, self.mode, self.high
        rising = p < (m - a) / (b - a)
        return np.where(rising, a + np.sqrt(p * (b - a) * (m - a)), b - np.sqrt((1 - p) * (b - a) * (b - m)))


class Choice(Distribution):
    """One of a few times, each with its probability: [[0.99, 1ms], [0.01, 100ms]]."""

    kind: Literal["choice"] = "choice"
    options: Annotated[
        tuple[tuple[Share, Time], ...], Field(min_length=1), Field(description="pairs of a probability and a time")
    ]

    mean = property(lambda self: sum(share * time for share, time in self.options))

    @model_validator(mode="after")
    def _complete(self):
        total = sum(share for share, _ in self.options)
        if abs(total - 1) > 1e-9:
            raise refuse(f"the probabilities must sum to 1, these sum to {digits(total)}")
        return self

    @property
    def cv(self):
        return _cv(math.sqrt(sum(share * (time - self.mean) ** 2 for share, time in self.options)), self.mean)

    def transform(self, u):
        return self._at(u[0], "right")

    def _quantile(self, p):
        return self._at(p, "left")

    def _at(self, p, side):
        shares, times = map(np.array, zip(*self.options))
        order = np.argsort(times, kind="stable")
        ends = np.cumsum(shares[order])
        last = np.flatnonzero(shares[order])[-1]
        return times[order][np.minimum(np.searchsorted(ends, p, side=side), last)]


class Empirical(Distribution):
    """Measured times: a list, or a file with one time a line (a first line that is none is a header).

    Between the sorted times it is interpolated linearly. A file is read, as a whole, when the scenario is.
    """

    kind: Literal["empirical"] = "empirical"
    source: Annotated[
        Text | tuple[Time, ...],
        Field(union_mode="left_to_right"),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1}]}),
        BeforeValidator(lambda source: list(map(units.time, source)) if isinstance(source, list | tuple) else source),
        Field(description="the times, or the file that has them"),
    ]

    _folder: Path | None = PrivateAttr(None)
    _times: np.ndarray | None = PrivateAttr(None)

    file = property(lambda self: self.source if isinstance(self.source, str) else None)  # type: ignore[assignment]

    @model_validator(mode="after")
    def _remember_folder(self, info):
        if not self.source:
            raise refuse("needs at least one time")
        if info.context:
            self._folder = info.context["folder"]
        return self

    @property
    def times(self):
        """The sorted times."""
        if self.remembered["_times"] is None:
            times = self.source if self.file is None else read_times((self._folder or Path()) / self.file, self.file)
            self._times = np.sort(np.array(times))
            self._times.flags.writeable = False
        return self.remembered["_times"]

    @property
    def mean(self):
        low, high = self._segments()
        return float(np.mean((low + high) / 2))

    @property
    def cv(self):
        low, high = (ends - self.mean for ends in self._segments())
        return _cv(math.sqrt(float(np.mean((low * low + low * high + high * high) / 3))), self.mean)

    def _segments(self):
        return (self.times[:-1], self.times[1:]) if len(self.times) > 1 else (self.times, self.times)

    def _quantile(self, p):
        place = p * (len(self.times) - 1)
        index = np.floor(place).astype(int)
        above = np.minimum(index + 1, len(self.times) - 1)
        return self.times[index] + (self.times[above] - self.times[index]) * (place - index)


class Rows(Distribution):
    """The times of requests in a file with a row a request, as that of their arrivals: request n takes that of row n.

    A number is in the `unit`. What is tried again takes as long again; after the last row the first one follows.
    """

    short: ClassVar[str] = "source"
    beside: ClassVar[bool] = True
    by_row: ClassVar[bool] = True
    draws: ClassVar[int] = 0
    kind: Literal["rows"] = "rows"
    source: Annotated[Text, Field(description="the file, relative to the scenario's folder")]
    column: Annotated[Text, Field(description="the column of the times")]
    unit: Annotated[
        Literal["s", "ms", "us", "ns"], Field(description="the unit of times that are written as numbers")
    ] = "s"

    _folder: Path | None = PrivateAttr(None)

    file = property(lambda self: self.source)  # type: ignore[assignment]
    mean = property(lambda self: float(self.times.mean()))
    cv = property(lambda self: _cv(float(self.times.std()), self.mean))

    @model_validator(mode="after")
    def _remember_folder(self, info):
        if info.context:
            self._folder = info.context["folder"]
        return self

    @property
    def times(self):
        """The times, in the order of the rows."""
        return read_row_times((self._folder or Path()) / self.source, self.source, self.column, self.unit)

    def of_requests(self, numbers):
        """The times of requests with these numbers."""
        times = self.times
        return times[np.asarray(numbers) % len(times)]

    def _quantile(self, p):
        times = np.sort(self.times)
        return times[np.minimum((p * len(times)).astype(int), len(times) - 1)]


def _cv(deviation, mean):
    return deviation / mean if mean else 0.0


def _invert(below, p, mean):
    """Where `below`, a distribution function, reaches `p`: by bisection to the last bit."""
    if np.ndim(p):
        return np.array([_invert(below, each, mean) for each in p])
    if p <= 0 or p >= 1:
        return 0.0 if p <= 0 else math.inf
    low, high = 0.0, mean
    while below(high) < p:
        high *= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if below(middle) < p else (low, middle)
    return high


AnyDistribution = one_of(
    "a time or a distribution",
    Constant,
    Uniform,
    Exponential,
    Erlang,
    Hyperexponential,
    Lognormal,
    Weibull,
    Pareto,
    Triangular,
    Choice,
    Empirical,
    Rows,
    bare="constant",
)
