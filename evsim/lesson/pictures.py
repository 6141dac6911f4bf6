"""The same picture of several designs, one above the other."""

from matplotlib import rc_context
from matplotlib.figure import Figure

from evsim.view.style import DPI, RC, title

__all__ = ["stack"]


def stack(picture, **runs):
    """A figure with the same picture of some runs, named, one above the other.

    ``stack("flow", classic=run, events=other)``; its ``axes`` are in that order. Give it to
    :func:`evsim.view.show`.
    """
    with rc_context(RC):
        figure = Figure(figsize=(8.0, 3.7 * len(runs)), layout="constrained", dpi=DPI)
        axes = figure.subplots(len(runs), squeeze=False, sharex=True)[:, 0]
        for ax, (name, run) in zip(axes, runs.items(), strict=True):
            getattr(run.plot, picture)(ax=ax)
            finding = ax.get_title(loc="left").replace("\n", " ")
            title(ax, f"{name}: {finding[:1].lower()}{finding[1:]}")
            ax.alt_text = f"{name}: {ax.alt_text}"
        for ax in axes[:-1]:
            ax.set_xlabel("")
    return figure
