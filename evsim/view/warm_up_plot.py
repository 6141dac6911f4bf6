"""Where the warm-up of a scenario ends: the picture of an :func:`evsim.warm_up` result."""

import numpy as np

from evsim.figures import label
from evsim.view.style import COLOURS, INK, describe, figure, seconds, time_axis, title

__all__ = ["warm_up"]


def warm_up(found, ax=None):
    """Draw the mean of what customers had, by when they came, and the ends of both warm-ups; return the axes."""
    times = (np.arange(len(found.series)) + 0.5) * found.piece
    with figure(ax) as ax:
        ax.plot(times, found.series, color=COLOURS["blue"], lw=1.2)
        ax.axvspan(0, found.cut, fc="#f1f1f4", lw=0, zorder=0)
        for time, words, dash in ((found.cut, "MSER-5", (0, ())), (found.written, "the scenario", (0, (1, 2)))):
            ax.axvline(time, color=INK, lw=1.2, ls=dash, label=f"{words}: {seconds(time)}")
        ax.set(xlim=(0, found.piece * len(found.series)), ylim=(0, 1.08 * float(found.series.max()) or 1))
        time_axis(ax.xaxis, found.piece * len(found.series), "time of arrival")
        time_axis(ax.yaxis, float(found.series.max()), f"{label(found.of)} mean, {found.runs} runs")
        ax.legend(loc="upper right")
        title(ax, found.finding)
        return describe(ax, str(found))
