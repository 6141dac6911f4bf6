"""An incident: what was predicted, with the band of 95 of 100 runs, beside what was observed."""

import numpy as np

from evsim.figures import label, unit_of, write, write_as
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.view.scene.axes import Frame, counts, shares, times
from evsim.view.scene.marks import AnyMark, Area, Band, Dots, End, Line, Look
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK, LESSON, count, seconds

__all__ = ["scene"]

PREDICTED = Look(COLOURS["blue"], width=2.5)
BETWEEN = Look(COLOURS["blue"], opacity=0.2, width=0.0)
OBSERVED = Look(INK, "o", width=0.0)
SIZE = 0.09  # inches of a dot


def scene(found, figure=None):
    """The :class:`~evsim.view.scene.scene.Scene` of a figure (default: the first) of a replay."""
    figure = next(iter(found.observed)) if figure is None else figure
    if figure not in found.observed:
        hint = suggest(figure, found.observed)
        raise ScenarioError([Problem("figure", "was not observed", str(figure), hint=hint)])
    edges, seen, said = found.stretches, found.observed[figure], np.array(found.data["figures"][figure]["predicted"])
    low, high = found.band(figure)
    middles = (edges[1:] + edges[:-1]) / 2
    known = ~np.isnan(said) & ~np.isnan(low)
    right = float(edges[-1])
    top = float(max([0.0, *seen[~np.isnan(seen)], *high[known]])) * 1.1 or 1.0
    error, (inside, stretches) = found.error(figure), found.within(figure)
    apart = f"apart by {write_as('share', error)} on average" if error == error else "in no stretch both"
    title = f"{label(figure)[:1].upper()}{label(figure)[1:]}: predicted and observed, {apart}"
    marks: list[AnyMark] = [
        Area("95 of 100 runs", middles[known].tolist(), low[known].tolist(), high[known].tolist(), BETWEEN),
        Line("predicted", tuple(middles[known].tolist()), tuple(said[known].tolist()), PREDICTED),
        Dots("observed", middles[~np.isnan(seen)].tolist(), seen[~np.isnan(seen)].tolist(), OBSERVED, SIZE),
    ]
    pairs = [f"{write(figure, mine)} and {write(figure, its)} at {seconds(at)}"
             for at, mine, its in zip(middles, said, seen) if mine == mine and its == its]  # fmt: skip
    many = count(stretches, "stretch", "stretches")
    alt = f"{title}. What was observed lies in the band in {inside} of {many}."
    alt += f" Predicted and observed: {', '.join(pairs)}." if pairs else ""
    ends = [End(float(said[known][-1]), "predicted", PREDICTED)] if known.any() else []
    ends += [End(float(seen[~np.isnan(seen)][-1]), "observed", OBSERVED)] if (seen == seen).any() else []
    return Scene(
        "replay", title, alt, LESSON, Frame(right, top),
        times(0.0, right, "time since the start"), _height(figure, top).with_grid(), bands=_bands(found, right),
        marks=tuple(marks), ends=tuple(ends),
    )  # fmt: skip


def _height(figure, top):
    unit = unit_of(figure)
    if unit == "s":
        return times(0.0, top, label(figure))
    return shares(0.0, top, label(figure)) if unit == "share" else counts(0.0, top, label(figure))


def _bands(found, right):
    """The faults of the timeline that begin at a moment, those of a kind together."""
    spans: dict = {}
    for fault in found.scenario.faults:
        if fault.at is not None:
            target = fault.target if isinstance(fault.target, str) else " - ".join(fault.target)
            words = f"{fault.kind.replace('_', ' ')} {target}"
            spans.setdefault(words, []).append((fault.at, min(right, fault.at + (fault.duration or right))))
    return tuple(Band(words, tuple(its)) for words, its in spans.items())
