"""What must fit together where an effect is unique."""

from .errors import Problem

__all__ = ["unique"]


def unique(scenario, effects):
    """effects: (service, path, step) of all effect steps. A constraint is the table's: it holds for all who write."""
    constrained = {}
    for name, path, step in effects:
        if constrained.setdefault(step.name, step.unique) != step.unique:
            yield Problem((*path, "unique"), f"{step.name} is unique in one place and not in another", step.unique,
                          hint="a constraint holds for all who write the effect: write `unique: true` at each")
        if step.unique and any((each.batch or 1) > 1 for each in scenario.services[name].subscribe):
            yield Problem((*path, "unique"), "a batch of messages is handled as one, and one of them may be taken",
                          step.unique, hint="remove batch from the subscription")
