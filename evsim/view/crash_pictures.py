"""The crash matrix: what one customer was told beside what became true, a line for each crash (picture B, turned)."""

from matplotlib.colors import to_rgb

from evsim.view.style import DECLINED, ERROR, INK, TOLD, WAITING, count, describe, empty, figure, marks_of, short, title

__all__ = ["crashes"]

LINE = 0.25  # inches, the height of a line of text
GAP = 0.62  # inches between two designs
PLACE, POINT = 1.75, 2.75  # inches of the columns on the left
LETTER = 0.085  # inches
BAR = 0.3  # inches: the half of the column of answers
DARK = 0.5  # how much of its colour an effect keeps where it happened more than once


def crashes(matrix, ax=None):
    """Draw a :class:`evsim.experiment.crash.CrashMatrix`; return the axes.

    A panel for each design, a line for each place of a crash. The answer: a bar to the right is yes, to the left an
    error, half as far a no, a stub nothing. Then a column for each effect: a bar where it happened once, a dark and
    longer one where more often, an empty frame where it is due and never came. A diamond marks the lines in which what
    was told is not what is true.
    """
    effects = list(dict.fromkeys(name for crash in matrix for name in crash.effects))
    widths = [max(0.75, LETTER * len(short(name, 16)) + 0.2) for name in effects]
    width = PLACE + POINT + 0.9 + sum(widths) + 0.9
    height = sum(LINE * (len(panel) + 1) + GAP for panel in matrix.designs.values())
    with figure(ax, (max(8.0, width + 0.2), height + 0.9)) as ax:
        if not matrix:
            return empty(ax, "The request reached no step at which anything could crash.")
        ax.set(xlim=(0, width), ylim=(height, -0.1))
        ax.set_axis_off()
        marks, y = marks_of(effects), 0.0
        for design, panel in matrix.designs.items():
            y = _panel(ax, design, panel, marks, widths, y)
        title(ax, _finding(matrix), 0.2)
        return describe(ax, f"What a customer was told and what became true, by places of a crash. {_finding(matrix)}.")


def _panel(ax, design, panel, marks, widths, y):
    """Draw one design from the height `y` on; return where it ends."""
    ax.text(0, y + LINE / 2, _sentence(design, panel), fontsize=12, fontweight="bold", va="center")
    y += LINE
    middle = PLACE + POINT + BAR + 0.1
    lefts = [PLACE + POINT + 0.9 + sum(widths[:number]) for number in range(len(widths))]
    end = PLACE + POINT + 0.9 + sum(widths) + 0.2
    heads = [("crash of", 0, "left"), ("when", PLACE, "left")]
    heads += [("error", middle - 0.05, "right"), ("yes", middle + 0.05, "left")]
    heads += [(short(name, 16), left, "left") for name, left in zip(marks, lefts, strict=True)]
    for words, x, side in (*heads, ("differ", end, "center")):
        ax.text(x, y + LINE / 2, words, fontsize=10, color="#6d6d73", ha=side, va="center")
    y += LINE
    ax.vlines(middle, y, y + LINE * len(panel), color="#b9b9bf", lw=0.8, zorder=1)
    last = None
    for crash in panel:
        if crash.target != last:
            ax.hlines(y, 0, end + 0.3, color="#e4e4e8", lw=0.8, zorder=0)
            ax.text(0, y + LINE / 2, short(crash.target, 22), fontsize=11, va="center")
        last = crash.target
        ax.text(PLACE, y + LINE / 2, short(crash.moment, 34), fontsize=11, va="center")
        _answer(ax, crash, middle, y)
        for (name, mark), left, width in zip(marks.items(), lefts, widths, strict=True):
            if name in crash.effects:
                _effect(ax, crash.effects[name], mark, left, width - 0.25, y)
        if crash.untrue:
            ax.plot([end], [y + LINE / 2], ls="", marker="D", ms=6, color=INK)
        y += LINE
    return y + GAP - LINE


def _answer(ax, crash, middle, y):
    length, colour = {
        "yes": (BAR, TOLD.colour), "no": (-0.6 * BAR, DECLINED.colour), "error": (-BAR, ERROR.colour),
        "nothing": (0.06, WAITING.colour),
    }[crash.told]  # fmt: skip
    hatch = {"hatch": ERROR.hatch, "ec": "white", "lw": 0} if crash.told == "error" else {"lw": 0}
    ax.barh([y + LINE / 2], [length], 0.62 * LINE, left=middle, fc=colour, zorder=3, **hatch)


def _effect(ax, times, mark, left, width, y):
    colour = tuple(DARK * part for part in to_rgb(mark.colour)) if times > 1 else mark.colour
    length = min(width, 0.7) if times > 1 else min(width, 0.7) / 2
    look = {"fc": colour, "lw": 0} if times else {"fc": "none", "ec": INK, "lw": 0.9, "ls": ":"}
    ax.barh([y + LINE / 2], [length], 0.62 * LINE, left=left, zorder=3, **look)


def _sentence(design, panel):
    wrong = sum(crash.untrue for crash in panel)
    return f"{design}: told and true differ after {wrong or 'none'} of {count(len(panel), 'crash', 'crashes')}"


def _finding(matrix):
    shares = {design: sum(crash.untrue for crash in panel) / len(panel) for design, panel in matrix.designs.items()}
    if len(shares) == 1:
        return _sentence(*next(iter(matrix.designs.items())))
    best, worst = min(shares, key=shares.get), max(shares, key=shares.get)
    if shares[best] == shares[worst]:
        return "No design is better than another one in this"
    named = {which: f"{which} ({shares[which]:.0%} of crashes)" for which in (best, worst)}
    return f"Told and true differ least often in {named[best]}, most often in {named[worst]}"
