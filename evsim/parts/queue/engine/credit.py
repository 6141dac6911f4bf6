"""Credit: the places of a queue that who sends to it may count on (as in Flink's flow control between operators)."""

from collections import deque
from math import inf

from evsim.engine.environment import ANSWER, TIMEOUT

__all__ = ["CountedStore", "Credit"]


class Credit:
    """How many more messages may be sent. One that is sent takes a place, from when it leaves its sender.

    When its place is free again, or it is known that it never takes one, the news of that travels back. News that a
    link loses is sent again. Who finds no credit waits in line, with a function that sends what it has.
    """

    def __init__(self, queue):
        self.queue, self.kernel = queue, queue.kernel
        self.owed, self.ways = 0, {}  # how many were sent and are not told of; message -> the way of the news
        self.waiting = deque()
        self.kernel.changes.watch("channels", queue.name, lambda settings: self.serve())

    @property
    def is_there(self):
        limit = self.queue.settings.max_length
        return self.owed < (inf if limit is None else limit)

    def way_back(self, place):
        """A function of a message: the news of its place travels to the service at `place`."""
        kernel = self.kernel
        hop = kernel.links.hop(
            place.workload, self.queue.name, place.service, kernel.records.messages, self.came_back, self._again,
            ordered=True, rank=ANSWER, loss="credit lost on the link",
        )  # fmt: skip
        if hop != self.came_back:
            return hop
        return lambda message: kernel.env.call_in(0, self.came_back, message, ANSWER)  # after what happens now

    def take(self, message, way_back):
        """A message is sent."""
        self.owed += 1
        self.ways[message] = way_back

    def left(self, message):
        """The place of a message is free."""
        way_back = self.ways.pop(message, None)
        if way_back is not None:
            way_back(message)

    def came_back(self, message):
        self.owed -= 1
        self.serve()

    def _again(self, message):
        self.kernel.env.call_in(self.kernel.links.give_up, self.came_back, message, TIMEOUT)

    def serve(self):
        """Who waits has a turn each, while there is credit."""
        while self.waiting and self.is_there:
            self.waiting.popleft()()


class CountedStore:
    """The ready messages of a queue, which tells its credit of each that leaves them, whichever way."""

    def __init__(self, store, queue, credit):
        self.store, self.parent, self.credit = store, queue.kernel.records.rows.parent, credit
        self.put, self.put_back, self.head, self.free = store.put, store.put_back, store.head, store.free

    def __len__(self):
        return len(self.store)

    def __iter__(self):
        return iter(self.store)

    def _tell(self, row):
        if row is not None:
            self.credit.left(self.parent[row])
        return row

    def take(self):
        return self._tell(self.store.take())

    def take_more(self, rows):
        return self._tell(self.store.take_more(rows))

    def pop_head(self):
        return self._tell(self.store.pop_head())

    def take_out(self, row):
        self.store.take_out(row)
        self._tell(row)
