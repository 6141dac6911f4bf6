"""How the messages of a batch have their turns: one after the other, the one that leads first.

A message at its turn stands at the worker in place of the one that leads, so a crash, a pause and whatever a step asks
for find it there. One that fails ends the batch; where the reader reports failures, only itself and, of a queue with
groups, those behind it in its group.
"""

from collections import deque

from evsim.parts.for_each.words import FAILED, SKIPPED
from evsim.results.endings import Reason

__all__ = ["MessageLoop", "build"]


def build(compiler, step, position, then, fail):
    """The function of a row that takes the steps for each message of its batch; for itself, where nobody reads any."""
    if compiler.edge.batches is None:
        return compiler.link(step.steps, (*position, 0), then, fail)
    loop = compiler.shared(("for_each", position), lambda: MessageLoop(compiler))
    place = compiler.place.number
    loop.edges[place], loop.thens[place], loop.fails[place] = compiler.edge, then, fail
    with compiler.one_by_one():
        loop.firsts[place] = compiler.link(step.steps, (*position, 0), compiler.own(loop.over), loop.failed)
    return compiler.own(loop.begin)


class MessageLoop:
    """One `for_each` of a service, at all places where messages come in."""

    def __init__(self, compiler):
        self.service, self.place_of, self.records = compiler.service, compiler.rows.place, compiler.kernel.records
        self.env = compiler.env
        self.firsts, self.thens, self.fails, self.edges = {}, {}, {}, {}  # by place
        self.to_come = {}  # the row that leads -> those whose turn is still to come
        self.leads = {}  # the row whose turn it is -> the one that leads
        self.calling = set()  # leaders of which a turn has just begun, and may end before it takes any time
        self.service.volatile += [self.to_come, self.leads]

    def begin(self, leader):
        edge = self.edges[self.place_of[leader]]
        self.to_come[leader] = deque((leader, *edge.batches.get(leader, ())))
        self._go_on(leader)

    def _go_on(self, leader):
        """The turns of a batch, one after the other, until one of them takes time."""
        to_come = self.to_come[leader]
        while to_come:
            row = to_come.popleft()
            self.leads[row] = leader
            self.service.stand_in(row, leader)
            self.calling.add(leader)
            self.firsts[self.place_of[row]](row)
            if leader in self.calling:
                self.calling.discard(leader)
                return
            if self.to_come.get(leader) is not to_come:
                return  # the batch has failed
        del self.to_come[leader]
        self.thens[self.place_of[leader]](leader)

    def over(self, row):
        """The turn of a row has ended well."""
        leader = self._end_turn(row)
        if leader in self.calling:
            self.calling.discard(leader)  # the loop above goes on
        else:
            self._go_on(leader)

    def _end_turn(self, row):
        leader = self.leads.pop(row)
        self.service.stand_back(row, leader)
        return leader

    def failed(self, row, reason):
        """The turn of a row has failed."""
        leader = self.leads[row]
        place = self.place_of[leader]
        self._note(FAILED, row)
        reported = self.edges[place].subscriber.item_failures
        if reported is not None:
            failures = reported.setdefault(leader, {})
            failures[row] = reason
            for each in self._behind(row, leader):
                self.to_come[leader].remove(each)
                failures[each] = Reason.GROUP
                self._note(SKIPPED, each)
            self.over(row)
            return
        self._end_turn(row)
        self.calling.discard(leader)
        del self.to_come[leader]
        self.edges[place].blamed[leader] = row
        self.fails[place](leader, reason)

    def _behind(self, row, leader):
        """Those of a batch that come after a row in its group, where the queue has groups."""
        group_of = self.edges[self.place_of[leader]].subscriber.group_of
        return [] if group_of is None else [each for each in self.to_come[leader] if group_of(each) == group_of(row)]

    def _note(self, kind, row):
        self.records.incidents.append((self.env._now, kind, self.service.name, row))
