"""Shedding: whom a service turns away, on arrival or when the turn comes. Only who can be told is turned away.

A delivery is not refused: its channel has given it a credit, and has rules of its own for what is too old or too much.
"""

from evsim.results.records import Outcome, Reason, Verdict
from evsim.ticks import SECOND, ticks

__all__ = ["door", "turned_away"]

ROUNDING = 1e-9  # tokens
_WANTED = (Verdict.OPEN, Verdict.COPY)  # as far as a server can know


def door(service, offer, guards=("limit", "shed", "rate_limit")):
    """`offer(row)`, behind all that the service's settings refuse on arrival; `offer` itself if that is nothing.

    guards: the settings that are meant; those of a service with a load balancer stand at different doors.
    """
    settings, shed = service.settings, service.settings.shed
    if settings.limit is not None and "limit" in guards:
        offer = _if_room(service, offer, settings.limit)
    if shed is not None and shed.expected_wait is not None and "shed" in guards:
        offer = _if_soon(service, offer, ticks(shed.expected_wait))
    if settings.rate_limit is not None and "rate_limit" in guards:
        offer = _if_token(service, offer, settings.rate_limit)
    return offer


def _if_room(service, offer, limit):
    inbox, free, edges, place = service.inbox, service.free, service.edges, service.system.records.rows.place

    def offer_if_room(row):
        edge = edges[place[row]]
        if not free and len(inbox) >= limit and edge.refusable:
            edge.refuse(row, Reason.LIMIT)
        else:
            offer(row)

    return offer_if_room


def _if_soon(service, offer, longest):
    """The wait of the first in line is the guess (Ibrahim and Whitt 2009 compare it with others)."""
    rows, env = service.system.records.rows, service.system.env
    inbox, edges, place, ready, arrived = service.inbox, service.edges, rows.place, rows.ready, rows.arrived

    def offer_if_soon(row):
        edge = edges[place[row]]
        if inbox and edge.refusable:
            first = inbox[0]
            since = arrived[first] if arrived[first] >= 0 else ready[first]
            if env._now - since > longest:
                edge.refuse(row, Reason.SHED)
                return
        offer(row)

    return offer_if_soon


def _if_token(service, offer, limit):
    env, edges, place = service.system.env, service.edges, service.system.records.rows.place
    rate, burst = limit.rate, limit.burst
    tokens, counted = float(burst), 0.0  # how many there were, and when

    def offer_if_token(row):
        nonlocal tokens, counted
        edge = edges[place[row]]
        if edge.refusable:
            now = env._now
            tokens = min(burst, tokens + (now - counted) * rate / SECOND)
            counted = now
            if tokens < 1 - ROUNDING:
                edge.refuse(row, Reason.RATE_LIMIT)
                return
            tokens -= 1
        offer(row)

    return offer_if_token


def turned_away(service):
    """A function that ends a row whose turn has come and that is not worth any work, and says so; None if all are."""
    settings = service.settings
    age = ticks(settings.shed.age) if settings.shed is not None else None
    if age is None and not settings.drop_stale:
        return None
    rows, env, edges = service.system.records.rows, service.system.env, service.edges
    place, verdict, ready, drop_stale = rows.place, rows.verdict, rows.ready, settings.drop_stale

    def turn_away(row):
        edge = edges[place[row]]
        if not edge.refusable:
            return False
        if drop_stale and verdict[row] not in _WANTED:
            rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.WITHDRAWN, Reason.STALE, env._now
            return True
        if age is not None and env._now - ready[row] > age:
            edge.refuse(row, Reason.SHED)
            return True
        return False

    return turn_away
