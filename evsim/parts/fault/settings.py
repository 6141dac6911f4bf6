"""What a person writes of each kind of fault, beside its target and its time."""

from typing import Annotated, ClassVar

from pydantic import Field

from evsim.scenario.errors import refuse
from evsim.scenario.fault_kind import AnyFault, FaultKey
from evsim.scenario.units import Number, PositiveTime, Share

__all__ = ["SETTINGS"]

SERVICE, LINK = ("service",), ("link",)


Factor = Annotated[Number, Field(gt=0)]
Probability = Annotated[Share, Field(description="how often, of all cases")]


class Outage(AnyFault):
    """Nothing new starts, work in hand ends."""

    says: ClassVar = "down"
    strikes: ClassVar = SERVICE
    down: ClassVar = True


class Crash(AnyFault):
    """Work in hand is lost, and `for` is the time until it is back."""

    says: ClassVar = "crashed"
    strikes: ClassVar = SERVICE
    whole_program: ClassVar = True
    kills: ClassVar = True
    down: ClassVar = True


class Restart(AnyFault):
    """As a crash; and when it is back, a pause, slowdowns and error rates that lay on it are over."""

    says: ClassVar = "restarted"
    strikes: ClassVar = SERVICE
    whole_program: ClassVar = True
    kills: ClassVar = True
    down: ClassVar = True

    @classmethod
    def check(cls, fault):
        if fault.duration is None and fault.mttr is None:
            raise refuse("a restart takes a time", "write for: 2s", name="for")


class Pause(AnyFault):
    """All freezes and goes on later."""

    says: ClassVar = "paused"
    strikes: ClassVar = SERVICE
    whole_program: ClassVar = True
    freezes: ClassVar = True


class Slowdown(AnyFault):
    """Times of work started meanwhile are multiplied by `factor`."""

    says: ClassVar = "{factor:g} times slower"
    strikes: ClassVar = SERVICE
    slows: ClassVar = True
    factor: Annotated[Factor, Field(description="what times are multiplied by")]

    @classmethod
    def verb(cls, fault):
        return cls.says if fault.factor != 1 else "as quick as ever"


class ErrorRate(AnyFault):
    """Handling fails with `probability`."""

    says: ClassVar = "fails {percent:.3g} % of the time"
    strikes: ClassVar = SERVICE
    fails: ClassVar = True
    probability: Probability


class Poison(AnyFault):
    """Handling fails for one `key`, at every attempt."""

    says: ClassVar = "fails for key {key}"
    strikes: ClassVar = SERVICE
    poisons: ClassVar = True
    key: FaultKey


class Purge(AnyFault):
    """What is ready in a queue is thrown away at this moment, or what of it is about one `key`."""

    says: ClassVar = "purged"
    lasts: ClassVar = False
    key: FaultKey = None


class Shovel(AnyFault):
    """The dead letters that lie in a queue go back to where they died, at this moment."""

    says: ClassVar = "emptied: its dead letters go back"
    lasts: ClassVar = False


class Partition(AnyFault):
    """Everything sent over the link is lost, answers and acknowledgements too."""

    says: ClassVar = "cut"
    strikes: ClassVar = LINK


class Latency(AnyFault):
    """Hops over the link take `factor` times as long, or `add` longer."""

    says: ClassVar = "slower by {slower}"
    strikes: ClassVar = LINK
    factor: Annotated[Factor | None, Field(description="what times are multiplied by")] = None
    add: Annotated[PositiveTime | None, Field(description="how much longer")] = None

    @classmethod
    def check(cls, fault):
        if (fault.factor is None) == (fault.add is None):
            raise refuse(f"{fault.kind} needs factor or add", "write one of the two")


class Loss(AnyFault):
    """What is sent is lost with `probability`."""

    says: ClassVar = "loses {percent:.3g} %"
    strikes: ClassVar = LINK
    probability: Probability


class Duplication(AnyFault):
    """What is sent comes twice with `probability`."""

    says: ClassVar = "sends {percent:.3g} % twice"
    strikes: ClassVar = LINK
    copies: ClassVar = True
    probability: Probability


class LeaderFailure(AnyFault):
    """A log loses the broker that leads it, and `for` is the time until that is back."""

    says: ClassVar = "without its leader"


SETTINGS = {
    "outage": Outage, "crash": Crash, "pause": Pause, "slowdown": Slowdown, "error_rate": ErrorRate, "poison": Poison,
    "partition": Partition, "latency": Latency, "loss": Loss, "duplication": Duplication,
    "leader_failure": LeaderFailure, "restart": Restart, "purge": Purge, "shovel": Shovel,
}  # fmt: skip
