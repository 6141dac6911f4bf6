"""Pictures with words: a figure as HTML whose image has an alt text, for notebooks and exported pages."""

from base64 import b64encode
from contextlib import contextmanager
from html import escape
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg

from evsim.whole import new_file

__all__ = ["Picture", "canvas", "show"]

PIXELS = 110  # an inch on the page, however fine the picture is


class Picture:
    """A figure and its alt text; a notebook shows it as ``<figure><img alt=...>``."""

    def __init__(self, figure, alt_text):
        self.figure, self.alt_text = figure, alt_text

    def __repr__(self):
        return f"<Picture: {self.alt_text}>"

    def png(self):
        """The picture as PNG, in bytes."""
        file = BytesIO()
        with canvas(self.figure, FigureCanvasAgg) as drawn:
            drawn.print_png(file)
        return file.getvalue()

    def save(self, path):
        """Write the picture to a file; its ending names the format (png, svg, pdf)."""
        with new_file(path) as part:
            self.figure.savefig(part, dpi=self.figure.dpi)

    def _repr_html_(self):
        data = b64encode(self.png()).decode()
        width = PIXELS * self.figure.get_figwidth()
        alt = escape(self.alt_text, quote=True)
        return (
            f'<figure style="margin: 0"><img alt="{alt}" src="data:image/png;base64,{data}" '
            f'style="width: {width:.0f}px; max-width: 100%; height: auto"></figure>'
        )


@contextmanager
def canvas(figure, kind):
    """A canvas of some kind that draws a figure once; ``Figure.savefig`` draws it twice."""
    before = figure.canvas
    try:
        yield kind(figure)
    finally:
        figure.set_canvas(before)


def show(picture):
    """The :class:`Picture` of axes, a figure, a scene or several, with the alt texts of all its axes."""
    picture = picture.draw() if hasattr(picture, "scenes") else picture
    figure = picture.figure  # which a figure has, too: itself
    texts = [text for ax in figure.axes if (text := getattr(ax, "alt_text", ""))]
    return Picture(figure, " ".join(dict.fromkeys(texts)))
