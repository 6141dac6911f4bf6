"""A group whose members fetch many messages in one poll, and handle them one after another before they poll again.

A member that does not poll again within `max_poll_interval` is expelled. It does not know that until it commits: who
commits only after the poll works through all that it has fetched, and the rest of what it does is done twice. Who
commits each message learns it with the message in hand, and drops the others.
"""

from collections import deque

from evsim.engine.environment import TIMEOUT
from evsim.parts.log.engine.owned import OwnedGroup
from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["PollingGroup"]


class Poll:
    """What a member fetched at once, and has not ended.

    row: what its handler has, or None. rest: those that wait for it, in order. waits: the cursor whose message failed
    and will be tried again, or None. busy: they are being handed to the handler.
    """

    __slots__ = ("busy", "first", "member", "rest", "row", "waits")

    def __init__(self, member, rows):
        self.member, self.first, self.rest = member, rows[0], deque(rows)
        self.row = self.waits = None
        self.busy = False

    @property
    def is_over(self):
        return self.row is None and self.waits is None and not self.rest


class PollingGroup(OwnedGroup):
    """Grants a member up to `max_poll_records` messages of its partitions, and nothing more before these have ended."""

    def __init__(self, kernel, channel, service, subscription):
        self.polls = {}  # member -> the Poll that it works through, also when it is no member any more
        self.polling = set()  # members that are given one poll after another now
        self.read_last = {}  # member -> the partition of the last message that it fetched
        self.most, self.commits_polls = subscription.max_poll_records, subscription.commits.polled
        super().__init__(kernel, channel, service, subscription)

    # Polls.

    def go_on(self, cursor):
        if cursor.owner is not None:
            self._poll(cursor.owner)

    def _poll(self, member):
        if member in self.polling:
            return  # a poll that took no time has ended inside the loop below, which goes on
        self.polling.add(member)
        while member not in self.polls and self.channel.is_up and self.membership.reads(member):
            rows = self._fetched(member)
            if not rows:
                break
            self._begin(Poll(member, rows), rows)
        self.polling.discard(member)

    def _fetched(self, member):
        """What it gets: all that is ready in a partition, then in the next one; it begins where it has not read."""
        last, rows = self.read_last.get(member, -1), []
        able = [each for each in self.cursors if each.owner == member and not (each.blocked or each.moving)]
        for cursor in sorted(able, key=lambda each: (each.number <= last, each.number)):
            while cursor.store and len(rows) < self.most:
                rows.append(cursor.store.popleft())
                self.read_last[member] = cursor.number
        return rows

    def _begin(self, poll, rows):
        records = self.kernel.records
        self.polls[poll.member] = poll
        for row in rows:
            records.rows.leased[row] = self.kernel.env._now
        records.polls.extend((row, poll.first) for row in rows[1:])
        if self.max_poll_interval is not None:
            self.kernel.env.call_in(self.max_poll_interval, self._too_long, poll, TIMEOUT)
        self._go_through(poll)

    def _go_through(self, poll):
        """One message after another to the handler of the member."""
        if poll.busy:
            return
        poll.busy = True
        while poll.rest and poll.row is None and poll.waits is None and self._is_there(poll.member):
            self._hand(poll, poll.rest.popleft())
        poll.busy = False
        if poll.is_over and self.polls.get(poll.member) is poll:
            self._over(poll)

    def _is_there(self, member):
        return not self.membership.instance_of(member).down and member not in self.membership.crashed

    def _hand(self, poll, row):
        poll.row = row
        if row not in self.stale:
            self.cursor_of(row).holder = row
        self.service.affinity[row] = poll.member  # an instance, as no other service is in the group
        if row == poll.first:
            self.hand_out(row)
        else:  # it came with the first one, or is tried again
            rows = self.kernel.records.rows
            rows.arrived[row] = max(rows.arrived[poll.first], rows.leased[row])
            self.service.offer(row)

    def together(self, row):
        """What was fetched with a row, and arrives with it."""
        return next((poll.rest for poll in self.polls.values() if poll.first == row), ())

    def _over(self, poll):
        """The member polls again: it commits, hears of a rebalance, and fetches."""
        member = poll.member
        del self.polls[member]
        due = self.next_commit.get(member)
        if due is not None and due <= self.kernel.env._now:
            super()._commit_now((member, due))
        for cursor in self.cursors if self.commits_polls else ():
            if cursor.owner == member:
                self.commit(cursor)
        self.membership.go_on()
        self.membership.may_join(member)
        self._poll(member)

    def _commit_now(self, timer):
        """Whoever works through a poll commits with the next one."""
        if timer[0] not in self.polls:
            super()._commit_now(timer)

    def _too_long(self, poll):
        member = poll.member
        if self.polls.get(member) is poll and member not in self.membership.crashed:
            self.membership.expel(member)
            self.membership.may_join(member)  # if it has nothing in hand that it would go on with

    def is_held(self, cursor):
        """A member hears of a rebalance when it polls."""
        return cursor.owner in self.polls

    def is_busy(self, member):
        return member in self.polls

    # How a handling ends.

    def _free(self, cursor):
        cursor.holder = None
        poll = self.polls.get(cursor.owner)
        if poll is not None:
            poll.row = None
            self._go_through(poll)

    def given_back(self, row):
        """A failed message holds the poll through its back-off."""
        cursor = self.cursor_of(row)
        cursor.blocked = True
        self.polls[cursor.owner].waits = cursor
        self._free(cursor)

    def back(self, row):
        cursor = self.cursor_of(row)
        poll = next((each for each in self.polls.values() if each.waits is cursor), None)
        if poll is None or cursor.owner != poll.member:
            super().back(row)
        else:
            cursor.blocked = False
            self.kernel.records.rows.leased[row] = self.kernel.env._now
            poll.rest.appendleft(row)
        if poll is not None:
            poll.waits = None
            self._go_through(poll)

    def stale_ended(self, row):
        poll = self.polls[self.stale.pop(row)]
        poll.row = None
        self._go_through(poll)

    def holder_died(self, row):
        poll = self.polls[self.cursor_of(row).owner]
        if self.kernel.records.rows.outcome[row] == Outcome.LOST:
            self._give_back(poll, Outcome.LOST, Reason.NONE)
        super().holder_died(row)

    # What it has fetched and not begun.

    def take_back(self, cursor, verdict):
        poll = self.polls.get(cursor.owner)
        super().take_back(cursor, verdict)
        if poll is None:
            return
        kept = deque()
        for row in poll.rest:
            if self.partition_of(row) == cursor.number and row not in self.stale:
                self._fetch_again(cursor, self.edge_of(row).go_back(row, verdict))
                if not self._goes_on_with(row, poll.member):
                    self._never_begun(row, Outcome.WITHDRAWN, Reason.STALE)
                    continue
            kept.append(row)
        poll.rest = kept
        if poll.row is not None and poll.row not in self.stale and self.partition_of(poll.row) == cursor.number:
            poll.row = None
        if poll.is_over:
            del self.polls[poll.member]

    def _goes_on_with(self, row, member):
        """Whether a member handles what is no longer its own: who commits later does not know."""
        if not self.deferred or self.kernel.records.rows.outcome[row] != Outcome.OPEN:
            return False
        self.stale[row] = member
        return True

    def puts_down(self, member):
        """It stops: what it has fetched and not begun goes back."""
        poll = self.polls.get(member)
        if poll is not None:
            poll.waits = None
            self._give_back(poll, Outcome.WITHDRAWN, Reason.UNREACHABLE)
            self._go_through(poll)

    def _give_back(self, poll, outcome, reason):
        for row in reversed(poll.rest):
            if self.stale.pop(row, None) is None:
                self._fetch_again(self.cursor_of(row), self.edge_of(row).go_back(row, Verdict.GIVEN_BACK))
            self._never_begun(row, outcome, reason)
        poll.rest.clear()

    def member_died(self, member):
        super().member_died(member)
        poll = self.polls.get(member)
        if poll is None:
            return
        poll.waits = None
        for row in poll.rest:
            self._never_begun(row, Outcome.CRASHED, Reason.CRASH)
        poll.rest = deque(row for row in poll.rest if self.stale.pop(row, None) is None)
        if poll.is_over:
            del self.polls[member]

    def lost_on_the_way(self, row):
        """What was fetched with a message is lost with it."""
        for each in self.polls[self.cursor_of(row).owner].rest:
            self._never_begun(each, Outcome.LOST, Reason.NONE)

    def _never_begun(self, row, outcome, reason):
        rows = self.kernel.records.rows
        if rows.outcome[row] == Outcome.OPEN:
            rows.outcome[row], rows.ended[row], rows.reason[row] = outcome, self.kernel.env._now, reason

    # For an inventory.

    def _waiting(self, is_open):
        outcome = self.kernel.records.rows.outcome
        return [row for poll in self.polls.values() for row in poll.rest if (outcome[row] == Outcome.OPEN) == is_open]

    def stored(self):
        return super().stored() + self._waiting(True)

    def unsettled(self):
        return super().unsettled() + self._waiting(False)
