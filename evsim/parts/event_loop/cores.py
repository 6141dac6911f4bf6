"""Cores: pieces of work beyond their number share them equally (processor sharing), or the most urgent have them.

Who is more urgent takes a core away from who is less, whose piece stands still and goes on where it was
(preemptive-resume).
"""

from heapq import nsmallest

from evsim.engine.environment import ANSWER
from evsim.engine.service_policy import ServicePolicy
from evsim.parts.event_loop.words import OF_CORES

__all__ = ["Cores"]

ROUNDING = 1.0  # ticks


class Cores(ServicePolicy):
    """The cores of each instance of a service."""

    def __init__(self, service, settings):
        self.service, self.count = service, settings.count
        self.kind = Urgent if settings.by == "priority" else Share
        self.shares = {}  # instance -> its Share

    def executing(self, step, run):
        if step.kind == "wait":
            return run
        completions, instance_of, shares = self.service.completions, self.service.instance_of, self.shares

        def run_shared(row, time, over):
            instance = instance_of(row)
            if instance not in shares:
                shares[instance] = share = self.kind(self.service, instance, self.count)
                completions.add(share.look)
            shares[instance].begin(row, time(row), over)

        return run_shared

    def lost(self, row):
        share = self.shares.get(self.service.instance_of(row))
        if share is not None:
            share.pieces.clear()
            share.next = 0.0

    def paused(self, instance, longer):
        if instance in self.shares:
            self.shares[instance].postpone(longer)


class Share:
    """The pieces in hand of one instance: [what is left, its row, what follows, how long alone, when it began]."""

    def __init__(self, service, instance, count):
        self.service, self.count, self.name = service, count, service.name
        self.env, self.noted = service.kernel.env, service.kernel.records.pieces
        self.pieces = []
        self.updated = self.next = 0.0  # when what is left was reckoned, and when the next entry of the heap comes

    def at_work(self):
        """The pieces that have a core, or a share of one, and how fast each goes on."""
        number = len(self.pieces)
        return self.pieces, min(1.0, self.count / number) if number else 1.0

    def begin(self, row, time, over):
        self._update()
        self.pieces.append([time, row, over, time, self.env._now])
        self._expect()

    def look(self, row):
        """An entry of the heap: whoever has nothing left is done."""
        if self.env._now < self.next:
            return  # another entry comes
        self._update()
        done = [piece for piece in self.at_work()[0] if piece[0] <= ROUNDING]
        for piece in done:
            self.pieces.remove(piece)
        self.next = 0.0
        self._expect()
        for _, row, over, alone, began in done:
            self.noted.append((began, self.env._now, began, alone, self.service.number, OF_CORES, row))
            over(row)

    def postpone(self, longer):
        self.updated, self.next = self.updated + longer, 0.0

    def _update(self):
        """Take off what each has had of the cores since the last time."""
        now, (pieces, speed) = self.env._now, self.at_work()
        had = (now - self.updated) * speed  # of none, it may have been paused for longer than until now
        for piece in pieces:
            piece[0] -= had
        self.updated = now

    def _expect(self):
        """Be called when the first of them may be done, unless an entry comes before that and looks again."""
        pieces, speed = self.at_work()
        if pieces:
            left, row, *_ = min(pieces, key=lambda piece: piece[0])
            due = self.env._now + max(0.0, round(left / speed))
            if not self.env._now <= self.next <= due or self.next == 0.0:
                self.next = due
                self.env.call_at(due, self.look, row, ANSWER)


class Urgent(Share):
    """The pieces of the most urgent have a core each, of equals those that came first; the others stand still.

    From who has worked and has nothing left no core is taken, at the moment at which it is done.
    """

    def __init__(self, service, instance, count):
        super().__init__(service, instance, count)
        self.urgency_of = service.kernel.shared(Urgencies, lambda: Urgencies(service.kernel)).of

    def at_work(self):
        urgency_of = self.urgency_of

        def order(piece):
            left, row, _, alone, _ = piece
            return left > ROUNDING or alone <= ROUNDING, -urgency_of(row)

        return nsmallest(self.count, self.pieces, key=order), 1.0


class Urgencies:
    """How urgent rows are: a delivery as its message says, a call as who calls, and a customer not at all."""

    def __init__(self, kernel):
        self.kernel, self.known = kernel, {}

    def of(self, row):
        if row not in self.known:
            self.known[row] = self._look_up(row)
        return self.known[row]

    def _look_up(self, row):
        rows, parent = self.kernel.records.rows, self.kernel.records.rows.parent[row]
        if self.kernel.graph.places[rows.place[row]].is_delivery:
            return getattr(self.kernel.destination(parent).site.step, "priority", 0)
        return self.of(parent) if parent >= 0 else 0
