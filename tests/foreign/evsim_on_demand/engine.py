"""How instances on demand run: a pool of workers that is no fixed one."""

from evsim.engine.elastic import ElasticPool
from evsim.engine.environment import TIMEOUT
from evsim.engine.service_policy import ServicePolicy
from evsim.ticks import ticks

__all__ = ["OnDemandPool", "build"]


class _OnDemand(ServicePolicy):
    def __init__(self, service, settings):
        self.service, self.settings = service, settings

    def pool(self):
        return OnDemandPool(self.service, self.settings)


class OnDemandPool(ElasticPool):
    """Who waits has one called up, if there may be more; who is idle for `keep` is retired, but for the least."""

    def __init__(self, service, settings):
        self.settings, self.start_up, self.keep = settings, ticks(settings.start), ticks(settings.keep)
        self.idle_since = {}
        super().__init__(service)

    def open(self):
        for _ in range(self.settings.least):
            self.begin()

    @property
    def readers(self):
        """Where nobody fetches, a channel hands out as if all were there: its messages are what calls them up."""
        return self.there if self.settings.fetches else self.settings.most

    def needed(self, waiting):
        wanted = -(-waiting // self.width) - self.starting
        for _ in range(min(wanted, self.settings.most - self.starting - self.there)):
            self.call_up(self.start_up)

    def lost(self, number):
        if self.there + self.starting < self.settings.least:
            self.call_up(self.start_up)

    def ready(self, number):
        self._watch(number)

    def release(self, worker):
        super().release(worker)
        self._watch(worker // self.width)

    def _watch(self, number):
        self.idle_since[number] = self.env._now
        self.env.call_in(self.keep, self._look, (number, self.env._now), TIMEOUT)

    def _look(self, entry):
        number, since = entry
        if self.there > self.settings.least and self.idle_since[number] == since and self.is_idle(number):
            self.retire(number)


build = _OnDemand
