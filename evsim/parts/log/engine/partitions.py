"""The log's partitions: where a message goes, and at which offset."""

from typing import Any

from evsim.engine.broker import Channel, reader_of_a_part
from evsim.engine.environment import FAULT, owned
from evsim.parts.log.engine.batching import Batching
from evsim.parts.log.engine.group import Group
from evsim.parts.log.engine.history import History, wanted
from evsim.parts.log.engine.joint import JointGroup
from evsim.parts.log.engine.owned import OwnedGroup
from evsim.parts.log.engine.partitioners import PARTITIONERS, Stays
from evsim.parts.log.engine.polling import PollingGroup
from evsim.parts.log.engine.replication import Replication
from evsim.parts.log.engine.transactions import Isolation, transactions_of
from evsim.results.endings import Fate
from evsim.scenario.groups import group_of, shared_groups
from evsim.ticks import ticks

__all__ = ["Log"]


class Log(Channel):
    """A log of some partitions. A message gets an offset in one of them."""

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.ends = [0] * settings.partitions  # the offset of the next message
        self.keeps_once = settings.idempotent
        self.listeners = []  # the groups that have a row for each message as it comes
        reread = any(each.begins_elsewhere for _, each in kernel.graph.subscribers[name])
        self.history: Any = History(self) if reread or settings.retention or settings.compaction else None
        self.replication = Replication(self) if settings.replicas > 1 else None
        self.isolation: Any = Isolation(self) if transactions_of(kernel) else None
        plain = self.history is None and self.replication is None and self.isolation is None
        self.append = self._append() if plain else self._guarded_append
        self.turns, self.stays = {}, Stays(self) if settings.partitioner == "sticky" else None
        self.batching: Any = Batching(self) if settings.linger else None
        if settings.add_partitions is not None:
            kernel.env.call_at(ticks(settings.add_partitions.at), self.grow, settings.add_partitions.count, FAULT)

    def subscriber(self, service, subscription):
        """The kind of group that a subscription asks for."""
        brought = reader_of_a_part(self.kernel, self, service, subscription)
        if brought is not None:
            return brought
        shared = (self.name, group_of(service.name, subscription)) in shared_groups(self.kernel.scenario)
        owned = PollingGroup if subscription.max_poll_records else OwnedGroup
        kind = JointGroup if shared else owned if subscription.owns else Group
        return kind(self.kernel, self, service, subscription)

    def partitioner(self, site, kind=None):
        """A function of a message's luck and the publishing row: its partition, as the producer works it out.

        key: the one fixed key of the publish step, or None for the request's own. kind: another partitioner than the
        log's own.
        """
        return PARTITIONERS[kind or self.settings.partitioner](self, site)

    def grow(self, count):
        """More partitions: keys are shared out anew, and the groups share out their work."""
        self.ends.extend([0] * count)
        for each in (self.history, self.replication, *self.subscribers):
            if each is not None:
                each.grow()

    def _append(self):
        messages, env, ends = self.kernel.records.messages, self.kernel.env, self.ends
        partitions, offsets, appended, groups = messages.partition, messages.offset, messages.appended, self.listeners

        def append(message):
            partition = partitions[message]
            offsets[message] = ends[partition]
            ends[partition] += 1
            appended[message] = env._now
            for group in groups:
                offer = group.offer
                offer(message, partition)

        return owned(self.name, append)

    def _guarded_append(self, message):
        """As the plain append, for a log that remembers, or has replicas."""
        messages = self.kernel.records.messages
        partition = messages.partition[message]
        messages.offset[message] = self.ends[partition]
        self.ends[partition] += 1
        messages.appended[message] = self.kernel.env._now
        messages.fate[message] = Fate.OPEN  # it may have been refused before, with a leader that failed
        if self.replication is None:
            self.show(message, partition)
        else:
            self.replication.append(message, partition)

    def show(self, message, partition):
        """Groups may see the message from now on; those that read committed, if no transaction is in the way."""
        if self.isolation is None:
            self.reveal(message, partition)
            return
        if any(group.reads_uncommitted for group in self.subscribers):
            self.kernel.records.uncommitted.append((self.kernel.env._now, message))
        self._offer([group for group in self.listeners if group.reads_uncommitted], message, partition)
        self.isolation.take(message, partition)

    def _offer(self, groups, message, partition):
        for group in groups:
            if group.reads(message):
                group.offer(message, partition)

    def reveal(self, message, partition):
        """All groups see the message from now on."""
        if self.replication is not None or self.isolation is not None:
            self.kernel.records.shown.append((self.kernel.env._now, message))
        if self.history is not None:
            self.history.keep(message, partition)
        self._offer([group for group in self.listeners if not group.reads_uncommitted], message, partition)

    def lose(self, message, partition, unseen, reason):
        """A message that was kept is lost, before or after groups could see it."""
        now, records = self.kernel.env._now, self.kernel.records
        kept_back = unseen or (self.isolation is not None and self.isolation.forget(message, partition))
        if self.history is not None and not kept_back:
            self.history.drop(message, partition)
        if kept_back:
            records.shown.append((now, message))
        if unseen and any(group.reads_uncommitted for group in self.subscribers):
            records.uncommitted.append((now, message))
        records.removals.append((now, message))
        for group in self.listeners:
            is_new = unseen if group.reads_uncommitted else kept_back
            if is_new and group.reads(message):
                group.give_up(group.open_in(message, partition), reason)
            elif not is_new:
                group.forget(partition, reason)

    def hidden(self):
        unseen = [] if self.replication is None else [message for each in self.replication.hidden for message in each]
        return unseen if self.isolation is None else unseen + self.isolation.hidden()

    def still_has(self, message):
        """Whether a reader who asks for the message again gets it."""
        lost = self.kernel.records.messages.fate[message] == Fate.TRUNCATED
        if lost or self.history is None:
            return not lost
        if self.history.has(message):
            return True
        partition = self.kernel.records.messages.partition[message]
        return self.isolation is not None and message in self.isolation.kept_back(partition)

    def since(self, partition, position, group):
        """What a group finds that reads a partition from a position on, in order."""
        found = self.history.since(partition, position)
        if group.reads_uncommitted:
            messages, wants = self.kernel.records.messages, wanted(position)
            for message in self.isolation.kept_back(partition):
                if wants is None or wants(messages.offset[message], messages.appended[message]):
                    found.append(message)
            found.sort(key=messages.offset.__getitem__)
        return found

    # What a publisher asks.

    def takes(self, acks):
        return self.is_up and (self.replication is None or self.replication.takes(acks))

    def has(self, message):
        return self.kernel.records.messages.fate[message] != Fate.TRUNCATED

    def when_safe(self, message, acks, tell):
        if acks == "all" and self.replication is not None:
            self.replication.when_safe(message, tell)
        else:
            tell(Fate.OPEN)

    def lose_leader(self):
        """The broker that leads fails; without replicas the log is down until it is back."""
        if self.replication is None:
            self.stop()
        else:
            self.replication.lose_leader()

    def find_leader(self):
        if self.replication is None:
            self.start()
        else:
            self.replication.find_leader()
