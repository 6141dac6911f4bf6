"""How a function runs: environments that a request starts, that others use again, and that are gone when idle.

Who finds none free is bound to a new one (or to one that starts and has room), whichever gets free meanwhile.
"""

from collections import deque

from evsim.engine.elastic import ElasticPool
from evsim.engine.environment import TIMEOUT
from evsim.engine.service_policy import ServicePolicy
from evsim.parts.function.words import COLD
from evsim.results.endings import Reason
from evsim.ticks import SECOND, ticks

__all__ = ["Environments", "Function", "build"]

ROUNDING = 1e-9  # tokens


class Tokens:
    """A bucket that holds `size` tokens, begins full, and fills at `rate` a tick."""

    def __init__(self, env, size, rate):
        self.env, self.size, self.rate = env, size, rate
        self.left, self.counted = float(size), 0.0

    def take(self):
        """Whether there was one, which is gone now."""
        now = self.env._now
        self.left, self.counted = min(self.size, self.left + (now - self.counted) * self.rate), now
        if self.left < 1 - ROUNDING:
            return False
        self.left -= 1
        return True

    def wait(self):
        """In how many ticks there is one, after a :meth:`take` that found none."""
        return max(1.0, (1 - self.left) / self.rate // 1)


class Environments(ElasticPool):
    """The environments of one function."""

    def __init__(self, service, settings):
        self.settings = settings
        self.keep_alive = ticks(settings.keep_alive)
        self.inits = service.kernel.streams.draws(settings.init, "init", service.name)
        self.provisioned = set()  # numbers of those that stay
        self.room = {}  # number of one that starts -> for how many more it has room
        self.idle_since, self.watched = {}, set()
        ramp = settings.ramp
        self.ramp = ramp and Tokens(service.kernel.env, ramp.environments, ramp.environments / ticks(ramp.every))
        self.asks_again = False
        super().__init__(service)

    def open(self):
        for _ in range(self.settings.provisioned):
            self._stays(self.begin().number)

    def _nobody(self):
        return deque()  # whose turn it is says `reuse`

    def _stays(self, number):
        self.provisioned.add(number)
        self.records.provisioned.append((self.service.number, number))

    @property
    def readers(self):
        """A channel hands out as if all were there: its messages are what starts them."""
        return self.settings.most

    # Who waits for which.

    def bind(self, row):
        """Bind a row to an environment that starts; False where none may start now."""
        number = next(iter(self.room), None)
        if number is None:
            if self.there + self.starting >= self.settings.most:
                return False
            if self.ramp is not None and not self.ramp.take():
                self._ask_again(self.ramp.wait())
                return False
            number = self._begin_one()
        self.room[number] -= 1
        if not self.room[number]:
            del self.room[number]
        self.service.affinity[row] = number
        self.records.incidents.append((self.env._now, COLD, self.service.name, row))
        return True

    def _begin_one(self):
        number = self.call_up(self.inits.of(len(self.instances)))
        self.room[number] = self.width
        return number

    def needed(self, waiting):
        affinity, inbox = self.service.affinity, self.service.inbox
        if waiting > len(affinity):
            for row in inbox:
                if row not in affinity and not self.bind(row):
                    break

    def _ask_again(self, after):
        """The bucket has a token `after` so many ticks; who waits may have it."""
        if not self.asks_again:
            self.asks_again = True
            self.env.call_in(after, self._fill, None, TIMEOUT)

    def _fill(self, _):
        self.asks_again = False
        self.service.fill()

    # Which is used next, and which is gone.

    def ready(self, number):
        self.room.pop(number, None)
        self._is_idle_from_now(number)

    def release(self, worker):
        super().release(worker)
        number = worker // self.width
        if number not in self.away:
            self.free.pop()
            self.free.insert(self._place(number), worker)
        self._is_idle_from_now(number)

    def _place(self, number):
        """Where in the line of the free ones a worker of an environment stands: those that stay come first."""
        if number in self.provisioned:
            return 0
        if self.settings.reuse == "oldest":
            return len(self.free)
        places = (place for place, each in enumerate(self.free) if each // self.width not in self.provisioned)
        return next(places, len(self.free)) if self.provisioned else 0

    def lost(self, number):
        self.room.pop(number, None)
        if number in self.provisioned:
            self.provisioned.discard(number)
            self._stays(self._begin_one())

    def _give_back(self, instance, held):
        """A fault had it, which nobody looks at meanwhile."""
        super()._give_back(instance, held)
        number = instance.number
        if number in self.idle_since and number not in self.away:
            self._watch(number, max(0.0, self.idle_since[number] + self.keep_alive - self.env._now))

    def _is_idle_from_now(self, number):
        if number not in self.provisioned:
            self.idle_since[number] = self.env._now
            self._watch(number, self.keep_alive)

    def _watch(self, number, time):
        if number not in self.watched:
            self.watched.add(number)
            self.env.call_in(time, self._look, number, TIMEOUT)

    def _look(self, number):
        self.watched.discard(number)
        if self.instances[number].life is not None and self.is_idle(number):
            due = self.idle_since[number] + self.keep_alive
            if due <= self.env._now:
                self.retire(number)
            else:
                self._watch(number, due - self.env._now)


class Function(ServicePolicy):
    """Takes who comes to an environment, or refuses him."""

    def __init__(self, service, settings):
        self.service, self.settings = service, settings

    def pool(self):
        return Environments(self.service, self.settings)

    def arriving(self, offer):
        settings, edges, place = self.settings, self.service.edges, self.service.kernel.records.rows.place
        if settings.rate is None:
            return offer
        most = settings.rate * settings.most
        tokens = Tokens(self.service.kernel.env, max(most, 1.0), most / SECOND)

        def offer_if_token(row):
            edge = edges[place[row]]
            if edge.refusable and not tokens.take():
                edge.refuse(row, Reason.THROTTLED)
            else:
                offer(row)

        return offer_if_token

    def joining(self, offer, line):
        service, refuses = self.service, self.settings.when_full == "refuse"
        pool, edges, place = service.pool, service.edges, service.kernel.records.rows.place

        def offer_to_one(row):
            if not pool.free and not pool.bind(row) and refuses and edges[place[row]].refusable:
                edges[place[row]].refuse(row, Reason.THROTTLED)
            else:
                offer(row)

        return offer_to_one

    def work_factor(self):
        slowness = self.settings.slowness
        return None if slowness == 1 else lambda row: slowness


build = Function
