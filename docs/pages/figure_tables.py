"""All figures in tables, made of their declarations."""

from evsim.figures import CHANNEL, PARTITION, PHASE, RUN, SERVICE, UNITS, figures

__all__ = ["figure_tables"]

PLACES = {
    RUN: ("A run", "`run.summary()`: the customers who count, and what came of them."),
    PHASE: ("A phase", "`run.phases`: the customers who came before, during or after a fault."),
    SERVICE: ("A service", "`run.services`: the attempts at it of the customers who count; averages over the clock."),
    CHANNEL: (
        "A channel and a service that subscribes to it",
        "`run.channels`: what the channel was to deliver to it.",
    ),
    PARTITION: ("A partition of a log and a service that subscribes to it", "`run.partitions`."),
}


def figure_tables():
    """Every figure: what it is, its unit, and which way is better."""
    return "\n".join(f"## {title}\n\n{about}\n\n{_table_of_figures(where)}" for where, (title, about) in PLACES.items())


def _table_of_figures(where):
    lines = ["| figure | what it is | unit | better |", "|---|---|---|---|"]
    for each in figures(where):
        name = f"{each.name}_*" if each.points else each.name
        lines.append(f"| `{name}` | {each.about} | {UNITS[each.unit]} | {each.better or '-'} |")
    return "\n".join(lines) + "\n"
