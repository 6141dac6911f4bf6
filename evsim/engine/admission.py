"""Admission: whom a service turns away, on arrival or when the turn comes. Only who can be told is turned away.

A delivery is not refused: its channel has given it a credit, and has rules of its own for what is too old or too much.
"""

from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["arriving", "joining", "turning_away"]

_WANTED = (Verdict.OPEN, Verdict.COPY)  # as far as a server can know


def arriving(service, offer):
    """`offer(row)`, behind all that refuses a row as it comes to the service; `offer` itself if that is nothing."""
    for policy in service.policies:
        offer = policy.arriving(offer)
    return offer


def joining(service, offer, line, free):
    """`offer(row)`, behind all that refuses a row as it comes to a line; ``free``: true where nobody has to wait."""
    if any(each.limit is not None for each in service.settings.ever):
        offer = _if_room(service, offer, line, free)
    for policy in service.policies:
        offer = policy.joining(offer, line)
    return offer


def turning_away(service):
    """A function that ends a row whose turn has come and that is not worth any work, and says so; None if all are."""
    asked = [_if_stale(service)] if any(each.drop_stale for each in service.settings.ever) else []
    asked += [each for policy in service.policies if (each := policy.turning_away()) is not None]
    if len(asked) < 2:
        return asked[0] if asked else None
    return lambda row: any(turns_away(row) for turns_away in asked)


def _if_room(service, offer, line, free):
    edges, place, limit = service.edges, service.kernel.records.rows.place, service.settings.limit

    def become(settings):
        nonlocal limit
        limit = settings.limit

    service.kernel.changes.watch("services", service.name, become)

    def offer_if_room(row):
        edge = edges[place[row]]
        if not free and limit is not None and len(line) >= limit and edge.refusable:
            edge.refuse(row, Reason.LIMIT)
        else:
            offer(row)

    return offer_if_room


def _if_stale(service):
    rows, env, edges = service.kernel.records.rows, service.kernel.env, service.edges
    place, verdict = rows.place, rows.verdict

    def drop_if_stale(row):
        if not service.settings.drop_stale or verdict[row] in _WANTED or not edges[place[row]].refusable:
            return False
        rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.WITHDRAWN, Reason.STALE, env._now
        return True

    return drop_if_stale
