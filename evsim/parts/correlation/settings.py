"""What a person writes of a request over a channel and its reply."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.scenario.errors import Problem, suggest
from evsim.scenario.part import Name
from evsim.scenario.step_kind import AnyStep
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "AwaitReply", "Correlate", "problems"]


class AwaitReply(AnyStep):
    """Wait for the reply to what this attempt has published before, at most for `timeout`. It holds the worker.

    The reply is a message that follows from what was published, however many services lie between; whoever reads it
    says so by `correlate`. Without one in time the handler fails, or goes on (`on_error: ignore`).
    """

    short: ClassVar[str] = "timeout"
    awaits: ClassVar[bool] = True
    kind: Literal["await_reply"] = "await_reply"
    timeout: Annotated[PositiveTime, Field(description="how long it waits for the reply")] = 30.0
    on_error: Annotated[Literal["fail", "ignore"], Field(description="what follows when none comes in time")] = "fail"


class Correlate(AnyStep):
    """The message is a reply: whoever of this service asked, and still waits, goes on. It takes no time."""

    short: ClassVar[str] = "service"
    in_no_time: ClassVar[bool] = True
    kind: Literal["correlate"] = "correlate"
    service: Annotated[Name, Field(description="the service that asked, and awaits a reply")]


SETTINGS = {"await_reply": AwaitReply, "correlate": Correlate}


def problems(scenario, steps):
    """Who awaits a reply has asked, once, and is told of it. steps: (service, path, step) in the order of the file."""
    if any(callable(service.handle) for service in scenario.services.values()):
        return
    asks, awaits, told = set(), set(), {step.service for _, _, step in steps if step.kind == "correlate"}
    for name, path, step in steps:
        if step.publishes:
            asks.add(name)
        elif step.awaits:
            if name in awaits:
                rule = "the handler awaits a reply already, and nothing says which of the two one is for"
                yield Problem(path, rule, hint="let another service ask one of them")
            elif name not in asks:
                yield Problem(path, "the handler has published nothing before", hint="put a publish before it")
            elif name not in told:
                rule, hint = f"no step brings {name} a reply", f"write correlate: {name} where the replies are read"
                yield Problem(path, rule, hint=hint)
            awaits.add(name)
    for _, path, step in steps:
        if step.kind == "correlate" and step.service not in awaits:
            rule, hint = f"{step.service} awaits no reply", suggest(step.service, awaits) or "remove it"
            yield Problem((*path, "service"), rule, step.service, hint=hint)
