"""Workloads: customers who come, ask, and wait as long as their patience lasts."""

from heapq import heappush
from itertools import chain as flatten
from itertools import count, islice

from evsim.engine.arrival_times import arrival_times, spliced
from evsim.engine.environment import ARRIVAL, owned
from evsim.engine.request_reply import RequestReply
from evsim.results.endings import Reason
from evsim.ticks import SECOND, ticks

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
        self.ask = self._admission(self.edge.ask)
        if closed:
            self.arrive = self._arrive(None)
            self._start_users()
        else:
            times = flatten.from_iterable(arrival_times(self.kernel, name))
            if len({each.arrivals for each in self.kernel.changes.ever("workloads", name)}) > 1:
                self.due, self.points = 0, settings.arrivals.rates
                self.kernel.changes.watch("workloads", name, self._become)
                times = self._counted(times)
            self._begin(times, 0)

    def _begin(self, times, number):
        """The first of some times is that of the customer of this number."""
        self.arrive = self._arrive(times)
        for first in times:
            self.kernel.env.call_at(first, self.arrive, number, ARRIVAL)
            break

    def _become(self, settings):
        """Customers come at another rate from now on: who would have been next comes sooner or later."""
        kernel, arrive = self.kernel, self.arrive
        if settings.arrivals == self.settings.arrivals:
            return
        self.points = spliced(self.points, settings.arrivals.rates, kernel.env._now / SECOND)
        self.settings = settings
        self.due -= len(kernel.env.withdraw(lambda function, _: function is arrive))
        times = flatten.from_iterable(arrival_times(kernel, self.name, self.points))
        self._begin(self._counted(islice(times, self.due, None)), self.due)

    def _counted(self, times):
        """Some times; ``due`` is how many customers have come or are the next to come."""
        for time in times:
            self.due += 1
            yield time

    def _admission(self, ask):
        """`ask`, for those who are let in."""
        kernel, name, luck = self.kernel, self.name, self.kernel.records.rows.luck
        if all(each.admitted == 1 for each in kernel.changes.ever("workloads", name)):
            return ask
        chances, share, refuse_to_ask = (
            kernel.streams.uniforms("door", name),
            self.settings.admitted,
            self.edge.refuse_to_ask,
        )

        def become(settings):
            nonlocal share
            share = settings.admitted

        def ask_if_admitted(row):
            if chances.of(luck[row]) < share:
                ask(row)
            else:
                refuse_to_ask(row, Reason.SHED)

        kernel.changes.watch("workloads", name, become)
        return ask_if_admitted

    def _arrive(self, times):
        kernel = self.kernel
        rows, env, ask, number_of_place = kernel.records.rows, kernel.env, self.ask, self.place.number
        new, places, luck, born = rows.new, rows.place, rows.luck, rows.born
        queue, counter = env._queue, env.key_counter(ARRIVAL)

        def arrive(number):
            row = next(new)
            places[row] = number_of_place
            luck[row] = number
            born[row] = env._now
            if times is not None:
                for time in times:  # the next one
                    heappush(queue, (time, next(counter), arrive, number + 1))
                    break
            ask(row)

        return owned(self.name, arrive)

    # A closed loop: each user waits for an answer, thinks, and comes again.

    def _start_users(self):
        arrivals, streams = self.settings.arrivals, self.kernel.streams
        self._numbers = count().__next__
        self._thoughts = streams.draws(arrivals.think, "think", self.name)
        first = streams.draws(arrivals.think, "first think", self.name)
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
