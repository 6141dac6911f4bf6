"""What a person writes of autoscaling."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool

from evsim.counting import count
from evsim.scenario.distributions import AnyDistribution, Constant
from evsim.scenario.errors import Problem
from evsim.scenario.part import Part
from evsim.scenario.presets import LikenedSetting
from evsim.scenario.units import Number, PositiveTime, Ratio, Share, Time, Whole, up_to

__all__ = ["SETTINGS", "AutoscaleSettings", "ScheduledNumber", "Pace"]

Instances = up_to(1_000)
Positive = Annotated[Number, Field(gt=0)]


class Pace(Part):
    """How fast the number may change: by so many `percent`, or by a `count`, `every` so often."""

    percent: Annotated[Number | None, Field(description="by how many percent of what there was")] = None
    count: Annotated[Whole | None, Field(description="by how many")] = None
    every: Annotated[PositiveTime, Field(description="within what time")]


class ScheduledNumber(Part):
    """From a time on there should be so many instances."""

    at: Annotated[Time, Field(description="from when on")]
    instances: Annotated[Instances, Field(description="how many there should be")]  # type: ignore[valid-type]


class AutoscaleSettings(LikenedSetting):
    """Every so often a rule decides how many instances there should be, from `least` to `most`.

    What is measured is divided by the `target` of one instance: the `lag` of the channels that it reads, the `length`
    of its inbox, the `concurrency` (what waits and is in work), or the `utilisation` of its workers. Or there is a
    `schedule`. A new instance works after its `start`. The rule is `proportional` (Kubernetes, KEDA) or `panic`
    (Knative).
    """

    may_change: ClassVar = ("target", "least", "most", "tolerance", "window", "down_after", "up", "down", "schedule")
    word: ClassVar[str] = "autoscale"
    plain: ClassVar[dict] = {
        "start": Constant.model_construct(value=0.0), "every": 15.0, "rule": "proportional", "tolerance": 0.1,
        "window": 0.0, "down_after": 0.0, "up": (), "down": (), "panic_window": 6.0, "panic_threshold": 2.0,
        "rate_up": 1000.0, "rate_down": 2.0, "least": 1, "most": 10, "idle_consumers": True, "in_flight": True,
        "polling_interval": None,
    }  # fmt: skip

    by: Annotated[
        Literal["lag", "length", "concurrency", "utilisation", "schedule"] | None, Field(description="what decides")
    ] = None
    target: Annotated[
        Annotated[Ratio, Field(gt=0)] | None, Field(description="how much of it one instance should have")
    ] = None
    least: Annotated[Whole | None, Field(description="how many there are at least; by default 1")] = None
    most: Annotated[Instances | None, Field(description="how many there may be; by default 10")] = None
    start: Annotated[AnyDistribution | None, Field(description="how long an instance takes to start")] = None
    every: Annotated[PositiveTime | None, Field(description="how often it is decided; by default each 15s")] = None
    rule: Annotated[Literal["proportional", "panic"] | None, Field(description="how it is decided")] = None
    tolerance: Annotated[Share | None, Field(description="how far off the target nothing is done; by default 10%")] = (
        None
    )
    window: Annotated[Time | None, Field(description="over what time it is averaged; by default what is now")] = None
    down_after: Annotated[
        Time | None, Field(description="within what time the largest number wanted counts for going down")
    ] = None
    up: Annotated[tuple[Pace, ...] | None, Field(description="how fast it may grow; by default at once")] = None
    down: Annotated[tuple[Pace, ...] | None, Field(description="how fast it may shrink; by default at once")] = None
    panic_window: Annotated[PositiveTime | None, Field(description="the short window of `panic`; by default 6s")] = None
    panic_threshold: Annotated[
        Positive | None, Field(description="how many times too few instances make it panic; by default 2")
    ] = None
    rate_up: Annotated[Positive | None, Field(description="how many times as many there may be at once")] = None
    rate_down: Annotated[Positive | None, Field(description="how many times fewer there may be at once")] = None
    idle_consumers: Annotated[
        StrictBool | None, Field(description="whether a log may have more consumers than partitions; by default yes")
    ] = None
    in_flight: Annotated[
        StrictBool | None, Field(description="whether messages in work count for the lag; by default they do")
    ] = None
    polling_interval: Annotated[
        PositiveTime | None,
        Field(description="how often it is looked, while nobody is there, whether anything waits; by default at once"),
    ] = None
    schedule: Annotated[tuple[ScheduledNumber, ...], Field(description="how many there should be, from when on")] = ()

    @property
    def may_be_balanced(self):  # type: ignore[override]
        """A balancer needs somebody to send to."""
        return self.complete.least > 0

    @property
    def fetches(self):  # type: ignore[override]
        """Where nobody stays, somebody else must have the message for which one is called up."""
        return self.complete.least > 0

    @property
    def most_instances(self):  # type: ignore[override]
        return self.complete.most

    def problems(self, path, service):
        full = self.complete
        if service.instances > 1:
            rule, hint = "the number of instances is not fixed", "leave out instances; see least and most"
            yield Problem((*path[:-1], "instances"), rule, service.instances, hint=hint)
        if service.function is not None:
            yield Problem(path, "a function has its own way to start instances", hint="leave out autoscale or function")
        if full.least > full.most:
            yield Problem(
                (*path, "least"), f"there may be {count(full.most, 'instance')}", full.least, hint="raise most"
            )
        if full.by is None:
            yield Problem(
                (*path, "by"), "is needed", hint="write by: lag, length, concurrency, utilisation or schedule"
            )
        elif full.by == "schedule":
            if not self.schedule:
                yield Problem((*path, "schedule"), "is needed", hint="write schedule: [{at: 60s, instances: 5}]")
        elif full.target is None:
            yield Problem((*path, "target"), "is needed", hint=f"write how much {full.by} one instance should have")
        if full.by == "lag" and not service.subscribe:
            yield Problem((*path, "by"), "reads no channel, so it has no lag", hint="write by: length")


SETTINGS = AutoscaleSettings
