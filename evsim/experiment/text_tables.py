"""Tables: rows of texts, aligned for a terminal or as HTML. A row of one text is a heading."""

from html import escape

from evsim.experiment.statistics import Estimate
from evsim.figures import PHASE, headlines, label, write, write_estimate

__all__ = ["cell", "html_table", "paragraphs", "phase_tables", "text_table"]


def text_table(header, rows, left=(0,)):
    """Lines of text: columns two spaces apart, numbers to the right, the columns in ``left`` to the left."""
    rows = list(rows)
    full = [row for row in [header, *rows] if len(row) > 1]
    widths = [max(len(row[column]) for row in full) for column in range(len(header))]

    def line(row):
        if len(row) == 1:
            return row[0]
        cells = (
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    return "\n".join(line(row) for row in [header, *rows])


def html_table(header, rows, title=None):
    """The same table as HTML, without any style but the alignment."""
    parts = ["<table>"]
    if title:
        parts.append(f"<caption>{escape(title)}</caption>")
    head = "".join(f"<th>{escape(text)}</th>" for text in header)
    parts.append(f"<thead><tr>{head}</tr></thead><tbody>")
    for row in rows:
        if len(row) == 1:
            span = f'colspan="{len(header)}" style="text-align: left"'
            parts.append(f"<tr><th {span}>{escape(row[0])}</th></tr>")
        else:
            first, *others = (escape(text) for text in row)
            cells = "".join(f"<td>{text}</td>" for text in others)
            parts.append(f'<tr><td style="text-align: left">{first}</td>{cells}</tr>')
    return "".join([*parts, "</tbody></table>"])


def paragraphs(sentences):
    """Sentences below a table, as HTML."""
    return "".join(f"<p>{escape(each)}</p>" for each in sentences)


def phase_tables(phases, name=""):
    """(title, header, rows) for each fault: the figures of those who came before it, during it and after it.

    phases: phase -> figures, as numbers or Estimates, in order of time. name: of the design, where there are several.
    """
    before = None
    for phase, during in phases.items():
        if not phase.startswith("during "):
            before = phases[phase]
            continue
        fault = phase.removeprefix("during ")
        columns = before, during, phases.get(f"after {fault}")
        rows = [[f"  {label(each)}", *("-" if figures is None else cell(each, figures[each]) for figures in columns)]
                for each in headlines(PHASE)]  # fmt: skip
        title = f"{name + ': ' if name else ''}who came before, during and after {fault}"
        yield title[0].upper() + title[1:], ["", "before", "during", "after"], rows


def cell(name, value):
    """A figure of one run, or the estimate of many, as a person reads it."""
    return write_estimate(name, value) if isinstance(value, Estimate) else write(name, value)
