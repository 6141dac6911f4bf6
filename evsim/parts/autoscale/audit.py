"""Recount of autoscaling: each decision is made anew of what was measured, and what follows from it is counted."""

import numpy as np

from evsim.counting import count, digits
from evsim.parts.autoscale.deciding import decider

__all__ = ["CHECKS"]


def decisions(books):
    for code, (name, first) in enumerate(books.run.scenario.complete.services.items()):
        if first.autoscale is None:
            continue
        made, decided_by = [each for each in books.run.records.decisions if each[1] == code], None
        for age in books.ages:
            service = age.scenario.services[name]
            if service.autoscale != decided_by:
                decided_by, decide = service.autoscale, decider(service.autoscale, service, age.scenario)
            for time, _, measured, number, wanted in made:
                if age.since <= time < age.end and decide(time, number, measured) != wanted:
                    books.refuse(
                        f"{name} was to have {wanted} instances at {digits(time, 9)} s, and the rule says otherwise"
                    )
        _follow(books, name, first.autoscale, made)


def _follow(books, name, settings, made):
    """As many come as were decided, at that time, and nobody else does."""
    if books.run.scenario.faults or settings.least == 0:
        return
    lives = books.run.tables.capacity[name]
    born = lives.born[settings.least :]
    expected = [time for time, _, _, number, wanted in made for _ in range(max(0, wanted - number))]
    if not np.array_equal(np.sort(born), np.sort(expected)):
        books.refuse(f"{name} called up {count(len(born), 'instance')}, and was to call up {len(expected)}")
    gone = np.sort(lives.ended[~np.isnan(lives.ended)])
    given_up = np.sort([time for time, _, _, number, wanted in made for _ in range(max(0, number - wanted))])
    if len(gone) > len(given_up) or (gone < given_up[: len(gone)]).any():
        books.refuse(f"{name} lost {count(len(gone), 'instance')}, and was to lose {len(given_up)}")
    every = np.sort(lives.born)
    alive = np.arange(1, len(every) + 1) - np.searchsorted(gone, every, "right")
    draining = np.searchsorted(given_up, every, "right") - np.searchsorted(gone, every, "right")
    books.demand(alive - np.maximum(draining, 0) <= settings.most, f"{name} had more instances than may be")


CHECKS = (decisions,)
