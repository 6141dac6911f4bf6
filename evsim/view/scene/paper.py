"""Scenes drawn with matplotlib: on paper, in a notebook, on a slide."""

from dataclasses import replace

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from evsim.view.scene.marks import Dots
from evsim.view.style import FAULT, INK, PAPER, describe, figure, fold, inches, letters, short, title
from evsim.view.words import wrap

__all__ = ["draw", "draw_ends"]

SIZE = 11  # points of the letters
LETTER = 0.085  # inches
BOX = {"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.85}
POINTS = {"textcoords": "offset points"}


def draw(scene, ax=None):
    """Draw a :class:`~evsim.view.scene.scene.Scene`; return the axes, which have its alt text."""
    with figure(ax, scene.size, scene.dpi) as ax:
        if not scene.marks:
            ax.set_axis_off()
            ax.text(0.5, 0.5, wrap(scene.title, 50), transform=ax.transAxes, ha="center", va="center", fontsize=13)
            return describe(ax, scene.alt)
        for side, axis in (("x", scene.x), ("y", scene.y)):
            _axis(ax, side, axis)
        _bands(ax, scene.bands)
        for place, mark in enumerate(scene.marks):
            if isinstance(mark, Dots):
                mark = replace(mark, size=mark.size * _share(ax, scene.plot))
            DRAW[type(mark).__name__](ax, mark, 3 + place * 0.02)
        draw_ends(ax, scene.ends)
        _legend(ax, scene)
        left = 0.95 if scene.y.line else 0.3 + LETTER * max((len(text) for _, text in scene.y.ticks), default=0)
        title(ax, scene.title, left)
        if scene.below:
            words = "\n".join(fold(each, inches(ax, left), 11.5) for each in scene.below)
            place = {"xycoords": "axes fraction", "xytext": (0, -44), "va": "top", "linespacing": 1.25}
            ax.annotate(words, (0, 0), fontsize=11.5, **place, **POINTS)
        return describe(ax, scene.alt)


def _share(ax, plot):
    """How large dots may be that were made for a plot of some inches, at most as large as they were made."""
    if not plot or ax.figure.axes == [ax]:
        return 1.0
    box = ax.get_position()
    return min(1.0, 0.86 * box.height * ax.figure.get_figheight() / plot[1])


def _axis(ax, side, axis):
    """The limits and the ticks, of which some are left out where they have no room."""
    getattr(ax, f"set_{side}scale")("log" if axis.log else "linear")
    getattr(ax, f"set_{side}lim")(axis.low, axis.high)
    stride = 1
    if side == "x" and axis.ticks:
        room = letters(ax, SIZE) * 0.9
        stride = max(1, -int(-len(axis.ticks) * (max(len(text) for _, text in axis.ticks) + 2) // room))
    ticks = axis.ticks[::stride]
    one = getattr(ax, f"{side}axis")
    one.set_minor_locator(NullLocator())
    one.set_ticks([value for value, _ in ticks], [text for _, text in ticks])
    one.set_label_text(axis.label)
    if not axis.line:
        ax.tick_params(axis=side, length=0)
        ax.spines["left" if side == "y" else "bottom"].set_visible(False)
    if axis.grid:
        ax.grid(axis=side, color="#e4e4e8", lw=0.8)


def _bands(ax, bands):
    """Hatched stretches of time, and their words one below the other, each beside a diamond."""
    left, right = sorted(ax.get_xlim())
    for line, band in enumerate(bands):
        for span in band.spans:
            ax.axvspan(*span, fc="#f1f1f4", ec="#cfcfd6", hatch=FAULT.hatch, lw=0, zorder=0)
        x = max(band.spans[0][0], left)
        share, down = (x - left) / (right - left), -9 - 15 * line
        leftwards = share > 0.55
        words = short(band.words, max(20, int(letters(ax, SIZE, 0.62) * (share if leftwards else 1 - share))))
        side = {"xytext": (-8, down), "ha": "right"} if leftwards else {"xytext": (8, down), "ha": "left"}
        place = {"xycoords": ax.get_xaxis_transform(), **POINTS, "va": "center"}
        ax.annotate(words, (x, 1), **side, fontsize=SIZE, color="#4c4c52", bbox=BOX, zorder=5, **place)
        diamond = {"xytext": (0, down), "ha": "center", "color": FAULT.colour}
        ax.annotate("\N{BLACK DIAMOND}", (x, 1), **diamond, **place)


def _stroke(look):
    """Keywords for ``Axes.plot``."""
    line = (0, look.dash) if look.dash else "-"
    return {"color": look.colour, "linestyle": line, "linewidth": look.width, "alpha": look.opacity}


def _steps(ax, mark, order):
    marker = {"marker": mark.look.marker, "markevery": 0.12} if mark.look.marker else {}
    ax.plot(mark.x, mark.y, drawstyle="steps-post", label=mark.name, zorder=order, **_stroke(mark.look), **marker)


def _line(ax, mark, order):
    look = mark.look
    marker = {"marker": look.marker, "mfc": PAPER, "markevery": [len(mark.x) - 1]} if look.marker else {}
    across = {"transform": ax.get_yaxis_transform()} if mark.across else {}
    label = mark.name or "_line"
    ax.plot(mark.x, mark.y, zorder=order, label=label, **_stroke(look), **marker, **across)


def _dots(ax, mark, order):
    look = mark.look
    if look.marker == "x":
        own = {"c": look.colour, "s": (mark.size * 72) ** 2 * 0.5, "lw": min(1.8, 0.16 * 72 * mark.size)}
    elif look.marker == "|":
        own = {"c": look.colour, "s": (mark.size * 72) ** 2, "lw": look.width}
    else:
        own = {"c": look.colour, "s": (mark.size * 72) ** 2, "edgecolors": look.edge or "white", "lw": look.width}
    across = {"transform": ax.get_yaxis_transform(), "clip_on": False} if mark.across else {}
    ax.scatter(mark.x, mark.y, marker=look.marker, label=mark.name or None, zorder=order, **own, **across)


def _bars(ax, mark, order):
    look = mark.look
    corners = np.array([[mark.left, mark.low], [mark.left, mark.high], [mark.right, mark.high], [mark.right, mark.low]])
    edge = {"edgecolors": [look.edge], "linewidths": 0.8, "hatch": look.hatch} if look.edge else {"linewidths": 0}
    fine = {"antialiased": False} if len(mark.left) > 50 else {}
    bars = PolyCollection(
        corners.transpose(2, 0, 1), facecolors=[look.colour], alpha=None if look.edge else look.opacity,
        zorder=order, label=mark.name, **edge, **fine,
    )  # fmt: skip
    ax.add_collection(bars, autolim=False)
    left, right = ax.get_xlim()
    room = letters(ax, 10, 0.7) / (right - left)
    for number, words in enumerate(mark.inside):
        begin, end = mark.left[number], mark.right[number]
        if room * (end - begin) > len(words) + 2:
            middle = (begin + end) / 2, (mark.low[number] + mark.high[number]) / 2
            place = {"ha": "center", "va": "center", "fontsize": 10, "color": INK, "zorder": order + 0.01}
            ax.text(*middle, words, bbox=BOX | {"alpha": 1}, **place)


def _text(ax, mark, order):
    across, y = mark.across, mark.y
    transform = ax.get_yaxis_transform() if across else ax.transData
    if mark.free:
        transform, y = ax.transAxes, _free_height(ax, mark)
    ax.annotate(
        mark.text, (mark.x, y), xycoords=transform, xytext=(mark.dx, mark.dy), ha=mark.side, va=mark.level,
        fontsize=SIZE, bbox=BOX, zorder=5, annotation_clip=False, **POINTS,
    )  # fmt: skip


def _free_height(ax, mark):
    """Where words at the right edge hide least of the lines, as a share of the height of the axes."""
    points = np.vstack([ax.transLimits.transform(line.get_xydata()) for line in ax.lines])
    left = 1 - max(map(len, mark.text.split("\n"))) / letters(ax, SIZE, 0.62)
    heights = points[points[:, 0] > left, 1]
    return min(mark.free, key=lambda low: ((low - 0.03 < heights) & (heights < low + 0.17)).sum())


def draw_ends(ax, ends, gap=0.07):
    """Names in the right margin, moved apart so that they do not overlap."""
    low, high = ax.get_ylim()
    ends = sorted(ends, key=lambda end: -end.y)
    gap = min(gap, 1 / max(len(ends), 1))
    heights = [(end.y - low) / (high - low) for end in ends]
    for number in range(1, len(heights)):
        heights[number] = min(heights[number], heights[number - 1] - gap)
    floor = 0.0
    for number in reversed(range(len(heights))):  # those pushed out below move up again, and push others
        heights[number] = max(heights[number], floor)
        floor = heights[number] + gap
    for end, height in zip(ends, heights, strict=True):
        if end.look:
            look = _stroke(end.look) | {"marker": end.look.marker, "markevery": [1]}
            line = Line2D([1.01, 1.055], [height, height], transform=ax.transAxes, **look)
            line.set_clip_on(False)
            ax.add_artist(line)
        ax.text(
            1.075 if end.look else 1.01, height, short(end.text, 30), transform=ax.transAxes, va="center", fontsize=SIZE
        )


def _legend(ax, scene):
    if not scene.legend:
        return
    handles = [_handle(words, look) for words, look in scene.legend]
    below = {"loc": "upper right", "bbox_to_anchor": (1, -0.09), "borderaxespad": 0, "handletextpad": 0.4}
    ax.legend(handles=handles, ncols=len(handles), **below)


def _handle(words, look):
    if look.edge and not look.marker:
        return Patch(label=words, fc=look.colour, ec=look.edge, hatch=look.hatch)
    line = {"ls": (0, look.dash) if look.dash else "-", "lw": look.width} if look.width else {"ls": ""}
    return Line2D([], [], color=look.colour, marker=look.marker, label=words, **line)


DRAW = {"Steps": _steps, "Line": _line, "Dots": _dots, "Bars": _bars, "Text": _text}
