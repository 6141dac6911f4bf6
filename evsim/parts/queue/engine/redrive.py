"""Redrive: the dead letters of a queue go back to where they died (as with SQS), once what killed them is mended."""

from collections import deque

from evsim.engine.dead_lettering import DeadLetters
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.ticks import ticks

__all__ = ["Redriver"]


class Redriver:
    """Moves what lies in a queue when it begins, the oldest first. What was published to the queue itself stays.

    A queue that is down moves nothing, and does not go on later.
    """

    def __init__(self, queue, rate=None):
        self.queue, self.kernel = queue, queue.kernel
        self.gap = None if rate is None else ticks(1 / rate)
        self.due, self.ways = deque(), {}  # rows to be moved; channel -> the way of letters there

    def begin(self, _=None):
        """From now on what lies there is moved."""
        self.due.extend(row for row in self.queue.stored() if self._home(row) is not None)
        self.kernel.records.incidents.append((self.kernel.env._now, "redrive", self.queue.name, len(self.due)))
        self._move()

    def _move(self, _=None):
        while self.due and self.queue.is_up and self.queue.frozen is None:
            row = self.due.popleft()
            if self._lies_there(row):
                self._send_home(row)
                if self.gap is not None:
                    self.kernel.env.call_in(self.gap, self._move)
                    break
        self.queue.grant()

    def _lies_there(self, row):
        rows = self.kernel.records.rows
        return rows.verdict[row] == Verdict.OPEN and not rows.leased[row] >= 0

    def _home(self, row):
        """The name of the channel where its message died, or None: it never did."""
        messages, channels = self.kernel.records.messages, self.kernel.scenario.channels
        names, message = list(channels), self.kernel.records.rows.parent[row]
        while (message := messages.origin[message]) >= 0:
            name = names[messages.channel[message]]
            if not channels[name].routes:  # which only handed it on
                return name
        return None

    def _send_home(self, row):
        rows, now, home = self.kernel.records.rows, self.kernel.env._now, self._home(row)
        self.queue.store.take_out(row)
        rows.outcome[row], rows.ended[row] = Outcome.WITHDRAWN, now
        rows.verdict[row], rows.settled[row], rows.reason[row] = Verdict.DEAD, now, Reason.REDRIVEN
        if home not in self.ways:
            self.ways[home] = DeadLetters(self.queue.kernel, self.queue, home)
        self.ways[home].send(row)
