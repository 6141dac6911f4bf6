"""Who knows whom: which service calls which, and which only hears of the other through a channel."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from evsim.view.style import INK, LESSON, PAPER, count, describe, empty, figure, short, title
from evsim.view.wiring import Wiring

__all__ = ["who_knows_whom"]

NOT, THROUGH, CALLS, SELF = range(4)
COLOURS, EDGE = (PAPER, "#d9d9de", INK, "#f1f1f4"), "#c4c4cb"
SIGNS = {THROUGH: ("\N{WHITE CIRCLE}", INK), CALLS: ("\N{BLACK CIRCLE}", PAPER)}
ROOMY = 7  # services that fit a picture of lesson size
LETTER = 0.085  # inches
LEGEND = 2.2  # inches


def who_knows_whom(scenario, ax=None):
    """Draw services x services: who calls whom, and who reaches whom through a channel alone.

    scenario: a scenario or a run of it; a run adds what its Python handlers did. Whoever calls must know the
    other's name and wait for it; whoever publishes knows the channel alone.
    """
    wiring = Wiring(scenario)
    names = list(wiring.services)
    matrix = np.full((len(names), len(names)), NOT)
    for kind, pairs in ((THROUGH, wiring.through), (CALLS, wiring.calls)):
        for one, two in pairs:
            matrix[names.index(one), names.index(two)] = kind
    words = max(map(len, map(short, names))) * LETTER
    side = max(LESSON[1], words * 0.75 + 1.6 + 0.3 * len(names))
    with figure(ax, (max(LESSON[0], side + words + LEGEND), side)) as ax:
        if len(names) < 2:
            return empty(ax, f"{names[0]} is alone and knows nobody.")
        _draw(ax, names, matrix)
        text = _finding(names, matrix)
        title(ax, text, words + 0.75)
        pairs = [f"{a} calls {b}" for a, b in sorted(wiring.calls)]
        pairs += [f"{a} reaches {b} through a channel" for a, b in sorted(wiring.through - wiring.calls)]
        return describe(ax, f"{text}. {'; '.join(pairs) or 'no pair at all'}.")


def _draw(ax, names, matrix):
    many = len(names)
    shown = np.where(np.eye(many, dtype=bool), SELF, matrix)
    ax.pcolormesh(
        np.arange(many + 1) - 0.5,
        np.arange(many + 1) - 0.5,
        shown,
        cmap=ListedColormap(COLOURS),
        vmin=NOT,
        vmax=SELF,
        edgecolors=EDGE,
        lw=0.8,
    )
    ax.set_aspect("equal", anchor="W")
    ax.invert_yaxis()
    for row, column in np.argwhere(matrix):
        sign, colour = SIGNS[matrix[row, column]]
        ax.text(column, row, sign, ha="center", va="center", color=colour, fontsize=13 if many > ROOMY else 17)
    ax.xaxis.tick_top()
    ax.set_xticks(range(many), [short(name) for name in names], rotation=50, ha="left", rotation_mode="anchor")
    ax.set_yticks(range(many), [short(name) for name in names])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_ylabel("this one ...")
    ax.set_xlabel("... reaches this one")
    ax.legend(
        handles=[
            Patch(fc=COLOURS[CALLS], label="calls it and waits"),
            Patch(fc=COLOURS[THROUGH], ec=INK, lw=0.6, label="through a channel,\nwithout knowing it"),
            Patch(fc=COLOURS[NOT], ec=EDGE, lw=0.8, label="not at all"),
        ],
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
    )


def _finding(names, matrix):
    calls, through = int((matrix == CALLS).sum()), int((matrix == THROUGH).sum())
    if not calls and not through:
        return f"None of the {len(names)} services reaches another"
    busiest = int((matrix == CALLS).sum(axis=1).argmax())
    most = int((matrix[busiest] == CALLS).sum())
    first = (
        f"{names[busiest]} must know {count(most, 'other service')}" if calls else "Nobody must know another service"
    )
    return f"{first}: {count(calls, 'pair')} by calls, {through:,} through a channel"
