"""Membership: who is in a group, and how the group shares out its partitions when somebody comes, goes or is silent.

A rebalance has two stages. *Revoking*: partitions that will move are read no further; it lasts until the message in
process in each of them is done and committed, and nobody is silent whose session goes on. An eager group gives up all
its partitions, a cooperative one only those that move. *Joining*: it takes the time `rebalance`; then everything
without an owner gets one.
"""

from evsim.engine.environment import TIMEOUT
from evsim.parts.log.engine.assignors import ASSIGN, EAGER
from evsim.results.endings import Outcome, Verdict
from evsim.ticks import ticks

__all__ = ["Membership"]

REVOKING, JOINING = "revoking", "joining"


class Delegation:
    """The members that one service has in a group: what happens to its instances happens to them."""

    def __init__(self, membership, service, place):
        self.membership, self.service, self.place = membership, service, place
        self.link = membership.group.kernel.links.between(service.name, membership.group.channel.name)
        self.link.memberships.append(self)
        service.memberships.append(self)

    def member(self, instance):
        """Members take turns: the first instances of all services, their second ones ..."""
        return instance * self.membership.services + self.place

    def stops(self, instance):
        self.membership.stops(self.member(instance))

    def starts(self, instance):
        self.membership.starts(self.member(instance))

    def crashes(self, instance):
        self.membership.crashes(self.member(instance))

    def freezes(self, instance):
        self.membership.freezes(self.member(instance))

    def wakes(self, instance):
        self.membership.wakes(self.member(instance))

    def is_cut_off(self):
        """The link is: no heartbeat comes through."""
        self.membership.are_cut_off(self.place)

    def is_heard_again(self):
        for each in self.service.instances:
            self.wakes(each.number)


