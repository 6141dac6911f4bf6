"""Ways to break the engine on purpose: those the audit must see, and those that only a property can see."""

from evsim.engine import links, step_builders
from evsim.engine.attempts import Attempts
from evsim.engine.delivery import Delivery
from evsim.engine.fault_schedule import Clock
from evsim.engine.links import NetworkLink
from evsim.engine.pool import Pool
from evsim.engine.publishing import Publishing
from evsim.engine.request_reply import RequestReply
from evsim.engine.service import Service
from evsim.results.endings import Outcome, Verdict
from evsim.ticks import SECOND, ticks
from tests.books.breaking import END, IMPATIENT, LATE, Once, instead, mutant, rows_of, then_also, unseen
from tests.books.checks import assert_deadlines_hold, assert_faults_bite

# Workers and credits.


@mutant("do not make up all")
def a_worker_is_kept(patch):
    once = Once()
    then_also(patch, Service, "_plain_ending", lambda self, row: self.free and once() and self.free.pop())


@mutant("do not make up all|held two at once")
def a_worker_goes_home_twice(patch):
    once = Once()
    then_also(
        patch,
        Service,
        "_plain_ending",
        lambda self, row: self.free and once() and self.free.append(self.free[0]),
    )


@mutant("do not make up all", faults=[{"slowdown": "worker", "factor": 1, "at": 15}])
def a_guarded_worker_is_kept(patch):
    once = Once()
    then_also(patch, Service, "_guarded_ending", lambda self, row: self.free and once() and self.free.pop())


@mutant("do not make up all|held two at once", faults=[{"outage": "worker", "at": 15, "for": 1}])
def a_guarded_worker_goes_home_after_it_has_taken_the_next_row(patch):
    once, original = Once(), Service._filling

    def change(self):
        fill, let_in, go_home = original(self)

        def hand_over(worker):
            go_home(worker)
            if once(worker not in self.free):
                self.free.append(worker)

        return fill, let_in, hand_over

    patch.setattr(Service, "_filling", change)


@mutant("do not make up all", drain_limit=1000, faults=[{"outage": "worker", "at": 15, "for": 1}])
def no_worker_comes_back_after_an_outage(patch):
    patch.setattr(Pool, "_give_back", lambda self, instance, held: None)


@mutant("worked while its instance was not there", faults=[{"crash": "worker", "at": 15, "for": 1}])
def a_crashed_instance_works_on(patch):
    patch.setattr(Pool, "restart", lambda self, number: None)


# What waits.


@mutant("nowhere to be found")
def a_caller_is_forgotten(patch):
    once = Once()
    then_also(patch, Service, "_plain_offer", lambda self, row: self.inbox and once() and self.inbox.pop())


@mutant("found in two places at once")
def a_caller_waits_twice(patch):
    once = Once()

    def change(self, row):
        if self.name == "front" and once(self.inbox and self.kernel.env.now > END - 0.5):
            self.inbox.append(self.inbox[-1])

    then_also(patch, Service, "_plain_offer", change)


# What handlers do.


@mutant("more effects than its steps can")
def an_effect_is_written_twice(patch):
    once = Once()

    def change(effect, then, again):
        write = again()

        def twice(row):
            if once(row > LATE):
                write(row)
            effect(row)

        return twice

    instead(patch, "effect", change)


def left_out(patch, kind):
    once = Once()
    instead(patch, kind, lambda step, then, again: lambda row: (then if once(row > LATE) else step)(row))


@mutant("ended well without all its effects")
def an_effect_is_left_out(patch):
    left_out(patch, "effect")


@mutant("ended well without all its calls")
def a_call_is_left_out(patch):
    left_out(patch, "call")


@mutant("ended well without all its messages")
def a_publish_is_left_out(patch):
    left_out(patch, "publish")


def end_too_early(patch, name):
    def change(self, row):
        if self.name == name:
            rows_of(self).ended[row] = rows_of(self).started[row]

    then_also(patch, Service, "_plain_ending", change)


@mutant("a call was made outside the work of its caller")
def a_caller_ends_before_its_call(patch):
    end_too_early(patch, "front")


