"""Shedding by the wait: by that of the first in line, on arrival, and by one's own, when the turn comes.

The wait of the first in line is the guess (Ibrahim and Whitt 2009 compare it with others).
"""

from evsim.engine.service_policy import ServicePolicy
from evsim.results.endings import Reason
from evsim.ticks import ticks

__all__ = ["Shed", "build"]


class Shed(ServicePolicy):
    """Refuses who would wait longer than ``expected_wait``, and who has waited longer than ``age``."""

    def __init__(self, service, settings):
        self.edges, self.rows, self.env = service.edges, service.kernel.records.rows, service.kernel.env
        self.age, self.expected_wait = ticks(settings.age), ticks(settings.expected_wait)

    def joining(self, offer, line):
        rows, env, edges, longest = self.rows, self.env, self.edges, self.expected_wait
        place, ready, arrived = rows.place, rows.ready, rows.arrived

        def offer_if_soon(row):
            edge = edges[place[row]]
            if line and edge.refusable:
                first = line[0]
                since = arrived[first] if arrived[first] >= 0 else ready[first]
                if env._now - since > longest:
                    edge.refuse(row, Reason.SHED)
                    return
            offer(row)

        return offer if longest is None else offer_if_soon

    def turning_away(self):
        rows, env, edges, age = self.rows, self.env, self.edges, self.age
        place, ready = rows.place, rows.ready

        def refuse_if_old(row):
            edge = edges[place[row]]
            if not edge.refusable or env._now - ready[row] <= age:
                return False
            edge.refuse(row, Reason.SHED)
            return True

        return None if age is None else refuse_if_old


build = Shed
