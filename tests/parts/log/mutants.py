"""Ways to break a log on purpose that the audit must see: owners, commits, leases that are void."""

from evsim.engine.delivery import Delivery
from evsim.parts.log.engine.batching import Batching
from evsim.parts.log.engine.cursor import Cursor
from evsim.parts.log.engine.history import History
from evsim.parts.log.engine.joint import JointGroup
from evsim.parts.log.engine.membership import Membership
from evsim.parts.log.engine.owned import OwnedGroup
from evsim.parts.log.engine.partitions import Log
from evsim.parts.log.engine.reader import Reader
from evsim.parts.log.engine.replication import Replication
from evsim.results.endings import Verdict
from evsim.scenario import Scenario
from tests.books.breaking import END, LATE, Once, everything_ends, mutant, rows_of, shop, unseen

OWNED = {"instances": 2, "workers": 1, "subscribe": {"channel": "facts", "session_timeout": 1}}
EVERY = {**OWNED, "subscribe": {"channel": "facts", "commit": {"interval": 3}}}
STATIC = {**OWNED, "subscribe": {"channel": "facts", "session_timeout": 1, "static": True}}
NEW = {**OWNED, "subscribe": {"channel": "facts", "start": "latest", "metadata_max_age": 4, "assignor": "range"}}
MORE = {"partitions": 2, "add_partitions": {"at": 9, "count": 2}}
CRASH = [{"crash": "reader/1", "at": 15, "for": 3}]
NAPS = [{"pause": "reader/1", "at": time, "for": 3} for time in (10, 15, 20)]


@mutant("had two owners", reader=OWNED)
def a_partition_gets_a_second_owner(patch):
    original, once = Membership._joined, Once()

    def go_on(self):
        if once(self.env.now > 10):
            cursor = self.group.cursors[0]
            self._note(cursor, True)

    patch.setattr(Membership, "go_on", go_on)
    patch.setattr(Membership, "_joined", original)


@mutant("by somebody who did not own it", reader=OWNED)
def a_message_goes_to_another_member(patch):
    original, once = OwnedGroup.hand_out, Once()

    def hand_out(self, row):
        if once(row > LATE):
            self.service.affinity[row] = 1 - self.service.affinity[row]
        original(self, row)

    patch.setattr(OwnedGroup, "hand_out", hand_out)


@mutant("which was not its own", reader=OWNED, faults=CRASH)
def a_member_loses_what_it_does_not_have(patch):
    original = Membership._revoke

    def revoke(self, cursor):
        cursor.owner = 1 - cursor.owner
        original(self, cursor)

    patch.setattr(Membership, "_revoke", revoke)


@mutant("nobody will ever hear of it", reader=EVERY)
def what_is_done_is_left_out_of_a_commit(patch):
    original, once = OwnedGroup.commit, Once()

    def commit(self, cursor):
        if once(cursor.done and self.kernel.env.now > 10):
            cursor.done.pop()
        original(self, cursor)

    patch.setattr(OwnedGroup, "commit", commit)


@mutant("nobody will ever hear of it", reader=EVERY, faults=CRASH)
def a_dead_member_takes_what_it_had_not_committed_with_it(patch):
    def take_back(self, cursor, verdict):
        cursor.holder, cursor.done = None, []

    patch.setattr(OwnedGroup, "take_back", take_back)


@mutant("was not given up when another attempt was made", reader=OWNED, faults=NAPS)
def the_commit_of_a_member_that_was_thrown_out_counts(patch):
    original = Delivery._acknowledged

    def acknowledged(self):
        acknowledge, verdict = original(self), rows_of(self).verdict

        def late_too(row):
            if verdict[row] == Verdict.REVOKED:
                verdict[row] = Verdict.OPEN
            acknowledge(row)

        return late_too

    patch.setattr(Delivery, "_acknowledged", acknowledged)


@mutant("a partition was in two hands", reader=OWNED, faults=[{"outage": "reader/1", "at": 15, "for": 3}])
def a_partition_moves_while_its_message_is_in_process(patch):
    def go_on(self):
        for cursor in self.group.cursors:
            if cursor.moving and cursor.holder is not None:
                self.group.stale[cursor.holder], cursor.holder = cursor.owner, None
        original(self)

    original = Membership.go_on
    patch.setattr(Membership, "go_on", go_on)


@mutant("a partition was read out of order", reader=EVERY, faults=[{"crash": "reader/1", "at": 14.9, "for": 3}])
def the_way_back_to_the_commit_is_taken_backwards(patch):
    patch.setattr(OwnedGroup, "insert", lambda self, store, row: store.append(row))


SHARED = {**OWNED, "subscribe": {"channel": "facts", "session_timeout": 1, "group": "readers"}}


def shared(faults=()):
    """`reader` and `other` are in one group by mistake."""
    data = shop(reader=SHARED, faults=faults).to_dict()
    data["services"]["other"] = data["services"]["reader"]
    return Scenario.from_dict(data)


@mutant("a message was copied wrongly", of=shared)
def each_service_of_a_shared_group_reads_the_log_for_itself(patch):
    patch.setattr(JointGroup, "_listen", Reader._listen)


@mutant("by somebody who did not own it", of=shared)
def a_service_reads_a_partition_of_the_other_one(patch):
    original, once = JointGroup.reader_of, Once()

    def reader_of(self, cursor):
        reader = original(self, cursor)
        other = self.company[1 - self.company.index(reader)]
        return other if once(self.kernel.env.now > 10 and cursor.owner is not None) else reader

    patch.setattr(JointGroup, "reader_of", reader_of)


