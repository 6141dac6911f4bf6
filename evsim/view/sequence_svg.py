"""A sequence diagram as SVG: lifelines, arrows and notes on one row each; to order, not to scale."""

from evsim.view.style import COLOURS, INK, PAPER, effect_marks, seconds, short
from evsim.view.svg import tag

__all__ = ["draw"]

ROW, TOP, MARGIN = 34, 44, 82  # pixels: height of a step, of the heads, and the column of times
HEAD, GAP, LETTER = 112, 132, 6.9  # width of a head, least distance of lifelines, and of a letter of text
MOST, LONGEST = 150, 48  # steps drawn, and letters of a text
BAR = 5  # half the width of a bar of work
SOFT, LINE = "#5c5c63", "#b5b5bb"
ARROWS = {  # kind -> (colour, width, dashes, head)
    "ask": (INK, 1.6, "none", "solid"),
    "answer": (INK, 1.4, "6 4", "solid"),
    "told": (COLOURS["blue"], 3.2, "none", "solid"),
    "publish": (INK, 1.6, "none", "open"),
    "deliver": (INK, 1.6, "none", "open"),
    "keep": (INK, 1.2, "2 3", "open"),
    "ack": (INK, 1.2, "2 3", "open"),
    "lost": (COLOURS["red"], 1.8, "6 4", "cross"),
}
SHAPES = {
    "s": "M-5-5h10v10h-10z",
    "^": "M0-6l6 11h-12z",
    "v": "M0 6l6-11h-12z",
    "P": "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "*": "M0-7l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5z",
    "p": "M0-6l6 4-2 7h-8l-2-7z",
}


def draw(sequence):
    """The SVG text of a :class:`evsim.view.sequence.Sequence`."""
    return _SequenceDrawing(sequence).svg()


