"""What a person writes of several messages, or calls, at one step: how many there are."""

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from evsim.scenario.errors import refuse
from evsim.scenario.part import FrozenDict, Tagged, one_of
from evsim.scenario.publish_setting import PublishSetting
from evsim.scenario.units import Share, up_to

__all__ = ["MOST", "SETTINGS", "FixedItems", "SharedItems", "UniformItems"]

MOST = 100  # messages of one step
Count = up_to(MOST, least=0)


class _Items(Tagged, PublishSetting):
    """How many messages a step sends, or calls it makes, each time it is taken; they have the request in common."""

    multiplies: ClassVar[bool] = True

    @property
    def _shares(self):
        """(number, share of the cases) of each number there may be, the smallest first."""
        raise NotImplementedError

    def numbers(self, chances):
        """How many there are, for numbers in [0, 1)."""
        counts, shares = zip(*self._shares, strict=True)
        return np.array(counts)[np.searchsorted(np.cumsum(shares)[:-1], chances, side="right")]

    @property
    def fewest(self):
        return min(count for count, _ in self._shares)

    @property
    def most(self):
        return max(count for count, _ in self._shares)

    @property
    def mean(self):
        return sum(count * share for count, share in self._shares)

    @property
    def some(self):
        """How often there are any."""
        return sum(share for count, share in self._shares if count)

    def rounds(self, at_once):
        """How many one after another, on average, where so many are made at a time."""
        return sum(math.ceil(count / min(at_once, MOST)) * share for count, share in self._shares)


class FixedItems(_Items):
    """Always so many."""

    kind: Literal["fixed"] = "fixed"
    count: Annotated[up_to(MOST), Field(description="how many messages or calls there are")]

    @property
    def _shares(self):
        return [(self.count, 1.0)]

    def pack(self, settings):
        return settings["count"]

    @classmethod
    def describe(cls, settings):
        count = settings["properties"]["count"]
        return {"title": cls.__name__, "anyOf": [count, super().describe(settings)]}


class UniformItems(_Items):
    """Any number from `low` to `high`, all as likely, as `{uniform: [1, 5]}`."""

    listed: ClassVar[bool] = True
    kind: Literal["uniform"] = "uniform"
    low: Annotated[Count, Field(description="the fewest there may be")]
    high: Annotated[up_to(MOST), Field(description="the most there may be")]

    _shares = property(
        lambda self: [(count, 1 / (self.high - self.low + 1)) for count in range(self.low, self.high + 1)]
    )

    @model_validator(mode="after")
    def _ordered(self):
        if self.low > self.high:
            raise refuse("must be a list [low, high] with low not above high")
        return self


def _all_shares(shares):
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise refuse("must be shares that add up to 1 (or 100%)", "as in {1: 70%, 3: 30%}")
    return FrozenDict(sorted(shares.items()))


class SharedItems(_Items):
    """Each number in its share of the cases, as `{shares: {1: 70%, 3: 30%}}`."""

    kind: Literal["shares"] = "shares"
    shares: Annotated[
        dict[Count, Share],
        AfterValidator(_all_shares),
        Field(min_length=1, description="how often there are so many"),
    ]

    @property
    def _shares(self):
        return list(self.shares.items())


SETTINGS = one_of("a number of items", FixedItems, UniformItems, SharedItems, bare="fixed")