class Membership:
    """The members of one group: the instances of its service, or of each of its `services`, taking turns."""

    def __init__(self, group, subscription, services=1):
        self.group, self.services, self.env = group, services, group.kernel.env
        self.assign, self.eager = ASSIGN[subscription.owns], subscription.owns in EAGER
        self.tune(subscription)
        self.static = subscription.static
        self.delegations = []  # of each service
        self.members, self.since = set(), {}  # who is in the group, and since when
        self.silences = 0
        self.silent = {}  # member of which nothing is heard -> the number of its silence
        self.crashed = set()  # those of them that have died
        self.anew = set()  # those of them whose instance is back under another name, and waits to get in
        self.stage = None

    def tune(self, subscription):
        """How long a rebalance takes, and after what silence, or with what in hand for how long, a member has gone."""
        self.pause, self.session_timeout = ticks(subscription.rebalance or 0.0), ticks(subscription.session_timeout)
        self.patience = ticks(subscription.max_poll_interval)

    def enter(self, service):
        """The members of a service; when all are there they share out the partitions."""
        delegation = Delegation(self, service, len(self.delegations))
        self.delegations.append(delegation)
        self.members.update(delegation.member(each.number) for each in service.instances)
        if len(self.delegations) == self.services:
            self.since = dict.fromkeys(self.members, self.env._now)
            self._share_out()

    def service_of(self, member):
        return self.delegations[member % self.services].service

    def instance_of(self, member):
        return self.service_of(member).instances[member // self.services]

    def reads(self, member):
        """Whether the member fetches messages now."""
        if member is None or member not in self.members or member in self.silent:
            return False
        return self.instance_of(member).is_well

    def dies_silently(self, row, member):
        """Whether the broker only learns at the end of the session that the member is dead with a row in its hands."""
        died = self.group.kernel.records.rows.outcome[row] == Outcome.CRASHED
        return died and self.session_timeout is not None and member in self.members

    # What happens to members.

    def stops(self, member):
        """It leaves as soon as the work in hand is done; a static one says nothing, and is missed like a dead one."""
        self.group.puts_down(member)
        if member not in self.members or member in self.silent:
            return
        if self.static:
            self._falls_silent(member)
        else:
            self.members.discard(member)
            self.rebalance()

    def starts(self, member):
        if self._is_quiet(member):
            return
        if member in self.crashed and not self.static:
            self._joins_anew(member)
        elif member in self.silent:
            self._comes_back(member)
        self.may_join(member)

    def _joins_anew(self, member):
        """The broker takes it for somebody else: the group rebalances, and waits for the one that it was."""
        if member not in self.anew:
            self.anew.add(member)
            if self.patience is not None:
                self.env.call_in(self.patience, self._session_over, (member, self.silent[member]), TIMEOUT)
            self.rebalance()

    def _comes_back(self, member):
        """It has its place as before; what it had not committed when it crashed it reads again."""
        del self.silent[member]
        for cursor in self._owned_by(member):
            if member in self.crashed:
                self.group.take_back(cursor, Verdict.GIVEN_BACK)
            self.group.go_on(cursor)
        self.crashed.discard(member)
        self.go_on()

    def crashes(self, member):
        self.group.member_died(member)
        if member in self.members and self.session_timeout is not None:
            self.crashed.add(member)
            if member in self.anew:  # the one that waited is missed as well
                self.anew.discard(member)
                del self.silent[member]
            self._falls_silent(member)
        else:
            self._lose(member, Verdict.GIVEN_BACK)

    def freezes(self, member):
        if self.session_timeout is not None and member in self.members:
            self._falls_silent(member)

    def are_cut_off(self, place):
        """Nothing is heard of the members of one service."""
        if self.session_timeout is not None:
            for member in sorted(self.members):
                if member % self.services == place:
                    self._falls_silent(member)

    def wakes(self, member):
        if self._is_quiet(member):
            return  # there is another reason for it
        if not self.instance_of(member).down:
            self.starts(member)
            for cursor in self._owned_by(member):
                self.group.go_on(cursor)
        elif member in self.silent and member not in self.crashed and not self.static:
            del self.silent[member]
            self.stops(member)

    def expel(self, member):
        """The group goes on without a member that is alive; it comes back when it is done with what it has."""
        if member in self.members:
            self._incident("expel", member)
            self._lose(member, Verdict.REVOKED)

    def may_join(self, member):
        """It joins if it is not in, is well, and has nothing left of what was taken from it."""
        well = not self.instance_of(member).down and not self._is_quiet(member)
        if well and member not in self.members and not self.group.is_busy(member):
            self.members.add(member)
            self.since[member] = self.env._now
            self.rebalance()

    def _is_quiet(self, member):
        """Whether no heartbeat of it could reach the broker, were it up."""
        cut = self.delegations[member % self.services].link.cut
        return cut or self.instance_of(member).frozen is not None

    def _falls_silent(self, member):
        if member not in self.silent:
            self.silences += 1
            self.silent[member] = self.silences
            self.env.call_in(self.session_timeout, self._session_over, (member, self.silences), TIMEOUT)

    def _session_over(self, timer):
        member, number = timer
        if self.silent.get(member) != number:
            return
        del self.silent[member]
        self.anew.discard(member)
        self._incident("expel", member)
        self._lose(member, Verdict.GIVEN_BACK if member in self.crashed else Verdict.REVOKED)
        self.crashed.discard(member)
        self.may_join(member)

    def _lose(self, member, verdict):
        """The member is out; what it had goes back to the last commit."""
        owned = self._owned_by(member)
        if member not in self.members and not owned:
            return
        self.members.discard(member)
        self.group.next_commit.pop(member, None)
        for cursor in owned:
            self.group.take_back(cursor, verdict)
            self._revoke(cursor)
        self.rebalance()

    # The rebalance.

    def rebalance(self):
        """Share out the partitions anew."""
        if self.stage is None:
            self._tell_all("rebalance")
        if self.stage != JOINING:
            self.stage = REVOKING
            target = [] if self.eager else self._target()
            for cursor in self.group.cursors:
                cursor.moving = cursor.owner is not None and (self.eager or target[cursor.number] != cursor.owner)
            self.go_on()

    def go_on(self):
        """End the first stage if no message is in process in what is to move, and nobody is silent."""
        if self.stage != REVOKING:
            return
        moving = [cursor for cursor in self.group.cursors if cursor.moving]
        if self.silent or any(map(self.group.is_held, moving)):
            return
        for cursor in moving:
            self.group.commit(cursor)
            self._revoke(cursor)
        self.stage = JOINING
        self.env.call_in(self.pause, self._joined, None, TIMEOUT)

    def _joined(self, _):
        self.stage = None
        self._tell_all("end of rebalance")
        wishes = self._share_out()
        owned = [cursor for cursor in self.group.cursors if cursor.owner is not None]
        if self.anew or any(wishes[cursor.number] != cursor.owner for cursor in owned):
            self.rebalance()
        self.group.resume()

    def _share_out(self):
        """Give every partition without an owner to the member who should have it; the whole target."""
        target = self._target()
        for cursor in self.group.cursors:
            if cursor.owner is None and target[cursor.number] is not None:
                cursor.owner = target[cursor.number]
                self._note(cursor, True)
                self.group.begins(cursor)
        return target

    def _target(self):
        """Who should own each partition."""
        topic, known = self.group.channel.name, self.group.known
        target = [None] * len(self.group.cursors)
        if self.members:
            have = {member: [] for member in self.members}
            for cursor in self.group.cursors:
                # An eager group has given all back by now; its members tell the assignor what they had.
                owner = cursor.last_owner if cursor.owner is None and self.eager else cursor.owner
                if owner in have:
                    have[owner].append((topic, cursor.number))
            given = self.assign(dict.fromkeys(self.members, (topic,)), {topic: known}, have)
            for member, partitions in given.items():
                for _, partition in partitions:
                    target[partition] = member
        return target

    def _owned_by(self, member):
        return [cursor for cursor in self.group.cursors if cursor.owner == member]

    def _revoke(self, cursor):
        self._incident("revoke", cursor.owner, cursor.number)
        self._note(cursor, False)
        cursor.owner, cursor.last_owner, cursor.moving = None, cursor.owner, False

    def _note(self, cursor, owned):
        service, instance = self.service_of(cursor.owner), cursor.owner // self.services
        entry = self.env._now, self.group.channel.name, service.name, cursor.number, instance, owned
        self.group.kernel.records.ownership.append(entry)

    def _tell_all(self, kind):
        for each in self.delegations:
            what = f"{each.service.name} of {self.group.channel.name}"
            self.group.kernel.records.incidents.append((self.env._now, kind, what, None))

    def _incident(self, kind, member, detail=None):
        what = f"{self.service_of(member).name}/{member // self.services + 1} of {self.group.channel.name}"
        self.group.kernel.records.incidents.append((self.env._now, kind, what, detail))
