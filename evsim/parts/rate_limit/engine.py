"""The token bucket of a service, in front of all its instances."""

from evsim.engine.service_policy import ServicePolicy
from evsim.results.endings import Reason
from evsim.ticks import SECOND

__all__ = ["RateLimit", "build"]

ROUNDING = 1e-9  # tokens


class RateLimit(ServicePolicy):
    """Refuses on arrival who finds no token; a delivery takes none."""

    def __init__(self, service, settings):
        self.service, self.rate, self.burst = service, settings.rate, settings.burst

    def arriving(self, offer):
        service, rate, burst = self.service, self.rate, self.burst
        env, edges, place = service.kernel.env, service.edges, service.kernel.records.rows.place
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


build = RateLimit
