"""Deduplication: what a queue remembers of the messages it has taken, for a window of time (as SQS FIFO queues do)."""

from evsim.engine.results_of_windows import ResultsOfWindows
from evsim.ticks import ticks

__all__ = ["RecentMessages"]


class RecentMessages:
    """The identities of the messages that a queue took less than `window` ago, whether or not they are still there.

    By content, the identity is the request, the publish step, the item where it sends several, and the result of a
    window where it follows from one; by key it is the message's key.
    """

    def __init__(self, queue, deduplication):
        self.kernel, self.window, self.by = queue.kernel, ticks(deduplication.window), deduplication.by
        self.taken = {}  # identity -> when, in that order
        self.results = ResultsOfWindows(self.kernel)

    def has(self, message):
        """Whether a message with this identity is remembered; a new one is from now on."""
        now, identity = self.kernel.env._now, self._identity(message)
        while self.taken:
            oldest, time = next(iter(self.taken.items()))
            if time + self.window > now:
                break
            del self.taken[oldest]
        if identity in self.taken:
            return True
        self.taken[identity] = now
        return False

    def _identity(self, message):
        messages = self.kernel.records.messages
        if self.by == "key":
            return messages.key[message]
        number, _ = self.kernel.streams.of(messages.luck[message])
        round_ = self.kernel.records.rows.round[messages.cause[message]]
        return number, messages.route[message], messages.item[message], round_, self.results.before(message)
