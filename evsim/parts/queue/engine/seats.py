"""The seats of a queue: who may have its next message, in turns."""

from collections import deque

from evsim.engine.environment import TIMEOUT

__all__ = ["Seats"]


class Seats:
    """The places at the table of a queue: one a consumer, or where messages are bound to one, one an instance of it.

    ``all`` of them; ``turns``: of those that have credit and are awake; ``leases``: row that a seat holds -> the seat.
    """

    def __init__(self, queue, readers):
        self.queue, self.env = queue, queue.kernel.env
        self.all, self.turns, self.leases = [], deque(), {}
        self.active = None  # the one that may have messages, where only one may
        self.are_ranked = len({each.priority for each in readers}) > 1
        self.some_poll = any(each.poll is not None for each in readers)
        self.looks_now = None

    # Credit.

    def may_have(self, seat):
        """A seat that has credit takes turns from now on."""
        if (
            seat.credit > 0
            and not seat.asleep
            and (seat is self.active or not self.queue.settings.single_active_consumer)
        ):
            self.turns.append(seat)

    def home(self, row):
        """The credit for a row comes home, if it is not there."""
        seat = self.leases.pop(row, None)
        if seat is not None and seat.consumer.is_home(row):
            seat.credit += 1
            if seat.credit == 1:
                self.may_have(seat)

    def held_by(self, seat):
        """How many messages a seat holds, or batches of them."""
        return len({seat.consumer.leader_of(row) for row, holder in self.leases.items() if holder is seat})

    def allow(self, seat, credit):
        """A seat may take so many more messages now."""
        had = seat.credit > 0
        seat.credit = credit
        if seat.credit > 0 and not had:
            self.may_have(seat)
        elif had and seat.credit <= 0 and seat in self.turns:
            self.turns.remove(seat)
        self.queue.grant()

    # Whose turn it is.

    def choose(self):
        """The one active seat: the first that is up, until it is up no more."""
        if self.active is None or not self.active.is_up:
            self.active = next((seat for seat in self.all if seat.is_up), self.active)
            self.turns.clear()
            if self.active is not None:
                self.may_have(self.active)

    def highest_first(self):
        """The next of those who take turns at the highest priority comes to the front."""
        first = max((seat for seat in self.turns if seat.is_up), key=lambda seat: seat.rank, default=self.turns[0])
        self.turns.remove(first)
        self.turns.appendleft(first)

    # Those who poll.

    def let_sleep(self):
        """Who polls, has room and finds nothing looks again when its time is over, and will find what is there then."""
        now = self.env._now
        for seat in [each for each in self.turns if each.poll is not None and each.is_up]:
            self.turns.remove(seat)
            seat.asleep, seat.found_nothing = True, now
        for seat in self.all if len(self.queue.store) else ():
            if seat.asleep and not seat.will_look and seat is not self.looks_now:  # it has seen what is there
                looks = max(1, -((seat.found_nothing - now) // seat.poll))
                seat.will_look = True
                self.env.call_at(seat.found_nothing + looks * seat.poll, self.look_again, seat, TIMEOUT)

    def look_again(self, seat):
        """The time of a seat that sleeps is over."""
        seat.asleep = seat.will_look = False
        self.may_have(seat)
        self.looks_now = seat
        self.queue.grant()
        self.looks_now = None
