"""Replication: copies of a log on other brokers, what its leader's failure loses, and who may see a message when.

One broker leads all partitions; the others copy them, each message after a delay and in order. Brokers that are up and
keep up are *in sync*. Groups see a message once all of those have it (the high watermark); with ``acks: all`` its
publisher waits for that. When the leader fails, one in sync goes on with what it has; what only the old one had is
lost.
"""

from collections import Counter, deque
from typing import Any

from evsim.engine.environment import ANSWER, TIMEOUT
from evsim.engine.random_streams import Label
from evsim.results.endings import Fate, Reason
from evsim.ticks import ticks

__all__ = ["Replication"]


class Replication:
    """The brokers of one log, numbered from 0; the first one leads at the beginning."""

    def __init__(self, log):
        self.log, self.kernel, self.env, self.settings = log, log.kernel, log.kernel.env, log.settings
        brokers = range(self.settings.replicas)
        self.leader: Any = 0  # or None while nobody may lead
        self.up, self.in_sync = set(brokers), set(brokers)
        self.following = set(brokers) - {0}  # those that get a copy of what is new
        self.joining = set()  # those who have caught up with the past; groups see nothing more that they lack
        self.electing = False
        self.failed = deque()  # brokers that are down, in the order of their failures
        self.reigns = 0  # what an older leader sent counts no more
        self.has = {broker: [] for broker in brokers}  # how many messages of each partition a broker has
        self.kept = []  # by partition: the messages of the leader
        self.hidden = []  # by partition: those that groups do not see yet
        self.waiting = {}  # message -> what to tell its publisher when all in sync have it
        self.delays = {}  # (broker, purpose of a publish step) -> Draws
        self.refused = Counter()  # message -> how often it was lost with a leader, so that its publisher sends it again
        self.last = dict.fromkeys(brokers, 0.0)  # when the latest copy arrives at each: they keep their order
        self.grow()

    def grow(self):
        for _ in range(len(self.kept), len(self.log.ends)):
            self.kept.append([])
            self.hidden.append(deque())
            for ends in self.has.values():
                ends.append(0)

    def takes(self, acks):
        """Whether there are brokers enough in sync for a publisher who wants that."""
        return acks != "all" or len(self.in_sync) >= self.settings.min_in_sync

    def append(self, message, partition):
        """The leader has a new message: the others copy it."""
        self.kept[partition].append(message)
        self.has[self.leader][partition] += 1
        self.hidden[partition].append(message)
        for broker in sorted(self.following):
            self._send(broker, message, self._copied, (broker, self.reigns, partition, len(self.kept[partition])))
        self._show(partition)

    def when_safe(self, message, tell):
        """Call ``tell(fate)`` when all in sync have the message, or when it is known that they never will."""
        partition = self.kernel.records.messages.partition[message]
        if message in self.hidden[partition]:
            self.waiting.setdefault(message, []).append(tell)
        else:
            tell(Fate.OPEN if self.takes("all") else Fate.REFUSED)

    def _send(self, broker, message, function, argument):
        messages = self.kernel.records.messages
        purpose = self.kernel.destination(message).site.purpose
        delays, luck, times = self._delays(broker, *purpose), messages.luck[message], self.refused[message]
        delay = delays.labelled(luck, Label.SENDING(times + 1)) if times else delays.of(luck)
        self.last[broker] = due = max(self.last[broker], self.env._now + delay)
        self.env.call_at(due, function, argument, ANSWER)

    def _delays(self, broker, *purpose):
        """How long copies of the messages of one publish step travel to a broker, or without one, all that it lacks."""
        way = broker, *purpose
        if way not in self.delays:
            self.delays[way] = self.kernel.streams.draws(self.settings.replication, "replication", self.log.name, *way)
        return self.delays[way]

    def _copied(self, timer):
        broker, reign, partition, end = timer
        if reign == self.reigns:  # else a leader has failed since, and this broker may be that one
            self.has[broker][partition] = max(self.has[broker][partition], end)
            self._may_be_in_sync(broker)
            self._show(partition)

    def _may_be_in_sync(self, broker):
        """Who has all that groups have seen is in sync."""
        if broker in self.joining and all(
            has + len(hidden) >= len(kept)
            for has, hidden, kept in zip(self.has[broker], self.hidden, self.kept, strict=True)
        ):
            self.joining.discard(broker)
            self.in_sync.add(broker)

    def _show(self, partition):
        """Groups see what all in sync have, and the publishers of that are told."""
        mark = min(self.has[broker][partition] for broker in self.in_sync | self.joining)
        hidden, first = self.hidden[partition], len(self.kept[partition]) - len(self.hidden[partition])
        for _ in range(mark - first):
            message = hidden.popleft()
            self.log.show(message, partition)
            for tell in self.waiting.pop(message, ()):
                tell(Fate.OPEN if self.takes("all") else Fate.REFUSED)

    # Failure of the leader.

    def lose_leader(self):
        """The leader is down. While there is none, nothing more can fail."""
        broker, self.leader = self.leader, None
        self.failed.append(broker)
        if broker is None:
            return
        self.up.discard(broker)
        if len(self.in_sync) > 1:  # else the last one stays the only one who may lead
            self.in_sync.discard(broker)
        self.reigns += 1
        self.log.stop()
        self.electing = True
        if self.settings.election:
            self.env.call_in(ticks(self.settings.election), self._elect, None, TIMEOUT)
        else:
            self._elect(None)

    def find_leader(self):
        """The broker that failed first is back: it has what it shares with the log, and copies the rest."""
        broker = self.failed.popleft()
        if broker is None:
            return
        self.up.add(broker)
        if self.leader is not None:
            self._catch_up(broker)
        elif not self.electing:
            self._elect(None)

    def _elect(self, _):
        """One that is in sync leads, or in an unclean election any.

        Else the log waits until one is back, and publishers are told that nothing is certain.
        """
        self.electing = False
        able = self.in_sync & self.up or (self.up if self.settings.unclean_election else set())
        if not able:
            for tellers in self.waiting.values():
                for tell in tellers:
                    tell(Fate.REFUSED)
            self.waiting.clear()
            return
        self.leader = min(able)
        self.in_sync = self.in_sync & self.up or {self.leader}
        self.joining, self.following = set(), set()
        for partition, end in enumerate(self.has[self.leader]):
            self._cut(partition, end)
        for broker in sorted(self.up - {self.leader}):
            self._catch_up(broker)
        for partition in range(len(self.kept)):
            self._show(partition)
        self.log.start()

    def _cut(self, partition, end):
        """The log goes on with `end` messages: what lies behind them is lost."""
        lost = self.kept[partition][end:]
        del self.kept[partition][end:]
        self.log.ends[partition] = end
        for ends in self.has.values():
            ends[partition] = min(ends[partition], end)
        for message in lost:
            unseen = message in self.hidden[partition]
            if unseen:
                self.hidden[partition].remove(message)
            tellers = self.waiting.pop(message, ())
            if tellers:
                self.refused[message] += 1
                self.kernel.records.messages.fate[message] = Fate.REFUSED
                self.kernel.records.messages.appended[message] = float("nan")
                self.kernel.records.incidents.append((self.env._now, "message refused", self.log.name, message))
                for tell in tellers:
                    tell(Fate.REFUSED)
            else:
                self.kernel.records.messages.fate[message] = Fate.TRUNCATED
                self.log.lose(message, partition, unseen, Reason.LEADER)

    def _catch_up(self, broker):
        """It gets what is new from now on, and after one delay all that is there already."""
        self.following.add(broker)
        delay = self._delays(broker).again(self.reigns, len(self.failed) + 1)
        self.last[broker] = due = max(self.last[broker], self.env._now + delay)
        self.env.call_at(due, self._caught_up, (broker, self.reigns, list(self.has[self.leader])), ANSWER)

    def _caught_up(self, timer):
        broker, reign, ends = timer
        if reign != self.reigns:
            return
        ends += [0] * (len(self.kept) - len(ends))  # partitions may have been added meanwhile
        self.has[broker] = [max(pair) for pair in zip(self.has[broker], ends, strict=True)]
        if broker not in self.in_sync:
            self.joining.add(broker)
            self._may_be_in_sync(broker)
        for partition in range(len(self.kept)):
            self._show(partition)
