"""Ways to break a group whose partitions have no owners, and where messages lie in the log."""

from evsim.engine.delivery import Delivery
from evsim.parts.log.engine.group import Group
from evsim.parts.log.engine.partitions import Log
from tests.books.breaking import LATE, Once, everything_ends, mutant, then_also, unseen
from tests.books.checks import assert_faults_bite

TWICE = {"duplication": ["facts", "reader"], "probability": 0.5, "at": 0}


@mutant("a partition was in two hands")
def a_partition_is_granted_while_its_message_is_in_process(patch):
    once = Once()

    def change(self, message, partition):
        if once(message > LATE):
            self.idle[partition] = 1

    then_also(patch, Group, "_offer", change)


@mutant("nowhere to be found")
def a_message_of_a_log_is_forgotten(patch):
    once = Once()

    def change(self, message, partition):
        if self.stores[partition] and once():
            self.stores[partition].pop()

    then_also(patch, Group, "_offer", change)


@mutant("a message was copied wrongly")
def a_message_is_copied_twice(patch):
    once = Once()

    def change(self, message):
        if once(message > LATE):
            self.subscribers[0].offer(message, self.kernel.records.messages.partition[message])

    then_also(patch, Log, "_append", change)


@mutant("offsets of facts are not 0, 1, 2")
def an_offset_is_skipped(patch):
    once = Once()

    def change(self, message):
        self.ends[0] += once(message > LATE)

    then_also(patch, Log, "_append", change)


@mutant("a partition was read out of order")
def a_failed_message_goes_behind_the_others(patch):
    def back(self, row):
        partition = self.partition_of(row)
        self.stores[partition].append(row)
        self._next_of(partition)

    patch.setattr(Group, "_back_at_work", lambda self: lambda row: back(self, row))


@mutant(
    "a partition was in two hands", faults=[TWICE], reader={"workers": 2, "handle": [{"work": 0.5}, {"effect": "fact"}]}
)
def a_copy_frees_the_partition(patch):
    patch.setattr(Delivery, "unless_copy", lambda self, told: told)


@unseen(everything_ends, drain_limit=1000)
def a_partition_is_never_granted_again(patch):
    """What waits in it waits for ever, and all counts agree."""
    original, once = Group._worked, Once()

    def make(self):
        worked = original(self)
        return lambda row: None if once(row > LATE) else worked(row)

    patch.setattr(Group, "_worked", make)


@unseen(everything_ends, drain_limit=1000, faults=[{"outage": "reader", "at": 15, "for": 1}])
def what_waited_through_an_outage_is_passed_over(patch):
    patch.setattr(Group, "resume", lambda self: None)


@unseen(assert_faults_bite, faults=[{"outage": "facts", "at": 15, "for": 1}])
def a_channel_grants_in_its_outage(patch):
    patch.setattr(Group, "may_grant", True)
