"""What a person writes of prices."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool

from evsim.scenario.errors import Problem
from evsim.scenario.part import Part, Text
from evsim.scenario.presets import LikenedSetting
from evsim.scenario.units import Number, PositiveTime, Size, up_to

__all__ = ["SETTINGS", "PriceSettings", "Tier"]


class Tier(Part):
    """Another `gb_second` price for what is `beyond` so many GB-seconds a month."""

    beyond: Annotated[up_to(10**15), Field(description="from how many GB-seconds a month on")]  # type: ignore[valid-type]
    gb_second: Annotated[Number, Field(description="the price of one of them")]


class PriceSettings(LikenedSetting):
    """Prices of one service, in one `currency`.

    By use: for a million `requests`, and for each `gb_second` of work, whose times are rounded up to the `step`. By
    presence: for each `hour` of an instance, or for the `vcpu_hour` and the `gb_hour` of what it has.
    """

    word: ClassVar[str] = "price"
    plain: ClassVar[dict] = {
        "requests": 0.0, "gb_second": 0.0, "tiers": (), "step": 0.001, "init": True, "provisioned_gb_second": 0.0,
        "provisioned_work": 0.0, "free_requests": 0, "free_gb_seconds": 0, "hour": 0.0, "vcpu_hour": 0.0,
        "gb_hour": 0.0, "currency": "USD",
    }  # fmt: skip

    requests: Annotated[Number | None, Field(description="the price of a million requests")] = None
    gb_second: Annotated[
        Number | None, Field(description="the price of a second of work with 1 GiB of memory; for a function")
    ] = None
    tiers: Annotated[tuple[Tier, ...] | None, Field(description="other prices for what is beyond so much a month")] = (
        None
    )
    step: Annotated[PositiveTime | None, Field(description="to what times are rounded up; by default 1 ms")] = None
    init: Annotated[
        StrictBool | None, Field(description="whether the init of a cold start is paid for; by default it is")
    ] = None
    provisioned_gb_second: Annotated[
        Number | None,
        Field(description="the price of a second of a provisioned environment with 1 GiB, at work or not"),
    ] = None
    provisioned_work: Annotated[
        Number | None, Field(description="the price of a second of work there, instead of gb_second")
    ] = None
    free_requests: Annotated[
        up_to(10**15, least=0) | None,  # type: ignore[valid-type]
        Field(description="how many requests a month are free"),
    ] = None
    free_gb_seconds: Annotated[
        up_to(10**15, least=0) | None,  # type: ignore[valid-type]
        Field(description="how many GB-seconds a month are free"),
    ] = None
    hour: Annotated[Number | None, Field(description="the price of an hour of an instance")] = None
    vcpu_hour: Annotated[Number | None, Field(description="the price of an hour of one of its processors")] = None
    gb_hour: Annotated[Number | None, Field(description="the price of an hour of 1 GiB of its memory")] = None
    vcpu: Annotated[Number, Field(description="how many processors an instance has")] = 1.0
    memory: Annotated[Size, Field(description="how much memory an instance has; of a function see there")] = 2.0**30
    currency: Annotated[Text | None, Field(description="in what the prices are; by default USD")] = None

    def problems(self, path, service):
        full = self.complete
        by_use = full.gb_second or full.provisioned_gb_second
        if by_use and service.function is None:
            rule, hint = (
                "only the work of a function is paid for by the GB-second",
                "write function, or a price by the hour",
            )
            yield Problem((*path, "gb_second"), rule, full.gb_second, hint=hint)
        elif by_use and service.workers > 1:
            rule = "the GB-seconds of an environment that takes several requests at a time cannot be told apart"
            yield Problem(
                (*path, "gb_second"), rule, full.gb_second, hint="leave out workers, or write a price by the hour"
            )
        beyond = [each.beyond for each in full.tiers]
        if beyond != sorted(set(beyond)):
            rule = "must go up from tier to tier"
            yield Problem((*path, "tiers"), rule, ", ".join(f"{each:g}" for each in beyond), hint="sort them by beyond")


SETTINGS = PriceSettings
