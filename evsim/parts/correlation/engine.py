"""How a reply finds who asked: by what it follows from, as a correlation identifier would tell.

A reply follows from a message, that from an attempt, and so on, up to an attempt of the service that asked. If that one
still waits, it goes on; if it has not come to wait, it will not have to. Each attempt has a correlation of its own: the
reply to an attempt that has failed is for nobody.
"""

from evsim.engine.environment import ANSWER, TIMEOUT
from evsim.parts.correlation.words import NOBODY_WAITS, REPLIED
from evsim.results.endings import Outcome, Reason
from evsim.ticks import ticks

__all__ = ["Correlations", "build"]

OPEN = Outcome.OPEN
MANY = 1000  # attempts that are done with, after which those are forgotten that have ended


class Correlations:
    """Who of one service waits for a reply."""

    def __init__(self, service):
        self.kernel, self.service = service.kernel, service
        self.places = set()  # numbers of those where a handler awaits one
        self.waiting, self.early, self.over = {}, {}, {}  # row -> what follows; a reply came before; none is awaited
        service.volatile += [self.waiting, self.early, self.over]  # so that a crash forgets what it kills

    def asker(self, row):
        """The attempt that asked for what `row` brings a reply to, if it is at work; else None."""
        rows, messages, places = self.kernel.records.rows, self.kernel.records.messages, self.kernel.graph.places
        while (place := places[rows.place[row]]).number not in self.places:
            if place.is_request:
                return None
            row = messages.cause[rows.parent[row]] if place.is_delivery else rows.parent[row]
        return row if rows.outcome[row] == OPEN and row not in self.over else None

    def reply(self, row):
        """Whether somebody has waited for the reply that `row` brings, or will not have to wait."""
        asker = self.asker(row)
        if asker is None or asker in self.early:
            return False
        if asker in self.waiting:
            self._wake(asker)
        else:
            self.early[asker] = True
        return True

    def _wake(self, asker):
        follows = self.waiting.pop(asker)
        self.done(asker)
        if not self.service.freeze(follows, asker, asker):
            self.kernel.env.call_in(0, follows, asker, ANSWER)

    def done(self, asker):
        """The attempt awaits nothing any more."""
        self.over[asker] = True
        if len(self.over) > MANY:
            outcome = self.kernel.records.rows.outcome
            for row in [row for row in self.over if outcome[row] != OPEN]:
                del self.over[row]


def _of(compiler, name):
    service = compiler.system.services[name]
    return compiler.kernel.shared(("correlations", name), lambda: Correlations(service))


def await_reply(compiler, step, position, then, fail):
    """A function of a row that goes on with the reply, or when the time for one is over."""
    mine, env, limit = _of(compiler, compiler.service.name), compiler.env, ticks(step.timeout)
    mine.places.add(compiler.place.number)
    follows = compiler.own(then)
    compiler.carries(follows)

    def begin(row):
        if mine.early.pop(row, False):
            mine.done(row)
            then(row)
        else:
            mine.waiting[row] = follows
            env.call_in(limit, expired, row, TIMEOUT)

    def expired(row):
        if row in mine.waiting and not compiler.service.freeze(expired, row, row):
            del mine.waiting[row]
            mine.done(row)
            if step.on_error == "ignore":
                then(row)
            else:
                fail(row, Reason.TIMEOUT)

    return begin


def correlate(compiler, step, position, then, fail):
    """A function of a row that tells who asked of the reply, and goes on."""
    theirs = _of(compiler, step.service)

    def told(row):
        compiler.remark(REPLIED if theirs.reply(row) else NOBODY_WAITS, row)
        then(row)

    return told


build = {"await_reply": await_reply, "correlate": correlate}
