"""What each service costs in a month, against the load: what is always there crosses what is paid for by use."""

import numpy as np

from evsim.counting import digits
from evsim.figures import write_as
from evsim.parts.price.bill import MONTH
from evsim.parts.price.figures import month_of, price_of, priced, used_by
from evsim.results.request_figures import cohort
from evsim.view.scene.marks import End, look_of
from evsim.view.scene.paper import draw_ends
from evsim.view.style import COLOURS, INK, Mark, describe, figure, title

__all__ = ["PICTURES", "cost"]

LINES = [Mark(COLOURS[name], "", line) for name, line in (
    ("blue", "-"), ("orange", (0, (5, 1.5))), ("purple", (0, (1, 1.2))), ("grey", (0, (8, 2))),
)]  # fmt: skip
MOST = 4  # times the load of the run


def cost(run, ax=None):
    """Draw the month's bill of each service and channel with a price, up to four times the load of the run."""
    names = priced(run)[: len(LINES)]
    some = cohort(run)
    customers = some.count(np.ones_like(some.who)) * MONTH / run.tables.window / 1e6
    loads = np.linspace(0, MOST, 401)
    lines = {}
    for name in names:
        used = used_by(run, name, some.who)
        lines[name] = np.array([month_of(run, name, used.at_load(load)).total for load in loads])
    with figure(ax) as ax:
        top = max((line.max() for line in lines.values()), default=0) or 1.0
        ax.set(xlim=(0, MOST * customers or 1), ylim=(0, 1.1 * top))
        for line, mark in zip(lines.values(), LINES, strict=False):
            ax.plot(loads * customers, line, **mark.style)
        ax.axvline(customers, color=INK, lw=1, ls=(0, (1, 2)), zorder=1)
        ax.set_xlabel("customers a month, in millions; dotted: in this run")
        currencies = sorted({price_of(run, name).currency for name in names})
        ax.set_ylabel(f"cost a month ({', '.join(currencies)})" if currencies else "cost a month")
        draw_ends(
            ax, [End(line[-1], name, look_of(mark)) for (name, line), mark in zip(lines.items(), LINES, strict=False)]
        )
        text = _finding(lines, loads * customers)
        title(ax, text)
        now = [
            f"{name}: {write_as('money', line[100])} a month at the load of this run." for name, line in lines.items()
        ]
        return describe(ax, f"{text}. {' '.join(now)}")


def _finding(lines, customers):
    if not lines:
        return "No service has a price; write price: {like: aws-fargate-us-east-1} into one"
    names = list(lines)
    for one in names:
        for other in names[names.index(one) + 1 :]:
            above = lines[one] > lines[other]
            turns = np.flatnonzero(above[1:] != above[:-1])
            if len(turns):
                dearer, cheaper = (one, other) if above[turns[-1] + 1] else (other, one)
                here = customers[turns[-1] + 1]
                return f"From {digits(here, 3)} million customers a month on {dearer} costs more than {cheaper}"
    return (
        "No lines cross: "
        + ", ".join(f"{name} {write_as('money', line[-1])}" for name, line in lines.items())
        + " at most"
    )


PICTURES = {"cost": cost}  # run.plot.cost()
