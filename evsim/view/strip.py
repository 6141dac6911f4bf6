"""Picture B as a strip without words, small enough to stand beside many others: SVG."""

from html import escape

from evsim.view.promise import scene
from evsim.view.scene.marks import Bars
from evsim.view.svg import themed

__all__ = ["strip"]

WIDTH, HEIGHT = 200, 64


def strip(run):
    """An SVG element: told above, then each effect, in order of arrival; faults are grey behind them."""
    drawn = scene(run, columns=WIDTH // 2)
    x, y = drawn.x, drawn.y

    def across(value):
        return round((value - x.low) / (x.high - x.low) * WIDTH, 1)

    def down(value):
        return round((y.high - value) / (y.high - y.low) * HEIGHT, 1)

    shapes = [
        f'<rect x="{across(start)}" y="0" width="{max(0.5, across(end) - across(start)):g}" height="{HEIGHT}" '
        'fill="#e9e9ee"/>'
        for band in drawn.bands
        for start, end in band.spans
    ]
    for mark in drawn.marks:
        if isinstance(mark, Bars):
            bars = zip(mark.left, mark.right, mark.low, mark.high, strict=True)
            path = "".join(
                f"M{across(left):g} {down(high):g}H{across(right):g}V{down(low):g}H{across(left):g}z"
                for left, right, low, high in bars
            )
            shapes.append(f'<path d="{path}" fill="{mark.look.colour}"/>')
    about = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(drawn.alt)}"'
    return f"<svg {about}>{themed(''.join(shapes))}</svg>"
