"""Ways to break batches of queues on purpose."""

from evsim.engine.batch_handling import BatchHandling
from evsim.parts.for_each.engine import MessageLoop
from evsim.parts.price import channel_use
from evsim.parts.queue.engine import batch_consumers
from evsim.parts.queue.engine.batch_consumers import BatchConsumer, GatheringBatch
from evsim.parts.queue.engine.ready import Groups
from evsim.results.endings import Outcome, Reason
from evsim.ticks import ticks
from tests.books.breaking import LATE, Once, mutant

LOOP = [{"work": 0.2}, {"for_each": [{"work": 0.02}, {"fail": 0.1}, {"effect": "job"}]}]


def several(batch=3, handle=LOOP, **subscribe):
    return {"subscribe": {"channel": "jobs", "batch": batch, **subscribe}, "handle": handle}


SLOW = [{"work": 0.5}, {"for_each": [{"work": 0.02}, {"fail": 0.3}, {"effect": "job"}]}]
REPORTED = {"worker": several(4, SLOW, report_item_failures=True), "keys": 2,
            "jobs": {"queue": {"fifo_groups": True, "delivery_limit": 3}}}  # fmt: skip


@mutant("a batch has more messages than it may", worker=several())
def a_batch_is_larger_than_it_may_be(patch):
    patch.setattr(GatheringBatch, "has_room", property(lambda self: len(self.rows) < 5))
    patch.setattr(GatheringBatch, "leave", _leaves_with(5))


def _leaves_with(count):
    original = GatheringBatch.leave

    def leave(self, due=True):
        if due is None or len(self.rows) >= count:
            original(self)

    return leave


@mutant("a message came to a batch when its window was over", worker=several(9, batch_window=0.5))
def a_batch_waits_for_longer_than_its_window(patch):
    patch.setattr(batch_consumers, "ticks", lambda time: 2 * ticks(time))


@mutant("a batch left before its window was over", worker=several(9, batch_window=0.5))
def a_batch_leaves_too_early(patch):
    patch.setattr(batch_consumers, "ticks", lambda time: ticks(time) / 2)


@mutant("a group went on after one of it had failed", **REPORTED)
def a_group_goes_on_after_a_failure(patch):
    patch.setattr(MessageLoop, "_behind", lambda self, row, leader: [])


@mutant("a group was in two hands", **REPORTED | {"worker": {"workers": 2, **several(
    4, SLOW, report_item_failures=True, retry={"attempts": 3, "backoff": 2})}})  # fmt: skip
def a_group_is_free_with_the_first_of_its_messages(patch):
    original = Groups.free

    def free(self, row):
        self.busy[self.group_of(row)] = 1
        original(self, row)

    patch.setattr(Groups, "free", free)


@mutant("was left out and has its effect", **REPORTED)
def what_is_left_out_has_its_turn_all_the_same(patch):
    original, once = MessageLoop._behind, Once()

    def behind(self, row, leader):
        left_out = original(self, row, leader)
        if left_out and once(True):
            self.to_come[leader].extend(left_out[:1])
        return left_out

    patch.setattr(MessageLoop, "_behind", behind)


@mutant("was left out for no failure of its group", **REPORTED)
def nobody_notes_what_is_left_out(patch):
    patch.setattr(MessageLoop, "_note", lambda self, kind, row: None)


@mutant("failed with its batch, of which none failed by itself", worker=several())
def nobody_notes_which_message_failed(patch):
    patch.setattr(MessageLoop, "_note", lambda self, kind, row: None)


@mutant("ended well in a batch that failed", worker=several(handle=[{"for_each": [{"work": 0.1}, {"fail": 0.3}]}]))
def one_of_a_batch_that_failed_is_well(patch):
    original = BatchHandling.share

    def share(self, leader):
        followers = original(self, leader)
        rows = self.kernel.records.rows
        for row in followers:
            if rows.reason[row] == Reason.BATCH:
                rows.outcome[row] = Outcome.OK
        return followers

    patch.setattr(BatchHandling, "share", share)


@mutant("ended otherwise than its batch", worker=several())
def one_of_a_batch_ends_later(patch):
    original, once = BatchHandling.share, Once()

    def share(self, leader):
        followers = original(self, leader)
        if followers and once(leader > LATE):
            self.kernel.records.rows.ended[followers[0]] += ticks(0.01)
        return followers

    patch.setattr(BatchHandling, "share", share)


@mutant("credits of jobs", worker=several())
def a_credit_comes_home_with_each_message(patch):
    original = BatchConsumer.is_home

    def is_home(self, row):
        original(self, row)
        return True

    patch.setattr(BatchConsumer, "is_home", is_home)


@mutant("open in the records and nowhere to be found", worker=several(40, batch_window=20))
def what_gathers_is_forgotten(patch):
    patch.setattr(BatchConsumer, "stored", lambda self: [])


@mutant("is billed for", worker=several(9, batch_window=2),
        jobs={"queue": {"receive_limit": 2, "price": {"requests": 0.4}}})  # fmt: skip
def a_large_batch_is_paid_as_one_request(patch):
    patch.setattr(channel_use._Its, "calls", lambda self, count: 1)
