"""Scenes drawn with matplotlib: on paper, in a notebook, on a slide."""

from dataclasses import replace

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation

from evsim.view.scene.marks import Dots, Text
from evsim.view.style import FAULT, INK, PAPER, describe, figure, fold, inches, letters, short, title
from evsim.view.words import wrap

__all__ = ["draw", "draw_ends"]

SIZE = 11  # points of the letters
LETTER = 0.085  # inches
MARGIN = 3.75  # letters of a line in the right margin, for each inch of a figure
GAP = 0.07  # of the height of axes, at least, between two names in it
BOX = {"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.85}
POINTS = {"textcoords": "offset points"}
HEADS = {"solid": "-|>", "open": "->"}
CORNER = np.linspace(0, np.pi / 2, 6)


def draw(scene, ax=None):
    """Draw a :class:`~evsim.view.scene.scene.Scene`; return the axes, which have its alt text."""
    own = ax is None
    with figure(ax, scene.size, scene.dpi) as ax:
        if not scene.marks:
            ax.set_axis_off()
            ax.text(0.5, 0.5, wrap(scene.title, 50), transform=ax.transAxes, ha="center", va="center", fontsize=13)
            return describe(ax, scene.alt)
        for side, axis in (("x", scene.x), ("y", scene.y)):
            _axis(ax, side, axis)
        if scene.inches:
            ax.set_aspect("equal", anchor="NW")
        share = 1.0 if own or not scene.plot else _share(ax, scene)
        _bands(ax, scene)
        for place, mark in enumerate(scene.marks):
            DRAW[type(mark).__name__](
                ax, _smaller(mark, share, scene.inches), 3 + place * min(0.02, 1.9 / len(scene.marks))
            )
        draw_ends(ax, scene.ends)
        _legend(ax, scene, share)
        left = _left(scene.y)
        title(ax, scene.title, left)
        if scene.below:
            words = "\n".join(fold(each, inches(ax, left), 11.5) for each in scene.below)
            ax.annotate(
                words, (0, 0), xycoords="axes fraction", xytext=(0, -44), fontsize=11.5, va="top", linespacing=1.25,
                **POINTS,
            )  # fmt: skip
        return describe(ax, scene.alt)


def _left(axis):
    """How far into a figure its axes begin, in inches."""
    if axis.line:
        return 0.95
    wide = _indented(axis) / 72 if axis.nested else LETTER * max((len(text) for _, text in axis.ticks), default=0)
    return 0.3 + wide + 0.35 * bool(axis.label)


def _margin(scene):
    """What stands to the right of a scene's axes, in inches, about."""
    names = [0.5 + LETTER * max(map(len, _name(end.text, scene.size[0]).split("\n"))) for end in scene.ends]
    beyond = [mark for mark in scene.marks if isinstance(mark, Text) and mark.across and mark.x > 1]
    return max([0.1, *names, *(0.2 + LETTER * max(map(len, mark.text.split("\n"))) for mark in beyond)])


def _indented(axis):
    """Points that names take which are indented with spaces."""
    return max(6.6 * len(text.strip()) + 3.5 * text.count(" ") for _, text in axis.ticks)


def _share(ax, scene):
    """How large marks may be that were made for a plot of some inches, at most as large as they were made."""
    box, (width, height) = ax.get_position(), ax.figure.get_size_inches()
    high = 0.86 * box.height * height / scene.plot[1]
    return min(1.0, high, box.width * width / scene.plot[0]) if scene.inches else min(1.0, high)


def _smaller(mark, share, all_of_it):
    """A mark of a smaller picture: its dots, and where everything is in inches its words and lines, too."""
    if isinstance(mark, Dots):
        return replace(mark, size=mark.size * share)
    if share == 1 or not all_of_it:
        return mark
    if isinstance(mark, Text):
        return replace(mark, size=mark.size * share, dx=mark.dx * share, dy=mark.dy * share)
    return replace(mark, look=replace(mark.look, width=mark.look.width * share))


def _axis(ax, side, axis):
    """The limits and the ticks, of which some are left out where they have no room."""
    getattr(ax, f"set_{side}scale")("log" if axis.log else "linear")
    getattr(ax, f"set_{side}lim")(axis.low, axis.high)
    stride = 1
    if side == "x" and axis.ticks and axis.line:
        room = letters(ax, SIZE) * 0.9
        stride = max(1, -int(-len(axis.ticks) * (max(len(text) for _, text in axis.ticks) + 2) // room))
    ticks = axis.ticks[::stride]
    one = getattr(ax, f"{side}axis")
    one.set_minor_locator(NullLocator())
    if axis.over:
        one.tick_top()
        one.set_label_position("top")
    turned = {"rotation": 50, "ha": "left", "rotation_mode": "anchor"} if axis.turned else {}
    nested = {"ha": "left"} if axis.nested else {}
    if turned or nested:
        one.set_ticks([value for value, _ in ticks], [text for _, text in ticks], **turned, **nested)
    else:
        _tick(one, ticks)
    one.set_label_text(axis.label)
    if not axis.line:
        ax.tick_params(axis=side, length=0)
        ax.spines["left" if side == "y" else "bottom"].set_visible(False)
    if axis.nested:
        ax.tick_params(axis=side, pad=_indented(axis))
    if axis.grid:
        ax.grid(axis=side, color="#e4e4e8", lw=0.8)


def _tick(one, ticks):
    """The same as ``set_ticks``, which makes each tick now: they are made when they are drawn."""
    words = dict(ticks)
    if words:
        one.set_view_interval(min(words), max(words))
    one.set_major_locator(FixedLocator(list(words)))
    one.set_major_formatter(FuncFormatter(lambda value, _: words.get(value, "")))


def _bands(ax, scene):
    """Hatched stretches of time, and their words one below the other, each beside a diamond."""
    left, right = sorted(ax.get_xlim())
    before, after = _left(scene.y), _margin(scene)
    within = inches(ax, before) - after
    for line, band in enumerate(scene.bands):
        for span in band.spans:
            ax.axvspan(*span, fc="#f1f1f4", ec="#cfcfd6", hatch=FAULT.hatch, lw=0, zorder=0)
        x = max(band.spans[0][0], left)
        share, down = (x - left) / (right - left), -9 - 15 * line
        leftwards = share > 0.55
        room = before + share * within if leftwards else (1 - share) * within + after * (not scene.ends)
        words = short(band.words, max(20, int((room - 0.2) / LETTER)))
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
    look, label = mark.look, mark.name or "_line"
    if mark.head:
        path = Path(np.column_stack([mark.x, mark.y]))
        arrow = FancyArrowPatch(
            path=path, arrowstyle=HEADS[mark.head], mutation_scale=8 * look.width, shrinkA=0, shrinkB=0, zorder=order,
            label=label, joinstyle="miter", **_stroke(look),
        )  # fmt: skip
        ax.add_patch(arrow)
        return
    last = {} if mark.every else {"markevery": [len(mark.x) - 1], "mfc": PAPER}
    marker = {"marker": look.marker, **last} if look.marker else {}
    across = {"transform": ax.get_yaxis_transform()} if mark.across else {}
    ax.plot(mark.x, mark.y, zorder=order, label=label, solid_capstyle="butt", **_stroke(look), **marker, **across)


def _area(ax, mark, order):
    look = {"color": mark.look.colour, "alpha": mark.look.opacity, "lw": 0}
    ax.fill_between(mark.x, mark.low, mark.high, label=mark.name, zorder=order, **look)


def _dots(ax, mark, order):
    look = mark.look
    if look.marker == "x":
        own = {"c": look.colour, "s": (mark.size * 72) ** 2 * 0.5, "lw": min(2.4, 0.16 * 72 * mark.size)}
    elif look.marker == "|":
        own = {"c": look.colour, "s": (mark.size * 72) ** 2, "lw": look.width}
    else:
        own = {"c": look.colour, "s": (mark.size * 72) ** 2, "edgecolors": look.edge or "white", "lw": look.width}
    across = {"transform": ax.get_yaxis_transform(), "clip_on": False} if mark.across else {}
    ax.scatter(mark.x, mark.y, marker=look.marker, label=mark.name or None, zorder=order, **own, **across)


def _bars(ax, mark, order):
    look = mark.look
    shape = _rounded if mark.round else _square
    corners = [shape(*each, mark.round) for each in zip(mark.left, mark.right, mark.low, mark.high, strict=True)]
    edge = (
        {"edgecolors": [look.edge], "linewidths": min(look.width, 1.0), "hatch": look.hatch}
        if look.edge
        else {"linewidths": 0}
    )
    fine = {"antialiased": False} if len(mark.left) > 50 else {}
    bars = PolyCollection(
        corners, facecolors=[look.colour], alpha=None if look.edge else look.opacity,
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


def _square(left, right, low, high, _):
    return [(left, low), (left, high), (right, high), (right, low)]


def _rounded(left, right, low, high, radius):
    x, y = radius * np.sin(CORNER), radius * np.cos(CORNER)
    turns = [(right - radius + x, high - radius + y), (right - radius + y, low + radius - x),
             (left + radius - x, low + radius - y), (left + radius - y, high - radius + x)]  # fmt: skip
    return np.hstack(turns).T


def _text(ax, mark, order):
    across, y = mark.across, mark.y
    transform = ax.get_yaxis_transform() if across else ax.transData
    if mark.free:
        transform, y = ax.transAxes, _free_height(ax, mark)
    look = {"fontsize": mark.size, "fontweight": "bold" if mark.bold else "normal", "color": mark.colour}
    ax.annotate(
        mark.text, (mark.x, y), xycoords=transform, xytext=(mark.dx, mark.dy), ha=mark.side, va=mark.level,
        bbox=BOX if mark.halo else None, zorder=5, annotation_clip=False, **look, **POINTS,
    )  # fmt: skip


def _free_height(ax, mark):
    """Where words at the right edge hide least of the lines, as a share of the height of the axes."""
    points = np.vstack([ax.transLimits.transform(line.get_xydata()) for line in ax.lines])
    left = 1 - max(map(len, mark.text.split("\n"))) / letters(ax, SIZE, 0.62)
    heights = points[points[:, 0] > left, 1]
    return min(mark.free, key=lambda low: ((low - 0.03 < heights) & (heights < low + 0.17)).sum())


def draw_ends(ax, ends):
    """Names in the right margin, moved apart so that they do not overlap."""
    low, high = ax.get_ylim()
    ends = sorted(ends, key=lambda end: -end.y)
    names = [_name(end.text, ax.figure.get_figwidth()) for end in ends]
    lines = np.array([1 + name.count("\n") for name in names])
    gap = min(max(GAP, _of_a_line(ax)), 1 / max(lines.sum(), 1))
    apart = gap * (lines[1:] + lines[:-1]) / 2
    heights = [(end.y - low) / (high - low) for end in ends]
    for number, least in enumerate(apart, 1):
        heights[number] = min(heights[number], heights[number - 1] - least)
    floor = 0.0
    for number, least in reversed([*enumerate([0.0, *apart])][: len(heights)]):
        heights[number] = max(heights[number], floor)  # those pushed out below move up again, and push others
        floor = heights[number] + least
    for end, name, height in zip(ends, names, heights, strict=True):
        if end.look:
            look = _stroke(end.look) | {"marker": end.look.marker, "markevery": [1]}
            line = Line2D([1.01, 1.055], [height, height], transform=ax.transAxes, **look)
            line.set_clip_on(False)
            ax.add_artist(line)
        place = {"transform": ax.transAxes, "va": "center", "linespacing": 1.1, "fontsize": SIZE}
        ax.text(1.075 if end.look else 1.01, height, name, **place)


def _of_a_line(ax):
    """The share of the height of axes that a line of text needs, where a title and a label lie above and below."""
    spec = ax.get_subplotspec()
    rows = spec.get_gridspec().nrows if spec else 1
    return 1.2 * SIZE / 72 / max(ax.figure.get_figheight() / rows - 1.1, 1.0)


def _name(text, wide):
    """A name for the margin, in two lines if one is too short for it; what is too long for a line loses its middle."""
    words, most = text.split(" "), int(MARGIN * wide)
    halves = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    lines = (text,) if len(text) <= most or not halves else min(halves, key=lambda two: max(map(len, two)))
    return "\n".join(short(line, most) for line in lines)


def _legend(ax, scene, share):
    """What the marks mean, below: beside the label of the axis if there is room, else below it in rows."""
    if not scene.legend:
        return
    handles = [_handle(words, look) for words, look in scene.legend]
    room = inches(ax, _left(scene.y)) * 72 / (SIZE * share * 0.58)
    longest = max(len(words) for words, _ in scene.legend) + 6
    if len(handles) * longest < 0.4 * room:
        place = {"loc": "upper right", "bbox_to_anchor": (1, -0.09), "ncols": len(handles)}
    else:
        down = -(8 + 20 * (bool(scene.x.ticks) and not scene.x.over) + 18 * (bool(scene.x.label) and not scene.x.over))
        below = ax.transAxes + ScaledTranslation(0, down / 72, ax.figure.dpi_scale_trans)
        place = {"loc": "upper left", "bbox_to_anchor": (0, 0), "bbox_transform": below}
        place["ncols"] = max(1, min(len(handles), int(room // longest)))
    ax.legend(handles=handles, borderaxespad=0, handletextpad=0.4, columnspacing=1.4, fontsize=SIZE * share, **place)


def _handle(words, look):
    if not look:
        return Line2D([], [], ls="", label=words)
    if look.edge and not look.marker:
        return Patch(label=words, fc=look.colour, ec=look.edge, hatch=look.hatch)
    line = {"ls": (0, look.dash) if look.dash else "-", "lw": look.width} if look.width else {"ls": ""}
    edge = {"mfc": look.colour, "mec": look.edge} if look.edge else {}
    return Line2D([], [], color=look.edge or look.colour, marker=look.marker, label=words, **edge, **line)


DRAW = {"Steps": _steps, "Line": _line, "Area": _area, "Dots": _dots, "Bars": _bars, "Text": _text}
