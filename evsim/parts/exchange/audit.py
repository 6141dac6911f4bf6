"""Recount of what exchanges hand on: one copy to each channel that a routing key leads to, and none elsewhere."""

import numpy as np

from evsim.results.deaths import been_in
from evsim.scenario.routing import forwards_to

__all__ = ["CHECKS", "obligations"]


def routing(books):
    """Each message that an exchange took has a copy where it leads, once."""
    run, messages = books.run, books.messages
    ways = _ways(run)
    made = {message: [] for message in ways}
    again = {copy for copy, _ in run.records.copies}
    copies = [copy for copy in np.flatnonzero(run.tables.routed).tolist() if copy not in again]
    for copy in copies:
        made.setdefault(int(messages["origin"][copy]), []).append(int(messages["channel"][copy]))
    right = [sorted(made[message]) == sorted(ways.get(message, ())) for message in made]
    causes = messages["cause"][np.array(list(made), dtype=int)]
    books.demand(np.array(right, dtype=bool), "an exchange handed a message on wrongly", causes)
    origins = messages["origin"][copies]
    for name in ("cause", "key"):
        same = messages[name][copies] == messages[name][origins]
        books.demand(same, f"a copy has another {name} than its message", messages["cause"][origins])


def obligations(run, name):
    """What leads nowhere is one, and dropped; the rest is none here, but where it leads."""
    found = np.zeros(len(run.tables.messages["origin"]), dtype=int)
    found[[message for message, ways in _ways(run).items() if not ways]] = 1
    return found


def _ways(run):
    """message -> numbers of the channels to which the exchange that took it should hand it on."""
    messages, channels = run.tables.messages, run.scenario.channels
    names, known, found = list(channels), {}, {}
    sorts = np.array([each.routes for each in channels.values()] + [False])
    for message in np.flatnonzero(sorts[messages["channel"]] & ~np.isnan(messages["appended"])).tolist():
        route, key, channel = way = tuple(int(messages[name][message]) for name in ("route", "key", "channel"))
        if way not in known:
            _, step = run.tables.routes[route]
            leads = forwards_to(run.scenario, step, names[channel], run.tables.key_names.get(key, str(key)))
            known[way] = [names.index(name) for name in leads]
        passed = been_in(run, messages["cause"][message], messages["origin"][message])
        found[message] = [each for each in known[way] if sorts[each] or each not in passed]
    return found


CHECKS = (routing,)
