"""What all groups of a log have in common: they open a row for each message, grant it, and hear of its commit."""

from typing import Any

from evsim.engine.broker import Subscriber
from evsim.engine.environment import ANSWER, FAULT, TIMEOUT
from evsim.engine.random_streams import Label
from evsim.parts.log.engine.history import wanted
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.ticks import ticks

__all__ = ["Reader"]


class Reader(Subscriber):
    """A consumer group: at most one message of a partition is in process at a time, and a failed one holds it."""

    gives_up_alone = True
    settled: Any
    offer: Any

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.settling = (self._committed,)
        self.wants = wanted(subscription.start) if subscription.start and subscription.start.kind != "latest" else None
        self.latest = subscription.start is not None and subscription.start.kind == "latest"
        hasty = subscription.isolation == "read_uncommitted"
        self.reads_uncommitted = hasty and channel.isolation is not None  # else there is nothing uncommitted
        self._listen()

    def _listen(self):
        if self.subscription.joins is None:
            self.channel.listeners.append(self)
        else:
            self.kernel.env.call_at(ticks(self.subscription.joins), self._join, None, FAULT)
        for number, replay in enumerate(self.subscription.replay):
            self.kernel.env.call_at(ticks(replay.at), self._replay, (number, replay), FAULT)

    def reads(self, message):
        """Whether a new message lies where the group reads."""
        messages = self.kernel.records.messages
        return self.wants is None or self.wants(messages.offset[message], messages.appended[message])

    def open(self, message):
        """The row of a message that is ready for this group now."""
        rows, messages = self.kernel.records.rows, self.kernel.records.messages
        row = next(rows.new)
        rows.place[row] = self.routes[messages.route[message]]
        rows.luck[row], rows.parent[row] = messages.luck[message], message
        if self.kernel.enter_round is not None:
            self.kernel.enter_round(row)
        rows.born[row] = rows.ready[row] = self.kernel.env._now
        return row

    def open_in(self, message, partition):
        """The row of a message of a partition, for whoever has that."""
        return self.open(message)

    def partition_of(self, row):
        return self.kernel.records.messages.partition[self.kernel.records.rows.parent[row]]

    def edge_of(self, row):
        return self.edges[self.kernel.records.rows.place[row]]

    def hand_out(self, row):
        self.kernel.records.rows.leased[row] = self.kernel.env._now
        self.edge_of(row).send(row)

    def ready_in(self, partition):
        """The rows of a partition that are ready, in the order of their offsets."""
        raise NotImplementedError

    def read_again(self, partition, rows):
        """Hand out some rows of a partition before all later offsets."""
        raise NotImplementedError

    def insert(self, store, row):
        """Put a row into a partition's store: before all that were kept later."""
        messages, parents = self.kernel.records.messages, self.kernel.records.rows.parent

        def place_of(each):
            message = parents[each]
            return messages.appended[message], messages.offset[message]

        place, own = 0, place_of(row)
        while place < len(store) and place_of(store[place]) <= own:
            place += 1
        store.insert(place, row)

    def acknowledgement_lost(self, edge, row):
        """A commit that is lost is sent again when its sender has waited `give_up`."""
        self.kernel.env.call_in(self.kernel.links.give_up, self._committed, row, ANSWER)

    def _committed(self, row):
        rows = self.kernel.records.rows
        if not rows.verdict[row]:
            rows.settled[row], rows.verdict[row] = self.kernel.env._now, Verdict.DONE
            if self.settled is not None:
                self.settled(row)

    # Coming late, and reading again.

    def _join(self, _):
        """The group begins to exist: it reads what the log has, from where it starts."""
        for partition in range(len(self.channel.ends)):
            for message in self.channel.since(partition, self.subscription.start, self):
                self.offer(message, partition)
        self.channel.listeners.append(self)

    def _replay(self, timer):
        """What has been handled since a position is handed out again; nothing of it counts as a repetition."""
        number, replay = timer
        handled = self._handled()
        rows, streams, replays = self.kernel.records.rows, self.kernel.streams, self.kernel.records.replays
        for partition in range(len(self.channel.ends)):
            again = [message for message in self.channel.since(partition, replay.to, self) if message in handled]
            opened = []
            for message in again:
                row = self.open_in(message, partition)
                rows.luck[row] = streams.later(rows.luck[row], Label.REPLAY(number))
                replays.append(row)
                opened.append(row)
            self.read_again(partition, opened)

    def _handled(self):
        """The messages that this group is done with: the last attempt at each has ended for good."""
        rows, places, done = self.kernel.records.rows, set(self.edges), {}
        for row, place in enumerate(rows.place):
            if place in places:
                again = rows.verdict[row] in (Verdict.GIVEN_BACK, Verdict.REVOKED)
                done[rows.parent[row]] = rows.outcome[row] != Outcome.OPEN and not again
        return {message for message, ended in done.items() if ended}

    # What the log has more.

    def grow(self):
        """Partitions are added: the group knows of them when it asks next what there is."""
        self.make_room()
        age, began = ticks(self.subscription.metadata_max_age), ticks(self.subscription.joins or 0.0)
        since = self.kernel.env._now - began
        if age and since >= 0:
            self.kernel.env.call_at(began + (since // age + 1) * age, self.discover, None, TIMEOUT)
        else:
            self.discover(None)

    def make_room(self):
        """Room for the messages of all partitions of the log."""
        raise NotImplementedError

    def discover(self, _):
        """From now on the group reads all partitions."""
        raise NotImplementedError

    def skip(self, store):
        """A group that starts at the end passes over what is in a partition when it begins to read it."""
        for row in store:
            self.give_up(row, Reason.LATEST)
        store.clear()

    # What the log has no more.

    def forget(self, partition, reason):
        """Messages were taken out of a partition: what waits for them here waits in vain."""
        gone = [row for row in self.ready_in(partition) if self.is_gone(row)]
        if gone and reason == Reason.RETENTION and self.latest:
            gone = list(self.ready_in(partition))  # on to the end of the log
        for row in gone:
            self.ready_in(partition).remove(row)
            self.give_up(row, reason)

    def is_gone(self, row):
        return not self.channel.still_has(self.kernel.records.rows.parent[row])

    def give_up(self, row, reason):
        rows, now = self.kernel.records.rows, self.kernel.env._now
        rows.outcome[row], rows.ended[row], rows.reason[row] = Outcome.LOST, now, reason
        rows.settled[row] = now
        rows.verdict[row] = Verdict.DROPPED if reason == Reason.COMPACTION else Verdict.LOST
