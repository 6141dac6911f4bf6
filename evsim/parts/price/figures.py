"""What a price adds to the figures of its service, and of the run: the month is taken to be as the window was."""

import numpy as np

from evsim.figures import CHANNEL, COST, LESS, RUN, Figure
from evsim.parts.price.bill import MONTH, bill, use
from evsim.parts.price.channel_use import use_of_channel

__all__ = ["FIGURES", "month_of", "price_of", "priced", "used_by"]

NONE = float("nan")


def priced(run):
    """Names of the services, and of the channels, that have a price."""
    return [name for name, its in {**run.scenario.services, **run.scenario.channels}.items() if its.price is not None]


def used_by(run, name, customers):
    """The :class:`Use` that some customers, a mask of requests, made of a service or a channel."""
    if name in run.scenario.channels:
        return use_of_channel(run, name, customers)
    at = np.array([place.service == name for place in run.tables.places] + [False])[run.tables.rows["place"]]
    return use(run, name, customers[run.tables.row_requests] & at)


def price_of(run, name):
    """The price of a service or a channel, with all its settings."""
    complete = run.scenario.complete
    return (complete.channels[name] if name in complete.channels else complete.services[name]).price


def month_of(run, name, used):
    """The :class:`Bill` of a service or a channel for a month like the window, in which it was `used` so much."""
    return bill(price_of(run, name), used.times(MONTH / run.tables.window))


def _of_service(part):
    def of(at):
        month = month_of(at.run, at.name, use(at.run, at.name, at.counted))
        return getattr(month, part) * at.run.tables.window / MONTH

    return of


def _of_channel(part):
    def of(its):
        run = its.run
        month = month_of(run, its.channel, use_of_channel(run, its.channel, run.tables.requests.cohort))
        return getattr(month, part) * run.tables.window / MONTH

    return of


def _months(some):
    return [month_of(some.run, name, used_by(some.run, name, some.who)) for name in priced(some.run)]


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


PARTS = {
    "requests": "for requests",
    "work": "for seconds of work",
    "presence": "for instances and brokers that were there, used or not",
    "transfer": "for bytes that came in or went out",
    "storage": "for what channels and stores kept",
    "idle": "for the share of it in which nothing was done, and for asking in vain",
}

FIGURES = (
    Figure("cost", "money", "what the service cost in the window, in the currency of its price", _of_service("total")),
    *(Figure(f"cost_{part}", "money", f"of that, {about}", _of_service(part), shown=())
      for part, about in PARTS.items()),
    Figure("cost", "money", "what the channel cost in the window, whoever reads it", _of_channel("total"),
           where=(CHANNEL,), shown=()),
    *(Figure(f"cost_{part}", "money", f"of that, {about}", _of_channel(part), where=(CHANNEL,), shown=())
      for part, about in PARTS.items() if part != "work"),
    Figure("cost", "money", "what all services and channels with a price cost in the window", cost, LESS, (RUN,), COST),
    Figure("cost_month", "money", "what they cost in a month that is as the window was", cost_month,
           LESS, (RUN,), COST),
    Figure("cost_per_million", "money", "what they cost for a million customers who are told yes", cost_per_million,
           LESS, (RUN,), COST),
    *(Figure(f"cost_{part}", "money", f"of what they cost, {about}", _of_run(part), LESS, (RUN,), COST)
      for part, about in PARTS.items()),
)  # fmt: skip
