"""Records: what the engine writes down while it runs, in columns.

A *row* is one attempt at one obligation (a customer's request, a call, a delivery). The first attempt shares its row
with the obligation; a later attempt has a row of its own whose ``first`` points back. A message, an effect, an
early reply, late news and an incident have small tables of their own. Every plot, count and audit is a view of these
columns.

While a run lasts, times are in ticks; when the records are closed they become seconds.
"""

from array import array
from bisect import bisect_left
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from evsim.registry import reasons
from evsim.results.codes import Codes
from evsim.results.rare_column import RareColumn
from evsim.ticks import SECOND

__all__ = [
    "BLANK",
    "DTYPE",
    "Event",
    "FINAL",
    "Fate",
    "LATER",
    "NEVER_SENT",
    "NUMBERS",
    "Outcome",
    "Pane",
    "REFUSALS",
    "Reason",
    "Records",
    "Table",
    "TooManyRows",
    "Verdict",
    "column_of",
]

LATER = 1 << 30  # a luck from here on is the number of a retry key, that of a later attempt or round
GROWTH = 4096  # rows added at a time


class Outcome(metaclass=Codes):
    """How the execution of an attempt ended: what the one who worked knows."""

    OPEN = 0  # not yet
    OK = 1
    FAILED = 2  # the handler failed
    CRASHED = 3  # its instance died while it worked or waited
    REFUSED = 4  # never let in
    LOST = 5  # never arrived
    WITHDRAWN = 6  # taken back before it started


class Verdict(metaclass=Codes):
    """How the lease of an attempt ended: what who asked knows. The last attempt's verdict is the obligation's."""

    OPEN = 0  # still held, or still ready
    DONE = 1
    ERROR = 2
    TIMEOUT = 3
    REJECTED = 4
    DEAD = 5  # given up after the last allowed attempt
    LOST = 6
    GIVEN_BACK = 7  # the holder died or failed; another attempt may follow
    ORPHANED = 8  # the one who asked had ended before the answer
    REVOKED = 9  # taken from a holder that may still be at work; another attempt follows
    DROPPED = 10  # taken out of the channel by a rule of its own
    EXPIRED = 11  # a message's time to live was over
    COPY = 12  # made by the link: nobody holds it, and nobody waits for it
    DECLINED = 13  # the answer is no, as what was asked for cannot be
    BEATEN = 14  # another attempt at the same obligation was answered first


class Reason(metaclass=Codes):
    """Why an attempt did not end well: what is known everywhere, and then what parts bring (:mod:`evsim.registry`)."""

    NONE = 0
    FAIL_STEP = 1
    ERROR_RATE = 2
    TIMEOUT = 3
    LIMIT = 4
    UNREACHABLE = 5
    LINK = 6
    CRASH = 7
    DEPENDENCY = 8  # a call or a publish of the handler failed
    STALE = 9  # its caller had given up before it started
    RETENTION = 10  # the log had it no more
    COMPACTION = 11  # the log had a later message of its key
    LEADER = 12  # only the broker that failed had it
    REJECTED = 13  # its handler said that it must not come again
    EXPIRED = 14
    MAX_LENGTH = 15  # its queue was full
    UNROUTABLE = 16  # no queue is bound for it
    NOBODY = 17  # no handler was there
    OVERFLOW = 18  # there was no room to wait in
    BROKEN_PIPE = 19  # nobody reads it any more
    ENDED = 20  # its program had done what it was there for
    POISON = 21  # its key fails
    SHED = 22  # it would wait, or had waited, too long to be of use
    RATE_LIMIT = 23  # more came than its service lets in
    TAKEN = 24  # a row of its key was there, and only one may be
    CONFLICT = 25  # what it had read was changed before it wrote
    REDRIVEN = 26  # moved from where dead letters lie to where it died
    BREAKER = 27  # its caller's circuit breaker was open
    BULKHEAD = 28  # its caller had as many calls under way as it may
    LATE_DELETE = 29  # whoever had received it last acknowledged it after its time
    LATEST = 30  # it came to an added partition before its group read there, from the end on
    THROTTLED = 31  # its function may have no more environments, or requests, now
    PURGED = 32  # an operator threw away what its queue had
    GROUP = 33  # one before it in its group failed, in the same batch
    BATCH = 34  # another one of its batch failed, and all with it
    for _number, _name in enumerate(reasons(), start=BATCH + 1):
        vars()[_name] = _number


