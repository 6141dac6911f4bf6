"""The guarded queue: with limits, clocks and priorities, and with consumers that fail, die or are slow."""

from collections import deque
from contextlib import contextmanager
from itertools import count

from evsim.engine.broker import Channel, brings_reader, reader_of_a_part
from evsim.engine.dead_lettering import DeadLetters
from evsim.engine.environment import TIMEOUT
from evsim.engine.message_rows import is_letter
from evsim.parts.queue.engine.batch_consumers import BatchConsumer
from evsim.parts.queue.engine.consumer import GuardedConsumer
from evsim.parts.queue.engine.credit import CountedStore, Credit
from evsim.parts.queue.engine.limits import Limits
from evsim.parts.queue.engine.own_times import OwnTimes
from evsim.parts.queue.engine.ready import FirstCome, store_of
from evsim.parts.queue.engine.recent import RecentMessages
from evsim.parts.queue.engine.redrive import Redriver
from evsim.parts.queue.engine.seats import Seats
from evsim.parts.queue.engine.turns import appending, granting
from evsim.results.endings import Fate, Outcome, Reason, Verdict
from evsim.ticks import ticks

__all__ = ["GuardedQueue"]


class GuardedQueue(Channel):
    """Ready messages lie in a store; seats with credit take turns; limits throw out what is too much or too old."""

    consumer = GuardedConsumer

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.routes = {}  # route of a message -> {consumer: place number}
        self.store = store_of(self)
        readers = [each for _, each in kernel.graph.subscribers[name]]
        self.seats = Seats(self, readers)
        self.followers = []  # consumers whose credit follows what waits
        self.gathering = []  # batches that may get more messages, the oldest first
        self.visible_again = {}  # row whose time is over -> the attempt that waits since, while that may be deleted
        self.spent = []  # (edge, row) of those whose last time is over, before anybody has asked for another message
        self.is_held = False  # while messages come back together
        self.count = 0  # of messages that were kept
        self.waiting_outside = deque()  # (function, argument) of publishers who wait for room
        self.own_times, self.held_back = OwnTimes(kernel, name), set()  # rows that nobody may have yet
        self.holds_back = self.own_times.delays
        self.places, self.came = {}, count()  # message -> where it came into the line, where some come later than kept
        self.limits = Limits(self)
        self.keeps_once = settings.idempotent
        self.memory = RecentMessages(self, settings.deduplication) if settings.deduplication else None
        self.letters = DeadLetters(kernel, self, settings.dead_letter) if settings.dead_letter else None
        self.granted = None  # the Credit of those who send only into free places, where anybody does
        self.redriver = Redriver(self, settings.redrive.rate if settings.redrive else None)
        if settings.redrive:
            kernel.env.call_at(ticks(settings.redrive.at), self.redriver.begin)
        self.only_turns = isinstance(self.store, FirstCome) and not (
            settings.single_active_consumer or self.seats.are_ranked or self.seats.some_poll
            or self.limits.any or kernel.changes.of("channels", name)
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
        return self.limits.are_reached

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
        self.settings = settings
        self.limits.become(settings)
        for subscriber in self.subscribers:
            subscriber.retune()
        self.limits.expire(strictly=True)
        self.limits.keep()
        self.grant()

    def purge(self, key):
        """What is ready is thrown away, of one key or all of it."""
        text = self.kernel.identifiers.key_text
        for row in [each for each in self.store if key is None or text(self.key_of(each)) == str(key)]:
            self.store.take_out(row)
            self.close(row, Verdict.DROPPED, Reason.PURGED)
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
            self.seats.choose()
        if self.spent and self.is_asked:
            self.bury()
        if self.limits.any:
            self.limits.expire(strictly=True)
        if self.gathering:
            self._gather()
        turns, store, barred = self.seats.turns, self.store, []
        while turns and self.is_up:
            if self.seats.are_ranked:
                self.seats.highest_first()
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
            if self.limits.any:
                self.limits.expire(strictly=True)
        if barred:
            turns.extend(barred)
        if self.seats.some_poll and self.is_up:
            self.seats.let_sleep()
        if self.limits.any:
            self.limits.keep()
        for each in self.followers:
            each.follow()

    def _gather(self):
        """Batches that have begun get what is ready, before another one begins."""
        for batch in self.gathering[:] if self.is_up else ():
            while batch.has_room:
                if self.limits.any:
                    self.limits.expire(strictly=True)
                row = self.store.take_more(batch.rows)
                if row is None:
                    break
                batch.add(row)

    @property
    def is_asked(self):
        """Whether a consumer has credit for a message."""
        asks = any(seat.is_up for seat in self.seats.turns) or any(batch.has_room for batch in self.gathering)
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
        self.close(row, Verdict.DONE, Reason.LATE_DELETE)
        return True

    @contextmanager
    def together(self):
        held, self.is_held = self.is_held, True
        try:
            yield
        finally:
            self.is_held = held
        self.grant()

    def back(self, row):
        """Ready again, in its old place."""
        self.store.put_back(row)
        self.grant()

    def stored(self):
        return [*self.store, *self.held_back]

    def close(self, row, verdict, reason):
        """A message that waits is there no more."""
        rows, now = self.kernel.records.rows, self.kernel.env._now
        rows.outcome[row], rows.ended[row] = Outcome.WITHDRAWN, now
        rows.verdict[row], rows.settled[row], rows.reason[row] = verdict, now, reason
