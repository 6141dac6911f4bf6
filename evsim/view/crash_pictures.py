"""The crash matrix: what one customer was told beside what became true, a line for each crash (picture B, turned)."""

from evsim.view.promise import dark
from evsim.view.scene.axes import Frame, nothing
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Dots, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import DECLINED, ERROR, INK, PAPER, SOFT, TOLD, WAITING, count, marks_of, short

__all__ = ["crashes", "scene"]

LINE = 0.25  # inches, the height of a line of text
GAP = 0.62  # inches between two designs
PLACE, POINT = 1.75, 2.75  # inches of the columns on the left
LETTER = 0.085  # inches
BAR = 0.3  # inches: the half of the column of answers
MIDDLE = PLACE + POINT + BAR + 0.1  # where answers begin
ANSWERS = {
    "yes": (BAR, Look(TOLD.colour)), "no": (-0.6 * BAR, Look(DECLINED.colour)),
    "error": (-BAR, Look(ERROR.colour, edge="white", hatch=ERROR.hatch)), "nothing": (0.06, Look(WAITING.colour)),
}  # fmt: skip
NEVER = Look(PAPER, edge=INK)


def crashes(matrix, ax=None):
    """Draw a :class:`evsim.experiment.crash.CrashMatrix`; return the axes.

    A panel for each design, a line for each place of a crash. The answer: a bar to the right is yes, to the left an
    error, half as far a no, a stub nothing. Then a column for each effect: a bar where it happened once, a dark and
    longer one where more often, an empty frame where it is due and never came. A diamond marks the lines in which what
    was told is not what is true.
    """
    return scene(matrix).draw(ax)


def scene(matrix):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    if not matrix:
        return sentence("crashes", "The request reached no step at which anything could crash.")
    table = _Table(dict.fromkeys(name for crash in matrix for name in crash.effects))
    for design, panel in matrix.designs.items():
        table.panel(_sentence(design, panel) if len(matrix.designs) > 1 else "", panel)
    finding = _finding(matrix)
    plot = table.end + 0.7, table.y - GAP + LINE
    size = max(8.0, plot[0] + 0.2), plot[1] + 0.9
    return Scene(
        "crashes", finding, f"What a customer was told and what became true, by places of a crash. {finding}.", size,
        Frame(plot[0]), nothing(0, plot[0]), nothing(plot[1], 0), marks=tuple(table.marks), plot=plot, inches=True,
        least=0.8 * size[0],
    )  # fmt: skip


class _Table:
    """The ``marks`` of panels one below the other, in inches; ``y``: where the next one begins."""

    def __init__(self, effects):
        self.looks, self.marks, self.y = marks_of(effects), [], 0.0
        self.lefts, self.end = {}, PLACE + POINT + 0.9
        for name in effects:
            self.lefts[name] = self.end
            self.end += max(0.75, LETTER * len(short(name, 16)) + 0.2)
        self.end += 0.2

    def panel(self, sentence, panel):
        if sentence:
            self.text(sentence, 0, size=12, bold=True)
            self.y += LINE
        heads = [("crash of", 0, "left"), ("when", PLACE, "left")]
        heads += [("error", MIDDLE - 0.05, "right"), ("yes", MIDDLE + 0.05, "left")]
        heads += [(short(name, 16), left, "left") for name, left in self.lefts.items()]
        for words, x, side in (*heads, ("differ", self.end, "center")):
            self.text(words, x, side=side, colour=SOFT)
        self.y += LINE
        bottom = self.y + LINE * len(panel)
        self.marks.append(Line("", (MIDDLE, MIDDLE), (self.y, bottom), Look("#b9b9bf", width=0.8)))
        last = None
        for crash in panel:
            if crash.target != last:
                self.marks.append(Line("", (0, self.end + 0.3), (self.y, self.y), Look("#e4e4e8", width=0.8)))
                self.text(short(crash.target, 22), 0)
            last = crash.target
            self.crash(crash)
            self.y += LINE
        self.y += GAP - LINE

    def crash(self, crash):
        self.text(short(crash.moment, 34), PLACE)
        self.bar(f"told {crash.told}", MIDDLE, *ANSWERS[crash.told])
        for name, left in self.lefts.items():
            times = crash.effects.get(name)
            if times is not None:
                colour = self.looks[name].colour
                look = Look(dark(colour) if times > 1 else colour) if times else NEVER
                self.bar(f"{name}: {times}", left, 0.5 if times > 1 else 0.25, look)
        if crash.untrue:
            self.marks.append(Dots("differ", [self.end], [self.y + LINE / 2], Look(INK, "D", width=0.0), 0.09))

    def text(self, words, x, **how):
        self.marks.append(Text(words, x, self.y + LINE / 2, **{"halo": False, **how}))

    def bar(self, name, x, length, look):
        left, right = sorted((x, x + length))
        low, high = self.y + 0.19 * LINE, self.y + 0.81 * LINE
        self.marks.append(Bars(name, [left], [right], [low], [high], look, words=name))


def _sentence(design, panel):
    wrong = sum(crash.untrue for crash in panel)
    return f"{design}: told and true differ after {wrong or 'none'} of {count(len(panel), 'crash', 'crashes')}"


def _finding(matrix):
    shares = {design: sum(crash.untrue for crash in panel) / len(panel) for design, panel in matrix.designs.items()}
    if len(shares) == 1:
        return _sentence(*next(iter(matrix.designs.items())))
    best, worst = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    if shares[best] == shares[worst]:
        return "No design is better than another one in this"
    named = {which: f"{which} ({100 * shares[which]:.0f} % of crashes)" for which in (best, worst)}
    return f"Told and true differ least often in {named[best]}, most often in {named[worst]}"
