"""Pictures of several designs, one above the other on the same time axis."""

from matplotlib import rc_context
from matplotlib.figure import Figure

from evsim.view import show
from evsim.view.style import DPI, RC, title

__all__ = ["stack"]


def stack(picture, **runs):
    """The :class:`evsim.view.Picture` of some runs, named: the same plot of each, such as "flow", one above the other.

    Its axes are in ``figure.axes`` in the same order.
    """
    with rc_context(RC):
        figure = Figure(figsize=(8.0, 3.7 * len(runs)), layout="constrained", dpi=DPI)
        axes = figure.subplots(len(runs), squeeze=False, sharex=True)[:, 0]
        for ax, (name, run) in zip(axes, runs.items()):
            getattr(run.plot, picture)(ax=ax)
            title(ax, f"{name}: {ax.get_title(loc='left').replace(chr(10), ' ')}")
            ax.alt_text = f"{name}: {ax.alt_text}"
        for ax in axes[:-1]:
            ax.set_xlabel("")
    return show(figure)
