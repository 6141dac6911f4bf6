"""What a price adds to the figures of its service, and of the run: the month is taken to be as the window was."""

import numpy as np

from evsim.figures import COST, LESS, RUN, Figure
from evsim.parts.price.bill import MONTH, bill, use

__all__ = ["FIGURES", "month_of", "priced"]

NONE = float("nan")


def priced(run):
    """Names of the services that have a price."""
    return [name for name, service in run.scenario.services.items() if service.price is not None]


def month_of(run, name, rows):
    """The :class:`Bill` of a service for a month like the window."""
    price = run.scenario.complete.services[name].price
    return bill(price, use(run, name, rows).times(MONTH / run.tables.window))


def _of_service(part):
    def of(at):
        if at.settings.price is None:
            return NONE
        month = month_of(at.run, at.name, at.counted)
        return getattr(month, part) * at.run.tables.window / MONTH

    return of


def _months(some):
    return [month_of(some.run, name, some.rows & _at(some.run, name)) for name in priced(some.run)]


def _at(run, name):
    return np.array([place.service == name for place in run.tables.places] + [False])[run.tables.rows["place"]]


def cost_month(some):
    return float(sum(each.total for each in _months(some)))


def _of_run(part):
    """What all services cost in the window for one part of their bills."""

    def of(some):
        return float(sum(getattr(each, part) for each in _months(some))) * some.run.tables.window / MONTH

    return of


def cost(some):
    return cost_month(some) * some.run.tables.window / MONTH


def cost_per_million(some):
    well = some.count(some.told.yes)
    return cost(some) / well * 1e6 if well else NONE


FIGURES = (
    Figure("cost", "money", "what the service cost in the window, in the currency of its price", _of_service("total")),
    Figure("cost_requests", "money", "of that, for requests", _of_service("requests"), shown=()),
    Figure("cost_work", "money", "of that, for seconds of work", _of_service("work"), shown=()),
    Figure("cost_presence", "money", "of that, for instances that were there, used or not", _of_service("presence"),
           shown=()),
    Figure("cost_idle", "money", "of that, for the share of it in which nothing was done", _of_service("idle"),
           shown=()),
    Figure("cost", "money", "what all services with a price cost in the window", cost, LESS, (RUN,), COST),
    Figure("cost_month", "money", "what they cost in a month that is as the window was", cost_month,
           LESS, (RUN,), COST),
    Figure("cost_per_million", "money", "what they cost for a million customers who are told yes", cost_per_million,
           LESS, (RUN,), COST),
    Figure("cost_requests", "money", "of what they cost, for requests", _of_run("requests"), LESS, (RUN,), COST),
    Figure("cost_work", "money", "of what they cost, for seconds of work", _of_run("work"), LESS, (RUN,), COST),
    Figure("cost_presence", "money", "of what they cost, for instances that were there, used or not",
           _of_run("presence"), LESS, (RUN,), COST),
    Figure("cost_idle", "money", "of that, for the share of it in which nothing was done", _of_run("idle"),
           LESS, (RUN,), COST),
)  # fmt: skip