@mutant("nowhere to be found", of=shared, faults=CRASH)
def a_service_of_a_shared_group_has_cursors_of_its_own(patch):
    original = JointGroup._enter

    def enter(self):
        original(self)
        if not self.is_first:
            self.cursors = [Cursor(number) for number in range(len(self.channel.ends))]

    patch.setattr(JointGroup, "_enter", enter)


@unseen(everything_ends, drain_limit=1000, reader=OWNED, faults=CRASH)
def a_rebalance_never_ends(patch):
    patch.setattr(Membership, "_joined", lambda self, _: None)


@unseen(everything_ends, drain_limit=1000, reader=OWNED)
def a_partition_never_gets_an_owner(patch):
    original = Cursor.__init__

    def init(self, number):
        original(self, number)
        if number == 1:
            self.blocked = True

    patch.setattr(Cursor, "__init__", init)


@unseen(everything_ends, drain_limit=1000, reader=STATIC, faults=[{"crash": "reader/1", "at": 15, "for": 0.5}])
def a_static_member_that_is_back_forgets_what_it_had(patch):
    patch.setattr(OwnedGroup, "take_back", lambda self, cursor, verdict: None)


@mutant("nobody will ever hear of it|nowhere to be found", reader=NEW, facts=MORE)
def what_is_passed_over_in_an_added_partition_is_forgotten(patch):
    patch.setattr(Reader, "skip", lambda self, store: store.clear())


# History.

LATECOMER = {"subscribe": {"channel": "facts", "from": 15, "start": {"offset": 5}}}


@mutant("a message was copied wrongly", reader=LATECOMER)
def a_latecomer_misses_a_message(patch):
    original = History.since
    patch.setattr(History, "since", lambda self, partition, position: original(self, partition, position)[1:])


@mutant("a message was copied wrongly", reader={"subscribe": {"channel": "facts", "replay": {"at": 15}}})
def a_replay_is_not_told_apart(patch):
    original = Reader._replay

    def replay(self, timer):
        original(self, timer)
        self.kernel.records.replays.clear()

    patch.setattr(Reader, "_replay", replay)


@mutant("nowhere to be found", facts={"partitions": 2, "retention": 3})
def a_reader_forgets_what_the_log_still_has(patch):
    once = Once()

    def forget(self, partition, reason):
        if once(self.ready_in(partition)):
            self.ready_in(partition).pop()

    patch.setattr(Reader, "forget", forget)


@mutant("found at the end and not open", facts={"partitions": 2, "retention": 3})
def a_message_that_is_gone_is_kept_in_line(patch):
    original = Reader.give_up

    def give_up(self, row, reason):
        original(self, row, reason)
        if self.kernel.env.now > END - 2:
            self.ready_in(self.partition_of(row)).append(row)

    patch.setattr(Reader, "give_up", give_up)


# Replicas and producers.

THREE = {"partitions": 2, "replicas": 3, "replication": 0.3}


@mutant("neither seen nor hidden", facts=THREE)
def a_message_is_never_shown(patch):
    original, once = Log.show, Once()

    def show(self, message, partition):
        if not once(message > LATE):
            original(self, message, partition)

    patch.setattr(Log, "show", show)


@mutant("a message was copied wrongly", facts=THREE)
def a_group_sees_a_message_before_the_replicas_have_it(patch):
    original, once = Replication.append, Once()

    def append(self, message, partition):
        if once(message > LATE):
            self.log.listeners[0].offer(message, partition)
        original(self, message, partition)

    patch.setattr(Replication, "append", append)


@mutant("neither kept nor lost nor refused", facts={"partitions": 2, "linger": 0.5})
def a_message_is_left_out_of_a_batch(patch):
    original, once = Batching._send, Once()

    def send(self, way):
        if once(self.open[way][-1][1] > LATE):
            self.open[way].pop()
        original(self, way)

    patch.setattr(Batching, "_send", send)


@unseen(everything_ends, drain_limit=1000, facts={"partitions": 2, "linger": 0.5})
def a_batch_is_never_sent(patch):
    original, once = Batching._lingered, Once()

    def lingered(self, timer):
        if not once(self.kernel.env.now > 10):
            original(self, timer)

    patch.setattr(Batching, "_lingered", lingered)


FAILURES = [{"leader_failure": "facts", "at": time, "for": 1} for time in (10, 15, 20)]


@mutant("nobody can see|neither seen nor hidden|offsets of facts", facts=THREE, faults=FAILURES)
def what_a_leader_takes_with_it_is_forgotten(patch):
    patch.setattr(Log, "lose", lambda self, message, partition, unseen, reason: None)


@mutant("offsets of facts are not 0, 1, 2", facts=THREE, faults=FAILURES)
def a_new_leader_counts_on_where_the_old_one_was(patch):
    original = Replication._cut

    def cut(self, partition, end):
        ends = self.log.ends[partition]
        original(self, partition, end)
        self.log.ends[partition] = ends

    patch.setattr(Replication, "_cut", cut)


@unseen(everything_ends, drain_limit=1000, facts=THREE, faults=FAILURES)
def nobody_is_elected(patch):
    patch.setattr(Replication, "_elect", lambda self, _: None)
