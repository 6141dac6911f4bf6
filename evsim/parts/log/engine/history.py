"""The history of a log: the messages it still has, for those who come late or read again, and what takes them out.

A plain log keeps no history: its groups have a row for each message as it comes.
"""

from evsim.engine.environment import TIMEOUT
from evsim.results.endings import Reason
from evsim.ticks import ticks

__all__ = ["History", "wanted"]


def wanted(position):
    """A function of a message's offset and time of append: whether somebody who begins at `position` reads it."""
    if position is None or position.kind == "earliest":
        return None
    if position.kind == "offset":
        return lambda offset, appended: offset >= position.number
    if position.kind == "time":
        time = ticks(position.time)
        return lambda offset, appended: appended >= time
    return lambda offset, appended: False  # latest: nothing that is there already


class History:
    """What each partition has, by offset. Retention and compaction take messages out, and tell the groups."""

    def __init__(self, log):
        self.log, self.kernel, self.env = log, log.kernel, log.kernel.env
        self.retention, self.compaction = log.settings.retention, ticks(log.settings.compaction)
        self.age = None if self.retention is None else ticks(self.retention.time)
        self.partitions = []
        self.oldest_due = []  # by partition: when its oldest message is too old, or None where nobody looks
        self.cleaning = False
        self.grow()
        self.kernel.changes.watch("channels", log.name, self._become)

    def _become(self, settings):
        """It keeps its messages for longer from now on, or not for so long."""
        if settings.retention == self.retention:
            return
        self.retention, self.age = settings.retention, ticks(settings.retention.time)
        for partition, there in enumerate(self.partitions):
            most = self.retention.messages
            self._forget(partition, list(there.values())[:-most] if most is not None else [], Reason.RETENTION)
            self.oldest_due[partition] = None
            if there and self.age is not None:
                self._look_later(partition)

    def grow(self):
        """Room for all partitions of the log."""
        for _ in range(len(self.partitions), len(self.log.ends)):
            self.partitions.append({})
            self.oldest_due.append(None)

    def keep(self, message, partition):
        there = self.partitions[partition]
        there[self.kernel.records.messages.offset[message]] = message
        if self.retention is not None:
            if self.retention.messages is not None and len(there) > self.retention.messages:
                self._forget(partition, [next(iter(there.values()))], Reason.RETENTION)
            if self.age is not None and self.oldest_due[partition] is None:
                self._look_later(partition)
        if self.compaction is not None and not self.cleaning:
            self.cleaning = True
            due = (self.env._now // self.compaction + 1) * self.compaction  # cleanings lie at whole multiples
            self.env.call_at(due, self._clean, None, TIMEOUT)

    def drop(self, message, partition):
        """Take out a message that the log has lost."""
        self.partitions[partition].pop(self.kernel.records.messages.offset[message], None)

    def has(self, message):
        messages = self.kernel.records.messages
        return self.partitions[messages.partition[message]].get(messages.offset[message]) == message

    def since(self, partition, position):
        """The messages of a partition from a position on, in order."""
        messages, wants = self.kernel.records.messages, wanted(position)
        return [
            message
            for offset, message in self.partitions[partition].items()
            if wants is None or wants(offset, messages.appended[message])
        ]

    def _look_later(self, partition):
        oldest = next(iter(self.partitions[partition].values()))
        due = self.kernel.records.messages.appended[oldest] + self.age
        self.oldest_due[partition] = due = max(due, self.env._now)
        self.env.call_at(due, self._too_old, partition, TIMEOUT)

    def _too_old(self, partition):
        if self.oldest_due[partition] != self.env._now:
            return  # it has looked since, by another age
        appended, there = self.kernel.records.messages.appended, self.partitions[partition]
        old = [message for message in there.values() if appended[message] + self.age <= self.env._now]
        self.oldest_due[partition] = None
        self._forget(partition, old, Reason.RETENTION)
        if there:
            self._look_later(partition)

    def _clean(self, _):
        """Of each key only the latest message stays."""
        self.cleaning = False
        keys = self.kernel.records.messages.key
        for partition, there in enumerate(self.partitions):
            latest = {keys[message]: message for message in there.values()}
            old = [message for message in there.values() if latest[keys[message]] != message]
            self._forget(partition, old, Reason.COMPACTION)

    def _forget(self, partition, messages, reason):
        if not messages:
            return
        there, records = self.partitions[partition], self.kernel.records
        for message in messages:
            del there[records.messages.offset[message]]
            records.removals.append((self.env._now, message))
        for group in self.log.listeners:
            group.forget(partition, reason)
