"""Ways to break a queue on purpose that the audit must see: dead letters, leases that are void, limits."""

from evsim.engine import dead_lettering, message_rows
from evsim.engine.dead_lettering import DeadLetters
from evsim.parts.queue.engine.consumer import GuardedConsumer
from evsim.parts.queue.engine.guarded import GuardedQueue
from evsim.parts.queue.engine.limits import Limits
from evsim.parts.queue.engine.own_times import OwnTimes
from evsim.parts.queue.engine.plain import LoneConsumer, PlainConsumer, PlainQueue
from evsim.parts.queue.engine.polled import PolledDelivery
from evsim.parts.queue.engine.queue_deliveries import EarlyDelivery, LeasedDelivery
from evsim.parts.queue.engine.ready import Groups, Levels
from evsim.parts.queue.engine.redrive import Redriver
from evsim.parts.queue.engine.seats import Seats
from evsim.results.endings import Reason, Verdict
from evsim.ticks import SECOND, ticks
from tests.books.breaking import LATE, Once, mutant, rows_of, shop, then_also

FLAWED = {"reader": {"subscribe": {"channel": "facts", "dead_letter": "spoilt", "retry": {"attempts": 1}}}}


@mutant("a message is dead and has no dead letter", **FLAWED)
def a_dead_letter_is_forgotten(patch):
    original, once = DeadLetters.send, Once()
    patch.setattr(DeadLetters, "send", lambda self, row: None if once(row > LATE) else original(self, row))


@mutant("two dead letters of one message", **FLAWED)
def a_dead_letter_is_sent_twice(patch):
    original, once = DeadLetters.send, Once()

    def send(self, row):
        original(self, row)
        if once(row > LATE):
            original(self, row)

    patch.setattr(DeadLetters, "send", send)


ROUND = {
    "jobs": {"queue": {"ttl": 0.2, "dead_letter": "spoilt"}}, "spoilt": {"queue": {"ttl": 0.2, "dead_letter": "jobs"}},
}  # fmt: skip


@mutant("came round and nobody had rejected it", **ROUND)
def a_cycle_of_dead_letters_never_ends(patch):
    patch.setattr(dead_lettering, "goes_round", lambda system, row, message, channel: False)


@mutant("a message is dead and has no dead letter", **ROUND,
        worker={"handle": [{"work": 0.3}, {"fail": {"probability": 0.5, "requeue": False}}]})  # fmt: skip
def a_cycle_ends_though_a_consumer_rejected(patch):
    patch.setattr(message_rows, "_ends_a_cycle", lambda system, row: False)


@mutant("a message was copied wrongly", **FLAWED,
        spoilt={"queue": {"max_length": 1, "overflow": "reject_publish"}})  # fmt: skip
def nobody_hears_of_a_letter_that_was_refused(patch):
    patch.setattr(dead_lettering, "refused_letter", lambda system, letter, fate: None)


@mutant("neither kept nor lost nor refused", **FLAWED)
def a_dead_letter_never_comes(patch):
    patch.setattr(DeadLetters, "_arrived", lambda self, letter: None)


BACK = {**FLAWED, "spoilt": {"queue": {"redrive": 10}}}


@mutant("left for where it died, and no message came of it", **BACK)
def a_letter_that_goes_back_is_forgotten(patch):
    original = Redriver._send_home

    def send_home(self, row):
        with patch.context() as meanwhile:
            meanwhile.setattr(DeadLetters, "send", lambda self, row: None)
            original(self, row)

    patch.setattr(Redriver, "_send_home", send_home)


@mutant("went back before it was to", **BACK)
def a_letter_goes_back_too_early(patch):
    patch.setattr(Redriver, "__init__", _early(Redriver.__init__))


def _early(original):
    def begin(self, queue, rate=None):
        original(self, queue, rate)
        self.kernel.env.call_at(ticks(5), self.begin)

    return begin


# Leases.

SLOW = {"jobs": {"queue": {"visibility_timeout": 0.31, "max_receive_count": 2}}}
STRICT = {"jobs": {"queue": {"visibility_timeout": 0.31, "max_receive_count": 2, "fifo_groups": True}}}
FAILS_THERE = {
    "jobs": {"queue": {"visibility_timeout": 5, "max_receive_count": 2}},
    "worker": {"workers": 3, "handle": [{"work": 0.3}, {"fail": 0.3}, {"effect": "job"}]},
}


