"""The guarded queue: with limits, clocks and priorities, and with consumers that fail, die or are slow."""

from collections import deque
from contextlib import contextmanager
from itertools import count
from math import inf

from evsim.engine.broker import Channel, brings_reader, reader_of_a_part
from evsim.engine.dead_lettering import DeadLetters
from evsim.engine.environment import TIMEOUT
from evsim.engine.message_rows import is_letter
from evsim.parts.queue.engine.batch_consumers import BatchConsumer
from evsim.parts.queue.engine.consumer import GuardedConsumer
from evsim.parts.queue.engine.credit import CountedStore, Credit
from evsim.parts.queue.engine.own_times import OwnTimes
from evsim.parts.queue.engine.ready import FirstCome, store_of
from evsim.parts.queue.engine.recent import RecentMessages
from evsim.parts.queue.engine.redrive import Redriver
from evsim.parts.queue.engine.turns import appending, granting
from evsim.results.records import Fate, Outcome, Reason, Verdict
from evsim.ticks import ticks

__all__ = ["GuardedQueue"]


class GuardedQueue(Channel):
    """Ready messages lie in a store; seats with credit take turns.

    A *seat* is a place at the table: a consumer, or where messages are bound to one, an instance of it.
    """

    consumer = GuardedConsumer

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.routes = {}  # route of a message -> {consumer: place number}
        self.store = store_of(self)
        self.seats, self.turns, self.active = [], deque(), None
        readers = [each for _, each in kernel.graph.subscribers[name]]
        self.is_ranked = len({each.priority for each in readers}) > 1
        self.looks_now = None
        self.followers = []  # consumers whose credit follows what waits
        self.gathering = []  # batches that may get more messages, the oldest first
        self.is_asked_for = any(each.poll is not None for each in readers)
        self.leases = {}  # row that a seat holds -> the seat
        self.visible_again = {}  # row whose time is over -> the attempt that waits since, while that may be deleted
        self.spent = []  # (edge, row) of those whose last time is over, before anybody has asked for another message
        self.is_held = False  # while messages come back together
        self.count = 0  # of messages that were kept
        self.waiting_outside = deque()  # (function, argument) of publishers who wait for room
        self.ttl, self.wakes_at = ticks(settings.ttl), inf
        self.own_times, self.held_back = OwnTimes(kernel, name), set()  # rows that nobody may have yet
        self.holds_back = self.own_times.delays
        self.places, self.came = {}, count()  # message -> where it came into the line, where some come later than kept
        self.expires = self.ttl is not None or self.own_times.ttls
        self.is_limited = self.expires or settings.max_length is not None
        self.may_be_limited = self.is_limited or kernel.changes.of("channels", name)
        self.keeps_once = settings.idempotent
        self.memory = RecentMessages(self, settings.deduplication) if settings.deduplication else None
        self.letters = DeadLetters(kernel, self, settings.dead_letter) if settings.dead_letter else None
        self.granted = None  # the Credit of those who send only into free places, where anybody does
        self.redriver = Redriver(self, settings.redrive.rate if settings.redrive else None)
        if settings.redrive:
            kernel.env.call_at(ticks(settings.redrive.at), self.redriver.begin)
        self.only_turns = isinstance(self.store, FirstCome) and not (
            settings.single_active_consumer or self.may_be_limited or self.is_ranked or self.is_asked_for
            or any(brings_reader(each) or each.takes_several for each in readers)
        )  # fmt: skip
        if self.only_turns:
            self.grant = granting(self)
            if self.memory is None and not self.holds_back:
                self.append = appending(self)
        kernel.changes.watch("channels", name, self.become)

    # Messages that come.

    def subscriber(self, service, subscription):
        brought = reader_of_a_part(self.kernel, self, service, subscription)
        kind = BatchConsumer if subscription.takes_several else self.consumer
        return brought or kind(self.kernel, self, service, subscription)

    def route(self, number, ways):
        self.routes[number] = ways

    def partitioner(self, site, kind=None):
        """A queue is one line."""
        return lambda luck, row: 0

    @property
    def is_full(self):
        limit = self.settings.max_length
        return limit is not None and len(self.store) >= limit

    def credit(self):
        if self.granted is None and self.settings.overflow == "block" and self.settings.max_length is not None:
            self.granted = Credit(self)
            self.store = CountedStore(self.store, self, self.granted)
        return self.granted

    def line_before(self, message):
        if self.frozen is not None:
            return self.frozen
        blocked = self.settings.overflow == "block" and self.is_up and self.is_full
        return self.waiting_outside if blocked and not self._is_here(message) else None

    def refusal(self, message, acks):
        fate = super().refusal(message, acks)
        if fate or self.settings.overflow != "reject_publish" or not self.is_full or self._is_here(message):
            return fate
        taken = not self.settings.refuses_dead_letters and is_letter(self.kernel, message)
        return Fate.OPEN if taken else Fate.FULL

    def _is_here(self, message):
        return self.keeps_once and self.kernel.records.messages.appended[message] >= 0

    def outside(self):
        return [*super().outside(), *self.waiting_outside]

    def append(self, message):
        """Keep a message, unless it is known already."""
        records, now = self.kernel.records, self.kernel.env._now
        rows, messages = records.rows, records.messages
        if self.memory is not None and self.memory.has(message):
            messages.fate[message] = Fate.DUPLICATE
            records.incidents.append((now, "message deduplicated", self.name, message))
            if self.granted is not None:
                self.granted.left(message)
            return
        messages.appended[message] = now
        messages.offset[message] = self.count
        self.count += 1
        row = next(rows.new)
        rows.luck[row] = messages.luck[message]
        rows.parent[row] = message
        rows.born[row] = now
        if self.holds_back and (delay := self.own_times.delay(message)):
            self.held_back.add(row)
            self.kernel.env.call_in(delay, self._line_up, row, TIMEOUT)
        else:
            self._line_up(row)

    def _line_up(self, row):
        """A message may be handed out from now on."""
        rows = self.kernel.records.rows
        rows.ready[row] = self.kernel.env._now
        self.held_back.discard(row)
        if self.holds_back:
            self.places[rows.parent[row]] = next(self.came)
        self.store.put(row)
        self.grant()

    def place_of(self, row):
        """Where the message of a row stands in the line."""
        message = self.kernel.records.rows.parent[row]
        return self.places[message] if self.holds_back else self.kernel.records.messages.offset[message]

    def key_of(self, row):
        return self.kernel.records.messages.key[self.kernel.records.rows.parent[row]]

    def priority_of(self, row):
        route = self.kernel.records.messages.route[self.kernel.records.rows.parent[row]]
        return self.kernel.identifiers.destinations[route].site.step.priority

    # What an operator does.

    def become(self, settings):
        """Its limits are others from now on."""
        self.settings, self.ttl = settings, ticks(settings.ttl)
        self.expires = self.ttl is not None or self.own_times.ttls
        self.is_limited = self.expires or settings.max_length is not None
        for subscriber in self.subscribers:
            subscriber.retune()
        self._expire(strictly=True)
        self._keep_limits()
        self.grant()

    def purge(self, key):
        """What is ready is thrown away, of one key or all of it."""
        text = self.kernel.identifiers.key_text
        for row in [each for each in self.store if key is None or text(self.key_of(each)) == str(key)]:
            self.store.take_out(row)
            self._close(row, Verdict.DROPPED, Reason.PURGED)
        self.grant()

    def shovel(self):
        """The dead letters that lie here go back to where they died."""
        self.redriver.begin()

    # Messages that go.

    def grant(self):
        """Hand out what is ready to seats that have credit of their prefetch left, in turns; then keep the limits."""
        if self.is_held:
            return
        if self.settings.single_active_consumer:
            self._choose()
        if self.spent and self.is_asked:
            self.bury()
        if self.is_limited:
            self._expire(strictly=True)
        if self.gathering:
            self._gather()
        turns, store, barred = self.turns, self.store, []
        while turns and self.is_up:
            if self.is_ranked:
                self._highest_first()
            seat = turns[0]
            if not seat.is_up:
                barred.append(turns.popleft())
                continue
            row = store.take()
            if row is None:
                break
            seat.credit -= 1
            if not seat.credit:
                turns.popleft()
            elif len(turns) > 1:
                turns.rotate(-1)
            seat.consumer.hand_out(row, seat)
            if self.gathering:
                self._gather()
            if self.is_limited:
                self._expire(strictly=True)
        if barred:
            turns.extend(barred)
        if self.is_asked_for and self.is_up:
            self._let_sleep()
            self._wake_for_what_is_there()
        if self.is_limited:
            self._keep_limits()
        for each in self.followers:
            each.follow()

    def _gather(self):
        """Batches that have begun get what is ready, before another one begins."""
        for batch in self.gathering[:] if self.is_up else ():
            while batch.has_room:
                if self.is_limited:
                    self._expire(strictly=True)
                row = self.store.take_more(batch.rows)
                if row is None:
                    break
                batch.add(row)

    def _highest_first(self):
        """The next of those who take turns at the highest priority comes to the front."""
        first = max((seat for seat in self.turns if seat.is_up), key=lambda seat: seat.rank, default=self.turns[0])
        self.turns.remove(first)
        self.turns.appendleft(first)

    def _let_sleep(self):
        """Who polls, has room and finds nothing looks again when its time is over."""
        for seat in [each for each in self.turns if each.poll is not None and each.is_up]:
            self.turns.remove(seat)
            seat.asleep, seat.found_nothing = True, self.kernel.env._now

    def _wake_for_what_is_there(self):
        """Something is there: who sleeps will find it when they look again."""
        now = self.kernel.env._now
        for seat in self.seats if len(self.store) else ():
            if seat.asleep and not seat.will_look and seat is not self.looks_now:  # it has seen what is there
                looks = max(1, -((seat.found_nothing - now) // seat.poll))
                seat.will_look = True
                self.kernel.env.call_at(seat.found_nothing + looks * seat.poll, self.look_again, seat, TIMEOUT)

    def look_again(self, seat):
        """The time of a seat that sleeps is over."""
        seat.asleep = seat.will_look = False
        self._may_have(seat)
        self.looks_now = seat
        self.grant()
        self.looks_now = None

    def _may_have(self, seat):
        """A seat that has credit takes turns from now on."""
        if seat.credit > 0 and not seat.asleep and (seat is self.active or not self.settings.single_active_consumer):
            self.turns.append(seat)

    @property
    def is_asked(self):
        """Whether a consumer has credit for a message."""
        asks = any(seat.is_up for seat in self.turns) or any(batch.has_room for batch in self.gathering)
        return self.is_up and asks

    def bury(self):
        spent, self.spent = self.spent, []
        for edge, row in spent:
            if self.kernel.records.rows.verdict[row] == Verdict.OPEN:  # not deleted since
                edge.give_up(row)

    def delete(self, row):
        """Settle what is visible again by an acknowledgement of the attempt before; False if somebody has it since."""
        rows = self.kernel.records.rows
        if rows.verdict[row] or rows.leased[row] >= 0:
            return False
        self.store.take_out(row)
        self._close(row, Verdict.DONE, Reason.LATE_DELETE)
        return True

    @contextmanager
    def together(self):
        held, self.is_held = self.is_held, True
        try:
            yield
        finally:
            self.is_held = held
        self.grant()

    def home(self, row):
        """The credit for a row comes home, if it is not there."""
        seat = self.leases.pop(row, None)
        if seat is not None and seat.consumer.is_home(row):
            seat.credit += 1
            if seat.credit == 1:
                self._may_have(seat)

    def held_by(self, seat):
        """How many messages a seat holds, or batches of them."""
        return len({seat.consumer.leader_of(row) for row, holder in self.leases.items() if holder is seat})

    def allow(self, seat, credit):
        """A seat may take so many more messages now."""
        had = seat.credit > 0
        seat.credit = credit
        if seat.credit > 0 and not had:
            self._may_have(seat)
        elif had and seat.credit <= 0 and seat in self.turns:
            self.turns.remove(seat)
        self.grant()

    def _choose(self):
        """The one active seat: the first that is up, until it is up no more."""
        if self.active is None or not self.active.is_up:
            self.active = next((seat for seat in self.seats if seat.is_up), self.active)
            self.turns.clear()
            if self.active is not None:
                self._may_have(self.active)

    def back(self, row):
        """Ready again, in its old place."""
        self.store.put_back(row)
        self.grant()

    def stored(self):
        return [*self.store, *self.held_back]

    # Limits.

    def _keep_limits(self):
        if self.settings.overflow == "drop_head":
            while len(self.store) > (self.settings.max_length or inf):
                self._throw_out(self.store.pop_head(), Verdict.DROPPED, Reason.MAX_LENGTH)
                self._expire(strictly=True)  # the next head, of a lower priority, may be too old already
        self._wake_for(self.store.head())
        while self.waiting_outside and self.is_up and not self.is_full:
            function, argument = self.waiting_outside.popleft()
            function(argument)

    def _deadline(self, row):
        message = self.kernel.records.rows.parent[row]
        own, its = self.own_times.ttl(message), inf if self.ttl is None else self.ttl
        return self.kernel.records.messages.appended[message] + min(own, its)

    def _expire(self, strictly=False):
        """Throw out what is at the head and too old; at its deadline it may still be handed out (`strictly`)."""
        if not self.expires:
            return
        now = self.kernel.env._now
        while (row := self.store.head()) is not None:
            deadline = self._deadline(row)
            if deadline > now or (strictly and deadline == now):
                return
            self._throw_out(self.store.pop_head(), Verdict.EXPIRED, Reason.EXPIRED)

    def _wake_for(self, row):
        if self.expires and row is not None and (deadline := self._deadline(row)) < self.wakes_at:
            self.wakes_at = deadline
            self.kernel.env.call_at(self.wakes_at, self._wake, self.wakes_at, TIMEOUT)

    def _wake(self, time):
        if time == self.wakes_at:
            self.wakes_at = inf
            self._expire()
            self._keep_limits()

    def _throw_out(self, row, verdict, reason):
        self._close(row, verdict, reason)
        kept = verdict == Verdict.EXPIRED and not self.settings.expired_to_dead_letter
        if self.letters is not None and not kept:
            self.letters.send(row)

    def _close(self, row, verdict, reason):
        rows, now = self.kernel.records.rows, self.kernel.env._now
        rows.outcome[row], rows.ended[row] = Outcome.WITHDRAWN, now
        rows.verdict[row], rows.settled[row], rows.reason[row] = verdict, now, reason
