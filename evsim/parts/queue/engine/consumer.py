"""Consumers of a guarded queue: who holds what, until when, and what they tell."""

from math import inf

from evsim.engine.broker import Subscriber
from evsim.engine.environment import TIMEOUT
from evsim.parts.queue.engine.polled import POLLED
from evsim.parts.queue.engine.queue_deliveries import EDGES
from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.ticks import ticks

__all__ = ["GuardedConsumer", "Seat"]


class Seat:
    """Whose turn it is: a consumer (instance None), or one instance of it, with `credit` for so many messages."""

    def __init__(self, consumer, instance, credit):
        self.consumer, self.instance, self.credit = consumer, instance, credit
        self.pool, self.rank = consumer.service.pool, consumer.subscription.priority
        self.poll = ticks(consumer.subscription.poll)
        self.asleep, self.found_nothing = False, 0  # between two looks; when the last one was in vain
        self.will_look = False

    @property
    def is_up(self):
        return self.pool.is_up if self.instance is None else not self.pool.instances[self.instance].down


class GuardedConsumer(Subscriber):
    """A service that competes for the messages of a queue. Its credit comes home when the broker hears of an end."""

    refusals_travel = True
    worked = None

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.ack = subscription.ack
        self.prefetch = self._prefetch()
        self.bound = service.settings.fetches and channel.settings.binds(service.settings, subscription)
        if self.bound:
            seats = [Seat(self, each.number, self.prefetch) for each in service.instances]
            self.full_credit = self.prefetch * len(seats)
        else:
            self.full_credit = self._credit_for(service.pool.readers)
            seats = [Seat(self, None, self.full_credit)]
        self.seats = seats
        channel.seats.all += seats
        for seat in seats:
            if seat.poll is None:
                channel.seats.turns.append(seat)
            else:
                seat.asleep = seat.will_look = True
                kernel.env.call_in(0, channel.seats.look_again, seat, TIMEOUT)
        self.kept = set()  # rows that were worked and will never be acknowledged
        self.forgotten = set()  # rows that the consumer has no more, though their leases may go on
        self.visible_at = {}  # row -> when its consumer wants it to be visible again
        self.clocks = []
        self._set_clocks()
        self.settling = (self.run_out,) if channel.settings.is_polled else ()
        self.hand_out, self.settled = self._handing_out(), self._settled()
        if self.ack == "never" or channel.settings.single_active_consumer:
            service.memberships.append(self)

    def _set_clocks(self):
        settings = self.channel.settings
        self.clocks[:] = [(ticks(limit), then) for limit, then in (
            (settings.visibility_timeout, self.run_out), (settings.ack_timeout, self.cut_off),
        ) if limit not in (None, inf)]  # fmt: skip

    def retune(self):
        super().retune()
        self._set_clocks()

    def _prefetch(self):
        return inf if self.ack == "before" else self.subscription.prefetch or self.service.pool.workers

    def _credit_for(self, readers):
        return inf if self.prefetch == inf else self.prefetch * readers

    @property
    def attempts(self):
        allowed, retry = self.channel.settings.deliveries, self.subscription.retry
        given = [number for number in (allowed, retry and retry.attempts) if number is not None]
        return min(given, default=PLAIN_ATTEMPTS)

    edges_of = EDGES, POLLED

    def edge(self, place):
        return self.edges_of[self.channel.settings.is_polled][self.ack](self.kernel, place, self)

    def _handing_out(self):
        """The function that grants a row to a seat that has credit for it."""
        rows, route_of = self.kernel.records.rows, self.kernel.records.messages.route
        env, enter_round, affinity = self.kernel.env, self.kernel.enter_round, self.service.affinity
        places, parents, leased = rows.place, rows.parent, rows.leased
        routes, leases, edges, clocks = self.channel.routes, self.channel.seats.leases, self.edges, self.clocks

        def hand_out(row, seat):
            places[row] = place = routes[route_of[parents[row]]][self]
            if enter_round is not None:
                enter_round(row)
            leased[row] = env._now
            leases[row] = seat
            if seat.instance is not None:
                affinity[row] = seat.instance
            for limit, then in clocks:
                env.call_in(limit, then, row, TIMEOUT)
            edge = edges[place]
            if edge.settles_early:
                edge.granted(row)
            edge.send(row)

        return hand_out

    def is_home(self, row):
        """Whether a credit comes home with a row."""
        return True

    def leader_of(self, row):
        """The row that leads the batch of a row; without batches, itself."""
        return row

    # How a lease ends.

    def _settled(self):
        """The function that hears of the end of a row."""
        channel = self.channel
        free = None if channel.only_turns else channel.store.free
        seat_of, may_have, grant = channel.seats.leases.pop, channel.seats.may_have, channel.grant

        def settled(row):
            if free is not None:
                free(row)
            seat = seat_of(row, None)
            if seat is not None:
                seat.credit += 1
                if seat.credit == 1:
                    may_have(seat)
            grant()

        return settled

    def dead(self, row):
        self.settled(row)

    def given_back(self, row):
        self.channel.seats.home(row)

    def backs_off(self, row, delay):
        if delay:  # else the credit waits for it: it is the next in line
            self.channel.seats.home(row)
            self.channel.grant()

    def back(self, row):
        self.channel.back(row)

    def void(self, row):
        """The broker hears of a row whose lease has ended before."""
        self.channel.seats.home(row)
        self.channel.grant()

    def forget(self, row):
        """The consumer has nothing of a row any more; a lease that has not ended goes on."""
        if not self.kernel.records.rows.verdict[row]:
            self.forgotten.add(row)
        self.channel.visible_again.pop(row, None)
        self.void(row)

    def change_visibility(self, row, delay):
        """The consumer lets a message be visible after a `delay`, however much of its time is left."""
        self.visible_at[row] = self.kernel.env._now + delay
        if delay:
            self.forget(row)
            self.kernel.env.call_in(delay, self.run_out, row, TIMEOUT)
        else:  # the credit waits for it: it is the next in line
            self.run_out(row)
            self.forget(row)

    def run_out(self, row):
        """The lease of a row has lasted as long as it may."""
        if self.visible_at.get(row, 0) <= self.kernel.env._now:
            self._end(row)

    def _end(self, row):
        rows = self.kernel.records.rows
        if not rows.verdict[row]:
            self.edges[rows.place[row]].revoke(row)
        if rows.verdict[row]:
            self.forgotten.discard(row)
            self.visible_at.pop(row, None)

    def cut_off(self, row):
        """A consumer that has not acknowledged in time loses all it holds."""
        records = self.kernel.records
        if records.rows.verdict[row]:
            return
        records.incidents.append((self.kernel.env._now, "consumer cut off", self.service.name, row))
        seat = self.channel.seats.leases.get(row)
        held = [each for each, holder in self.channel.seats.leases.items() if holder is seat] or [row]
        with self.channel.together():
            for each in sorted(held, key=self.channel.place_of):
                self._end(each)

    def acknowledgement_lost(self, edge, row):
        edge.unheard_later(row)

    def resume(self):
        self.channel.grant()

    # What happens to instances.

    def stops(self, instance):
        self.channel.grant()

    def crashes(self, instance):
        """What was worked there and never acknowledged is handed out again."""
        gone = [row for row in self.kept if self.service.instance_of(row) == instance]
        with self.channel.together():
            for row in sorted(gone, key=self.channel.place_of):
                self.kept.discard(row)
                self.edges[self.kernel.records.rows.place[row]].died(row)

    def readers_changed(self):
        """Credit comes with an instance; it goes when its messages come home."""
        before, self.prefetch = self.prefetch, self._prefetch()
        if self.bound:
            for seat in self.seats if self.prefetch != before else ():
                self.channel.seats.allow(seat, self.prefetch - self.channel.seats.held_by(seat))
            self.full_credit = self.prefetch * len(self.seats)
            for each in self.service.instances[len(self.seats) :]:
                self._sit_down(Seat(self, each.number, 0), self.prefetch)
            return
        full = self._credit_for(self.service.pool.readers)
        if full != self.full_credit:
            self.full_credit = full
            self.channel.seats.allow(self.seats[0], full - self.channel.seats.held_by(self.seats[0]))

    def _sit_down(self, seat, credit):
        self.seats.append(seat)
        self.channel.seats.all.append(seat)
        self.channel.seats.allow(seat, credit)
        self.full_credit += credit

    def starts(self, instance):
        """The channel grants again by itself."""

    freezes = wakes = starts

    # Inventory.

    def unsettled(self):
        return self.kept.union(row for _, row in self.channel.spent)

    def unattended(self):
        """Rows whose leases go on although no consumer has them."""
        verdict = self.kernel.records.rows.verdict
        return [row for row in self.forgotten if not verdict[row]]

    def overdue(self):
        """Rows that are held although their lease has ended."""
        verdict = self.kernel.records.rows.verdict
        return [row for row, seat in self.channel.seats.leases.items() if seat.consumer is self and verdict[row]]

    def credit_taken(self):
        return None if self.full_credit == inf else (sum(seat.credit for seat in self.seats), self.full_credit)
