"""What a person writes of prices."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool

from evsim.counting import digits
from evsim.scenario.channel_setting import ChannelSetting
from evsim.scenario.errors import Problem, a
from evsim.scenario.part import Part, Text
from evsim.scenario.presets import LikenedSetting
from evsim.scenario.units import Number, PositiveTime, Size, up_to

__all__ = ["SETTINGS", "PriceSettings", "Tier"]


class Tier(Part):
    """Another `gb_second` price for what is `beyond` so many GB-seconds a month."""

    beyond: Annotated[up_to(10**15), Field(description="from how many GB-seconds a month on")]  # type: ignore[valid-type]
    gb_second: Annotated[Number, Field(description="the price of one of them")]


OF_WORK = (
    "gb_second", "tiers", "provisioned_gb_second", "provisioned_work", "free_gb_seconds", "vcpu_hour", "gb_hour",
)  # fmt: skip
OF_MESSAGES = "chunk", "long_poll", "partition_hour", "send_batch"
OF_STORES = "stored", "retention"


class PriceSettings(LikenedSetting, ChannelSetting):
    """Prices of one service, or of one channel, in one `currency`.

    By use: for a million `requests`, for each `gb_second` of work, whose times are rounded up to the `step`, and for
    each GB that comes in (`gb_in`) or goes out (`gb_out`) where each message, request or answer is of one `size`. By
    presence: for each `hour` of an instance, or of a broker, or for the `vcpu_hour` and the `gb_hour` of what it has.

    A store keeps each effect that stands, of one `size`, until the end of the month or for the `retention`, beside what
    was `stored` before: each `gb_month` of that may have a price.

    Of a channel requests are what it `counts`: to send, to receive, to delete, each of a message as often as it has
    begun `chunk`s; messages that leave together are requests of up to `send_batch` messages. With `long_poll` a
    consumer that finds nothing asks again after that time, which is a request, too. Each `partition_hour`, and each
    `gb_month` that messages are kept, may have a price.
    """

    word: ClassVar[str] = "price"
    apart_from_work: ClassVar[bool] = True
    plain: ClassVar[dict] = {
        "requests": 0.0, "gb_second": 0.0, "tiers": (), "step": 0.001, "init": True, "provisioned_gb_second": 0.0,
        "provisioned_work": 0.0, "free_requests": 0, "free_gb_seconds": 0, "hour": 0.0, "vcpu_hour": 0.0,
        "gb_hour": 0.0, "currency": "USD", "gb_in": 0.0, "gb_out": 0.0, "gb_month": 0.0, "partition_hour": 0.0,
        "counts": ("send", "receive", "delete"),
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
    size: Annotated[Size, Field(description="how large a message, a request or an answer is")] = 1000.0
    gb_in: Annotated[Number | None, Field(description="the price of a GB that comes in")] = None
    gb_out: Annotated[Number | None, Field(description="the price of a GB that goes out")] = None
    chunk: Annotated[
        Annotated[Size, Field(ge=1)] | None,
        Field(description="of a channel, what is one request however small it is; by default any message"),
    ] = None
    counts: Annotated[
        tuple[Literal["send", "receive", "delete"], ...] | None,
        Field(description="of a channel, which requests are paid for; by default all three"),
    ] = None
    long_poll: Annotated[
        PositiveTime | None,
        Field(description="of a channel, after how long a consumer that finds nothing asks again; by default never"),
    ] = None
    send_batch: Annotated[
        up_to(10_000) | None,  # type: ignore[valid-type]
        Field(description="of a channel, how many messages that leave together are one request; by default one"),
    ] = None
    partition_hour: Annotated[Number | None, Field(description="the price of an hour of a partition")] = None
    gb_month: Annotated[Number | None, Field(description="the price of a GB that is kept for a month")] = None
    stored: Annotated[Size | None, Field(description="of a store, what it kept before; by default nothing")] = None
    retention: Annotated[
        PositiveTime | None, Field(description="of a store, for how long it keeps what it is given; by default always")
    ] = None
    currency: Annotated[Text | None, Field(description="in what the prices are; by default USD")] = None

    def problems_of_channel(self, path, channel):
        full = self.complete
        if not channel.brokered:
            rule = f"{a(channel.kind)} is no program of its own: nothing is there that costs"
            yield Problem(path, rule, hint="give a price to the services")
        for setting in OF_STORES:
            if getattr(full, setting):
                rule, hint = "a channel keeps messages, for as long as it says itself", "write it at a service"
                yield Problem((*path, setting), rule, getattr(full, setting), hint=hint)
        for setting in OF_WORK:
            if getattr(full, setting):
                rule, hint = "a channel does no work that is paid for by the second", "write hour, requests or gb_in"
                yield Problem((*path, setting), rule, getattr(full, setting), hint=hint)
        if full.partition_hour and not channel.partitioned:
            rule, hint = f"{a(channel.kind)} has no partitions", "write hour"
            yield Problem((*path, "partition_hour"), rule, full.partition_hour, hint=hint)

    def problems(self, path, service):
        full = self.complete
        for setting in OF_MESSAGES:
            if getattr(full, setting):
                rule, hint = "a service keeps no messages", "write it at a channel"
                yield Problem((*path, setting), rule, getattr(full, setting), hint=hint)
        yield from self._by_use(path, service)
        beyond = [each.beyond for each in full.tiers]
        if beyond != sorted(set(beyond)):
            rule = "must go up from tier to tier"
            hint = "sort them by beyond" if len(set(beyond)) == len(beyond) else "write each beyond once"
            yield Problem((*path, "tiers"), rule, ", ".join(digits(each) for each in beyond), hint=hint)

    def _by_use(self, path, service):
        """A price by the GB-second that nobody can reckon with."""
        if service.function is None:
            rule, hint = "only the work of a function is paid for by the GB-second", "write function"
        elif service.workers > 1:
            rule = "the GB-seconds of an environment that takes several requests at a time cannot be told apart"
            hint = "leave out workers"
        else:
            return
        for setting in ("gb_second", "provisioned_gb_second"):
            if price := getattr(self.complete, setting):
                yield Problem((*path, setting), rule, price, hint=f"{hint}, or write a price by the hour")


SETTINGS = PriceSettings
