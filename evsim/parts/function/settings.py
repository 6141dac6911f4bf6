"""What a person writes of a function."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.counting import count
from evsim.scenario.arrivals import PositiveRate
from evsim.scenario.distributions import AnyDistribution, Constant
from evsim.scenario.errors import Problem
from evsim.scenario.part import Part
from evsim.scenario.presets import LikenedSetting
from evsim.scenario.units import PositiveTime, Size, Time, Whole, up_to

__all__ = ["SETTINGS", "FunctionSettings", "Ramp"]


Memory = Annotated[Size, Field(gt=0)]


class Ramp(Part):
    """How fast environments may be added: `environments` at once, and as many more `every` so often; none saved up."""

    environments: Annotated[up_to(1_000_000), Field(description="how many may be added at once")]  # type: ignore[valid-type]
    every: Annotated[PositiveTime, Field(description="in which time as many more may be added")]


class FunctionSettings(LikenedSetting):
    """Environments on demand: each takes `workers` requests at a time, one unless written.

    Who finds none free waits for the `init` of a new one (a cold start). One without work is gone after `keep_alive`.
    Where no more may be added now, a caller is refused, or waits: `when_full`. `provisioned` environments are
    always there. Less `memory` than `full_speed` makes `work` slower in proportion, but no init, and no `wait`.
    """

    word: ClassVar[str] = "function"
    fetches: ClassVar[bool] = False  # its platform does
    plain: ClassVar[dict] = {
        "init": Constant.model_construct(value=0.0), "keep_alive": 600.0, "most": 1000,
        "memory": 1769.0 * 2**20, "full_speed": 1769.0 * 2**20,
    }  # fmt: skip

    init: Annotated[
        AnyDistribution | None, Field(description="how long a new environment takes to start, a time or a distribution")
    ] = None
    keep_alive: Annotated[
        Time | None, Field(description="how long an environment without work stays; by default 10 min")
    ] = None
    reuse: Annotated[
        Literal["newest", "oldest"], Field(description="which free environment is next: the one used last, or first")
    ] = "newest"
    most: Annotated[
        up_to(5_000) | None,  # type: ignore[valid-type]
        Field(description="how many environments there may be: the concurrency limit; by default 1000"),
    ] = None
    ramp: Annotated[Ramp | None, Field(description="how fast environments may be added; by default at once")] = None
    rate: Annotated[
        PositiveRate | None, Field(description="how many requests a second are taken for each environment of `most`")
    ] = None
    provisioned: Annotated[Whole, Field(description="how many environments are there from the beginning, and stay")] = 0
    when_full: Annotated[
        Literal["refuse", "wait"], Field(description="what becomes of a caller for whom no environment may be added")
    ] = "refuse"
    memory: Annotated[Memory | None, Field(description="how much memory an environment has; by default full_speed")] = (
        None
    )
    full_speed: Annotated[
        Memory | None,
        Field(
            description="with how much memory `work` takes the time that is written; by default 1769MiB, one processor"
        ),
    ] = None

    @property
    def most_instances(self):  # type: ignore[override]
        return self.complete.most

    @property
    def refuses_when_full(self):  # type: ignore[override]
        return self.when_full == "refuse"

    @property
    def most_a_second(self):  # type: ignore[override]
        return self.complete.rate and self.complete.rate * self.complete.most

    @property
    def slowness(self):  # type: ignore[override]
        return max(1.0, self.complete.full_speed / self.complete.memory)

    def problems(self, path, service):
        if service.instances > 1:
            rule, hint = "a function has no fixed number of instances", "leave out instances; see provisioned and most"
            yield Problem((*path[:-1], "instances"), rule, service.instances, hint=hint)
        if service.limit is not None:
            rule, hint = "nobody waits at a function for his turn", "leave out limit; most says how many come in"
            yield Problem((*path[:-1], "limit"), rule, service.limit, hint=hint)
        if self.provisioned > self.most_instances:
            rule, hint = f"there may be {count(self.most_instances, 'environment')}", "provision fewer, or raise most"
            yield Problem((*path, "provisioned"), rule, self.provisioned, hint=hint)


SETTINGS = FunctionSettings
