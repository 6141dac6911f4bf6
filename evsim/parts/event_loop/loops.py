"""Event loops and the pool beside them: lanes, each of which does a piece of work at a time, in the order of coming."""

from collections import deque
from typing import Any

from evsim.engine.environment import TIMEOUT
from evsim.engine.service_policy import ServicePolicy
from evsim.parts.event_loop.words import BLOCKED, OF_POOL
from evsim.ticks import ticks

__all__ = ["EventLoop", "Lane"]

NOT_YET = float("nan")


class EventLoop(ServicePolicy):
    """The lanes of each instance of a service."""

    def __init__(self, service, settings):
        self.service, self.settings = service, settings
        self.check, self.name = ticks(settings.check), service.name
        self.loops, self.pools = {}, {}  # instance -> its loops; its ThreadPool
        self.loop_of, self.turns = {}, {}  # row -> its loop; instance -> how many rows have got one

    def executing(self, step, run):
        if step.kind == "wait":
            return run

        def run_on_loop(row, time, over):
            self._loop(row, run).take((row, time, over, self.service.kernel.env._now))

        def run_in_pool(row, time, over):
            self._pool(self.service.instance_of(row), run).take((row, time, over, self.service.kernel.env._now))

        return run_in_pool if step.kind == "blocking" else run_on_loop

    def _loop(self, row, run):
        """A row gets a loop in turns, and stays with it."""
        if row not in self.loop_of:
            instance = self.service.instance_of(row)
            if instance not in self.loops:
                count, after = self.settings.loops, ticks(self.settings.warn_after)
                self.loops[instance] = [Lane(self, number, after, run, deque()) for number in range(count)]
            lanes = self.loops[instance]
            self.turns[instance] = turn = self.turns.get(instance, -1) + 1
            self.loop_of[row] = lanes[turn % len(lanes)]
        return self.loop_of[row]

    def _pool(self, instance, run):
        if instance not in self.pools:
            self.pools[instance] = ThreadPool(self, run)
        return self.pools[instance]

    def lost(self, row):
        instance = self.service.instance_of(row)
        for lane in [*self.loops.get(instance, ()), *(self.pools[instance].lanes if instance in self.pools else ())]:
            lane.clear()


class ThreadPool:
    """The threads of an instance for what blocks: one line for all."""

    def __init__(self, policy, run):
        settings, line = policy.settings, deque()
        after = ticks(settings.pool_warn_after)
        self.lanes = [Lane(policy, OF_POOL + number, after, run, line) for number in range(settings.pool)]

    def take(self, piece):
        """Give a piece to a free thread, or let it wait."""
        for lane in self.lanes:
            if lane.piece is None:
                lane.take(piece)
                return
        self.lanes[0].line.append(piece)


class Lane:
    """A loop, or a thread of a pool: the piece in work (its row, how long, what follows, since when), and who waits."""

    def __init__(self, policy, number, warn_after, run, line):
        self.policy, self.number, self.run, self.line = policy, number, run, line
        self.warn_after, self.name = warn_after, policy.name
        self.env, self.records = policy.service.kernel.env, policy.service.kernel.records
        self.piece: Any = None
        self.noted: Any = None
        self.going_on, self.watched = None, False
        policy.service.completions.add(self.over)

    def take(self, piece):
        """Do a piece now, or when those before it are done; what goes on from the last piece is a part of it."""
        if self.piece is None and self.going_on in (None, piece[0]):
            self._start(piece)
        else:
            self.line.append(piece)

    def _start(self, piece):
        now = self.env._now
        self.piece, self.noted = (
            piece,
            [now, NOT_YET, piece[3], -1.0, self.policy.service.number, self.number, piece[0]],
        )
        self.records.pieces.append(self.noted)
        self.run(piece[0], piece[1], self.over)
        self._watch()

    def _watch(self):
        """Look at the next check, which is one for all pieces that come until then."""
        if not self.watched:
            self.watched = True
            check = self.policy.check
            self.env.call_at((self.env._now // check + 1) * check, self._look, None, TIMEOUT)

    def _look(self, _):
        self.watched = False
        if self.piece is not None:
            if self.env._now - self.noted[0] >= self.warn_after:
                self.records.incidents.append((self.env._now, BLOCKED, self.name, self.piece[0]))
            self._watch()

    def over(self, row):
        """The piece in work is done: what follows at once is still a part of it, and then the next one has its turn."""
        piece, self.piece = self.piece, None
        self.noted[1] = self.env._now
        self.going_on = row
        piece[2](row)
        self.going_on = None
        if self.piece is None and self.line:
            self._start(self.line.popleft())

    def clear(self):
        """Its instance has crashed, and the piece in work ends there."""
        if self.piece is not None:
            self.noted[1] = self.env._now
        self.piece = None
        self.line.clear()