class _SequenceDrawing:
    def __init__(self, sequence):
        self.sequence, self.marks = sequence, effect_marks(sequence.run)
        self.steps = sequence.steps[:MOST]
        self.left_out = sum(not step.on_lifeline for step in sequence.steps[MOST:])
        self.x = self._columns()
        self.parts, self.bars, self.open = [], [], {name: {} for name in self.x}
        self.width = max(self.x.values()) + _head_width(list(self.x)[-1]) / 2 + 12
        self.y = TOP + 6
        for step in self.steps:
            self._step(step)
        if self.left_out:
            self.y += ROW
            self._text(
                MARGIN,
                self.y,
                f"and {self.left_out} more steps (text() and mermaid() have them)",
                "start",
                SOFT,
            )
        self.bottom = self.y + 20
        for name, open_ in self.open.items():
            self.bars += [(name, depth, start, self.bottom) for depth, start in open_.values()]

    def _columns(self):
        """Where the lifelines stand: far enough apart for what is written between them."""
        names = list(self.sequence.participants)
        place = {name: number for number, name in enumerate(names)}
        gaps = [max(GAP, (_head_width(one) + _head_width(two)) / 2 + 14) for one, two in zip(names, names[1:])]
        for step in sorted(self.steps, key=lambda step: abs(place[step.source] - place.get(step.target, 0))):
            if step.kind == "effect" and place[step.source] < len(gaps):
                gaps[place[step.source]] = max(gaps[place[step.source]], _wide(_short(step.words)) + 40)
            elif step.target:
                low, high = sorted((place[step.source], place[step.target]))
                missing = _wide(_short(step.words)) + 30 - sum(gaps[low:high])
                for number in range(low, high) if missing > 0 else ():
                    gaps[number] += missing / (high - low)
        notes = [_wide(step.words) / 2 + 12 for step in self.steps if step.kind == "note" and not place[step.source]]
        positions = [MARGIN + max([_head_width(names[0]) / 2, *notes])]
        for gap in gaps:
            positions.append(positions[-1] + gap)
        return dict(zip(names, positions, strict=True))

    # Steps.

    def _step(self, step):
        if step.kind == "start":
            taken = {depth for depth, _ in self.open[step.source].values()}
            depth = next(depth for depth in range(len(taken) + 1) if depth not in taken)
            self.open[step.source][step.row] = depth, self.y + 5
            return
        if step.kind == "end":
            depth, begin = self.open[step.source].pop(step.row)
            self.bars.append((step.source, depth, begin, max(self.y + 5, begin + 10)))
            return
        self.y += ROW
        self._text(MARGIN - 22, self.y + 4, seconds(step.time), "end", SOFT)
        if step.kind == "note":
            self._note(step)
        elif step.kind == "effect":
            self._effect(step)
        else:
            self._arrow(step)

    def _note(self, step):
        x, width = self.x[step.source], _wide(step.words) + 16
        colour, fill = (SOFT, "#f4f4f6") if step.good else (COLOURS["red"], "#fdecee")
        self._put("rect", x=x - width / 2, y=self.y - 12, width=width, height=23, rx=4, fill=fill, stroke=colour)
        self._text(x, self.y + 4, step.words, "middle", INK)
        self._reach(x + width / 2)

    def _effect(self, step):
        mark, x = self.marks[step.text], self.x[step.source]
        place = f"translate({x:.1f} {self.y:.1f}) scale(1.25)"
        self._put("path", transform=place, d=SHAPES[mark.marker], fill=mark.colour, stroke=INK, stroke_width=0.8)
        self._text(x + 15, self.y + 4, _short(step.words), "start", INK, "bold")
        self._reach(x + 15 + _wide(_short(step.words)) * 1.15)

    def _arrow(self, step):
        colour, width, dashes, head = ARROWS[step.kind]
        if not step.good:
            colour = COLOURS["red"]
        one, two, y = self.x[step.source], self.x[step.target], self.y
        way = 1 if two > one else -1
        one, two = one + way * BAR, two - way * (BAR + 18 * (head == "cross"))
        shaft = f"M{one:.1f} {y:.1f}H{two - way * (6 if head == 'solid' else 1):.1f}"
        self._put("path", d=shaft, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dashes)
        tip = f"M{two:.1f} {y:.1f}l{-way * 9}-5"
        if head == "solid":
            self._put("path", d=f"{tip}v10z", fill=colour)
        elif head == "open":
            self._put("path", d=f"{tip}m0 10L{two:.1f} {y:.1f}", fill="none", stroke=colour, stroke_width=1.6)
        else:
            self._put("path", d=f"M{two - 6:.1f} {y - 6:.1f}l12 12m0-12l-12 12", stroke=colour, stroke_width=2.6)
        weight, ink = "bold" if step.kind == "told" else "normal", INK if step.good else "#b01c29"
        self._text((one + two) / 2, y - 6, _short(step.words), "middle", ink, weight)

    # Pieces.

    def _reach(self, x):
        self.width = max(self.width, x + 12)

    def _put(self, name, content=None, **attributes):
        self.parts.append(tag(name, content, **attributes))

    def _text(self, x, y, text, anchor, colour, weight="normal"):
        self._put("text", text, x=x, y=y, text_anchor=anchor, fill=colour, font_weight=weight)

    def _head(self, name, kind):
        """The head of a lifeline: a pill for customers, a box for a service, cells for a channel."""
        width, height, top = _head_width(name), 30, 14
        x, left = self.x[name], self.x[name] - width / 2
        dashes = "5 3" if kind == "channel" else "none"
        yield tag("path", d=f"M{x:.1f} {top + height}V{self.bottom:.1f}", stroke=LINE, stroke_dasharray=dashes)
        radius = {"customer": 15, "service": 3, "channel": 0}[kind]
        yield tag("rect", x=left, y=top, width=width, height=height, rx=radius, fill="#f4f4f6", stroke=INK)
        if kind == "channel":
            yield tag("path", d=f"M{left + 6:.1f} {top}v{height}m{width - 12:.1f} 0v-{height}", stroke=INK)
        yield tag("text", short(name), x=x, y=top + 20, text_anchor="middle", font_weight="bold", fill=INK)

    def _bar(self, name, depth, begin, end):
        x = self.x[name] - BAR + 4 * depth
        return tag("rect", x=x, y=begin, width=2 * BAR, height=end - begin, fill="#d9d9de", stroke=SOFT)

    def svg(self):
        sequence, width, height = self.sequence, round(self.width), round(self.bottom + 8)
        heads = [part for name, kind in sequence.participants.items() for part in self._head(name, kind)]
        bars = [self._bar(*bar) for bar in sorted(self.bars)]
        about = [tag("title", sequence.title), tag("desc", sequence.alt_text)]
        paper = tag("rect", width=width, height=height, fill=PAPER)
        return tag(
            "svg",
            "\n".join([*about, paper, *heads, *bars, *self.parts]),
            inner=True,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {width} {height}",
            width=width,
            height=height,
            role="img",
            aria_label=f"{sequence.title}. {sequence.alt_text}",
            font_size=12,
            font_family="DejaVu Sans, Verdana, sans-serif",
        )


def _wide(text):
    """About how many pixels a text takes."""
    return LETTER * len(text)


def _head_width(name):
    return max(HEAD, 1.12 * _wide(short(name)) + 22)


def _short(text):
    """A text that would push the lifelines too far apart, cut."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
