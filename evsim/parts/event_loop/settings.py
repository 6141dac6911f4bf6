"""What a person writes of event loops, of the pools beside them, and of cores."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from evsim.scenario.distributions import AnyDistribution
from evsim.scenario.errors import Problem
from evsim.scenario.presets import LikenedSetting
from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.step_kind import AnyStep
from evsim.scenario.units import PositiveTime, up_to

__all__ = ["SETTINGS", "Blocking", "CoresSettings", "EventLoopSettings"]

Threads = up_to(10_000)


class EventLoopSettings(LikenedSetting):
    """Each instance has so many `loops`. A request stays with one, which does its `work` a piece at a time, in order.

    A `wait`, and waiting for an answer, leave the loop to others. What is `blocking` is done by one of the threads of
    the `pool`. A loop that one piece has held for `warn_after` is warned of at each `check`, and a thread of the pool
    after `pool_warn_after`. Written `event_loop: true`, or `event_loop: {loops: 2, pool: 20}`.
    """

    word: ClassVar[str] = "event_loop"
    workers_share: ClassVar[bool] = True
    plain: ClassVar[dict] = {"loops": 1, "pool": 20, "check": 1.0, "warn_after": 2.0, "pool_warn_after": 60.0}

    loops: Annotated[Threads | None, Field(description="how many loops an instance has; by default 1")] = None
    pool: Annotated[
        Threads | None, Field(description="how many threads its pool has for what blocks; by default 20")
    ] = None
    check: Annotated[
        PositiveTime | None, Field(description="how often it is looked for blocked threads; by default each 1s")
    ] = None
    warn_after: Annotated[
        PositiveTime | None, Field(description="after what time a loop is warned of; by default 2s")
    ] = None
    pool_warn_after: Annotated[
        PositiveTime | None, Field(description="after what time a thread of the pool is warned of; by default 60s")
    ] = None

    def problems(self, path, service):
        if service.workers == 1:
            rule = (
                "workers says how many requests it has in hand at a time, and with one its loop has nothing else to do"
            )
            yield Problem((*path[:-1], "workers"), rule, 1, hint="write workers: 1000")


class CoresSettings(ServiceSetting):
    """An instance has so many processors; more pieces of work than that share them, each as much (processor sharing).

    With `by: priority` the pieces of the most urgent messages have them, and the others stand still meanwhile and go on
    where they were. Written `cores: 2`, or `cores: {count: 1, by: priority}`.
    """

    workers_share: ClassVar[bool] = True

    count: Annotated[up_to(10_000), Field(description="how many processors an instance has")]  # type: ignore[valid-type]
    by: Annotated[
        Literal["share", "priority"],
        Field(description="who has them: all in equal shares, or the most urgent, who take them from others"),
    ] = "share"


class Blocking(AnyStep):
    """Work that must not be done on an event loop: a thread of its pool does it. Where there is no loop, a worker."""

    lasts: ClassVar[bool] = True
    kind: Literal["blocking"] = "blocking"
    time: Annotated[AnyDistribution, Field(description="how long it takes")]


def _read_loop(written):
    return {True: EventLoopSettings(), False: None}[written] if isinstance(written, bool) else written


def _read_cores(written):
    return written if written is None or isinstance(written, Mapping | CoresSettings) else {"count": written}


SETTINGS = {
    "event_loop": Annotated[EventLoopSettings | None, BeforeValidator(_read_loop)],
    "cores": Annotated[CoresSettings | None, BeforeValidator(_read_cores)],
    "blocking": Blocking,
}