@mutant("an effect lies outside the work that made it")
def an_execution_ends_before_its_effect(patch):
    end_too_early(patch, "worker")


@mutant("has ended and has no outcome")
def an_execution_ends_without_an_outcome(patch):
    once = Once()

    def change(self, row):
        if once(row > LATE):
            rows_of(self).outcome[row] = Outcome.OPEN

    then_also(patch, Service, "_plain_ending", change)


@mutant("started lies before ready")
def work_starts_before_it_is_ready(patch):
    once = Once()

    def change(self, row):
        if once(row > LATE):
            rows_of(self).ready[row] += ticks(20)

    then_also(patch, RequestReply, "_arrived", change)


def write_arrivals_wrongly(patch, change):
    original, once = links._hop_ahead, Once()

    def hop_ahead(*arguments):
        hop, arrived = original(*arguments), arguments[0].records.rows.arrived

        def wrong(row):
            hop(row)
            if once(row > LATE):
                arrived[row] = change(arrived[row])

        return wrong

    patch.setattr(links, "_hop_ahead", hop_ahead)


@mutant("arrived lies before leased")
def a_delivery_arrives_before_it_is_granted(patch):
    write_arrivals_wrongly(patch, lambda time: time - SECOND)


@mutant("a delivery was worked and never arrived")
def the_arrival_of_a_delivery_is_not_written_down(patch):
    write_arrivals_wrongly(patch, lambda time: float("nan"))


@mutant("late and its lease had not ended", patience=5)
def an_answer_in_time_is_noted_as_late(patch):
    once = Once()

    def change(self, row):
        records = self.kernel.records
        if once(row > LATE):
            records.note(records.late, row, records.rows.born[row])

    then_also(patch, RequestReply, "_guarded_back", change)


@mutant("a reply lies outside the work that made it", early=True)
def a_reply_is_dated_before_its_work(patch):
    original, once = step_builders.BUILDERS["reply"], Once()

    def reply(compiler, *rest):
        built, replies = original(compiler, *rest), compiler.kernel.records.replies

        def misdated(row):
            built(row)
            if once(row > LATE and row in replies.row):
                replies.time[replies.row.index(row)] -= ticks(20)

        return misdated

    patch.setitem(step_builders.BUILDERS, "reply", reply)


# Attempts and leases.

# Where a message may come to the queue without a hop, each acknowledgement is an event.
HEARD = {"network": {"links": {"beside": {"between": ["back", "jobs"], "latency": 0}}}}


@mutant("settled as done and the work was not done")
def a_failure_is_answered_well(patch):
    patch.setattr(RequestReply, "failed", lambda self, row: self.answer(row))


@mutant("settled as done and the work was not done", **HEARD)
def a_message_that_still_waits_is_committed(patch):
    original, once = Delivery._acknowledged, Once()

    def acknowledged(self):
        acknowledge, channel = original(self), self.subscriber.channel

        def for_another(row):
            another = channel.name == "jobs" and once(channel.ready and channel.kernel.env.now > END - 0.5)
            acknowledge(channel.ready[-1] if another else row)

        return for_another

    patch.setattr(Delivery, "_acknowledged", acknowledged)


@mutant("has no verdict", **HEARD)
def a_lease_ends_without_a_verdict(patch):
    once = Once()

    def change(self, row):
        if once(row > LATE):
            rows_of(self).verdict[row] = Verdict.OPEN

    then_also(patch, Delivery, "_acknowledged", change)


@mutant("was not given up when another attempt was made", **IMPATIENT)
def a_call_is_tried_again_and_not_given_up(patch):
    original, once = RequestReply._settle, Once()

    def settle(self, row, verdict):
        if not once(row > LATE and verdict == Verdict.TIMEOUT):
            original(self, row, verdict)

    patch.setattr(RequestReply, "_settle", settle)


def let_late_answers_settle(patch):
    original = RequestReply._guarded_back

    def guarded_back(self):
        back, verdict = original(self), rows_of(self).verdict

        def late_too(row):
            if verdict[row] == Verdict.TIMEOUT:
                verdict[row] = Verdict.OPEN
            back(row)

        return late_too

    patch.setattr(RequestReply, "_guarded_back", guarded_back)


