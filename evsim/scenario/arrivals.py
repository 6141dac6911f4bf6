"""When requests come, and about whom they are."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, model_validator

from .distributions import AnyDistribution
from .errors import refuse
from .part import Tagged, Text, one_of
from .units import AtLeastOne, Number, Rate, Time, up_to

PositiveRate = Annotated[Rate, Field(gt=0)]


class Poisson(Tagged):
    """Independent customers: exponential times between arrivals."""

    kind: Literal["poisson"] = "poisson"
    rate: PositiveRate


class Constant(Tagged):
    """As a metronome: equal times between arrivals."""

    kind: Literal["constant"] = "constant"
    rate: PositiveRate


class Burst(Tagged):
    """So many at one moment, `at`: a crowd at a door, or the lines of a file."""

    short: ClassVar[str] = "count"
    kind: Literal["burst"] = "burst"
    count: AtLeastOne
    at: Time = 0.0


class Fixed(Tagged):
    """Always so many."""

    kind: Literal["fixed"] = "fixed"
    count: up_to(1_000_000)

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
    mean: Annotated[Number, Field(ge=1, le=1_000_000)]


class Batch(Tagged):
    """Batches at random moments, `rate` of them a second: a coach arrives, and `size` customers come in together.

    The size is a number, or `{geometric: 5}`: 5 on average.
    """

    kind: Literal["batch"] = "batch"
    rate: PositiveRate
    size: one_of("the size of a batch", Fixed, Geometric, bare="fixed")


class Profile(Tagged):
    """Arrivals whose rate changes: straight lines between points (time, rate), as `[[0s, 5/s], [1 min, 20/s]]`.

    The first time is 0, the last rate holds on, two points at one time make a jump. The customers are independent
    (`gaps: poisson`), or come one after the other at the rate (`gaps: constant`).
    """

    short: ClassVar[str] = "points"
    kind: Literal["profile"] = "profile"
    points: Annotated[tuple[tuple[Time, Rate], ...], Field(min_length=1)]
    gaps: Literal["poisson", "constant"] = "poisson"

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


class Csv(Tagged):
    """Real arrivals from a file: times in `column`, keys in `key`, times multiplied by `scale`.

    A time is ISO 8601 (UTC where it names no zone), or a number of seconds, or of what `unit` says. A file that is not
    in the order of its times is refused, or sorted (`sort: true`).
    """

    short: ClassVar[str] = "file"
    beside: ClassVar[bool] = True
    kind: Literal["csv"] = "csv"
    file: Text
    column: Text = "timestamp"
    key: Text | None = None
    scale: Annotated[Number, Field(gt=0)] = 1.0
    unit: Literal["s", "ms", "us", "ns"] = "s"
    sort: StrictBool = False


class Closed(Tagged):
    """A fixed number of users, each of whom thinks between an answer and the next request."""

    kind: Literal["closed"] = "closed"
    users: up_to(1_000_000)
    think: AnyDistribution


Arrivals = one_of("a way to arrive", Poisson, Constant, Burst, Batch, Profile, Csv, Closed)


class UniformKeys(Tagged):
    """Each of the keys 0 ... keys - 1 as likely."""

    kind: Literal["uniform"] = "uniform"
    keys: AtLeastOne


class ZipfKeys(Tagged):
    """The key of rank r (1, 2, ... keys) with probability proportional to r^-s: few keys are very busy."""

    short: ClassVar[str] = "keys"
    kind: Literal["zipf"] = "zipf"
    keys: up_to(1_000_000)
    s: Annotated[Number, Field(gt=0)] = 1.0


Key = one_of("a distribution of keys", UniformKeys, ZipfKeys)
