"""What a run had in vain: faults that struck nobody, and what parts say of theirs."""

from evsim.counting import digits
from evsim.registry import modules

__all__ = ["in_vain", "missed_failpoints"]


def in_vain(system):
    """A sentence about each fault that struck nobody because nobody was there, and those of parts."""
    yield from _struck_nobody(system)
    for each in modules("in_vain"):
        yield from each.in_vain(system)


def missed_failpoints(system):
    """Faults at a step to which their request never came."""
    scenario = system.kernel.scenario
    for index in sorted(system.failpoints_due):
        fault = scenario.faults[index]
        moment = fault.at_step
        yield (
            f"faults.{index}: request {moment.request} never came to the step {moment.step!r} of "
            f"{moment.service or fault.place}, so there was no {fault.kind}"
        )


def _struck_nobody(system):
    for index, clock in enumerate(system.clocks):
        if clock.missed:
            fault, often = clock.fault, clock.begun
            when = f"at {digits(clock.missed[0])} s" if often == 1 else f"{len(clock.missed)} of {often} times"
            yield (
                f"faults.{index}: {fault.target} was not there {when}, so the {fault.kind} struck nobody; instances "
                f"that come and go have a new number each time: name one that is there then, or {fault.place}, which "
                "is all of them"
            )
