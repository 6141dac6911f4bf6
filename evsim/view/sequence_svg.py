"""A sequence diagram as SVG: lifelines, arrows and notes on one row each; to order, not to scale."""

from xml.sax.saxutils import escape, quoteattr

from evsim.view.style import COLOURS, INK, PAPER, effect_marks, seconds

__all__ = ["draw"]

ROW, TOP, MARGIN = 34, 44, 82  # pixels: height of a step, of the heads, and the column of times
HEAD, GAP, LETTER = 112, 132, 6.9  # width of a head, least distance of lifelines, and of a letter of text
MOST = 150  # steps drawn
BAR = 5  # half the width of a bar of work
SOFT, LINE = "#5c5c63", "#b5b5bb"
ARROWS = {  # kind -> (colour, width, dashes, head)
    "ask": (INK, 1.6, "", "solid"),
    "answer": (INK, 1.4, "6 4", "solid"),
    "told": (COLOURS["blue"], 3.2, "", "solid"),
    "publish": (INK, 1.6, "", "open"),
    "deliver": (INK, 1.6, "", "open"),
    "keep": (INK, 1.2, "2 3", "open"),
    "ack": (INK, 1.2, "2 3", "open"),
    "lost": (COLOURS["red"], 1.8, "6 4", "cross"),
}
SHAPES = {
    "s": "M-5-5h10v10h-10z", "^": "M0-6l6 11h-12z", "v": "M0 6l6-11h-12z", "P": "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "*": "M0-7l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5z", "p": "M0-6l6 4-2 7h-8l-2-7z",
}  # fmt: skip


def draw(sequence):
    """The SVG text of a :class:`evsim.view.sequence.Sequence`."""
    return _Drawing(sequence).svg()


