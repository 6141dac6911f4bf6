"""Sheets: paragraphs and tables that read well in a terminal and in a notebook."""

from dataclasses import dataclass
from html import escape

from evsim.experiment.text_tables import text_table
from evsim.lesson.wording import wrapped

__all__ = ["Sparkline", "Sheet", "Tabular"]

ADDRESS = "https://"
LEVELS = " ▁▂▃▄▅▆▇█"
WIDE, HIGH = 7, 18  # of a bar on a page, in pixels
TABLE = "border-collapse: collapse; margin: 0.6em 0 1em; width: auto"
CELL = "padding: 0.15em 0.9em 0.15em 0; vertical-align: top"


class Sparkline(str):
    """Numbers as bars in one line, each as high as it is among all of them; nothing where there is no number."""

    heights: list[float]

    def __new__(cls, values):
        top = max((each for each in values if each == each), default=0)
        heights = [each / top if each == each and top > 0 else 0 for each in values]
        made = super().__new__(cls, "".join(LEVELS[round(8 * each)] for each in heights))
        made.heights = heights
        return made

    def html(self):
        bars = "".join(
            f'<rect x="{WIDE * place}" y="{HIGH * (1 - each):.1f}" width="{WIDE - 2}" height="{HIGH * each:.1f}"/>'
            for place, each in enumerate(self.heights)
            if each
        )
        wide = WIDE * len(self.heights)
        return (f'<svg width="{wide}" height="{HIGH}" viewBox="0 0 {wide} {HIGH}" fill="currentColor" '
                f'role="img" aria-label="one bar a minute">{bars}</svg>')  # fmt: skip


@dataclass(frozen=True)
class Tabular:
    """A table: its ``header`` and ``rows`` of texts; the columns in ``left`` stand to the left."""

    header: tuple
    rows: tuple
    left: tuple = (0,)

    def text(self):
        return text_table(self.header, self.rows, self.left)

    def html(self):
        head = self._row(self.header, "th")
        return f'<table style="{TABLE}">{head}{"".join(self._row(row, "td") for row in self.rows)}</table>'

    def _row(self, row, kind):
        cells = "".join(
            f'<{kind} style="{CELL}; text-align: {"left" if place in self.left else "right"}">{_cell(each)}</{kind}>'
            for place, each in enumerate(row)
        )
        return f"<tr>{cells}</tr>"


@dataclass(frozen=True)
class Sheet:
    """A ``title``, and below it paragraphs (texts) and tables (:class:`Tabular`)."""

    title: str
    parts: tuple = ()

    def __repr__(self):
        return "\n\n".join([self.title, *(_paragraph(each) if isinstance(each, str) else each.text()
                                          for each in self.parts)])  # fmt: skip

    def _repr_html_(self):
        parts = (_marked(each) if isinstance(each, str) else each.html() for each in self.parts)
        return f"<h4>{escape(self.title)}</h4>" + "".join(parts)


def _paragraph(text):
    return text if text.startswith(ADDRESS) else str(wrapped(text))


def _marked(text):
    return (
        f'<p><a href="{escape(text)}">{escape(text)}</a></p>' if text.startswith(ADDRESS) else f"<p>{escape(text)}</p>"
    )


def _cell(text):
    return text.html() if isinstance(text, Sparkline) else escape(text)
