"""Plans: wirings so small that a page has several side by side, with numbers in their boxes and the names below."""

import numpy as np

from evsim.view.layout import CHANNEL, CUSTOMERS, SERVICE, place
from evsim.view.style import FILL, INK, MIDDLE, PAPER
from evsim.view.svg import tag, themed
from evsim.view.wiring import KINDS, Wiring

__all__ = ["plans"]

SCALE = 16.0  # points of a plan for an inch of a diagram: a box has room for two digits
LETTERS = 8.0  # points
HEAD, HALF = 3.6, 1.5  # points: how long an arrow's head is, and half of its width
MARGIN = 1.0
WAITS, HANDS_OVER = {"stroke_width": 1.0}, {"stroke_width": 0.8, "stroke_dasharray": "2.5 1.5"}


def plans(designs):
    """(kind of box -> (number, name) of each; an SVG element for each design): same numbers, same places."""
    wirings = [Wiring(design) for design in designs]
    layout = place(wirings, across=True)
    kinds = {"customers": "workloads", "services": "services", "channels": "channels"}
    named = {
        kind: list(dict.fromkeys(name for wiring in wirings for name in getattr(wiring.scenario, section)))
        for kind, section in kinds.items()
    }
    numbers = {name: number for number, name in enumerate((each for its in named.values() for each in its), 1)}
    legend = {kind: [(numbers[name], name) for name in its] for kind, its in named.items() if its}
    return legend, [_plan(wiring, layout, numbers) for wiring in wirings]


def _plan(wiring, layout, numbers):
    parts = [(wiring.scenario.workloads, CUSTOMERS, PAPER, 6.0), (wiring.services, SERVICE, FILL, 1.0),
             (wiring.scenario.channels, CHANNEL, MIDDLE, 0.0)]  # fmt: skip
    edges = [(edge, kind) for kind in KINDS for edge in sorted(getattr(wiring, kind))]
    ends = [np.add(layout.boxes[name], np.multiply(way, size) / 2) for names, size, *_ in parts for name in names
            for way in (-1, 1)]  # fmt: skip
    corners = np.vstack([*ends, *(layout.lines[edge] for edge, _ in edges)])
    (_, low), (right, high) = corners.min(axis=0), corners.max(axis=0)  # alike on the left, so that columns stay

    def at(point):
        return MARGIN + SCALE * point[0], MARGIN + SCALE * (high - point[1])

    shapes = []
    for edge, kind in edges:
        look = WAITS if kind in ("asks", "calls") else HANDS_OVER
        shapes += _arrow([at(point) for point in layout.lines[edge]], look)
    for names, size, colour, radius in parts:
        for name in names:
            shapes += _box(numbers[name], at(layout.boxes[name]), size, colour, radius)
    width, height = SCALE * right + 2 * MARGIN, SCALE * (high - low) + 2 * MARGIN
    told = "; ".join(f"{one} to {two}" for (one, two), _ in edges)
    drawn = tag("svg", "".join(shapes), inner=True, width=f"{width:.1f}pt", height=f"{height:.1f}pt",
                viewBox=f"0 0 {width:.1f} {height:.1f}", role="img",
                aria_label=f"{wiring.scenario.name}: {told}.")  # fmt: skip
    return themed(drawn)


def _box(number, place, size, colour, radius):
    (x, y), (width, height) = place, (SCALE * side for side in size)
    yield tag("rect", x=x - width / 2, y=y - height / 2, width=width, height=height, rx=radius, fill=colour,
              stroke=INK, stroke_width=0.6)  # fmt: skip
    letters = {"font_size": LETTERS, "font_weight": "bold", "text_anchor": "middle", "fill": INK}
    yield tag("text", str(number), x=x, y=y + 0.36 * LETTERS, **letters)


def _arrow(points, look):
    """A chain of Bezier curves, and a triangle at its end."""
    tip, before = np.array(points[-1]), np.array(points[-2])
    way = (tip - before) / (np.hypot(*(tip - before)) or 1.0)
    back, aside = tip - HEAD * way, HALF * np.array([-way[1], way[0]])
    middle = "".join(" C" + " ".join(map(_pair, points[start : start + 3])) for start in range(1, len(points), 3))
    yield tag("path", d=f"M{_pair(points[0])}{middle}", fill="none", stroke=INK, **look)
    yield tag("path", d=f"M{_pair(tip)} L{_pair(back + aside)} L{_pair(back - aside)} z", fill=INK)


def _pair(point):
    return f"{point[0]:.1f},{point[1]:.1f}"