def _of_parts(what):
    return {Reason.named(name) for name, reason in reasons().items() if getattr(reason, what)}


FINAL = frozenset({Reason.REJECTED, Reason.TAKEN} | _of_parts("final"))  # another attempt would not end better
NEVER_SENT = frozenset({Reason.BREAKER, Reason.BULKHEAD} | _of_parts("unsent"))  # refused by the caller itself
REFUSALS = frozenset(
    {Reason.LIMIT, Reason.SHED, Reason.RATE_LIMIT, Reason.THROTTLED} | NEVER_SENT | _of_parts("refusal")
)  # who asked sees that it was refused, and no error


class Fate(metaclass=Codes):
    """Why a message is not kept by its channel."""

    OPEN = 0
    LOST = 1  # on the link
    REFUSED = 2  # by a broker that was down
    TRUNCATED = 3  # it was kept, and lost with the broker that had it
    FULL = 4  # refused by a queue that was
    RETURNED = 5  # no queue is bound for it
    DUPLICATE = 6  # its queue had it already, and said that it is kept
    WITHDRAWN = 7  # it waited for room in a pipe when its writer's work ended
    BROKEN = 8  # nobody reads the pipe any more
    ABORTED = 9  # the transaction that it was a part of did not commit


BLANK = {"d": float("nan"), "i": -1, "q": -1, "h": -1, "b": 0}
NUMBERS = np.int32  # of rows, as those of the columns that name one: what follows from them is no wider
DTYPE = {"d": np.float64, "i": np.int32, "q": np.int64, "h": np.int16, "b": np.int8}

ROW_COLUMNS = {
    "place": "h",  # which edge of the system: index into the run's places
    "luck": "i",  # the request's number within its workload, or from LATER on the number of a retry key
    "parent": "i",  # the row that called, or the message delivered; -1 for a request
    "first": "i",  # the obligation's first row; -1 on that row itself
    "attempt": "i",  # 2, 3 ... ; -1 on a first attempt
    "round": "h",  # rounds through a cycle; -1 outside cycles
    "worker": "i",  # which worker of the service held it
    "born": "d",  # asked, or appended at the broker
    "ready": "d",  # in the inbox, or at the broker
    "leased": "d",  # deliveries: granted by the channel
    "arrived": "d",  # deliveries: in the inbox of the service
    "started": "d",
    "ended": "d",
    "settled": "d",  # the lease ended: answer seen, given up, acknowledgement at the broker
    "outcome": "b",
    "verdict": "b",
    "reason": "b",
}
MESSAGE_COLUMNS = {
    "channel": "h",
    "key": "q",  # negative for a key that is text
    "partition": "i",
    "offset": "i",
    "luck": "i",
    "route": "h",  # which publish step, on which path
    "cause": "i",  # the row that published, or that died
    "origin": "i",  # the message that this is a copy or a dead letter of; -1 on what a handler published
    "item": "i",  # which of several that one step sent: the number of a path; -1 on what is one alone
    "published": "d",
    "sent": "d",  # when it first left an outbox; any other message left when it was published
    "appended": "d",
    "acknowledged": "d",  # the publisher knows
    "fate": "b",
}
EFFECT_COLUMNS = {"row": "i", "name": "h", "time": "d"}
UNDO_COLUMNS = {"row": "i", "name": "h", "time": "d", "before": "i"}  # before: how many effects there were until then
REPLY_COLUMNS = {"row": "i", "time": "d"}  # answers and commits that left at another moment than the end of the work
LATE_COLUMNS = {"row": "i", "time": "d"}  # answers and acknowledgements that came when the lease had ended
INSTANCE_COLUMNS = {
    "service": "h",  # as a position in the scenario
    "instance": "i",
    "born": "d",  # it was asked for
    "ready": "d",  # it may work
    "ended": "d",  # it is gone: it crashed, or was not needed any more
}  # a life each: who comes back after a crash begins another
SKIP_COLUMNS = {"row": "i", "time": "d"}  # handlings that ended as what they were about had been done before
RARE = frozenset({"first", "attempt", "round", "sent", "origin", "item"})  # columns that most rows leave blank


