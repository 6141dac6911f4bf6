"""Recount of operations: who asked for one of them got its effects, and none of another one's."""

import numpy as np

from evsim.scenario.handlers import all_steps
from evsim.scenario.operations import operations_of

__all__ = ["CHECKS"]


def own_effects(books):
    """Each effect is one of the operation that was asked for, or of what all operations do."""
    run, effects = books.run, books.run.tables.effects
    names = np.array([*(name.written for name in run.tables.effect_names), ""])[effects["name"]]
    for place in run.tables.places:
        service = run.scenario.services[place.service]
        if operations_of(service):
            its = {step.name for step in all_steps(service.handle, place.operation) if step.effects}
            mine = books.rows["place"][effects["row"]] == place.number
            fits = np.isin(names[mine], list(its))
            what = f"{place.service} left an effect of another operation than {place.operation}"
            books.demand(fits, what, effects["row"][mine])


CHECKS = (own_effects,)
