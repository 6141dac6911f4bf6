"""A group whose partitions have owners: each is read by one member, an instance of the service, and by nobody else.

The member commits what it has read before the work, after it, or at an interval. When it loses a partition, the next
owner goes on from the last commit.
"""

from evsim.engine.environment import TIMEOUT
from evsim.parts.log.engine.assignment import FixedAssignment
from evsim.parts.log.engine.batch_delivery import BatchDelivery
from evsim.parts.log.engine.commits import OwnedDelivery, OwnedEarlyCommitDelivery
from evsim.parts.log.engine.cursor import Cursor
from evsim.parts.log.engine.membership import Membership
from evsim.parts.log.engine.reader import Reader
from evsim.parts.log.engine.transactions import TransactionalDelivery, transactions_of
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.ticks import ticks

__all__ = ["OwnedGroup"]


class OwnedGroup(Reader):
    """Grants the messages of a partition to its owner, one at a time."""

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        commit = subscription.commits
        self.commits_at_once = not (commit.early or commit.deferred)
        if commit.atomic:
            self.settled = transactions_of(kernel).end
        self.by_state = commit.by_state  # then positions are a part of the state
        self.deferred, self.on_free = commit.deferred, None  # on_free(row): it holds its partition no longer
        self.interval = ticks(commit.time) if commit.periodic else None
        self.max_poll_interval = ticks(subscription.max_poll_interval)
        self.next_commit = {}  # member -> the moment of its next commit, where it has something to commit
        self.batch = subscription.batch or 1
        self.batches = {}  # the row that leads a batch -> those that follow it
        if self.batch > 1:
            self.together = lambda leader: self.batches.get(leader, ())
        self.stale = {}  # row whose lease ended while a member was at it -> that member
        self.cursors = [Cursor(number) for number in range(len(channel.ends))]
        self.known = len(self.cursors)  # partitions of which the group knows
        self._enter()

    def _enter(self):
        self.membership = (FixedAssignment if self.by_state else Membership)(self, self.subscription)
        self.membership.enter(self.service)

    def retune(self):
        super().retune()
        self.max_poll_interval = ticks(self.subscription.max_poll_interval)
        self.membership.tune(self.subscription)

    def edge(self, place):
        kinds = {"before": OwnedEarlyCommitDelivery, "transaction": TransactionalDelivery}
        kind = kinds.get(self.subscription.commits.kind, OwnedDelivery)
        return (kind if self.batch == 1 else BatchDelivery)(self.kernel, place, self)

    def offer(self, message, partition):
        cursor = self.cursors[partition]
        cursor.store.append(self.open_in(message, partition))
        self.go_on(cursor)

    def settled(self, row):
        """The broker keeps the commit; a partition was free for the next message before."""

    def cursor_of(self, row):
        return self.cursors[self.partition_of(row)]

    def go_on(self, cursor):
        """Hand the next message of the partition to its owner, if both are free."""
        if not cursor.store or cursor.holder is not None or cursor.blocked or cursor.moving:
            return
        if not (self.channel.is_up and self.membership.reads(cursor.owner)):
            return
        cursor.holder = row = cursor.store.popleft()
        self.service.affinity[row] = cursor.owner // self.membership.services
        followers = [cursor.store.popleft() for _ in range(min(self.batch - 1, len(cursor.store)))]
        if followers:
            self.batches[row] = followers
            for each in followers:
                self.kernel.records.rows.leased[each] = self.kernel.env._now
                self.kernel.records.batches.append((each, row))
        if self.max_poll_interval is not None:
            self.kernel.env.call_in(self.max_poll_interval, self._overdue, row, TIMEOUT)
        self.hand_out(row)

    def resume(self):
        for cursor in self.cursors:
            self.go_on(cursor)

    # How a handling ends.

    def worked(self, row, followers=()):
        if row in self.stale:
            self.stale_ended(row)
            return
        cursor = self.cursor_of(row)
        if self.deferred:
            cursor.done += [row, *followers]
        if self.interval is not None:
            self._commit_later(cursor.owner)
        self._free(cursor)

    def _free(self, cursor):
        if self.on_free is not None:
            self.on_free(cursor.holder)
        cursor.holder = None
        self.go_on(cursor)
        self.membership.go_on()

    def given_back(self, row):
        """A failed message holds its partition through the back-off."""
        cursor = self.cursor_of(row)
        cursor.blocked = True
        self._free(cursor)

    def dead(self, row):
        self._free(self.cursor_of(row))

    def back(self, row):
        cursor = self.cursor_of(row)
        cursor.blocked = False
        self.insert(cursor.store, row)
        self.go_on(cursor)

    def put(self, row):
        """Ready again, while the partition is blocked still."""
        self.insert(self.cursor_of(row).store, row)

    def holder_died(self, row):
        """It never reached its member, or the member died with it: then the broker may be late to know."""
        cursor, edge = self.cursor_of(row), self.edge_of(row)
        if edge.has_begun(row):
            self._free(cursor)
        elif not self.membership.dies_silently(row, cursor.owner):
            for each in reversed([row, *self.batches.pop(row, ())]):
                self._fetch_again(cursor, self.edge_of(each).go_back(each, Verdict.GIVEN_BACK))
            self._free(cursor)

    def take_back(self, cursor, verdict):
        """The owner has lost the partition: what it had not committed is ready again, in order."""
        rows = cursor.done
        if cursor.holder is not None and not self.edge_of(cursor.holder).has_begun(cursor.holder):
            rows = [*rows, cursor.holder, *self.batches.get(cursor.holder, ())]
        if cursor.holder is not None and self.kernel.records.rows.outcome[cursor.holder] == Outcome.OPEN:
            self._void(cursor)
        else:
            self.batches.pop(cursor.holder, None)
        for row in reversed(rows):
            self._fetch_again(cursor, self.edge_of(row).go_back(row, verdict))
        cursor.holder, cursor.done = None, []

    def _void(self, cursor):
        """The owner has in hand what is no longer its own: it goes on with it, unless it would have to commit first."""
        row = cursor.holder
        if self.subscription.commits.early and not self.edge_of(row).has_begun(row):
            self.service.withdraw(row, Reason.STALE)
        else:
            self.stale[row] = cursor.owner

    def lost_on_the_way(self, row):
        """A message never reached its member."""

    def stale_ended(self, row):
        self.membership.may_join(self.stale.pop(row))

    def _fetch_again(self, cursor, row):
        """Ready again, if the log still has its message."""
        if self.is_gone(row):
            self.give_up(row, Reason.RETENTION)
        else:
            self.insert(cursor.store, row)

    def make_room(self):
        new = range(len(self.cursors), len(self.channel.ends))
        self.cursors.extend(Cursor(number, skips=self.latest) for number in new)

    def discover(self, _):
        self.known = len(self.cursors)
        self.membership.rebalance()

    # What a membership asks, and tells.

    def is_held(self, cursor):
        """Whether a rebalance waits for the owner of a partition."""
        return cursor.holder is not None

    def is_busy(self, member):
        """Whether a member that was expelled still has something in hand."""
        return member in self.stale.values()

    def puts_down(self, member):
        """A member stops."""

    def member_died(self, member):
        self.next_commit.pop(member, None)

    def begins(self, cursor):
        """The partition has an owner."""
        if cursor.skips:
            self.skip(cursor.store)
            cursor.skips = False

    def ready_in(self, partition):
        return self.cursors[partition].store

    def read_again(self, partition, rows):
        cursor = self.cursors[partition]
        self.commit(cursor)
        for row in rows:
            self.insert(cursor.store, row)
        self.go_on(cursor)

    def _overdue(self, row):
        cursor = self.cursor_of(row)
        if cursor.holder == row and self.kernel.records.rows.outcome[row] == Outcome.OPEN:
            self.membership.expel(cursor.owner)

    # Commits at an interval.

    def _commit_later(self, member, passed=False):
        """At the next moment, which may be now unless it has `passed`."""
        if member not in self.next_commit:
            now, since = self.kernel.env._now, self.membership.since[member]
            number = (now - since) // self.interval + 1 if passed else max(1, -(-(now - since) // self.interval))
            self.next_commit[member] = due = since + number * self.interval
            self.kernel.env.call_at(due, self._commit_now, (member, due), TIMEOUT)

    def _commit_now(self, timer):
        member, due = timer
        if self.next_commit.get(member) != due:
            return
        del self.next_commit[member]
        if self.membership.instance_of(member).frozen is not None:
            self._commit_later(member, passed=True)
            return
        for cursor in self.cursors:
            if cursor.owner == member:
                self.commit(cursor)

    def commit(self, cursor, count=None):
        """Tell the broker how far the owner has come in the partition; count: with how many of what has ended."""
        done, cursor.done = cursor.done[:count], [] if count is None else cursor.done[count:]
        records, now = self.kernel.records, self.kernel.env._now
        for row in done:
            if records.rows.ended[row] != now:
                records.note(records.replies, row, now)
            self.edge_of(row).acknowledge(row)

    # For an inventory.

    def stored(self):
        rows = self.kernel.records.rows
        following = [row for leader, followers in self.batches.items() for row in followers
                     if not (rows.outcome[leader] or rows.started[leader] >= 0)]  # fmt: skip
        return following + [row for cursor in self.cursors for row in cursor.store]

    def unsettled(self):
        outcome = self.kernel.records.rows.outcome
        late = [cursor.holder for cursor in self.cursors if cursor.holder is not None and outcome[cursor.holder]]
        late += [row for leader in late for row in self.batches.get(leader, ())]
        return late + [row for cursor in self.cursors for row in cursor.done]
