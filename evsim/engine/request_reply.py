"""RequestReply: somebody waits for an answer, be it a customer with a request or a service with a call.

The obligation is the answer. An attempt is sent over the link, waits in the inbox, is worked, and its answer travels
back; whoever asked may give up before (the lease is void, the work goes on and is real) and may try again.
"""

from heapq import heappush
from typing import Any

from evsim.engine.attempts import attempt_number
from evsim.engine.environment import ANSWER, TIMEOUT, owned
from evsim.engine.policy import hearing, policies_of
from evsim.results.endings import FINAL, NEVER_SENT, REFUSALS, Outcome, Reason, Verdict
from evsim.ticks import ticks

__all__ = ["RequestReply"]

# How an asker sees an answer that is not a good one; everything else is an error.
_VERDICT = {Reason.TIMEOUT: Verdict.TIMEOUT, Reason.TAKEN: Verdict.DECLINED} | dict.fromkeys(REFUSALS, Verdict.REJECTED)


class RequestReply:
    """The edge of one place that is asked and answers.

    place: where it leads. service: the running service there. done(row): what the asker does with a good answer;
    bad(row, reason): without one, when all attempts are used. `row` is the last attempt, `reason` what the asker
    knows of it: the answer that says more may be lost. An asker who does nothing with either gives None for both.
    ``begin(row)`` makes the first attempt, ``ask(row)`` any other.
    """

    refusable = True
    batches = reported = None
    ordered = False  # whether nothing overtakes anything else on the way

    def __init__(self, kernel, place, service, done, bad, asker=None, timeout=None, policies=None):
        self.kernel, self.place, self.service = kernel, place, service
        self.bad: Any = bad
        self.asker = asker
        self.timeout = ticks(timeout)
        self.policies = policies_of(self, place.step) if policies is None else policies
        self.done = self._answered(done)
        self.replied = set()  # rows answered before their handler ended
        self.failing = set()  # rows whose answer on its way is a bad one
        guarded = kernel.risk.asking(place, timeout, asker)
        self.arrived = self._arrived()
        rows = kernel.records.rows
        self.send = kernel.links.hop(
            place.workload,
            place.source,
            place.service,
            rows,
            self.arrived,
            self._request_lost,
            ordered=self.ordered,
            copy=kernel.attempts.copy,
        )
        way = (place.workload, place.service, place.source, rows)
        back = self._guarded_back() if guarded else self._plain_back()
        self.answer: Any = None
        if done is None and not guarded:
            self.answer = kernel.links.settle_ahead(*way, ordered=self.ordered)
        if self.answer is None:
            self.answer = kernel.links.hop(*way, back, self._answer_lost, ordered=self.ordered, rank=ANSWER)
        # Heap functions that bring a row to the inbox, and those that may still end its lease.
        self.inbound = {self.arrived, self._request_lost}
        self.settling = {back, self.expired, self._silence, self._answer_lost}
        self.dispatch = self._guarded_ask() if guarded else self.send
        self.ask = self.through_policies(self.dispatch)
        self.begin = self.first_through_policies(self.ask)

    @property
    def callee(self):
        """The name by which the asker knows whom it asks."""
        return self.place.service

    def shared(self, kind, settings):
        """What all steps of the asker share that ask this callee with the same settings; None without any."""
        if settings is None:
            return None
        asker, callee = self.asker, self.callee
        return self.kernel.shared((kind, asker, callee, settings), lambda: kind(self.kernel, asker, callee, settings))

    def through_policies(self, ask):
        """`ask`, which an attempt comes to through the policies."""
        for policy in reversed(self.policies):
            ask = policy.asking(ask, self)
        return ask

    def first_through_policies(self, ask):
        """`ask` for a first attempt."""
        for policy in reversed(self.policies):
            ask = policy.beginning(ask)
        return ask

    def _arrived(self):
        rows, env, offer = self.kernel.records.rows, self.kernel.env, self._admission()
        ready = rows.ready

        def arrived(row):
            ready[row] = env._now
            offer(row)

        return owned(self.service.name, arrived)

    def _admission(self):
        """What an attempt meets when it arrives."""
        return self.service.offer

    # The plain path: every call is answered.

    def _plain_back(self):
        rows, env, done = self.kernel.records.rows, self.kernel.env, self.done
        settled, verdict = rows.settled, rows.verdict
        good = Verdict.DONE

        def back(row):
            settled[row] = env._now
            verdict[row] = good
            if done is not None:
                done(row)

        return back

    # The guarded path: limits, losses, deaths, retries.

    def _guarded_ask(self):
        send = self.send
        for policy in reversed(self.policies):
            send = policy.sending(send, self)
        return send if self.timeout is None else self._timed(send)

    def _timed(self, send):
        env, limit, expired = self.kernel.env, self.timeout, self.expired
        queue, counter = env._queue, env.key_counter(TIMEOUT)

        def ask(row):
            heappush(queue, (env._now + limit, next(counter), expired, row))
            send(row)

        return ask

    def expired(self, row):
        """The asker's patience has run out."""
        rows = self.kernel.records.rows
        if rows.verdict[row] == Verdict.OPEN and not self.defer_if_paused(self.expired, row):
            self.give_up(row, Reason.TIMEOUT)

    def _guarded_back(self):
        records, env, failing = self.kernel.records, self.kernel.env, self.failing
        rows = records.rows
        verdict, settled, outcome, parent, done = rows.verdict, rows.settled, rows.outcome, rows.parent, self.done
        asked = self.asker is not None
        away, freeze = (self.asker.pool.away, self.asker.freeze) if asked else ((), lambda *_: False)

        def back(row):
            if verdict[row]:  # whoever asked gave up before
                failing.discard(row)
                records.note(records.late, row, env._now)
                return
            if asked:
                if away and freeze(back, row, parent[row]):
                    return
                if outcome[parent[row]]:
                    self._nobody_waits(row)
                    return
            if row in failing:
                failing.discard(row)
                self.give_up(row, rows.reason[row])
            else:
                settled[row] = env._now
                verdict[row] = Verdict.DONE
                if done is not None:
                    done(row)

        return back

    def defer_if_paused(self, function, row):
        """Whether the asker is paused now; then `function(row)` happens when it wakes."""
        if self.asker is None:
            return False
        return self.asker.freeze(function, row, self.kernel.records.rows.parent[row])

    def _nobody_waits(self, row):
        self.failing.discard(row)
        self._settle(row, Verdict.ORPHANED)
        for policy in self.policies:
            policy.left(row)

    def beaten(self, row):
        """Another attempt at the same obligation was answered first."""
        self._settle(row, Verdict.BEATEN)
        for policy in self.policies:
            policy.beaten(row)

    def _settle(self, row, verdict):
        rows = self.kernel.records.rows
        rows.settled[row] = self.kernel.env._now
        rows.verdict[row] = verdict

    def give_up(self, row, reason):
        """This attempt has no good answer: the next one, or none."""
        rows = self.kernel.records.rows
        if self.asker is not None and rows.outcome[rows.parent[row]]:
            self._nobody_waits(row)
            return
        self._settle(row, _VERDICT.get(reason, Verdict.ERROR))
        if not rows.reason[row]:
            rows.reason[row] = reason
        last, number, goes_on, final = row, attempt_number(rows, row), False, reason in FINAL
        for policy in self.policies:  # before any hears of the end and lets in the other attempt: it may win at once
            last, number = policy.latest(row) or (last, number)
            goes_on |= policy.goes_on(row, final)
        for policy in self.policies:
            policy.failed(row, None if self._never_sent(row, reason) else final)
        if goes_on:
            return
        if not final and any(policy.tries_again(self, row, last, number) for policy in self.policies):
            return
        for policy in self.policies:
            policy.ended(row)
        if self.bad is not None:
            self.bad(row, reason)

    def may_ask_again(self, row):
        """Whether every policy allows another attempt after `row`."""
        return all(policy.allows_another(row) for policy in self.policies)

    def again(self, row):
        """Another attempt at the obligation of `row`, if anybody still waits."""
        rows = self.kernel.records.rows
        if self.asker is not None and (self.defer_if_paused(self.again, row) or rows.outcome[rows.parent[row]]):
            return
        self.ask(self.kernel.attempts.next(row))

    # Policies: the caller itself may refuse to ask.

    def _answered(self, done):
        """`done`, of which those policies hear first that want to."""
        told = hearing(self.policies, "answered")

        def answered(row):
            for tell in told:
                tell(row)
            done(row)

        return answered if told else done

    def refuse_to_ask(self, row, reason):
        """The caller does not ask at all."""
        rows = self.kernel.records.rows
        rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.REFUSED, reason, self.kernel.env._now
        self.give_up(row, reason)

    def _never_sent(self, row, reason):
        """Whether the caller refused to ask; a callee may fail for the same reason, as it asks somebody else."""
        return reason in NEVER_SENT and self.kernel.records.rows.outcome[row] == Outcome.REFUSED

    def is_wanted(self, row):
        """Whether anybody still waits for the answer to an attempt that has not been sent."""
        rows = self.kernel.records.rows
        return rows.verdict[row] == Verdict.OPEN and not rows.outcome[rows.parent[row]]

    def withdraw(self, row):
        """An attempt that waited to be sent never is."""
        rows = self.kernel.records.rows
        rows.outcome[row], rows.ended[row] = Outcome.WITHDRAWN, self.kernel.env._now
        if rows.verdict[row] == Verdict.OPEN:
            self._nobody_waits(row)

    # What the service and its handler say.

    def failed(self, row):
        """The handler failed: the asker is told."""
        self.failing.add(row)
        self.answer(row)

    def refuse(self, row, reason):
        """The inbox does not take it: the asker is told."""
        rows = self.kernel.records.rows
        rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.REFUSED, reason, self.kernel.env._now
        self.failed(row)

    def died(self, row):
        """The instance died: the asker sees the connection break, one hop later, unless it was answered before."""
        if not self.answered_early(row):
            self.failed(row)

    def answered_early(self, row):
        """Whether the row was answered before its handler ended; forgets it."""
        if row in self.replied:
            self.replied.discard(row)
            return True
        return False

    def _request_lost(self, row):
        rows, env = self.kernel.records.rows, self.kernel.env
        rows.outcome[row], rows.reason[row], rows.ended[row] = Outcome.LOST, Reason.LINK, env._now
        self._wait_in_vain(row)

    def _answer_lost(self, row):
        self.failing.discard(row)
        self._wait_in_vain(row)

    def _wait_in_vain(self, row):
        """Without a timeout the asker of something truly lost gives up after the network's `give_up`."""
        if self.timeout is None:
            time = max(self.kernel.env._now, self.kernel.records.rows.born[row] + self.kernel.links.give_up)
            self.kernel.env.call_at(time, self._silence, row, TIMEOUT)

    def _silence(self, row):
        if self.kernel.records.rows.verdict[row] == Verdict.OPEN and not self.defer_if_paused(self._silence, row):
            self.give_up(row, Reason.LINK)
