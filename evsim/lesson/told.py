"""When customers were told yes and when all was done for them, for several designs on one axis."""

import numpy as np

from evsim.view.style import INK, PAPER, TOLD, describe, empty, figure, seconds, time_axis, title

__all__ = ["told_then_done"]


def told_then_done(ax=None, **runs):
    """Draw for each run, named, the mean time until a customer was told yes and until all was done.

    Means are over those who were told yes, and over those for whom all was done; for how many it never was is
    written there. Returns the axes.
    """
    with figure(ax, size=(8.0, 1.7 + 0.6 * len(runs))) as ax:
        rows = {name: _times(run) for name, run in runs.items()}
        times = [time for told, done, _ in rows.values() for time in (told, done) if time == time]
        if not times:
            return empty(ax, "Nobody was told yes, and nothing was done.")
        longest = max(times)
        ax.set(xlim=(0, 1.35 * longest), ylim=(len(rows) - 0.5, -0.6))
        for place, row in enumerate(rows.values()):
            _row(ax, place, *row, longest)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        time_axis(ax.xaxis, longest, "time since the customer asked, mean")
        finding = f"On average, told yes first: {_soonest(rows, 0)}; all done first: {_soonest(rows, 1)}"
        title(ax, finding)
        each = " ".join(f"{name}: {_words(*row)}." for name, row in rows.items())
        return describe(ax, f"{finding}. {each}")


def _times(run):
    """(mean until told yes, mean until all was done, for how many it never was)."""
    requests = run.tally
    yes, due = requests.cohort & run.outcomes.yes, requests.cohort & (requests.due > 0)
    done = due & ~np.isnan(requests.completion)
    return _mean(requests.response[yes]), _mean(requests.completion[done]), int((due & ~done).sum())


def _mean(times):
    return float(times.mean()) if len(times) else float("nan")


def _soonest(rows, which):
    known = {name: row[which] for name, row in rows.items() if row[which] == row[which]}
    first = min(known, key=known.get, default=None)
    return "nobody" if first is None else f"{first} ({seconds(known[first])})"


def _words(told, done, never):
    return f"told yes after {seconds(told)} on average, all done after {seconds(done)}{_left(never)}"


def _left(never):
    return f" ({never:,} never)" if never else ""


def _row(ax, place, told, done, never, longest):
    """Told as a circle, all done as an upright bar, and a field between them: told, and not true yet."""
    words = {"textcoords": "offset points", "fontsize": 11, "zorder": 5}
    if told == told:
        ax.plot([told], [place], **TOLD.style, ms=10, zorder=4, clip_on=False)
        side = (-4, "left") if told < 0.15 * longest else (0, "center")
        text = f"told yes {seconds(told)}"
        ax.annotate(text, (told, place), xytext=(side[0], 9), ha=side[1], va="bottom", **words)
    if done == done:
        if done > told:
            ax.barh(place, done - told, left=told, height=0.3, color=TOLD.colour, alpha=0.18, zorder=1)
        ax.plot([done], [place], color=INK, marker="|", ms=20, mew=4, zorder=3, clip_on=False)
        box = {"fc": PAPER, "ec": "none", "pad": 1, "alpha": 0.8}
        end, text = (np.nanmax([told, done]), place), f"all done {seconds(done)}{_left(never)}"
        ax.annotate(text, end, xytext=(10, 0), va="center", bbox=box, **words)
