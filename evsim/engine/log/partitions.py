"""The log's partitions: where a message goes, and at which offset."""

from array import array

from evsim.engine.delivery import Channel
from evsim.engine.log.history import History
from evsim.engine.luck import BLOCK
from evsim.engine.murmur import partition_of, partitions_of

__all__ = ["Log"]


class Log(Channel):
    """A log with a fixed number of partitions. A message gets an offset in the partition of its key."""

    def __init__(self, system, name, settings, number):
        super().__init__(system, name, settings, number)
        self.ends = [0] * settings.partitions  # the offset of the next message
        self.listeners = []  # the groups that have a row for each message as it comes
        reread = any(each.begins_elsewhere for _, each in system.subscribers_of(name))
        self.history = History(self) if reread or settings.retention or settings.compaction else None
        self.append = self._append() if self.history is None else self._kept_append

    def partitioner(self, workload, key):
        """A function from a publisher's luck to the partition of its message, as the producer works it out.

        key: the one fixed key of the publish step, or None for the request's own.
        """
        count, names = len(self.ends), self.system.key_names
        if key is not None:
            fixed = partition_of(names.get(key, key), count)
            return lambda luck: fixed
        keys, values, number_of = self.system.keys[workload], array("i"), self.system.luck.of

        def partition(luck):
            try:
                return values[luck]
            except IndexError:
                number, _ = number_of(luck)
            while len(values) <= number:
                block = keys.block(len(values) // BLOCK)
                if len(block) and int(block[0]) in names:
                    values.extend(partition_of(names[key], count) for key in block.tolist())
                else:
                    values.extend(partitions_of(block, count).tolist())
            return values[number]

        return partition

    def _append(self):
        messages, env, ends = self.system.records.messages, self.system.env, self.ends
        partitions, offsets, appended, groups = messages.partition, messages.offset, messages.appended, self.listeners

        def append(message):
            partition = partitions[message]
            offsets[message] = ends[partition]
            ends[partition] += 1
            appended[message] = env._now
            for group in groups:
                group.offer(message, partition)

        append.part = self.name
        return append

    def _kept_append(self, message):
        """As the plain append, for a log that remembers."""
        messages = self.system.records.messages
        partition = messages.partition[message]
        messages.offset[message] = offset = self.ends[partition]
        self.ends[partition] += 1
        messages.appended[message] = now = self.system.env._now
        self.history.keep(message, partition)
        for group in self.listeners:
            if group.wants is None or group.wants(offset, now):
                group.offer(message, partition)
