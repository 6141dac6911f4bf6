"""What must fit together where an effect has a condition: where it is unique, or made only if it is unchanged."""

from .errors import Problem

__all__ = ["conditions"]


def conditions(scenario, steps):
    """steps: (service, path, step) of all steps, in the order of the file."""
    constrained, known = {}, {step.name for _, _, step in steps if step.kind == "read"}
    read = set()  # (service, name) so far
    for service, path, step in steps:
        if step.kind == "read":
            read.add((service, step.name))
        if step.kind != "effect":
            continue
        if constrained.setdefault(step.name, step.unique) != step.unique:
            yield Problem(
                (*path, "unique"),
                f"{step.name} is unique in one place and not in another",
                step.unique,
                hint="a constraint holds for all who write the effect: write `unique: true` at each",
            )
        if step.if_unchanged and (service, step.name) not in read:
            rule = f"the handler has not read {step.name} before, or not since it wrote it"
            yield Problem((*path, "if_unchanged"), rule, step.if_unchanged, hint=f"put `read: {step.name}` before it")
        if step.if_unchanged:
            read.discard((service, step.name))
        batched = any((each.batch or 1) > 1 for each in scenario.services[service].subscribe)
        if batched and (step.unique or step.if_unchanged or step.name in known):
            yield Problem(
                path,
                "a batch of messages is handled as one, and one of them may be refused",
                step.name,
                hint="remove batch from the subscription",
            )
