"""Sheets: paragraphs and tables that read well in a terminal and in a notebook."""

from dataclasses import dataclass
from html import escape

from evsim.experiment.text_tables import html_table, text_table
from evsim.lesson.wording import wrapped

__all__ = ["Sheet", "Tabular"]


@dataclass(frozen=True)
class Tabular:
    """A table: its ``header`` and ``rows`` of texts; the columns in ``left`` stand to the left."""

    header: tuple
    rows: tuple
    left: tuple = (0,)


@dataclass(frozen=True)
class Sheet:
    """A ``title``, and below it paragraphs (texts) and tables (:class:`Tabular`)."""

    title: str
    parts: tuple = ()

    def __repr__(self):
        return "\n\n".join([self.title, *map(_text, self.parts)])

    def _repr_html_(self):
        return f"<h4>{escape(self.title)}</h4>" + "".join(map(_html, self.parts))


def _text(part):
    if isinstance(part, str):
        return str(wrapped(part))
    return text_table(part.header, part.rows, part.left)


def _html(part):
    if isinstance(part, str):
        return f"<p>{escape(part)}</p>"
    table = html_table(part.header, part.rows)
    return table.replace("<td>", '<td style="text-align: left">') if len(part.left) > 1 else table
