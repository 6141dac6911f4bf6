"""What a run, or many runs, have shown: as text for a terminal."""

from evsim.counting import count
from evsim.experiment.statistics import Estimate, none_seen_bound
from evsim.experiment.text_tables import cell, phase_tables, text_table
from evsim.figures import CHANNEL, POINTS, SERVICE, grouped, headlines, label, write_as

__all__ = ["none_seen", "run_text"]


def run_text(title, summary, services, channels, phases=None, width=110):
    """Sections of aligned text, from the values of one run or the Estimates of many.

    Tables wider than ``width`` are turned: a column a service.
    """
    parts = [title]
    for heading, its in grouped().items():
        if any(name in summary for each in its for name in each.names):
            parts.append(_section(heading, summary, its))
    for heading, header, rows in phase_tables(phases or {}):
        parts.append(f"{heading}\n{text_table(header, rows)}")
    parts.append(_table("Services", services, SERVICE, width))
    if channels:
        named = {f"{channel} to {service}": figures for (channel, service), figures in channels.items()}
        parts.append(_table("Channels", named, CHANNEL, width))
    if isinstance(summary["requests"], Estimate):
        parts.append(none_seen(summary["requests"]))
    return "\n\n".join(parts)


def none_seen(requests):
    """What a count of 0 in all runs says: of runs, which know nothing of each other, and of requests if they did not.

    Requests of one run share its faults and its queues, so that a hundred may go wrong together; the run is the unit.
    """
    seen = requests.mean * requests.n
    if seen < 1:
        return "No request was counted."
    runs, bound = (write_as("share", none_seen_bound(number)) for number in (requests.n, seen))
    all_runs = f"all {requests.n:,} runs" if requests.n > 1 else "1 run"
    return (
        f"± is half of a 95 % interval. A count of 0 in {all_runs}: at most {runs} of runs have "
        f"such a thing (3/runs).\nIf requests failed independently of each other, at most {bound} of the "
        f"{count(round(seen), 'request')} (3/requests); under a fault that they share they do not."
    )


def _section(heading, summary, figures):
    """The figures below a heading; those with points are a table below the others."""
    lines, header, singles, rows = [heading], ["", *POINTS], [], []
    for each in figures:
        cells = [f"  {label(each.name)}", *(cell(name, summary[name]) for name in each.names if name in summary)]
        (rows if each.points else singles).append(cells)
    lines.append(text_table(["", ""], [row for row in singles if len(row) > 1]).lstrip("\n"))
    rows = [row for row in rows if len(row) > 1]
    measured = [column for column in range(1, len(header)) if any(row[column] != "-" for row in rows)]
    if any(each.name == "completion" for each in figures) and not _is_judged(summary):
        lines.append("  Nobody was due an effect, so there is no completion: add a step effect: NAME.")
    elif measured:
        lines.append(text_table(*_columns(header, rows, [0, *measured])))
    return "\n".join(lines)


def _is_judged(summary):
    """Whether any effect was due, as far as the figures tell."""
    completed, completion, missing = (
        value.mean if isinstance(value, Estimate) else value
        for value in (summary[name] for name in ("completed", "completion_mean", "effects_missing"))
    )
    return not completed or missing > 0 or completion == completion


def _columns(header, rows, numbers):
    return [header[number] for number in numbers], [[row[number] for number in numbers] for row in rows]


def _table(heading, figures, where, width):
    """A row for each service, or channel; where a part adds figures to some of them, the others have a dash."""
    names = [name for name in headlines(where) if any(name in values for values in figures.values())]
    rows = [[row, *(cell(name, values.get(name)) for name in names)] for row, values in figures.items()]
    table = [["", *(label(name) for name in names)], *rows]
    text = _indented(table)
    if max(map(len, text.splitlines())) > width:
        text = _indented([list(column) for column in zip(*table, strict=True)])
    return f"{heading}\n{text}"


def _indented(table):
    header, *rows = ([f"  {first}", *others] for first, *others in table)
    return text_table(header, rows)
