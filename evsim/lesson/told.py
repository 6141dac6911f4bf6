"""When customers were told yes and when all was done for them, for several designs on one axis."""

from functools import partial

import numpy as np

from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Dots, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import INK, TOLD, seconds
from evsim.view.what_changed import Noticed

__all__ = ["told_then_done"]

YES, DONE = Look(TOLD.colour, "o", edge=TOLD.colour, width=0.4), Look(INK, "|", edge=INK, width=3.0)
BETWEEN = Look(TOLD.colour, opacity=0.18)


def told_then_done(**runs):
    """A picture of some runs, named: the mean time until a customer was told yes and until all was done.

    Means are over those who were told yes, and over those for whom all was done; for how many it never was is
    written there. It is a :class:`~evsim.view.scene.scene.Scene`: its ``draw(ax)`` draws it on axes.
    """
    return _scene(runs)


def _scene(runs, frame=None):
    rows = {name: _times(run) for name, run in runs.items()}
    known = [time for told, done, _ in rows.values() for time in (told, done) if time == time]
    size = 8.0, 1.7 + 0.6 * len(runs)
    if not known:
        return sentence("told then done", "Nobody was told yes, and nothing was done.", size)
    frame = frame or Frame(1.35 * max(known) or 1.0)
    finding = f"On average, told yes first: {_soonest(rows, 0)}; all done first: {_soonest(rows, 1)}"
    return Scene(
        "told then done", finding, f"{finding}. " + " ".join(f"{name}: {_words(*row)}." for name, row in rows.items()),
        size, frame, times(-0.02 * frame.right, frame.right, "time since the customer asked, mean"),
        names(len(rows) - 0.5, -0.6, [(place, name) for place, name in enumerate(rows)]),
        marks=tuple(mark for place, row in enumerate(rows.values()) for mark in _row(place, *row, frame.right)),
        noticed={name: Noticed(run) for name, run in runs.items()}, again=partial(_scene, runs),
    )  # fmt: skip


def _times(run) -> tuple[float, float, int]:
    """(mean until told yes, mean until all was done, for how many it never was)."""
    requests = run.tables.requests
    yes, due = requests.cohort & run.outcomes.yes, requests.cohort & (requests.due > 0)
    done = due & ~np.isnan(requests.completion)
    return _mean(requests.response[yes]), _mean(requests.completion[done]), int((due & ~done).sum())


def _mean(times):
    return float(times.mean()) if len(times) else float("nan")


def _soonest(rows, which):
    known = {name: row[which] for name, row in rows.items() if row[which] == row[which]}
    first = min(known, key=known.__getitem__, default=None)
    return "nobody" if first is None else f"{first} ({seconds(known[first])})"


def _words(told, done, never):
    yes = f"told yes after {seconds(told)} on average" if told == told else "nobody told yes"
    return f"{yes}, all done {f'after {seconds(done)}' if done == done else 'for nobody'}{_left(never)}"


def _left(never):
    return f" ({never:,} never)" if never else ""


def _row(place, told, done, never, right):
    """Told as a circle, all done as an upright bar, and a field between them: told, and not true yet."""
    if done > told:
        yield Bars("between", [told], [done], [place - 0.15], [place + 0.15], BETWEEN)
    if done == done:
        yield Dots("all done", [done], [place], DONE, 0.26)
    if told == told:
        yield Dots("told yes", [told], [place], YES, 0.14)
        near = told < 0.11 * right
        yield Text(
            f"told yes {seconds(told)}", told, place, -4 if near else 0, 9, "left" if near else "center", "bottom"
        )
    if done == done:
        before = told - done > 0.04 * right and done > 0.3 * right  # by those who were told an error; there is room
        where = (done, place, -10, 0, "right") if before else (float(np.nanmax([told, done])), place, 10)
        yield Text(f"all done {seconds(done)}{_left(never)}", *where)
