"""Measured times and the distributions nearest to them: the picture of an :func:`evsim.fit` result."""

import numpy as np

from evsim.view.style import INK, describe, figure, time_axis, title
from evsim.view.sweep_pictures import LINES

__all__ = ["fit"]

SHARES = np.linspace(0.001, 0.999, 400)


def fit(found, ax=None, most=3):
    """Draw the share of the times up to each time, and the nearest candidates over it; return the axes."""
    times = found.times
    right = float(np.quantile(times, 0.995)) * 1.1 or 1.0
    with figure(ax) as ax:
        ax.step(times, np.arange(1, len(times) + 1) / len(times), where="post", color=INK, lw=2.5, label="measured")
        for candidate, mark in zip(found.candidates[:most], LINES, strict=False):
            words = f"{candidate.name}, off by {candidate.distance:.3f}{'' if candidate.fits else ': does not fit'}"
            style = {"color": mark.colour, "linestyle": mark.line, "linewidth": 1.8}
            ax.plot(candidate.distribution.quantile(SHARES), SHARES, label=words, **style)
        ax.set(xlim=(0, right), ylim=(0, 1.02))
        ax.set_ylabel("share of all times")
        time_axis(ax.xaxis, right, "time")
        ax.legend(loc="lower right")
        title(ax, found.finding)
        nearest = ", ".join(f"{each.name} {each.distance:.3f}" for each in found.candidates)
        return describe(ax, f"{found.finding}. Distances: {nearest}.")
