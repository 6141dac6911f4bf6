"""When requests come, and about whom they are."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from .distributions import AnyDistribution
from .errors import refuse
from .part import Tagged, Text, one_of
from .units import AtLeastOne, Number, Rate, Time

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


class Profile(Tagged):
    """Poisson arrivals whose rate changes: straight lines between points (time, rate).

    The first time is 0, the last rate holds on, two points at one time make a jump.
    """

    kind: Literal["profile"] = "profile"
    points: Annotated[tuple[tuple[Time, Rate], ...], Field(min_length=1)]

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
    """Real arrivals from a file: seconds in `column`, keys in `key`, times multiplied by `scale`."""

    short: ClassVar[str] = "file"
    beside: ClassVar[bool] = True
    kind: Literal["csv"] = "csv"
    file: Text
    column: Text = "timestamp"
    key: Text | None = None
    scale: Annotated[Number, Field(gt=0)] = 1.0


class Closed(Tagged):
    """A fixed number of users, each of whom thinks between an answer and the next request."""

    kind: Literal["closed"] = "closed"
    users: AtLeastOne
    think: AnyDistribution


Arrivals = one_of("a way to arrive", Poisson, Constant, Burst, Profile, Csv, Closed)


class UniformKeys(Tagged):
    """Each of the keys 0 ... keys - 1 as likely."""

    kind: Literal["uniform"] = "uniform"
    keys: AtLeastOne


class ZipfKeys(Tagged):
    """The key of rank r (1, 2, ... keys) with probability proportional to r^-s: few keys are very busy."""

    short: ClassVar[str] = "keys"
    kind: Literal["zipf"] = "zipf"
    keys: AtLeastOne
    s: Annotated[Number, Field(gt=0)] = 1.0


Key = one_of("a distribution of keys", UniformKeys, ZipfKeys)
