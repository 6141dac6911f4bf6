"""The limits of a queue: how many messages may wait, and for how long."""

from math import inf

from evsim.engine.environment import TIMEOUT
from evsim.results.endings import Reason, Verdict
from evsim.ticks import ticks

__all__ = ["Limits"]


class Limits:
    """What keeps a queue to its ``max_length`` and its messages to their time to live. ``any``: whether it has any."""

    def __init__(self, queue):
        self.queue, self.env, self.messages = queue, queue.kernel.env, queue.kernel.records.messages
        self.wakes_at = inf
        self.become(queue.settings)

    def become(self, settings):
        """They are others from now on."""
        self.length, self.drops_head = settings.max_length, settings.overflow == "drop_head"
        self.ttl = inf if settings.ttl is None else ticks(settings.ttl)
        self.expires = self.ttl < inf or self.queue.own_times.ttls
        self.any = self.expires or self.length is not None

    @property
    def are_reached(self):
        """Whether the queue is full."""
        return self.length is not None and len(self.queue.store) >= self.length

    def keep(self):
        """Throw out what is too much, and let in who waits for room."""
        queue = self.queue
        if self.drops_head:
            while len(queue.store) > (self.length or inf):
                self._throw_out(queue.store.pop_head(), Verdict.DROPPED, Reason.MAX_LENGTH)
                self.expire(strictly=True)  # the next head, of a lower priority, may be too old already
        self._wake_for(queue.store.head())
        while queue.waiting_outside and queue.is_up and not self.are_reached:
            function, argument = queue.waiting_outside.popleft()
            function(argument)

    def expire(self, strictly=False):
        """Throw out what is at the head and too old; at its deadline it may still be handed out (`strictly`)."""
        if not self.expires:
            return
        now = self.env._now
        while (row := self.queue.store.head()) is not None:
            deadline = self.deadline(row)
            if deadline > now or (strictly and deadline == now):
                return
            self._throw_out(self.queue.store.pop_head(), Verdict.EXPIRED, Reason.EXPIRED)

    def deadline(self, row):
        """When the time to live of the message of a row is over."""
        message = self.queue.kernel.records.rows.parent[row]
        return self.messages.appended[message] + min(self.queue.own_times.ttl(message), self.ttl)

    def _wake_for(self, row):
        if self.expires and row is not None and (deadline := self.deadline(row)) < self.wakes_at:
            self.wakes_at = deadline
            self.env.call_at(self.wakes_at, self._wake, self.wakes_at, TIMEOUT)

    def _wake(self, time):
        if time == self.wakes_at:
            self.wakes_at = inf
            self.expire()
            self.keep()

    def _throw_out(self, row, verdict, reason):
        queue = self.queue
        queue.close(row, verdict, reason)
        kept = verdict == Verdict.EXPIRED and not queue.settings.expired_to_dead_letter
        if queue.letters is not None and not kept:
            queue.letters.send(row)
