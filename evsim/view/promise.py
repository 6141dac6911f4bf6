"""Picture B, *promise and truth*: what each customer was told above what is true for them."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from evsim.results.audit import AuditError
from evsim.view.scene.axes import Frame, counts, names
from evsim.view.scene.bands import bands, faults_told, sentence
from evsim.view.scene.marks import Bars, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import DECLINED, DPI, ERROR, INK, TOLD, effect_marks, seconds, short
from evsim.view.truth import State, promise_sentence
from evsim.view.what_changed import Noticed

__all__ = ["BASE", "STUB", "books", "dark", "promise", "promise_sentence", "scene"]

MOST_COLUMNS, BINS = 2000, 500  # more customers than that are drawn in so many bins
MOST_EFFECTS = 6
LEAST = 0.3  # height of the smallest bar in a bin: one customer in a thousand is to be seen
DARK = 0.5  # how much of its colour an effect keeps where it happened more than once
WIDE = 5.6  # inches of the columns
STUB = "#b9b9bf"  # of those who wait
ROW = 2.5  # distance of the rows, in heights of a bar
BASE = Look("#b9b9bf", width=0.8)


def promise(run, ax=None, at=None):
    """Draw what customers were told and what is true, a column each in order of arrival; return the axes.

    The first row is the answers: up is yes, down is error, half as far down is no, a stub is waiting. Then a row for
    each effect: a bar where it happened once, a dark and double one where more often. The last row marks those for whom
    promise and truth differ. Beyond 2,000 customers a column is the shares of several, and its smallest bar
    is one or more. at: a moment (s), not the end.
    """
    spec = ax.get_subplotspec() if ax else None
    tall = ax and ax.figure.get_figheight() / (spec.get_gridspec().nrows if spec else 1)
    return scene(run, at, tall).draw(ax)


def scene(run, at=None, tall=None, frame=None, columns=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`; `tall`: its inches of height; `columns`: at most."""
    state = State(run, at)
    rows = _rows(state, effect_marks(run))
    total = promise_sentence(run, at)
    size = 8.0, tall or max(4.5, 1.9 + 0.62 * len(rows) + 0.2 * len(total) / 80)
    if not len(state):
        return sentence("promise", f"Nobody arrived within {seconds(run.ended_at if at is None else at)}.", size)
    number = len(state)
    frame = frame or Frame(float(number))
    happened = bands(run, at, place=lambda time: int(np.searchsorted(state.arrived, time)))
    above = min(0.5, (4 + 15 * len(happened)) / (43 * size[1]))  # share of the height for the words of faults
    low, high = -(len(rows) - 1) * ROW - 0.35, 1.1
    each = -(-number // columns) if columns else 1 if number <= MOST_COLUMNS else -(-number // BINS)
    begins, gap = np.arange(0, number, each), 0.15 if frame.right <= 100 * each else 0.0
    marks = [mark for lane, row in enumerate(rows) for mark in _lane(row, begins, number, -lane * ROW, gap, lane > 0)]
    left_out = len(state.names) - MOST_EFFECTS
    many = f", {each:,} to a column; the smallest bar is one or more" if each > 1 else ""
    some = f"; {left_out} of {len(state.names)} effects left out" if left_out > 0 else ""
    finding = state.finding if at is None else f"At {seconds(at)}, {state.finding[0].lower()}{state.finding[1:]}"
    alt = f"Customers in order of arrival: what they were told above what is true. {finding}. {total}."
    places = [(-lane * ROW + (0.3 if lane else 0), short(row.name)) for lane, row in enumerate(rows)]
    dpi = float(np.clip(4 * number / WIDE, DPI, 4 * 300 / WIDE))  # four pixels a customer, up to 300
    return Scene(
        "promise", finding, alt + faults_told(run, at), size, frame,
        counts(0.0, frame.right, f"customers in order of arrival{many}{some}"),
        names(low, high + (high - low) * above / (1 - above), places), happened, tuple(marks),
        below=(total, books(run)), dpi=dpi,
        noticed={run.scenario.name: Noticed(run)}, again=partial(scene, run, at, tall, columns=columns),
    )  # fmt: skip


@dataclass(frozen=True)
class PromiseRow:
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
    rows = [PromiseRow("told", answers, counts)]
    # Where there are too many effects, those that went wrong most often are the ones to see.
    facts = [state.effect(name) for name in state.names]
    wrong = np.array([int((due & (done == 0)).sum() + (done > 1).sum()) for done, due in facts])
    for number in sorted(np.argsort(-wrong, kind="stable")[:MOST_EFFECTS].tolist()):
        (done, due), name = facts[number], state.names[number]
        colour = marks[name].colour
        bars = ((done >= 1, 0.5, colour), (done >= 2, 0.5, dark(colour)))
        absent = (due & (done == 0), "never" if state.final else "not there")
        rows.append(PromiseRow(name, bars, _counts((done == 1, "once"), (done > 1, "twice or more"), absent)))
    odd = state.who(told.odd)
    return [*rows, PromiseRow("not as told", ((odd, 0.5, INK),), _counts((odd, ""), none="0"))]


def dark(colour):
    """The colour of what happened more than once."""
    red, green, blue = to_rgb(colour)
    return to_hex((DARK * red, DARK * green, DARK * blue))


def _counts(*groups, none=""):
    return tuple(f"{who.sum():,} {words}".strip() for who, words in groups if who.any()) or (none,)


def _lane(row, begins, number, base, gap, small):
    """The marks of a row: a line, and bars of the shares of each column's customers, on one another each way."""
    yield Line("", (0, 1), (base, base), BASE, across=True)
    ends = np.minimum(begins + (begins[1] - begins[0] if len(begins) > 1 else number), number)
    heights = {1: np.zeros(len(begins)), -1: np.zeros(len(begins))}
    for who, full, colour in row.bars:
        share = np.add.reduceat(who.astype(float), begins) / (ends - begins)
        height = full * np.where(share > 0, np.maximum(share, LEAST), 0.0)
        side, some = (1 if full > 0 else -1), np.flatnonzero(share > 0)
        low = base + heights[side]
        if len(some):
            left, right, foot, top = (each[some].tolist() for each in (begins + gap, ends - gap, low, low + height))
            yield Bars(f"{row.name}: {who.sum()}", left, right, foot, top, Look(colour))
        heights[side] = heights[side] + height
    yield Text("\n".join(row.counts), 1.01, base + (0.3 if small else 0), across=True)


def books(run):
    """The tick of the audit, or what does not balance."""
    try:
        run.audit()
    except AuditError as error:
        return f"\N{BALLOT X} {error}"
    return "\N{CHECK MARK} the books balance"
