"""End states: with which mix of effects customers end, how many with each, and what they were told."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from evsim.scenario.handlers import all_steps
from evsim.view.scene.axes import Frame, names, nothing
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import ANSWERS

__all__ = ["end_states"]

NOTHING = "nothing"
SHORT = {"customer row": "row", "subscription": "entry"}  # as customers speak of them
LOOKS = {word: Look(mark.colour, edge="white", hatch=mark.hatch) for word, mark in ANSWERS.items()}
GAP = 0.3  # between the bars of two runs, in shares of the longest


def end_states(**runs):
    """A picture of some runs, named: a line for each mix of effects with which a customer ended, a bar how many did.

    The colour of a bar says what they were told. It is a :class:`~evsim.view.scene.scene.Scene`.
    """
    return _scene({name: _States.of(run) for name, run in runs.items()})


@dataclass(frozen=True)
class _States:
    """``of_each``: how often a mix (a tuple of names of effects) came with an answer; ``order`` of these names."""

    of_each: Counter
    order: tuple

    @classmethod
    def of(cls, run):
        requests, effects = run.tables.requests, run.tables.effect_names
        has = [(name, (requests.times_done[code] > 0).tolist()) for code, name in enumerate(effects)]
        answers = {word: getattr(run.outcomes, word).tolist() for word in ANSWERS}
        found = Counter()
        for place in range(len(requests.row)):
            told = next(word for word, its in answers.items() if its[place])
            found[tuple(name for name, its in sorted(has) if its[place]), told] += 1
        return cls(found, tuple(sorted(effects, key=_written(run.scenario))))

    @property
    def mixes(self):
        return {mix for mix, _ in self.of_each}

    def most(self):
        return max(sum(self.of_each[mix, told] for told in ANSWERS) for mix in self.mixes)


def _scene(found, frame=None):
    found = {name: states for name, states in found.items() if states.of_each}
    if not found:
        return sentence("end states", "Nobody came.")
    order = sorted({name for states in found.values() for name in states.order}, key=_place(found))
    mixes = sorted({mix for states in found.values() for mix in states.mixes}, key=lambda mix: _rank(mix, order))
    frame = frame or Frame(max(states.most() for states in found.values()), len(mixes))
    wide = frame.right * (1 + GAP)
    rows = [(-place, _words(mix, order)) for place, mix in enumerate(mixes)]
    marks = [mark for place, (name, states) in enumerate(found.items())
             for mark in (Text(name, place * wide, 1.0, bold=True), *_bars(states, mixes, place * wide))]  # fmt: skip
    ends = ", ".join(f"{name} {len(states.mixes)}" for name, states in found.items())
    said = "; ".join(f"{name}: {_said(states, mixes, order)}" for name, states in found.items())
    told = {told for states in found.values() for _, told in states.of_each}
    return Scene(
        "end states", f"Different ends for a customer: {ends}", f"Different ends for a customer: {ends}. {said}.",
        (8.0, 1.6 + 0.25 * frame.top), frame,
        nothing(-0.02 * wide, wide * len(found)), names(0.5 - frame.top, 1.5, rows),
        marks=tuple(marks), legend=tuple((f"told {word}", look) for word, look in LOOKS.items() if word in told),
        again=partial(_scene, found),
    )  # fmt: skip


def _written(scenario):
    """Where in the text of a scenario an effect is left first."""
    its = [step.name for each in scenario.services.values() if not callable(each.handle)
           for step in all_steps(each.handle) if step.effects]  # fmt: skip
    return lambda name: its.index(name) if name in its else len(its)


def _place(found):
    """Where an effect stands in the first run that has it."""
    known = [name for states in found.values() for name in states.order]
    return known.index


def _rank(mix, order):
    """Those with most before the others, and among these in the order of the effects."""
    return -len(mix), [name not in mix for name in order]


def _words(mix, order):
    return ", ".join(SHORT.get(name, name) for name in order if name in mix) or NOTHING


def _bars(states, mixes, left):
    for place, mix in enumerate(mixes):
        end = left
        for told, look in LOOKS.items():
            number = states.of_each[mix, told]
            if number:
                its = [float(end)], [float(end + number)], [-place - 0.36], [-place + 0.36]
                yield Bars(f"told {told}", *its, look)
                end += number
        if end > left:
            yield Text(f"{end - left:,.0f}", float(end), float(-place), 4)


def _said(states, mixes, order):
    each = [(mix, told) for mix in mixes for told in ANSWERS if states.of_each[mix, told]]
    return ", ".join(f"{states.of_each[one]:,} told {one[1]} with {_words(one[0], order)}" for one in each)
