"""What a person writes of operations: ``operations: {read: [{work: 1ms}], write: [{work: 5ms}, {effect: row}]}``."""

from collections import Counter
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.scenario.errors import Problem, suggest
from evsim.scenario.operations import operations_of, ways_in
from evsim.scenario.part import names_of
from evsim.scenario.step_kind import AnyStep, Steps

__all__ = ["SETTINGS", "Operations", "problems"]


class Operations(AnyStep):
    """Take the steps of the operation that is asked for: by a workload, a call or a subscription."""

    by_way: ClassVar[bool] = True
    in_place: ClassVar[bool] = True
    in_no_time: ClassVar[bool] = False
    kind: Literal["operations"] = "operations"
    lists: Annotated[names_of(Steps), Field(min_length=1, description="the steps of each operation, by its name")]

    @property
    def operations(self):  # type: ignore[override]
        return tuple(self.lists)

    @property
    def inside(self):
        return tuple(((name,), steps, False) for name, steps in self.lists.items())


def problems(scenario, steps):
    """Whoever comes asks for an operation that there is. steps: (service, path, step) of all steps, in order."""
    known, several = {}, Counter()
    for name, path, step in steps:
        if step.by_way:
            several[name] += 1
            if several[name] > 1:
                rule = f"{name} has operations already"
                yield Problem(path, rule, hint="write all of its steps there; what all of them do stands beside it")
    known = {name: operations_of(service) for name, service in scenario.services.items()}
    for name, path, operation in ways_in(scenario, [(path, step) for _, path, step in steps]):
        there = known.get(name, ())
        if there and operation is None:
            rule = f"{name} does several things, and nothing says which is asked for"
            yield Problem(path, rule, hint=f"write operation: {there[0]}; it has {', '.join(there)}")
        elif there and operation not in there:
            yield Problem(path, f"{name} has no such operation", operation, hint=suggest(operation, there))
        elif not there and operation is not None and path[-1] == "operation" and _is_written(scenario, path):
            rule = f"{name} does one thing only"
            yield Problem(path, rule, operation, hint="remove it, or give the handler operations")


def _is_written(scenario, path):
    """Whether an operation stands in the file, and is not the name of a channel that is subscribed to."""
    if path[0] != "services" or path[2] != "subscribe":
        return True
    return scenario.services[path[1]].subscribe[path[3]].operation is not None


SETTINGS = Operations
