"""What must fit together of steps and the parts that are written there: each part says it of its own."""

from evsim.registry import EFFECT, STEP, modules

from .errors import Problem

__all__ = ["conditions"]


def conditions(scenario, steps):
    """steps: (service, path, step) of all steps, in the order of the file."""
    for part in dict.fromkeys(modules("settings", STEP) + modules("settings", EFFECT)):
        yield from getattr(part, "problems", _none)(scenario, steps)
    watched = {step.name for _, _, step in steps if step.watches}
    for service, path, step in steps:
        batched = any((each.batch or 1) > 1 for each in scenario.services[service].subscribe)
        if batched and step.effects and (step.policies or step.name in watched):
            yield Problem(
                path,
                "a batch of messages is handled as one, and one of them may be refused",
                step.name,
                hint="remove batch from the subscription",
            )


def _none(scenario, steps):
    return ()
