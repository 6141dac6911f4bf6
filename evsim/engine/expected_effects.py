"""Due effects: what must stand for each request in the end, and what must be undone, if nothing goes wrong."""

from typing import Any, NamedTuple

import numpy as np

from evsim.results.effect_names import EffectName
from evsim.scenario.handlers import branches, walk, without_answer
from evsim.scenario.routing import homes, is_routed_by_key

__all__ = ["ExpectedEffect", "expected_effects"]


class ExpectedEffect(NamedTuple):
    """What a way means for one effect, each a boolean, or one for each request number.

    ``made``: the way makes it. ``stands``: it is there at the end of the way. ``undone``: the way takes back what is
    there of it.
    """

    made: Any = np.False_
    stands: Any = np.False_
    undone: Any = np.False_

    @property
    def taken_back(self):
        """Made, and not meant to stay."""
        return self.made & ~self.stands


NEITHER = ExpectedEffect()


class Turn(NamedTuple):
    """For what a place is looked at: which ``round`` through a cycle, and the ``path`` of an item."""

    round: int = 0
    path: tuple = ()

    def draws(self, kernel, *purpose):
        """A function of a request number: what it draws in this turn."""
        chances, chain = kernel.streams.uniforms(*purpose), kernel.items.chain(self.path, self.round)
        return (lambda number: chances.again(number, chain)) if chain else chances.of


def expected_effects(kernel, numbers=None):
    """workload -> {effect name: :class:`ExpectedEffect`}. numbers: workload -> of which requests; None: of all.

    Expected is what is reachable from the target over calls and publishes, less the branches of ``maybe`` not taken.
    Which branch a request takes is drawn by key, so it is known even where the handler never came to run. An ``undo``
    on that way is as much meant as an effect: it takes back what comes before it, and what is done beside it.
    Where a step sends a message for each of several items, each of them is expected to leave its effects.
    """
    found = {}
    for place in kernel.graph.places:
        if place.is_request:
            letters = dict.fromkeys(_written_by_letters(kernel), NEITHER)
            mine = _everybody(kernel, place.workload) if numbers is None else numbers[place.workload]
            found[place.workload] = _then([letters, _visit(kernel, place, Turn(), np.True_, mine)])
    return found


def _everybody(kernel, workload):
    """The numbers of all requests of a workload."""
    rows = kernel.records.rows
    ways = [place.number for place in kernel.graph.places if place.workload == workload and place.is_request]
    return np.arange(int((np.isin(rows.column("place"), ways) & (rows.column("first") < 0)).sum()))


def _written_by_letters(kernel):
    """Names of the effects of those who read dead letters: nothing had to go wrong, so they are due to nobody."""
    for place in kernel.graph.places:
        for reader in (each for letters in place.letters.values() for each in letters):
            handle = kernel.scenario.services[reader.service].handle
            names = [step.name for _, step, _ in walk(handle) if step.effects]
            yield from (EffectName(name, path) for name in names for path in kernel.items.possible(reader))


def _visit(kernel, place, turn, condition, numbers):
    """What the handler at a place means for each effect, for the requests of a condition."""
    steps = kernel.scenario.services[place.service].handle
    return {} if callable(steps) else _walk(kernel, place, steps, (), turn, condition, numbers, {})


def _walk(kernel, place, steps, position, turn, condition, numbers, ordinals):
    begun, ways = [], []  # what goes on beside the rest of the handler, and what comes before it
    for index, step in enumerate(steps):
        here = (*position, index)
        ordinal = ordinals[step.kind] = ordinals.get(step.kind, -1) + 1
        if step.effects:
            ways.append({EffectName(step.name, turn.path): ExpectedEffect(made=condition, stands=condition)})
        elif step.takes_back:
            names = _names_below(kernel, place.workload, step.name, turn.path)
            ways.append(dict.fromkeys(names, ExpectedEffect(undone=condition)))
        elif step.leads_on:
            way = _leading_on(kernel, place, step, here, ordinal, turn, condition, numbers)
            if step.publishes:
                begun.append((len(ways), way))
            ways.append(way)
            ways.append(_walk(kernel, place, without_answer(step), (*here, 0), turn, np.False_, numbers, ordinals))
        elif step.together:
            ways.append(_beside([_walk(kernel, place, branch, (*here, number), turn, condition, numbers, ordinals)
                                 for number, branch in enumerate(step.branches)]))  # fmt: skip
        elif step.by_chance:
            draw = turn.draws(kernel, place.workload, place.service, place.ordinal, step.kind, ordinal)
            asked = np.broadcast_to(condition, len(numbers))
            taken = np.zeros(len(numbers), dtype=bool)
            taken[asked] = [draw(number) < step.probability for number in numbers[asked].tolist()]
            ways.append(_walk(kernel, place, step.then, (*here, 0), turn, condition & taken, numbers, ordinals))
            ways.append(_walk(kernel, place, step.otherwise, (*here, 1), turn, condition & ~taken, numbers, ordinals))
        elif step.in_place:
            ways += [
                _walk(kernel, place, steps, (*here, number), turn, condition & step.opens(number, place.operation),
                      numbers, ordinals)
                for number, steps in enumerate(branches(step))
            ]  # fmt: skip
    return _then(ways, dict(begun))


