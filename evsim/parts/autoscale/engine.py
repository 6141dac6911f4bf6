"""How autoscaling runs: it measures, decides by a rule, and calls up or retires instances."""

from collections import deque

from evsim.engine.elastic import ElasticPool
from evsim.engine.environment import TIMEOUT
from evsim.engine.service_policy import ServicePolicy
from evsim.parts.autoscale.deciding import decider
from evsim.ticks import SECOND, ticks

__all__ = ["Autoscale", "ScaledPool", "build"]

SAMPLES = 1.0  # seconds between two, or a decision if that comes sooner


class ScaledPool(ElasticPool):
    """As many instances as were decided last. Who crashes is replaced."""

    def __init__(self, service, settings):
        self.settings, self.wanted = settings, 0
        self.every = ticks(settings.every)
        self.between = min(self.every, ticks(SAMPLES))
        self.starts = service.kernel.streams.draws(settings.start, "start", service.name)
        self.samples = deque()  # (time, value)
        self.polls = False  # whether somebody waits for the next look at what waits
        self.decide = decider(settings, service.settings, service.kernel.scenario)
        super().__init__(service)
        service.kernel.changes.watch("services", service.name, self._become)

    def _become(self, service):
        """It decides by other numbers from now on, and remembers nothing of what it decided before."""
        if service.autoscale != self.settings:
            self.settings = service.autoscale
            self.decide = decider(self.settings, service, self.service.kernel.scenario)

    def open(self):
        for _ in range(self.settings.least):
            self.begin()
        self.wanted = self.settings.least
        if self.settings.window or self.settings.rule == "panic":
            self.env.call_in(self.between, self._sample, None, TIMEOUT)
        self.env.call_in(0 if self.settings.by == "schedule" else self.every, self._look, None, TIMEOUT)

    @property
    def readers(self):
        """Where nobody stays, a channel hands out as if one were there: its message is what calls it up."""
        return max(self.there, 1) if not self.settings.fetches else self.there

    # What is measured.

    def measured(self):
        """What all instances have together, now."""
        service, by = self.service, self.settings.by
        if by == "schedule":
            return 0.0
        if by == "utilisation":
            there = set(self.members)  # of who has to go neither the workers count nor their work
            return sum(service.instance_of(row) in there for row in service.running) / self.width
        if by == "length":
            return len(service.inbox)
        in_hand = len(service.inbox) + len(service.running)
        if by == "concurrency":
            return in_hand
        ready = set()
        for each in service.settings.subscribe:
            channel = service.channels[each.channel]
            ready.update(channel.stored())
            ready.update(row for group in channel.subscribers if group.service is service for row in group.stored())
        return len(ready) + (in_hand if self.settings.in_flight else 0)

    def _sample(self, _):
        now = self.env._now
        self.samples.append((now, self.measured()))
        longest = ticks(max(self.settings.window, self.settings.panic_window, self.settings.every))
        while self.samples[0][0] <= now - longest:
            self.samples.popleft()
        self.env.call_in(self.between, self._sample, None, TIMEOUT)

    def average(self, seconds):
        """Of the samples of so many last seconds; of no time, what is now."""
        now = self.env._now
        its = [value for time, value in self.samples if time > now - ticks(seconds)]
        return sum(its) / len(its) if its else float(self.measured())

    # What is decided.

    def _look(self, _):
        settings, now = self.settings, self.env._now
        number = self.there + self.starting
        measured = self.average(settings.window), self.average(settings.panic_window)
        wanted = self.decide(now / SECOND, number, measured)
        self.records.decisions.append((now, self.service.number, measured, number, wanted))
        self.wanted = wanted
        self._call_up()
        for _ in range(self.there - wanted):  # who is about to start stays until it is there
            self._retire_newest()
        later = (ticks(each.at) - now for each in settings.schedule)
        self.env.call_in(min([self.every, *(each for each in later if each > 0)]), self._look, None, TIMEOUT)

    def _call_up(self):
        for _ in range(self.wanted - self.there - self.starting):
            self.call_up(self.starts.of(len(self.instances)))

    def _retire_newest(self):
        for each in reversed(self.instances):
            alive = each.life is not None and each.number not in self.leaving
            if alive and self.records.instances.ready[each.life] >= 0:
                self.retire(each.number)
                return

    def needed(self, waiting):
        """Nobody is there, and somebody waits: one is called up, at once or when it is looked next."""
        interval = self.settings.polling_interval
        if interval is None:
            self._wake()
        elif not self.polls:
            self.polls = True
            self.env.call_in(-self.env._now % ticks(interval), self._wake, None, TIMEOUT)

    def _wake(self, _=None):
        """Call one up if somebody waits and nobody comes; the rule remembers that it was wanted."""
        self.polls = False
        if self.service.inbox and not self.there and not self.starting:
            now = self.env._now
            self.wanted = self.decide(now / SECOND, 0, None)
            self.records.decisions.append((now, self.service.number, None, 0, self.wanted))
            self._call_up()

    def lost(self, number):
        self._call_up()


class Autoscale(ServicePolicy):
    """The pool of a service whose instances come and go with the load."""

    def __init__(self, service, settings):
        self.service, self.settings = service, settings

    def pool(self):
        return ScaledPool(self.service, self.settings)


build = Autoscale