class _Drawing:
    def __init__(self, sequence):
        self.sequence, self.marks = sequence, effect_marks(sequence.run)
        self.steps = sequence.steps[:MOST]
        self.left_out = sum(step.kind not in ("start", "end") for step in sequence.steps[MOST:])
        self.x = self._columns()
        self.parts, self.bars, self.open = [], [], {name: [] for name in self.x}
        self.width = max(self.x.values()) + _head_width(list(self.x)[-1]) / 2 + 12
        self.y = TOP + 6
        for step in self.steps:
            self._step(step)
        if self.left_out:
            self.y += ROW
            self._text(MARGIN, self.y, f"and {self.left_out} more steps (text() and mermaid() have them)", "start", SOFT)
        self.bottom = self.y + 20
        for name, starts in self.open.items():
            self.bars += [(name, depth, start, self.bottom) for depth, start in enumerate(starts)]

    def _columns(self):
        """Where the lifelines stand: far enough apart for what is written between them."""
        names = list(self.sequence.participants)
        place = {name: number for number, name in enumerate(names)}
        gaps = [max(GAP, (_head_width(one) + _head_width(two)) / 2 + 14) for one, two in zip(names, names[1:])]
        for step in sorted(self.steps, key=lambda step: abs(place[step.source] - place.get(step.target, 0))):
            if step.kind == "effect" and place[step.source] < len(gaps):
                gaps[place[step.source]] = max(gaps[place[step.source]], _wide(step.text) + 40)
            elif step.target:
                low, high = sorted((place[step.source], place[step.target]))
                missing = _wide(step.text) + 30 - sum(gaps[low:high])
                for number in range(low, high) if missing > 0 else ():
                    gaps[number] += missing / (high - low)
        notes = [_wide(step.text) / 2 + 12 for step in self.steps if step.kind == "note" and not place[step.source]]
        positions = [MARGIN + max([_head_width(names[0]) / 2, *notes])]
        for gap in gaps:
            positions.append(positions[-1] + gap)
        return dict(zip(names, positions, strict=True))

    # Steps.

    def _step(self, step):
        if step.kind == "start":
            self.open[step.source].append(self.y + 5)
            return
        if step.kind == "end":
            if self.open[step.source]:
                begin = self.open[step.source].pop()
                self.bars.append((step.source, len(self.open[step.source]), begin, max(self.y + 5, begin + 10)))
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
        x, width = self.x[step.source], _wide(step.text) + 16
        colour, fill = (SOFT, "#f4f4f6") if step.good else (COLOURS["red"], "#fdecee")
        self.parts.append(
            f'<rect x="{x - width / 2:.1f}" y="{self.y - 12:.1f}" width="{width:.1f}" height="23" rx="4" fill="{fill}" '
            f'stroke="{colour}"/>'
        )
        self._text(x, self.y + 4, step.text, "middle", INK)
        self._reach(x + width / 2)

    def _effect(self, step):
        mark, x = self.marks[step.text], self.x[step.source]
        self.parts.append(
            f'<path transform="translate({x:.1f} {self.y:.1f}) scale(1.25)" d="{SHAPES[mark.marker]}" '
            f'fill="{mark.colour}" stroke="{INK}" stroke-width="0.8"/>'
        )
        self._text(x + 15, self.y + 4, step.text, "start", INK, "bold")
        self._reach(x + 15 + _wide(step.text) * 1.1)

    def _arrow(self, step):
        colour, width, dashes, head = ARROWS[step.kind]
        if not step.good:
            colour = COLOURS["red"]
        one, two = self.x[step.source], self.x[step.target]
        way = 1 if two > one else -1
        one, two = one + way * BAR, two - way * BAR
        if head == "cross":
            two -= way * 18
        label = (one + two) / 2
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<path d="M{one:.1f} {self.y:.1f}H{two - way * (6 if head == "solid" else 1):.1f}" fill="none" '
            f'stroke="{colour}" stroke-width="{width}"{dash}/>'
        )
        tip = f"M{two:.1f} {self.y:.1f}l{-way * 9}-5"
        paths = {
            "solid": f'<path d="{tip}v10z" fill="{colour}"/>',
            "open": f'<path d="{tip}m0 10L{two:.1f} {self.y:.1f}" fill="none" stroke="{colour}" stroke-width="1.6"/>',
            "cross": f'<path d="M{two - 6:.1f} {self.y - 6:.1f}l12 12m0-12l-12 12" stroke="{colour}" stroke-width="2.6"/>',
        }
        self.parts.append(paths[head])
        weight = "bold" if step.kind == "told" else "normal"
        self._text(label, self.y - 6, step.text, "middle", INK if step.good else "#b01c29", weight)

    # Pieces.

    def _reach(self, x):
        self.width = max(self.width, x + 12)

    def _text(self, x, y, text, anchor, colour, weight="normal"):
        bold = ' font-weight="bold"' if weight == "bold" else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{bold}>{escape(text)}</text>')

    def _head(self, name, kind):
        """The head of a lifeline: a pill for customers, a box for a service, a strip of cells for a channel."""
        x, width, height, y = self.x[name], _head_width(name), 30, 14
        radius = {"customer": 15, "service": 3, "channel": 0}[kind]
        dash = ' stroke-dasharray="5 3"' if kind == "channel" else ""
        cells = f"M{x - width / 2 + 6:.1f} {y}v{height}M{x + width / 2 - 6:.1f} {y}v{height}" if kind == "channel" else ""
        yield f'<path d="M{x:.1f} {y + height}V{self.bottom:.1f}" stroke="{LINE}"{dash}/>'
        yield (
            f'<rect x="{x - width / 2:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="{radius}" fill="#f4f4f6" '
            f'stroke="{INK}"/><path d="{cells}" stroke="{INK}"/>'
        )
        yield (
            f'<text x="{x:.1f}" y="{y + 20}" text-anchor="middle" font-weight="bold" fill="{INK}">{escape(name)}</text>'
        )

    def svg(self):
        sequence = self.sequence
        heads = [part for name, kind in sequence.participants.items() for part in self._head(name, kind)]
        bars = [
            f'<rect x="{self.x[name] - BAR + 4 * depth:.1f}" y="{begin:.1f}" width="{2 * BAR}" height="{end - begin:.1f}" '
            f'fill="#d9d9de" stroke="{SOFT}"/>'
            for name, depth, begin, end in sorted(self.bars)
        ]
        width, height = round(self.width), round(self.bottom + 8)
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label={quoteattr(f"{sequence.title}. {sequence.alt_text}")} '
            'font-family="DejaVu Sans, Verdana, sans-serif" font-size="12">',
            f"<title>{escape(sequence.title)}</title>", f"<desc>{escape(sequence.alt_text)}</desc>",
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
            *heads, *bars, *self.parts, "</svg>",
        ])  # fmt: skip


def _wide(text):
    """About how many pixels a text takes."""
    return LETTER * len(text)


def _head_width(name):
    return max(HEAD, 1.12 * _wide(name) + 22)
