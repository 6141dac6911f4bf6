"""Picture D as SVG, with another run as a ghost behind it: quick enough to follow a slider."""

import numpy as np

from evsim.view.flow import lines_of
from evsim.view.style import FAULT, INK, PAPER, fault_words, seconds
from evsim.view.svg import tag

__all__ = ["flow_with_ghost"]

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 54, 560, 24, 294  # of the plot, in pixels
LINE = 19  # distance of two lines of text
STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200)
SOFT = "#5c5c63"


def flow_with_ghost(run, ghost=None):
    """The SVG text of how many arrived, were told and came true in `run`, against time (s).

    ghost: another run, the same lines of which stand thin and pale behind.
    """
    return _Flow(run, ghost).svg()


class _Flow:
    def __init__(self, run, ghost):
        self.run, self.ghost = run, ghost
        self.lines, self.pale = lines_of(run), lines_of(ghost) if ghost else []
        drawn = [times for _, times, _ in self.lines + self.pale if len(times)]
        self.until = max([run.scenario.run.duration, *(float(times[-1]) for times in drawn)])
        self.most = max([1, *map(len, drawn)])

    def x(self, time):
        return LEFT + (RIGHT - LEFT) * np.asarray(time) / self.until

    def y(self, number):
        return BOTTOM - (BOTTOM - TOP) * np.asarray(number) / self.most

    def svg(self):
        ends = ", ".join(f"{len(times):,} {name}" for name, times, _ in self.lines)
        bands = "; ".join(f"{words}, from {seconds(its[0].start)}" for words, its in fault_words(self.run).items())
        about = f"Counts of customers against time, from 0 to {seconds(self.until)}. At the end: {ends}."
        about += f" Faults: {bands}." if bands else ""
        parts = [tag("rect", width=WIDTH, height=HEIGHT, fill=PAPER), *self._faults(), *self._axes()]
        parts += [self._line(times, mark, stroke_width=1.4, opacity=0.7) for _, times, mark in self.pale]
        parts += [self._line(times, mark, stroke_width=2.2, stroke_dasharray=_dashes(mark.line, 2.2))
                  for _, times, mark in self.lines]  # fmt: skip
        return tag(
            "svg", "\n".join([tag("title", "arrived, told, done"), *parts, *self._names()]), inner=True,
            xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=about,
            style=f"width: {WIDTH}px; max-width: 100%; height: auto", font_size=13,
            font_family="DejaVu Sans, Verdana, sans-serif",
        )  # fmt: skip

    def _line(self, times, mark, **look):
        """A cumulative count as a line of steps, without what is finer than half a pixel."""
        x, y = self.x(times), self.y(np.arange(1, len(times) + 1))
        if len(x) > WIDTH:
            seen = np.append(np.diff(np.floor(2 * x)) > 0, True)
            x, y = x[seen], y[seen]
        steps = "".join(f"H{across:.1f}V{up:.1f}" for across, up in zip(x.tolist(), y.tolist(), strict=True))
        path = f"M{LEFT} {BOTTOM}{steps}H{RIGHT}"
        return tag("path", d=path, fill="none", stroke=mark.colour, **look)

    def _names(self):
        """What each line is, at its right end; each a little lower than the one above."""
        ends = sorted(((float(self.y(len(times))), name, times, mark) for name, times, mark in self.lines),
                      key=lambda end: end[0])  # fmt: skip
        heights = []
        for end in ends:
            heights.append(max(end[0], heights[-1] + LINE if heights else 0))
        over = max(0, heights[-1] - BOTTOM)
        for number in reversed(range(len(heights))):
            below = heights[number + 1] - LINE if number + 1 < len(heights) else heights[number] - over
            heights[number] = min(heights[number], below)
        for height, (_, name, times, mark) in zip(heights, ends, strict=True):
            yield tag("path", d=f"M{RIGHT + 6} {height:.1f}h26", stroke=mark.colour, stroke_width=2.6,
                      stroke_dasharray=_dashes(mark.line, 2.2))  # fmt: skip
            yield _text(RIGHT + 38, height + 4.5, f"{len(times):,} {name}")
        if self.ghost:
            yield _text(RIGHT + 38, heights[-1] + LINE + 4.5, "thin: as it was before", fill=SOFT)

    def _axes(self):
        yield tag("path", d=f"M{LEFT} {TOP - 8}V{BOTTOM}H{RIGHT}", fill="none", stroke="#8a8a90")
        step = next((step for step in STEPS if self.until / step <= 8), self.until)
        for time in np.arange(0, self.until * 1.0001, step).tolist():
            yield _text(float(self.x(time)), BOTTOM + 18, f"{time:,.6g}", "middle")
        step = next(step for step in (each * 10**power for power in range(9) for each in (1, 2, 5))
                    if self.most / step <= 5)  # fmt: skip
        for number in range(0, self.most + 1, step):
            yield _text(LEFT - 8, float(self.y(number)) + 4.5, f"{number:,}", "end")
        yield _text((LEFT + RIGHT) / 2, BOTTOM + 38, "time since the start (s)", "middle")
        middle = (TOP + BOTTOM) / 2
        yield _text(14, middle, "customers", "middle", transform=f"rotate(-90 14 {middle:.0f})")

    def _faults(self):
        """Bands, and their words one below the other."""
        for line, (words, same) in enumerate(fault_words(self.run).items()):
            for fault in same:
                begin, end = (float(self.x(min(time, self.until))) for time in (fault.start, fault.end))
                yield tag("rect", x=begin, y=TOP - 8, width=max(end - begin, 1.0), height=BOTTOM - TOP + 8,
                          fill="#ececf0")  # fmt: skip
            begin = float(self.x(same[0].start))
            right = begin > (LEFT + RIGHT) / 2
            yield _text(begin + (-6 if right else 6), TOP + 4 + LINE * line, f"\N{BLACK DIAMOND} {words}",
                        "end" if right else "start", fill=FAULT.colour)  # fmt: skip


def _text(x, y, words, anchor="start", fill=INK, **more):
    return tag("text", words, x=x, y=y, text_anchor=anchor, fill=fill, **more)


def _dashes(line, width):
    """A line style of matplotlib, as SVG writes it."""
    if isinstance(line, tuple):
        return " ".join(f"{width * length:.1f}" for length in line[1])
    return {"-": "none", ":": f"{width} {1.65 * width:.1f}"}[line]
