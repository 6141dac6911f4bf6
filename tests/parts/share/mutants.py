"""Ways to break a share group that the audit must see."""

from evsim.parts.share.engine import ShareGroup
from evsim.parts.share.shared_delivery import SharedDelivery
from evsim.results.endings import Verdict
from tests.books.breaking import LATE, Once, mutant

READER = {"subscribe": {"channel": "facts", "share": {"lock": 0.6, "deliveries": 3, "in_flight": 4}}, "instances": 3}
SLOW = {**READER, "subscribe": {"channel": "facts", "share": {"lock": 0.45}}}  # than its work
REJECTS = {"subscribe": {"channel": "facts", "share": {"on_failure": "reject"}}}


@mutant("a lock lasted longer than it may", reader=SLOW)
def a_lock_is_never_over(patch):
    patch.setattr(ShareGroup, "run_out", lambda self, row: None)


@mutant("a lock was over before its time", reader=READER)
def a_lock_is_over_too_soon(patch):
    original = ShareGroup.__init__

    def half(self, *arguments):
        original(self, *arguments)
        self.lock //= 2

    patch.setattr(ShareGroup, "__init__", half)


@mutant("more often than it may be", reader=READER)
def a_message_is_handed_out_once_more(patch):
    patch.setattr(ShareGroup, "attempts", property(lambda self: self.share.deliveries + 1))


@mutant("a message was dead too soon", reader=READER)
def a_message_is_given_up_one_delivery_too_soon(patch):
    patch.setattr(ShareGroup, "attempts", property(lambda self: self.share.deliveries - 1))


@mutant("that was to be rejected", reader=REJECTS)
def what_was_rejected_is_released(patch):
    patch.setattr(SharedDelivery, "_end", lambda self, row, verdict, last=False, end=SharedDelivery._end:
                  end(self, row, verdict))  # fmt: skip


@mutant("read further than it may be", reader=READER)
def a_partition_is_read_as_far_as_there_is_anything(patch):
    patch.setattr(ShareGroup, "_is_near", lambda self, row, partition: True)


@mutant("was not given up when another attempt was made", reader=SLOW)
def what_is_accepted_after_the_lock_counts(patch):
    original = SharedDelivery.heard

    def heard(self, row):
        rows, late = self.kernel.records.rows, self.kernel.records.rows.verdict[row] == Verdict.REVOKED
        original(self, row)
        if late:
            rows.verdict[row], rows.settled[row] = Verdict.DONE, self.kernel.env._now

    patch.setattr(SharedDelivery, "heard", heard)


@mutant("that does not make", reader=READER)
def a_consumer_may_hold_one_message_less_after_an_accept(patch):
    original, once = ShareGroup.void, Once()

    def void(self, row):
        if once(row > LATE):
            self.leases.pop(row)
        original(self, row)

    patch.setattr(ShareGroup, "void", void)


@mutant("nowhere to be found", reader=READER)
def a_released_message_is_forgotten(patch):
    original, once = ShareGroup.back, Once()

    def back(self, row):
        if not once(row > LATE):
            original(self, row)

    patch.setattr(ShareGroup, "back", back)
