"""What must fit together of steps and the parts that are written there: each part says it of its own."""

from evsim.registry import CALL, EFFECT, STEP, modules

from .errors import Problem
from .handlers import as_one

__all__ = ["conditions"]


def conditions(scenario, steps):
    """steps: (service, path, step) of all steps, in the order of the file."""
    for part in dict.fromkeys(each for socket in (STEP, CALL, EFFECT) for each in modules("settings", socket)):
        yield from getattr(part, "problems", _none)(scenario, steps)
    watched = {step.name for _, _, step in steps if step.watches}
    for name, service in scenario.services.items():
        batched = any(each.takes_several for each in service.subscribe)
        for path, step in as_one(service.handle) if batched else ():
            if step.effects and (step.policies or step.name in watched):
                yield Problem(
                    ("services", name, "handle", *path),
                    "a batch of messages is handled as one, and one of them may be refused",
                    step.name,
                    hint="write it into for_each, or remove batch from the subscription",
                )


def _none(scenario, steps):
    return ()
