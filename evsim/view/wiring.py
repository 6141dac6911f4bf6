"""The wiring of a system: who calls whom, and who reaches whom through which channel."""

from evsim.results.results import Results
from evsim.scenario.handlers import all_steps

__all__ = ["KINDS", "Wiring"]

KINDS = ("asks", "calls", "publishes", "routes", "delivers")


class Wiring:
    """The edges of a scenario, or of a run of it: ``scenario``, and ``run`` (None for a scenario alone).

    Sets of pairs of names, as written in the steps: ``asks`` (workload, service), ``calls`` (service,
    service), ``publishes`` (service, channel), ``routes`` (exchange, channel), ``delivers`` (channel, service).
    What Python functions do is known from a run alone.
    """

    def __init__(self, system):
        self.run = system if isinstance(system, Results) else None
        self.scenario = system.scenario if self.run else system
        self.services = self.scenario.services
        self.asks = {(name, workload.target) for name, workload in self.scenario.workloads.items()}
        self.delivers = {
            (subscription.channel, name)
            for name, service in self.services.items()
            for subscription in service.subscribe
        }
        self.exchanges = {name: each for name, each in self.scenario.channels.items() if each.routes}
        self.routes = {(name, other) for name, each in self.exchanges.items() for other in each.forwards_to()}
        self.calls, self.publishes = set(), set()
        for name, service in self.services.items():
            for step in all_steps(service.handle):
                if step.hands_over:
                    self.publishes.add((name, step.channel))
                elif step.asks:
                    self.calls.add((name, step.service))
        if self.run:
            self._add_seen(self.run)

    def _add_seen(self, run):
        channels = list(self.scenario.channels)
        calls = [place for place in run.tables.places if place.is_call]
        self.calls |= {(each.source, each.service) for each in calls if not each.step.hands_over}
        self.publishes |= {(each.source, each.step.channel) for each in calls if each.step.hands_over}
        messages = run.tables.messages
        pairs = set(zip(run.tables.message_senders.tolist(), messages["channel"].tolist(), strict=True))
        self.publishes |= {(sender, channels[channel]) for sender, channel in pairs if sender in self.services}

    @property
    def through(self):
        """(service, service) of each pair with a channel between them, or an exchange and a channel."""
        ways = set(self.publishes)
        for _ in self.exchanges:  # an alternate may be an exchange again
            ways |= {(one, two) for one, exchange in ways for other, two in self.routes if other == exchange}
        return {(one, two) for one, channel in ways for other, two in self.delivers if other == channel and one != two}
