"""What is on a picture, as text: each line, patch, collection and word of a matplotlib figure, with its place."""

import numpy as np
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

__all__ = ["marks_of"]


def _numbers(values):
    """To five digits: what lies closer together is one place of a picture."""
    return " ".join(f"{each:.5g}" for each in np.asarray(values, dtype=float).ravel() + 0.0)


def _of(artist):
    """What an artist shows; "" for what is no mark."""
    if isinstance(artist, Line2D):
        return f"{_numbers(artist.get_xydata())} {artist.get_color()} {artist.get_linestyle()} {artist.get_marker()}"
    if isinstance(artist, Patch):
        path = artist.get_path()
        shape = artist.get_patch_transform().transform(path.vertices)
        return f"{_numbers(shape)} {_numbers(artist.get_facecolor())} {_numbers(artist.get_edgecolor())}"
    if isinstance(artist, Collection):
        paths = " | ".join(_numbers(path.vertices) for path in artist.get_paths())
        looks = f"{_numbers(artist.get_facecolor())} {_numbers(artist.get_edgecolor())}"
        return f"{_numbers(artist.get_offsets())} {paths} {looks}"
    if isinstance(artist, AxesImage):
        return f"{_numbers(artist.get_array())} {_numbers(artist.get_extent())}"
    if isinstance(artist, Text):
        return (
            f"{_numbers(artist.get_position())} {artist.get_text()} {artist.get_color()}" if artist.get_text() else ""
        )
    return ""


def marks_of(figure):
    lines = []
    for ax in figure.axes:
        lines.append(
            f"axes {_numbers([*ax.get_xlim(), *ax.get_ylim()])} {ax.get_title()} {ax.get_xlabel()} {ax.get_ylabel()}"
        )
        legend = [ax.get_legend()] if ax.get_legend() else []
        for artist in [*ax.lines, *ax.patches, *ax.collections, *ax.images, *ax.texts, *legend]:
            found = artist.findobj(Text) if artist in legend else [artist]
            lines += [f"{type(each).__name__} {_of(each)}" for each in found if _of(each)]
        for axis in (ax.xaxis, ax.yaxis):
            words = axis.get_major_formatter()
            if isinstance(words, FuncFormatter):  # others are matplotlib's own
                lines.append(" | ".join(f"{place:.5g} {words(place)}" for place in axis.get_majorticklocs()))
    return "\n".join(lines + [each.get_text() for each in figure.texts])
