"""Picture B, *promise and truth*: what each customer was told above what is true for them."""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb

from evsim.results.audit import AuditError
from evsim.view.style import (
    DECLINED,
    DPI,
    ERROR,
    INK,
    TOLD,
    count_axis,
    describe,
    effect_marks,
    empty,
    fault_bands,
    fault_words,
    figure,
    fold,
    inches,
    seconds,
    short,
    title,
)
from evsim.view.truth import State, promise_sentence

__all__ = ["books", "promise", "promise_sentence"]

MOST_COLUMNS, BINS = 2000, 500  # more customers than that are drawn in so many bins
MOST_EFFECTS = 6
LEAST = 0.3  # height of the smallest bar in a bin: one customer in a thousand is to be seen
DARK = 0.5  # how much of its colour an effect keeps where it happened more than once
WIDE = 5.6  # inches of the columns
LETTER = 0.085  # inches
STUB = "#b9b9bf"  # of those who wait
ROW = 2.5  # distance of the rows, in heights of a bar


def promise(run, ax=None, at=None):
    """Draw what customers were told and what is true, a column each in order of arrival; return the axes.

    The first row is the answers: up is yes, down is error, half as far down is no, a stub is waiting. Then a row for
    each effect: a bar where it happened once, a dark and double one where more often. The last row marks those for whom
    promise and truth differ. Beyond 2,000 customers a column is the shares of several, and its smallest bar
    is one or more. at: a moment (s), not the end.
    """
    state = State(run, at)
    rows = _rows(state, effect_marks(run))
    dpi = np.clip(4 * len(state) / WIDE, DPI, 4 * 300 / WIDE)  # four pixels a customer, up to 300
    sentence = promise_sentence(run, at)
    height = max(4.5, 1.9 + 0.62 * len(rows) + 0.2 * len(sentence) / 80)
    with figure(ax, (8.0, height), dpi) as ax:
        if not len(state):
            return empty(ax, f"Nobody arrived within {seconds(run.ended_at if at is None else at)}.")
        return _draw(ax, run, state, rows, sentence, at)


@dataclass(frozen=True)
class Row:
    """One row of the picture. bars: (which customers, height, colour), laid on one another each way."""

    name: str
    bars: tuple
    counts: tuple


def _rows(state, marks):
    told = state.outcomes
    yes, no, error, waiting = map(state.who, (told.yes, told.no, told.error, told.nothing))
    answers = ((yes, 1.0, TOLD.colour), (error, -1.0, ERROR.colour), (no, -0.6, DECLINED.colour), (waiting, 0.12, STUB))
    up, down = "\N{BLACK UP-POINTING TRIANGLE}", "\N{BLACK DOWN-POINTING TRIANGLE}"
    half = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"
    counts = _counts((yes, f"yes {up}"), (no, f"no {half}"), (error, f"error {down}"), (waiting, "waiting"))
    rows = [Row("told", answers, counts)]
    # Where there are too many effects, those that went wrong most often are the ones to see.
    facts = [state.effect(name) for name in state.names]
    wrong = np.array([int((due & (done == 0)).sum() + (done > 1).sum()) for done, due in facts])
    for number in sorted(np.argsort(-wrong, kind="stable")[:MOST_EFFECTS].tolist()):
        (done, due), name = facts[number], state.names[number]
        colour = to_rgb(marks[name].colour)
        bars = ((done >= 1, 0.5, colour), (done >= 2, 0.5, tuple(DARK * part for part in colour)))
        absent = (due & (done == 0), "never" if state.final else "not there")
        rows.append(Row(name, bars, _counts((done == 1, "once"), (done > 1, "twice or more"), absent)))
    odd = state.who(told.odd)
    return [*rows, Row("not as told", ((odd, 0.5, INK),), _counts((odd, ""), none="0"))]


def _counts(*groups, none=""):
    return tuple(f"{who.sum():,} {words}".strip() for who, words in groups if who.any()) or (none,)


def _draw(ax, run, state, rows, sentence, at):
    number = len(state)
    size = 1 if number <= MOST_COLUMNS else -(-number // BINS)
    begins = np.arange(0, number, size)
    ends = np.minimum(begins + size, number)
    lanes = len(rows)
    spec = ax.get_subplotspec()
    tall = 43 * ax.figure.get_figheight() / (spec.get_gridspec().nrows if spec else 1)  # points, about
    above = min(0.5, (4 + 15 * len(fault_words(run, at))) / tall)  # share of the height for faults
    low, high = -(lanes - 1) * ROW - 0.35, 1.1
    ax.set(xlim=(0, number), ylim=(low, high + (high - low) * above / (1 - above)))
    fault_bands(ax, run, until=at, place=lambda time: int(np.searchsorted(state.arrived, time)))
    margin = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 11, "linespacing": 1.05}
    for lane, row in enumerate(rows):
        base = -lane * ROW
        ax.hlines(base, 0, number, color="#b9b9bf", lw=0.8, zorder=1)
        _bars(ax, row, begins, ends, base)
        ax.text(1.01, base + (0.3 if lane else 0), "\n".join(row.counts), **margin)
    names = [short(row.name) for row in rows]
    left = 0.3 + LETTER * max(map(len, names))
    ax.set_yticks([-lane * ROW + (0.3 if lane else 0) for lane in range(lanes)], names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    many = f", {size:,} to a column; the smallest bar is one or more" if size > 1 else ""
    left_out = len(state.names) - MOST_EFFECTS
    some = f"; {left_out} of {len(state.names)} effects left out" if left_out > 0 else ""
    count_axis(ax.xaxis, f"customers in order of arrival{many}{some}")
    finding = state.finding
    if at is not None:
        finding = f"At {seconds(at)}, {finding[0].lower()}{finding[1:]}"
    title(ax, finding, left)
    below = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "top", "linespacing": 1.25}
    words = "\n".join(fold(each, inches(ax, left), 11.5) for each in (sentence, books(run)))
    ax.annotate(words, (0, 0), xytext=(0, -44), fontsize=11.5, **below)
    happened = fault_words(run, at).items()
    bands = "; ".join(f"{words}, from {seconds(its[0].start)}" for words, its in happened)
    text = f"Customers in order of arrival: what they were told above what is true. {finding}. {sentence}."
    return describe(ax, text + (f" Faults: {bands}." if bands else ""))


def _bars(ax, row, begins, ends, base):
    """Draw the bars of a row: a share of each column's customers, laid on one another in each direction."""
    gap = 0.15 if len(begins) <= 100 else 0.0
    height_of = {1: np.zeros(len(begins)), -1: np.zeros(len(begins))}
    for who, full, colour in row.bars:
        share = np.add.reduceat(who.astype(float), begins) / (ends - begins)
        height = full * np.where(share > 0, np.maximum(share, LEAST), 0.0)
        side = 1 if full > 0 else -1
        low = base + height_of[side]
        some = np.flatnonzero(share > 0)
        left, right, high = begins + gap, ends - gap, low + height
        corners = np.array([[left, low], [left, high], [right, high], [right, low]])  # corner, axis, column
        look = {"facecolors": [colour], "linewidths": 0, "antialiased": False, "zorder": 3}
        bars = PolyCollection(corners.transpose(2, 0, 1)[some], **look)
        bars.set_label(f"{row.name}: {who.sum()}")
        ax.add_collection(bars, autolim=False)
        height_of[side] = height_of[side] + height


def books(run):
    """The tick of the audit, or what does not balance."""
    try:
        run.audit()
    except AuditError as error:
        return f"\N{BALLOT X} {error}"
    return "\N{CHECK MARK} the books balance"