def _leading_on(kernel, place, step, here, ordinal, turn, condition, numbers):
    """What comes of a step that gives work to others: of each of its messages, if it sends several."""
    if not step.times.multiplies:
        return _of_one(kernel, place, step, here, turn, condition, numbers)
    draw = turn.draws(kernel, "items", place.workload, place.service, place.ordinal, step.kind, ordinal)
    count = step.times.numbers(np.array([draw(number) for number in numbers.tolist()]))
    items = range(1, step.times.most + 1)
    return _beside([
        _of_one(kernel, place, step, here, turn._replace(path=(*turn.path, item)), condition & (count >= item), numbers)
        for item in items
    ])  # fmt: skip


def _of_one(kernel, place, step, here, turn, condition, numbers):
    """What comes of one message, or one call, of a step."""
    targets = []
    for target in place.steps.get(here, ()):  # none where another operation is asked for
        further = turn.round + (step.publishes and target.back)
        wanted = condition & (not step.gathers) & _leads(kernel, place, step, target, turn, numbers)
        if (np.any(wanted) or further == turn.round) and further <= 200:  # what nobody is due is not due either
            path = turn.path if target.multiplied else ()
            targets.append(_visit(kernel, target, Turn(further, path), wanted, numbers))
    return _any_of(targets) if step.to_one else _beside(targets)


def _names_below(kernel, workload, name, path):
    """The effects of a name that a request, or an item of it, and what lies below that, may have."""
    found = {}
    for place in kernel.graph.places:
        steps = kernel.scenario.services[place.service].handle
        if place.workload == workload and any(step.effects and step.name == name for _, step, _ in walk(steps)):
            paths = (each for each in kernel.items.possible(place) if each[: len(path)] == path)
            found |= dict.fromkeys(EffectName(name, each) for each in paths)
    return found or {EffectName(name, path): None}


def _leads(kernel, place, step, target, turn, numbers):
    """True, or for each request, whether a step's message comes to the channel that a target reads: its key may say."""
    if step.kind != "publish" or not is_routed_by_key(step):
        return np.True_
    texts = [
        kernel.identifiers.key_text(kernel.identifiers.keys[place.workload].of(number)) for number in numbers.tolist()
    ]
    if step.keyed_by_item:
        texts = ["-".join(map(str, (text, *turn.path))) for text in texts]
    leads = {text: target.source in homes(kernel.scenario, step, text) for text in set(texts)}
    return np.array([leads[text] for text in texts], dtype=bool)


def _then(ways, begun=()):
    """One way after the other; those that are `begun` go on beside all that comes after them."""
    found, beside = {}, {}  # beside: name -> for whom what was begun takes it back
    for number, way in enumerate(ways):
        for name, (made, stands, undone) in way.items():
            before = found.get(name, NEITHER)
            lasting = stands & ~beside.get(name, np.False_)
            found[name] = ExpectedEffect(
                before.made | made, (before.stands & ~undone) | lasting, before.undone | undone
            )
            if number in begun:
                beside[name] = beside.get(name, np.False_) | undone
    return found


def _beside(ways):
    """Ways that are taken at one time: whichever comes first, what one of them undoes is not to stay."""
    found = {}
    for name in _names(ways):
        each = [way.get(name, NEITHER) for way in ways]
        undone = sum(np.asarray(due.undone, dtype=int) for due in each)
        stands = [due.stands & (undone - due.undone == 0) for due in each]
        found[name] = ExpectedEffect(_any([due.made for due in each]), _any(stands), undone > 0)
    return found


def _any_of(ways):
    """One of these ways is taken, nobody knows which: due is what each of them would do."""
    found = {}
    for name in _names(ways):
        each = [way.get(name, NEITHER) for way in ways]
        made, stands, undone = zip(*each, strict=True)
        found[name] = ExpectedEffect(_all(made), _all(stands), _any(undone))
    return found


def _names(ways):
    return dict.fromkeys(name for way in ways for name in way)


def _any(conditions):
    return np.logical_or.reduce(np.broadcast_arrays(*conditions))


def _all(conditions):
    return np.logical_and.reduce(np.broadcast_arrays(*conditions))
