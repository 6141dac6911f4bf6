"""A question over a bus: one handler answers it, or nobody."""

from evsim.engine.request_reply import RequestReply
from evsim.results.endings import Outcome, Reason

__all__ = ["BusRequestReply", "ask"]


class BusRequestReply(RequestReply):
    """A question to one handler. Who asks learns of a failure and of nobody being there; of what is lost, nothing."""

    ordered = True

    def __init__(self, bus, *arguments, **settings):
        self.bus = bus
        super().__init__(*arguments, **settings)

    @property
    def callee(self):
        return self.bus.name

    def _admission(self):
        return self.bus.room(self.service, self.service.offer, self._dropped)

    def _dropped(self, row, reason):
        rows = self.kernel.records.rows
        rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.REFUSED, reason, self.kernel.env._now

    def died(self, row):
        """No connection breaks: who asks waits until the timeout."""
        self.answered_early(row)


def ask(bus, compiler, step, position, done, bad):
    """The function that asks with a row of its own: ``done(row)`` or ``bad(row, reason)`` follows."""
    system, rows, env = compiler.system, compiler.rows, compiler.env
    edges, policies = {}, None  # by the service that is asked; another attempt is another turn, so they share
    for target in compiler.place.steps[position]:
        service = system.services[target.service]
        edges[service] = edge = BusRequestReply(
            bus, compiler.kernel, target, service, done, bad,
            asker=compiler.service, timeout=step.timeout, policies=policies,
        )  # fmt: skip
        policies = edge.policies
        system.enter(target, edge)
    ways = {service: (edge.place.number, edge.dispatch) for service, edge in edges.items()}
    nobody = next(iter(edges.values()))
    next_handler = bus.next_handler

    def ask(row):
        service = next_handler() if bus.is_up else None
        if service is None:
            reason = Reason.NOBODY if bus.is_up else Reason.UNREACHABLE
            rows.place[row] = nobody.place.number
            rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.REFUSED, reason, env._now
            nobody.give_up(row, reason)
        else:
            rows.place[row], asks = ways[service]
            asks(row)

    asking = nobody.through_policies(ask)
    for edge in edges.values():
        edge.ask = asking
    return nobody.first_through_policies(asking)
