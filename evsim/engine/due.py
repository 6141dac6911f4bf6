"""Due effects: what must become true for each request if nothing goes wrong."""

import numpy as np

from evsim.engine.places import REQUEST
from evsim.scenario.checking import walk
from evsim.scenario.routing import homes, is_routed_by_key
from evsim.scenario.steps import without_answer

__all__ = ["due_effects"]


def due_effects(system):
    """workload -> {effect name: True, or a boolean for each request number}.

    Due is what is reachable from the target over calls and publishes, less the branches of ``maybe`` not taken. Which
    branch a request takes is drawn by key, so it is known even where the handler never came to run.
    """
    found = {}
    for place in system.places:
        if place.kind == REQUEST:
            rows = system.records.rows
            of_workload = [p.number for p in system.places if p.workload == place.workload and p.kind == REQUEST]
            count = int((np.isin(rows.column("place"), of_workload) & (rows.column("first") < 0)).sum())
            effects = dict.fromkeys(_written_by_letters(system), False)
            _visit(system, place, 0, True, effects, count)
            found[place.workload] = effects
    return found


def _written_by_letters(system):
    """Names of the effects of those who read dead letters: nothing had to go wrong, so they are due to nobody."""
    for place in system.places:
        for reader in (each for letters in place.letters.values() for each in letters):
            handle = system.services[reader.service].settings.handle
            yield from (step.name for _, step, _ in walk(handle) if step.kind == "effect")


def _visit(system, place, hop, condition, effects, count):
    steps = system.services[place.service].settings.handle
    if callable(steps):
        return
    ordinals = {}
    _walk(system, place, steps, (), hop, condition, effects, count, ordinals)


def _walk(system, place, steps, position, hop, condition, effects, count, ordinals):
    for index, step in enumerate(steps):
        here = (*position, index)
        ordinal = ordinals[step.kind] = ordinals.get(step.kind, -1) + 1
        if step.kind == "effect":
            effects[step.name] = condition | effects.get(step.name, False)
        elif step.kind in ("call", "publish", "send", "ask"):
            ways = []
            for target in place.steps[here]:
                further = hop + (step.kind in ("publish", "send") and target.back)
                wanted = condition & _leads(system, place, step, target, count)
                if (np.any(wanted) or further == hop) and further <= 200:  # what nobody is due is not due either
                    ways.append({})
                    _visit(system, target, further, wanted, ways[-1], count)
            _join(effects, ways, step.kind in ("send", "ask"))
            _walk(system, place, without_answer(step), (*here, 0), hop, condition & False, effects, count, ordinals)
        elif step.kind == "parallel":
            for number, branch in enumerate(step.branches):
                _walk(system, place, branch, (*here, number), hop, condition, effects, count, ordinals)
        elif step.kind == "maybe":
            purpose = (place.workload, place.service, place.visit, step.kind, ordinal)
            chances = system.luck.uniforms(*purpose)
            draw = chances.of if hop < 1 else lambda number, chances=chances: chances.again(number, hop)
            asked = np.flatnonzero(np.broadcast_to(condition, count))
            taken = np.zeros(count, dtype=bool)
            taken[asked] = [draw(number) < step.probability for number in asked.tolist()]
            _walk(system, place, step.then, (*here, 0), hop, condition & taken, effects, count, ordinals)
            _walk(system, place, step.otherwise, (*here, 1), hop, condition & ~taken, effects, count, ordinals)


def _leads(system, place, step, target, count):
    """True, or for each request, whether a step's message comes to the channel that a target reads: its key may say."""
    if step.kind != "publish" or not is_routed_by_key(step):
        return True
    texts = [system.key_text(system.keys[place.workload].of(number)) for number in range(count)]
    leads = {text: target.source in homes(system.scenario, step, text) for text in set(texts)}
    return np.array([leads[text] for text in texts], dtype=bool)


def _join(effects, ways, one):
    """Add what is due on the ways of a step: on all of them; or, if `one` is taken, what each of them would do."""
    names = dict.fromkeys(name for way in ways for name in way)
    for name in names:
        each = [way.get(name, False) for way in ways]
        join = np.logical_and if one else np.logical_or
        effects[name] = join.reduce(np.broadcast_arrays(*each)) | effects.get(name, False)
