"""Who knows whom: which service calls which, and which only hears of the other through a channel."""

from evsim.view.scene.axes import Frame, names
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Dots, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import FILL, INK, MIDDLE, PAPER, count, short
from evsim.view.wiring import Wiring

__all__ = ["scene", "who_knows_whom"]

EDGE = "#c4c4cb"
THROUGH, CALLS = "through a channel, without knowing it", "calls it and waits"
SELF, NOT = "itself", "not at all"
LOOKS = {CALLS: Look(INK, edge=INK), THROUGH: Look(MIDDLE, edge=EDGE), SELF: Look(FILL, edge=EDGE),
         NOT: Look(PAPER, edge=EDGE)}  # fmt: skip
SIGNS = {CALLS: Look(PAPER, "o", edge=PAPER, width=1.2), THROUGH: Look(MIDDLE, "o", edge=INK, width=1.2)}
CELL, LARGE, ROOMY = 0.7, 0.42, 7  # inches of a cell, of one of many; services that are few
LETTER = 0.085  # inches


def who_knows_whom(scenario, ax=None):
    """Draw services x services: who calls whom, and who reaches whom through a channel alone.

    scenario: a scenario or a run of it; a run adds what its Python handlers did. Whoever calls must know the
    other's name and wait for it; whoever publishes knows the channel alone.
    """
    return scene(scenario).draw(ax)


def scene(scenario):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    wiring = Wiring(scenario)
    those = list(wiring.services)
    many = len(those)
    if many < 2:
        return sentence("who knows whom", f"{those[0]} is alone and knows nobody.")
    kinds = {(one, two): NOT for one in those for two in those} | {(name, name): SELF for name in those}
    kinds |= dict.fromkeys(wiring.through, THROUGH) | dict.fromkeys(wiring.calls, CALLS)
    words = LETTER * max(map(len, map(short, those)))
    side = many * (CELL if many <= ROOMY else LARGE)
    text = _finding(those, wiring)
    pairs = [f"{one} calls {two}" for one, two in sorted(wiring.calls)]
    pairs += [f"{one} reaches {two} through a channel" for one, two in sorted(wiring.through - wiring.calls)]
    ticks = [(place, short(name)) for place, name in enumerate(those)]
    size = max(8.0, side + words * 1.8 + 0.8), side + 0.75 * words + 2.0
    return Scene(
        "who knows whom", text, f"{text}. {'; '.join(pairs) or 'no pair at all'}.", size, Frame(many),
        names(-0.5, many - 0.5, ticks, "... reaches this one", over=True, turned=True),
        names(many - 0.5, -0.5, ticks, "this one ..."), marks=tuple(_marks(those, kinds, side / many)),
        legend=tuple((words, LOOKS[words]) for words in (CALLS, THROUGH, NOT)), plot=(side, side), inches=True,
    )  # fmt: skip


def _marks(those, kinds, cell):
    """The cells of each kind, and signs on them, which are seen in grey, too."""
    place = {name: number for number, name in enumerate(those)}
    for kind, look in LOOKS.items():
        its = [(place[two], place[one]) for (one, two), each in kinds.items() if each == kind]
        if its:
            x, y = ([float(each) for each in side] for side in zip(*its))
            yield Bars(kind, [each - 0.5 for each in x], [each + 0.5 for each in x],
                       [each - 0.5 for each in y], [each + 0.5 for each in y], look)  # fmt: skip
            if kind in SIGNS:
                yield Dots(kind, x, y, SIGNS[kind], 0.4 * cell)


def _finding(names, wiring):
    through = len(wiring.through - wiring.calls)
    if not wiring.calls and not through:
        return f"None of the {len(names)} services reaches another"
    known = {name: sum(one == name for one, _ in wiring.calls) for name in names}
    busiest = max(known, key=known.__getitem__)
    must = f"{busiest} must know {count(known[busiest], 'other service')}"
    first = must if wiring.calls else "Nobody must know another service"
    return f"{first}: {count(len(wiring.calls), 'pair')} by calls, {through:,} through a channel"
