"""The gauges of the incident deck in a table, made of their declarations."""

from evsim.lesson.deck.gauges import GAUGES

__all__ = ["gauge_table"]

OF = {"": "", "service": " SERVICE", "channel": " CHANNEL", "service or channel": " PLACE", "effect": " EFFECT"}


def gauge_table():
    """Every gauge: how it is written, and what it says of the last whole minute."""
    lines = ["| gauge | what it says of the last minute |", "|---|---|"]
    lines += [f"| `{name}{OF[each.of]}` | {each.words} |" for name, each in GAUGES.items()]
    return "\n".join(lines) + "\n"