@mutant("was not given up when another attempt was made", **IMPATIENT)
def a_late_answer_settles_a_void_lease(patch):
    let_late_answers_settle(patch)


@mutant("do not count 1, 2, 3", **IMPATIENT)
def attempts_are_counted_wrongly(patch):
    original = Attempts.next

    def next_attempt(self, row):
        following = original(self, row)
        self.kernel.records.rows.attempt[following] += 1
        return following

    patch.setattr(Attempts, "next", next_attempt)


def renumber(patch, change):
    original = RequestReply.__init__

    def init(self, *arguments, **settings):
        original(self, *arguments, **settings)
        if self.asker is None:
            ask, luck = self.ask, rows_of(self).luck

            def renumbered(row):
                luck[row] += change(luck[row])
                ask(row)

            self.ask = renumbered

    patch.setattr(RequestReply, "__init__", init)


@mutant("the requests of customers are not 0, 1, 2")
def the_number_of_a_request_is_skipped(patch):
    renumber(patch, lambda number: number >= LATE)


@mutant("the requests of customers are not 0, 1, 2")
def the_number_of_a_request_is_given_twice(patch):
    renumber(patch, lambda number: -(number == LATE))


@mutant("nobody will ever hear of it", **HEARD)
def a_message_that_is_done_is_never_acknowledged(patch):
    original, once = Delivery._acknowledged, Once()

    def acknowledged(self):
        acknowledge = original(self)
        return lambda row: None if once(row > LATE) else acknowledge(row)

    patch.setattr(Delivery, "_acknowledged", acknowledged)


@mutant("nobody will ever hear of it", faults=[{"crash": "worker", "at": 15, "for": 1}])
def what_a_crash_kills_is_not_given_back(patch):
    patch.setattr(Delivery, "died", lambda self, row: None)


@mutant(
    "neither kept nor lost nor refused",
    network={"links": {"wire": {"between": ["front", "facts"], "loss": 0.1}}},
)
def a_message_that_is_lost_is_not_marked(patch):
    patch.setattr(Publishing, "lost", lambda self, message: None)


TWICE = {"duplication": ["facts", "reader"], "probability": 0.5, "at": 0}


@mutant("do not count 1, 2, 3", faults=[TWICE])
def a_copy_is_taken_for_an_attempt(patch):
    original = Attempts.copy

    def copy(self, row):
        copied, rows = original(self, row), self.kernel.records.rows
        rows.verdict[copied], rows.settled[copied] = Verdict.OPEN, float("nan")
        return copied

    patch.setattr(Attempts, "copy", copy)


# What the audit cannot see.


@unseen(assert_faults_bite, faults=[{"outage": "front", "at": 15, "for": 1}])
def work_starts_in_an_outage(patch):
    patch.setattr(Service, "stop", lambda self, instance: None)
    patch.setattr(Service, "start", lambda self, instance: None)


@unseen(assert_faults_bite, faults=[{"pause": "front", "at": 15, "for": 1}])
def work_ends_in_a_pause(patch):
    patch.setattr(Service, "freeze", lambda self, function, argument, row: False)


@unseen(assert_faults_bite, faults=[{"partition": ["front", "back"], "at": 15, "for": 1}])
def a_call_crosses_a_partition(patch):
    patch.setattr(NetworkLink, "loses", lambda self, chance: False)


STEP = {"request": 30, "step": "work", "when": "before"}


@unseen(assert_faults_bite, faults=[{"slowdown": "back", "factor": 2, "at_step": STEP, "for": 1}], **IMPATIENT)
def a_fault_at_a_step_strikes_again(patch):
    original = Clock.begin

    def begin(self, _=None):
        original(self)
        self.system.failpoints_due.add(0)

    patch.setattr(Clock, "begin", begin)


@unseen(assert_deadlines_hold, patience=5)
def an_answer_counts_after_the_deadline(patch):
    let_late_answers_settle(patch)