@mutant("was not given up when another attempt was made", **STRICT)
def a_late_acknowledgement_settles_a_lease_that_is_over(patch):
    original = LeasedDelivery._acknowledged

    def acknowledged(self):
        acknowledge, verdict = original(self), rows_of(self).verdict

        def late_too(row):
            if verdict[row] == Verdict.REVOKED:
                verdict[row] = Verdict.OPEN
            acknowledge(row)

        return late_too

    patch.setattr(LeasedDelivery, "_acknowledged", acknowledged)


@mutant("a lease lasted longer than it may", **SLOW)
def a_clock_is_forgotten(patch):
    original, once = GuardedConsumer.run_out, Once()
    patch.setattr(GuardedConsumer, "run_out", lambda self, row: None if once(row > LATE) else original(self, row))


@mutant("credits of jobs", **SLOW)
def a_credit_comes_home_before_its_holder_is_done(patch):
    original, once = PolledDelivery.revoke, Once()

    def revoke(self, row):
        original(self, row)
        if once(row > LATE):
            self.subscriber.seats[0].credit += 1

    patch.setattr(PolledDelivery, "revoke", revoke)


@mutant("credits of jobs", **SLOW)
def a_credit_never_comes_home(patch):
    original, once = Seats.home, Once()

    def home(self, row):
        if once(row > LATE):
            del self.leases[row]
        original(self, row)

    patch.setattr(Seats, "home", home)


# Who polls.


@mutant("a queue saw a consumer fail that only polls it", **FAILS_THERE)
def a_failure_is_told_to_a_queue_that_is_polled(patch):
    patch.setattr(PolledDelivery, "died", LeasedDelivery.died)


@mutant("a message was visible again before its time", **FAILS_THERE)
def a_failure_ends_its_lease(patch):
    original = GuardedConsumer.forget

    def forget(self, row):
        original(self, row)
        self._end(row)

    patch.setattr(GuardedConsumer, "forget", forget)


@mutant("a lease lasted longer than it may", **FAILS_THERE)
def a_queue_waits_for_ever_for_a_consumer_that_died(patch):
    original = GuardedConsumer.__init__

    def begin(self, *settings):
        original(self, *settings)
        self.clocks.clear()

    patch.setattr(GuardedConsumer, "__init__", begin)


@mutant("a credit is held for a lease and a work that have ended", **FAILS_THERE)
def who_failed_asks_for_no_other_message(patch):
    patch.setattr(GuardedConsumer, "void", lambda self, row: None)


@mutant("ended lies before started", **SLOW, worker={"workers": 3})
def an_old_receipt_deletes_what_somebody_has(patch):
    def delete(self, row):
        if not self.kernel.records.rows.verdict[row]:
            self.close(row, Verdict.DONE, Reason.LATE_DELETE)
        return True

    patch.setattr(GuardedQueue, "delete", delete)


@mutant("deleted late by nobody who may", **STRICT)
def a_fifo_queue_takes_a_late_delete(patch):
    original = PolledDelivery._next

    def following(self, row):
        again = self.subscriber.channel.visible_again[row] = original(self, row)
        return again

    patch.setattr(PolledDelivery, "_next", following)


@mutant("settled as done and the work was not done", jobs={"queue": {"ttl": 60}})
def a_message_is_acknowledged_when_it_is_handed_out(patch):
    patch.setattr(LeasedDelivery, "granted", EarlyDelivery.granted, raising=False)
    patch.setattr(LeasedDelivery, "settles_early", True)


# What is kept.


@mutant("a queue is longer than it may be", jobs={"queue": {"max_length": 3}})
def a_queue_holds_one_more(patch):
    original, once = Limits.keep, Once()
    patch.setattr(Limits, "keep", lambda self: None if once(len(self.queue.store) > 3) else original(self))


@mutant("handed out when its time to live was over", jobs={"queue": {"ttl": 0.4}})
def what_is_too_old_is_handed_out(patch):
    original = Limits.deadline
    patch.setattr(Limits, "deadline", lambda self, row: original(self, row) + SECOND)


