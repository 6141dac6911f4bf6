"""When requests come, and about whom they are."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StrictBool, model_validator

from .distributions import AnyDistribution
from .errors import refuse
from .part import Tagged, Text, one_of
from .units import AtLeastOne, Number, Rate, Time, up_to

PositiveRate = Annotated[Rate, Field(gt=0)]


class AnyArrivals(Tagged):
    """What every way to arrive says of itself."""

    steady: ClassVar[bool] = False  # whether they come one by one at a rate that never changes
    at_random: ClassVar[bool] = False  # whether they come at random moments, each without regard to the others
    at_once: ClassVar[bool] = False  # whether all come at one moment
    in_groups: ClassVar[bool] = False  # whether several come together
    is_closed: ClassVar[bool] = False  # whether who has an answer comes again
    from_file: ClassVar[bool] = False  # whether a file says when
    stream: ClassVar[Any] = None  # what luck they have: of two with the same, one may become the other
    rates: ClassVar[tuple] = ()  # (time, rate) of each point between which the rate is on a straight line

    def why_not(self, other):
        if self.stream is None or self.stream != other.stream:
            return f"{self.kind} arrivals cannot become {other.kind} ones while the system runs, only more or fewer"
        return None

    @property
    def customers_per_second(self):
        """As long as the run takes; None where that changes, or nobody knows before."""
        return None

    def mean_rate(self, duration):
        """Customers a second, over a run of so many seconds; 0 where nobody knows before."""
        return self.customers_per_second or 0.0

    def expected(self, duration):
        """How many customers come within so many seconds."""
        return self.customers_per_second * duration


class Poisson(AnyArrivals):
    """Independent customers: exponential times between arrivals."""

    steady: ClassVar[bool] = True
    at_random: ClassVar[bool] = True
    kind: Literal["poisson"] = "poisson"
    rate: Annotated[PositiveRate, Field(description="customers a second, on average")]

    stream: ClassVar[Any] = "poisson"
    rates = property(lambda self: ((0.0, self.rate),))  # type: ignore[assignment]
    customers_per_second = property(lambda self: self.rate)


class Metronome(AnyArrivals):
    """As a metronome: equal times between arrivals."""

    steady: ClassVar[bool] = True
    kind: Literal["constant"] = "constant"
    rate: Annotated[PositiveRate, Field(description="customers a second")]

    stream: ClassVar[Any] = "constant"
    rates = property(lambda self: ((0.0, self.rate),))  # type: ignore[assignment]
    customers_per_second = property(lambda self: self.rate)


class Burst(AnyArrivals):
    """So many at one moment, `at`: a crowd at a door, or the lines of a file."""

    short: ClassVar[str] = "count"
    at_once: ClassVar[bool] = True
    kind: Literal["burst"] = "burst"
    count: Annotated[AtLeastOne, Field(description="how many come at once")]
    at: Annotated[Time, Field(description="when they come")] = 0.0

    def expected(self, duration):
        return self.count if self.at < duration else 0


class Fixed(Tagged):
    """Always so many."""

    kind: Literal["fixed"] = "fixed"
    count: Annotated[up_to(1_000_000), Field(description="how many")]

    mean = property(lambda self: self.count)

    def pack(self, settings):
        return settings["count"]

    @classmethod
    def describe(cls, settings):
        count = settings["properties"]["count"]
        return {"title": "Fixed", "anyOf": [count, super().describe(settings)]}


class Geometric(Tagged):
    """One, and another one as long as a coin says so: `mean` of them on average."""

    kind: Literal["geometric"] = "geometric"
    mean: Annotated[Number, Field(ge=1, le=1_000_000), Field(description="how many, on average")]


class Batch(AnyArrivals):
    """Batches at random moments, `rate` of them a second: a coach arrives, and `size` customers come in together.

    The size is a number, or `{geometric: 5}`: 5 on average.
    """

    kind: Literal["batch"] = "batch"
    rate: Annotated[PositiveRate, Field(description="batches a second, on average")]
    size: Annotated[
        one_of("the size of a batch", Fixed, Geometric, bare="fixed"),
        Field(description="how many customers are in a batch"),
    ]

    at_random = property(lambda self: not self.in_groups)  # type: ignore[assignment]
    in_groups = property(lambda self: self.size.mean > 1)  # type: ignore[assignment]
    stream = property(lambda self: ("batch", self.size))  # type: ignore[assignment]
    rates = property(lambda self: ((0.0, self.rate),))  # type: ignore[assignment]
    customers_per_second = property(lambda self: self.rate * self.size.mean)


class Profile(AnyArrivals):
    """Arrivals whose rate changes: straight lines between points (time, rate), as `[[0s, 5/s], [1 min, 20/s]]`.

    The first time is 0, the last rate holds on, two points at one time make a jump. The customers are independent
    (`gaps: poisson`), or come one after the other at the rate (`gaps: constant`). All rates are multiplied by `load`.
    """

    short: ClassVar[str] = "points"
    kind: Literal["profile"] = "profile"
    points: Annotated[
        tuple[tuple[Time, Rate], ...],
        Field(min_length=1),
        Field(description="pairs of a moment and the rate at that moment; in between, the rate is on a straight line"),
    ]
    gaps: Annotated[Literal["poisson", "constant"], Field(description="whether they come at random or evenly")] = (
        "poisson"
    )
    load: Annotated[Number, Field(gt=0, le=1000, description="so many times each rate")] = 1.0

    stream = property(lambda self: self.gaps)  # type: ignore[assignment]

    @property
    def rates(self):  # type: ignore[override]
        """(time, rate) of each point, with the load."""
        return tuple((time, rate * self.load) for time, rate in self.points)

    @model_validator(mode="after")
    def _ordered(self):
        times = [time for time, _ in self.points]
        if times[0] != 0:
            raise refuse("the first point must be at time 0")
        if times != sorted(times):
            raise refuse("the times of the points must not go back")
        if not any(rate for _, rate in self.points):
            raise refuse("one rate at least must be greater than 0")
        return self

    def expected(self, duration):
        rates = self.rates
        pairs = zip(rates, (*rates[1:], (duration, rates[-1][1])), strict=True)
        return sum(_area(before, after, duration) for before, after in pairs)

    def mean_rate(self, duration):
        return self.expected(duration) / duration


def _area(before, after, end):
    """Arrivals of a straight piece of a profile, from one (time, rate) to another, cut at the end of the run."""
    (start, rate), (stop, rate_after) = before, after
    if start >= end or stop <= start:
        return 0.0
    if stop > end:
        rate_after = rate + (rate_after - rate) * (end - start) / (stop - start)
    return (rate + rate_after) / 2 * (min(stop, end) - start)


class Csv(AnyArrivals):
    """Real arrivals from a file: times in `column`, keys in `key`, times multiplied by `scale`.

    A time is ISO 8601 (UTC where it names no zone), or a number of seconds, or of what `unit` says. A file that is not
    in the order of its times is refused, or sorted (`sort: true`).
    """

    short: ClassVar[str] = "file"
    beside: ClassVar[bool] = True
    from_file: ClassVar[bool] = True
    kind: Literal["csv"] = "csv"
    file: Annotated[Text, Field(description="the file, relative to the scenario's folder")]
    column: Annotated[Text, Field(description="the column of the times")] = "timestamp"
    key: Annotated[Text | None, Field(description="the column of the keys")] = None
    scale: Annotated[Number, Field(gt=0), Field(description="what the times are multiplied by")] = 1.0
    unit: Annotated[
        Literal["s", "ms", "us", "ns"], Field(description="the unit of times that are written as numbers")
    ] = "s"
    sort: Annotated[StrictBool, Field(description="whether times that are out of order are put in order")] = False


class Closed(AnyArrivals):
    """A fixed number of users, each of whom thinks between an answer and the next request."""

    is_closed: ClassVar[bool] = True
    kind: Literal["closed"] = "closed"
    users: Annotated[up_to(1_000_000), Field(description="how many users there are")]
    think: Annotated[AnyDistribution, Field(description="how long a user waits after an answer before asking again")]


Arrivals = one_of("a way to arrive", Poisson, Metronome, Burst, Batch, Profile, Csv, Closed)


class UniformKeys(Tagged):
    """Each of the keys 0 ... keys - 1 as likely."""

    kind: Literal["uniform"] = "uniform"
    keys: Annotated[AtLeastOne, Field(description="how many different keys there are, all as frequent")]


class ZipfKeys(Tagged):
    """The key of rank r (1, 2, ... keys) with probability proportional to r^-s: few keys are very busy."""

    short: ClassVar[str] = "keys"
    kind: Literal["zipf"] = "zipf"
    keys: Annotated[up_to(1_000_000), Field(description="how many different keys there are")]
    s: Annotated[
        Number, Field(gt=0), Field(description="the exponent: the larger, the more frequent the first keys")
    ] = 1.0


Key = one_of("a distribution of keys", UniformKeys, ZipfKeys)
