"""Records: what the engine writes down while it runs, in columns.

A *row* is one attempt at one obligation (a customer's request, a call, a delivery). The first attempt shares its row
with the obligation; a later attempt has a row of its own whose ``first`` points back. A message, an effect, an
early reply, late news and an incident have small tables of their own. Every plot, count and audit is a view of these
columns.

While a run lasts, times are in ticks; when the records are closed they become seconds.
"""

from typing import Any, NamedTuple

from evsim.results.table import Table
from evsim.ticks import SECOND

__all__ = ["Event", "LATER", "Pane", "Records"]

LATER = 1 << 30  # a luck from here on is the number of a retry key, that of a later attempt or round


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
        self.rows: Any = Table(ROW_COLUMNS, limit, RARE)
        self.messages: Any = Table(MESSAGE_COLUMNS, rare=RARE)
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