@mutant("expired before its time to live was over", jobs={"queue": {"ttl": 4}})
def what_is_not_too_old_expires(patch):
    original = Limits.deadline
    patch.setattr(Limits, "deadline", lambda self, row: original(self, row) - 1)


def two_ranks(**settings):
    """The shop, where somebody else may have the jobs whom the worker leaves over."""
    helper = {"subscribe": {"channel": "jobs", "priority": -1}, "handle": [{"work": 0.3}, {"effect": "job"}]}
    return shop(**settings).replace({"services.helper": helper})


@mutant("had a message of jobs while worker was free", of=two_ranks)
def a_rank_counts_for_nothing(patch):
    patch.setattr(Seats, "highest_first", lambda self: None)


def held_back(**settings):
    """The shop, whose jobs are held back for two seconds."""
    return shop(**settings).replace({"services.front.handle.2": {"publish": {"channel": "jobs", "delay": 2}}})


@mutant("handed out while it was held back", of=held_back)
def a_message_is_held_back_for_too_short_a_time(patch):
    original, once = OwnTimes.delay, Once()
    patch.setattr(OwnTimes, "delay", lambda self, message: original(self, message) - once())


@mutant("nowhere to be found", of=held_back)
def what_is_held_back_is_forgotten(patch):
    original = GuardedQueue.stored
    patch.setattr(GuardedQueue, "stored", lambda self: [row for row in original(self) if row not in self.held_back])


@mutant("nowhere to be found", jobs={"queue": {"priorities": 2}})
def a_message_of_low_priority_is_forgotten(patch):
    once = Once()

    def put(self, row):
        if not once(row > LATE):
            self._line(row).put(row)

    patch.setattr(Levels, "put", put)


@mutant("a group was in two hands", jobs={"queue": {"fifo_groups": True}}, keys=2, worker={"workers": 3})
def a_group_is_free_too_early(patch):
    original, once = Groups.take, Once()

    def take(self):
        row = original(self)
        if row is not None and once(row > LATE):
            self.free(row)
        return row

    patch.setattr(Groups, "take", take)


@mutant("a group was handed out out of order", jobs={"queue": {"fifo_groups": True}}, keys=2, worker={"workers": 3})
def the_last_of_a_group_goes_first(patch):
    def offer(self, group):
        if group not in self.busy and self.waiting.get(group):
            self.waiting[group].rotate(1)
            row = self.waiting[group][0]
            self.next.append((self.place_of(row), row))

    patch.setattr(Groups, "_offer", offer)


@mutant("neither kept nor lost nor refused", jobs={"queue": {"max_length": 3, "overflow": "block"}})
def a_publisher_who_waits_is_forgotten(patch):
    patch.setattr(GuardedQueue, "outside", lambda self: [])


@mutant("credits of jobs")
def a_credit_is_lost(patch):
    original, once = PlainConsumer.settled, Once()

    def settled(self, row):
        if not once(row > LATE):
            original(self, row)

    patch.setattr(PlainConsumer, "settled", settled)


@mutant("nowhere to be found")
def a_message_of_a_queue_is_forgotten(patch):
    once = Once()
    then_also(patch, PlainQueue, "_append", lambda self, message: self.ready and once() and self.ready.pop())


CHANGING = {"worker": {"subscribe": {"channel": "jobs", "prefetch": 2}, "handle": [{"work": {"exponential": 0.15}}]}}


@mutant("credits of jobs and holds", **CHANGING)
def a_credit_that_came_home_is_not_counted(patch):
    exhausted, once = LoneConsumer.exhausted, Once()

    def change(self):
        if self.coming_home and once(self.kernel.env.now > 5):
            self.coming_home.popleft()
        exhausted(self)

    patch.setattr(LoneConsumer, "exhausted", change)


@mutant("credits of jobs and holds", **CHANGING)
def a_credit_is_counted_that_is_still_on_its_way(patch):
    exhausted, once = LoneConsumer.exhausted, Once()

    def change(self):
        on_its_way = [entry for entry in self.coming_home if entry[0] > self.kernel.env._now]
        if on_its_way and once(True):
            self.credit += len(on_its_way)
        exhausted(self)

    patch.setattr(LoneConsumer, "exhausted", change)