def column_of(kind, values=()):
    """A column of some values. Codes are bytes: a bytearray takes one in half of the time that an array needs."""
    return bytearray(values) if kind == "b" else array(kind, values)


_BLANKS = {kind: column_of(kind, [blank]) * GROWTH for kind, blank in BLANK.items()}  # what all columns grow by


class TooManyRows(RuntimeError):
    """The run wrote more rows than it may keep."""


class Table:
    """Columns that grow together. ``next(table.new)`` is the number of a new row; the columns are public attributes.

    age: by what rows are sorted to have the oldest one first; here their numbers do it.
    """

    age: Any = None

    def __init__(self, columns, limit=None):
        self.types = dict(columns)
        for name, kind in columns.items():
            setattr(self, name, RareColumn(kind, BLANK[kind]) if name in RARE else column_of(kind))
        self.new: Any = chain.from_iterable(self._numbers(limit))
        self.count = None  # known after the run

    def _numbers(self, limit):
        """Row numbers, a range at a time, for which there is room by then."""
        blanks = [(getattr(self, name), _BLANKS[kind]) for name, kind in self.types.items() if name not in RARE]
        made = 0
        while True:
            if limit is not None and made >= limit:
                raise TooManyRows(made)
            for column, more in blanks:
                column.extend(more)
            end = made + GROWTH if limit is None else min(made + GROWTH, limit)
            yield range(made, end)
            made = end

    def close(self):
        """Fix the number of rows, cut the columns to it, and turn times into seconds."""
        if self.count is None:
            self.count = self._handed_out()
            for name, kind in self.types.items():
                column = getattr(self, name)
                del column[self.count :]
                if kind == "d":  # a time
                    times = np.frombuffer(column.values if name in RARE else column)
                    np.divide(times, SECOND, out=times)
            self.new = None
        return self

    def _handed_out(self):
        """How many rows were handed out: the number of the next one."""
        try:
            return next(self.new)
        except TooManyRows as full:
            return full.args[0]

    def written(self, name):
        """How many rows there are, where this column is written for each of them, and never negative."""
        return bisect_left(getattr(self, name), True, key=lambda value: value < 0)  # the columns grow ahead

    def chosen(self, which):
        """The numbers of the rows for which the array `which` is true, in order."""
        return np.flatnonzero(which)

    def column(self, name):
        """One column as a NumPy array: a view that does not copy, but of a rare column."""
        column, dtype = getattr(self, name), DTYPE[self.types[name]]
        if name in RARE:
            return column.filled(len(getattr(self, next(iter(self.types)))), dtype)
        return np.frombuffer(column, dtype=dtype)

    def columns(self):
        """All columns as a dict of NumPy arrays."""
        return {name: self.column(name) for name in self.types}

    def __getstate__(self):
        return {"types": self.types, "count": self.count, **{name: getattr(self, name) for name in self.types}}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.new = None


class Event(NamedTuple):
    """A message as a window has it: it came at `time`, and happened at the event time `at`.

    source: the partition, by its number among the sources of the step. late: no window was open for it any more.
    """

    time: float
    row: int
    service: int
    source: int
    at: float
    value: float
    late: bool


class Pane(NamedTuple):
    """What a window gave: a `message` about a key, of the events from `start` to before `end`.

    source: whose event time counts; -1 - instance: that of all, as an instance has it. kind: "early", "on time" or
    "late". rows: what came into the window since the pane before. before: the messages of earlier panes whose events it
    has, too. seen: how many events had come to all windows when it was shown.
    """

    time: float
    message: int
    service: int
    source: int
    key: int
    start: float
    end: float
    kind: str
    value: float
    rows: tuple
    before: tuple
    seen: int


