"""Workloads: customers who come, ask, and wait as long as their patience lasts."""

from heapq import heappush
from itertools import chain as flatten
from itertools import count

from evsim.engine.arrival_times import arrival_times
from evsim.engine.environment import ARRIVAL, owned
from evsim.engine.request_reply import RequestReply
from evsim.ticks import ticks

__all__ = ["RequestSource"]


class RequestSource:
    """The running counterpart of a scenario's workload: it makes the requests."""

    def __init__(self, system, name, settings, place):
        self.kernel, self.name, self.settings = system.kernel, name, settings
        self.duration = ticks(self.kernel.scenario.run_settings.duration)
        closed = settings.arrivals.is_closed
        done = self._think if closed else None  # an open workload does not care how a request ended
        bad = (lambda row, reason: self._think(row)) if closed else None
        self.edge = RequestReply(
            self.kernel, place, system.services[place.service], done, bad, timeout=settings.patience
        )
        system.enter(place, self.edge)
        self.place = place
        if closed:
            self.arrive = self._arrive(None)
            self._start_users()
        else:
            times = flatten.from_iterable(arrival_times(self.kernel, name))
            self.arrive = self._arrive(times)
            for first in times:
                self.kernel.env.call_at(first, self.arrive, 0, ARRIVAL)
                break

    def _arrive(self, times):
        kernel = self.kernel
        rows, env, ask, number_of_place = kernel.records.rows, kernel.env, self.edge.ask, self.place.number
        new, places, luck, born = rows.new, rows.place, rows.luck, rows.born
        queue, next_key = env._queue, env.key_counter(ARRIVAL)

        def arrive(number):
            row = new()
            places[row] = number_of_place
            luck[row] = number
            born[row] = env._now
            if times is not None:
                for time in times:  # the next one
                    heappush(queue, (time, next_key(), arrive, number + 1))
                    break
            ask(row)

        return owned(self.name, arrive)

    # A closed loop: each user waits for an answer, thinks, and comes again.

    def _start_users(self):
        arrivals, luck = self.settings.arrivals, self.kernel.streams
        self._numbers = count().__next__
        self._thoughts = luck.draws(arrivals.think, "think", self.name)
        first = luck.draws(arrivals.think, "first think", self.name)
        for user in range(arrivals.users):
            self._come(first.of(user))

    def _think(self, row):
        self._come(self._thoughts.of(self.kernel.records.rows.luck[row]))

    def _come(self, delay):
        env = self.kernel.env
        if env._now + delay < self.duration:
            env.call_in(delay, self._arrive_next, None, ARRIVAL)

    def _arrive_next(self, _):
        self.arrive(self._numbers())
