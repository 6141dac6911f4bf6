"""Recount of outboxes: messages leave in the order of writing, and only when their relay looks."""

import numpy as np

from evsim.ticks import SECOND, ticks

__all__ = ["CHECKS"]


def relayed(books):
    """A relay looks at whole multiples of its time, when a pause is over, and when a channel takes messages again."""
    run, messages = books.run, books.messages
    polls = [_poll(step) for _, step in run.tables.routes] + [None]
    by_hand = messages["origin"] < 0
    by_hand[[copy for copy, _ in run.records.copies]] = False
    relays = {}  # (service, how often it looks) -> its messages
    for message in np.flatnonzero(by_hand & np.array([poll is not None for poll in polls])[messages["route"]]).tolist():
        key = run.tables.message_senders[message], polls[messages["route"][message]]
        relays.setdefault(key, []).append(message)
    over = [time for time, kind, *_ in run.records.incidents if kind.startswith("end of ")]
    for (service, poll), mine in relays.items():
        sent, writers = messages["sent"][mine], messages["cause"][mine]
        left = np.fmin(sent, np.inf)
        in_order = left >= np.maximum.accumulate(left)
        books.demand(in_order, f"the outbox of {service} let a later message go first", writers)
        looked = np.isnan(sent) | np.isin(sent, over) | np.isin(sent, messages["acknowledged"][mine])
        looked |= np.rint(sent * SECOND) % ticks(poll) == 0
        books.demand(looked, f"a message left the outbox of {service} when no relay looked", writers)


def _poll(step):
    """How often the relay of a publish step looks; None without one."""
    return step.policies[step.relayed_by].poll if step.relayed_by else None


CHECKS = (relayed,)