class Records:
    """Everything written down in one run."""

    tables = ("rows", "messages", "effects", "undos", "replies", "late", "skips", "instances")

    def __init__(self, limit=None):
        self.rows: Any = Table(ROW_COLUMNS, limit)
        self.messages: Any = Table(MESSAGE_COLUMNS)
        self.effects: Any = Table(EFFECT_COLUMNS)
        self.undos = Table(UNDO_COLUMNS)
        self.replies = Table(REPLY_COLUMNS)
        self.late = Table(LATE_COLUMNS)
        self.skips = Table(SKIP_COLUMNS)
        self.instances: Any = Table(INSTANCE_COLUMNS)
        self.incidents = []  # (time, kind, what, detail): faults, give-backs ...; a detail that is a time: in seconds
        self.removals = []  # (time, message) of what a log kept no longer
        self.shown = []  # (time, message): when groups could first see what a log had kept from them
        self.uncommitted = []  # (time, message): when groups that read uncommitted could first see it
        self.copies = []  # (message, the one before it): a second record of the same message
        self.batches = []  # (row, the row that leads): work that was done together
        self.polls = []  # (row, the row that came first): what was fetched in one poll, and handled one by one
        self.call_items = []  # (row of a first attempt, number of its item's path): of several calls of one step
        self.replays = []  # rows of deliveries that were asked for again
        self.reads = []  # (time, row, name of an effect, version): what attempts saw that may write if it is unchanged
        self.pieces = []  # (begun, ended, queued, alone, service, lane, row): of work on event loops and shared cores
        self.provisioned = []  # (service, instance): environments of functions that are paid for although they are idle
        self.events = []  # what came to windows, each an Event
        self.panes = []  # each a Pane: what came of a window, a message that has many causes
        self.watermarks = []  # (time, service, source or -1 - instance, watermark, seen): how far event time has come
        self.checkpoints = []  # [began, aligned, done, service, seen]: of what windows remember; NaN: it did not come
        self.pressed = []  # [began, ended, row]: what waited though its work was done, for credit; NaN: still
        self.resets = []  # (time, service, checkpoint, seen): a crash took what windows had; -1: nothing was kept
        self.decisions = []  # (time, service, measured, how many there were, and should be): of autoscaling
        self.pollers = []  # (time, channel, service, how many there are from then on): of triggers of functions
        self.ownership = []  # (time, channel, service, partition, instance, whether it begins): of a log's partitions

    def note(self, table, row, time):
        """Write down a row and a time in :attr:`replies`, :attr:`late` or :attr:`skips`."""
        number = next(table.new)
        table.row[number], table.time[number] = row, time

    def close(self):
        """Fix the numbers of rows, and turn all times into seconds."""
        for name in self.tables:
            getattr(self, name).close()
        timed = "incidents", "removals", "shown", "uncommitted", "reads", "ownership", "decisions", "resets", "pollers"
        for name in timed:
            setattr(self, name, [(time / SECOND, *rest) for time, *rest in getattr(self, name)])
        self.events = [each._replace(time=each.time / SECOND, at=each.at / SECOND) for each in self.events]
        self.panes = [
            each._replace(time=each.time / SECOND, start=each.start / SECOND, end=each.end / SECOND)
            for each in self.panes
        ]
        self.watermarks = [
            (time / SECOND, service, source, at / SECOND, seen) for time, service, source, at, seen in self.watermarks
        ]
        self.checkpoints = [(*(time / SECOND for time in each[:3]), *each[3:]) for each in self.checkpoints]
        self.pressed = [(began / SECOND, ended / SECOND, row) for began, ended, row in self.pressed]
        self.pieces = [(*(time / SECOND for time in each[:4]), *each[4:]) for each in self.pieces]
        return self
