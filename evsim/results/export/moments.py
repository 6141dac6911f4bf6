"""The facts that the event formats tell: requests, attempts, messages and faults of a run, one object each.

Times are whole nanoseconds since the start of the run; None is what never came.
"""

from dataclasses import dataclass, field

import numpy as np

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.export.identity import Identity, nanoseconds
from evsim.results.remarks import remarks
from evsim.results.requests import REQUEST_OUTCOMES
from evsim.results.ways import Way

__all__ = ["Attempt", "Facts", "ExportedFault", "ExportedMessage", "Request"]

TIMES = ("born", "ready", "leased", "arrived", "started", "ended", "settled")


@dataclass(slots=True)
class Request:
    """One request: `row` is its first attempt, `outcome` a word."""

    workload: str
    number: int
    key: str
    row: int
    trace: str
    arrived: int
    answered: int | None
    outcome: str


@dataclass(slots=True)
class Attempt(Way):
    """One row of the records; `parent` is the row that called, or the message delivered; `effects` are (time, name),
    `remarks` (time, words).

    `asked` is the row that was sent: the first attempt where a link made a copy, and else the row itself.
    """

    row: int
    asked: int
    request: Request
    kind: str
    source: str
    service: str
    parent: int
    number: int
    worker: int
    born: int
    ready: int | None
    leased: int | None
    arrived: int | None
    started: int | None
    ended: int | None
    settled: int | None
    replied: int | None
    late: int | None
    outcome: str
    verdict: str
    reason: str
    effects: list = field(default_factory=list)
    undos: list = field(default_factory=list)
    remarks: list = field(default_factory=list)


@dataclass(slots=True)
class ExportedMessage:
    """One message; `cause` is the row that published it; `sendings` are (sent, arrived, fate).

    `item`: which of several of one step it is, as text. Of a copy or a dead letter, `origin` is the message that it was
    made of, and `sender` the channel that made it.
    """

    number: int
    request: Request
    sender: str
    channel: str
    key: str
    partition: int
    offset: int
    cause: int
    origin: int
    published: int
    appended: int | None
    acknowledged: int | None
    sendings: list
    item: str = ""


@dataclass(frozen=True, slots=True)
class ExportedFault:
    """One fault that happened to a `target`; `end` is the end of the run where it outlasts it."""

    number: int
    kind: str
    target: str
    start: int
    end: int


class Facts:
    """The facts of the `chosen` requests of a run (an array that says yes or no to each of its tally)."""

    def __init__(self, run, chosen):
        self.run, self.chosen = run, chosen
        self.identity = Identity(run)
        self.end = nanoseconds(run.ended_at)
        self.requests = self._requests()
        self.effects, self.undos = self._made(run.tables.effects), self._made(run.records.undos.columns())
        self.remarks = {}
        for remark in remarks(run):
            self.remarks.setdefault(remark.row, []).append((nanoseconds(remark.time), remark.words))

    def _requests(self):
        tally, found = self.run.tables.requests, {}
        for index in np.flatnonzero(self.chosen).tolist():
            workload, number = tally.workloads[tally.workload[index]], int(tally.number[index])
            found[index] = Request(
                workload, number, self.run.tables.request_keys[index], int(tally.row[index]),
                self.identity.trace(workload, number), nanoseconds(tally.arrived[index]),
                nanoseconds(tally.answered[index]), REQUEST_OUTCOMES[tally.outcome[index]],
            )  # fmt: skip
        return found

    def _made(self, table):
        """row -> [(time, name), ...] of a table of effects."""
        found = {}
        for row, name, time in zip(table["row"].tolist(), table["name"].tolist(), table["time"].tolist()):
            found.setdefault(row, []).append((nanoseconds(time), self.run.tables.effect_names[name]))
        return found

    def attempts(self):
        """The :class:`Attempt` of every row, in the order of the records."""
        run, rows, places = self.run, self.run.tables.rows, self.run.tables.places
        of_row = run.tables.row_requests
        channels, channel_of = list(run.scenario.channels), run.tables.messages["channel"]
        for row in np.flatnonzero(self.chosen[of_row]).tolist():
            place = places[rows["place"][row]] if rows["place"][row] >= 0 else None
            parent = int(rows["parent"][row])
            kind = place.kind if place else "delivery"
            times = {name: nanoseconds(rows[name][row]) for name in TIMES}
            if kind != "delivery":
                times["arrived"] = times["ready"]  # a request or a call has no column of its own for it
            yield Attempt(  # type: ignore[call-arg]
                row,
                int(rows["first"][row] if rows["verdict"][row] == Verdict.COPY else row),
                self.requests[int(of_row[row])],
                kind,
                place.source if place else channels[channel_of[parent]],
                place.service if place else "",
                parent,
                max(int(rows["attempt"][row]), 1),
                int(rows["worker"][row]),
                *times.values(),
                nanoseconds(run.tables.replied[row]),
                nanoseconds(run.tables.late[row]),
                Outcome.word(rows["outcome"][row]),
                Verdict.word(rows["verdict"][row]),
                Reason.word(rows["reason"][row]),
                self.effects.get(row, []),
                self.undos.get(row, []),
                self.remarks.get(row, []),
            )

    def messages(self):
        """The :class:`ExportedMessage` of every message, in the order of publishing."""
        run, columns = self.run, self.run.tables.messages
        channels, of_message, senders = (
            list(run.scenario.channels),
            run.tables.message_requests,
            run.tables.message_senders,
        )
        for number in np.flatnonzero(self.chosen[of_message]).tolist():
            yield ExportedMessage(  # type: ignore[call-arg]
                number,
                self.requests[int(of_message[number])],
                senders[number],
                channels[columns["channel"][number]],
                run.tables.key_texts(columns["key"][number : number + 1])[0],
                int(columns["partition"][number]),
                int(columns["offset"][number]),
                int(columns["cause"][number]),
                int(columns["origin"][number]),
                *(nanoseconds(columns[name][number]) for name in ("published", "appended", "acknowledged")),
                [
                    (nanoseconds(each.sent), nanoseconds(each.arrived), each.fate)
                    for each in run.tables.sendings[number]
                ],
                run.tables.item_texts(columns["item"][number]),
            )

    def faults(self):
        """The :class:`ExportedFault` of every fault, in order of time; those of all requests."""
        kinds = {fault.kind for fault in self.run.scenario.faults}
        met = [incident for incident in self.run.records.incidents if incident[1] in kinds]
        for number, (time, kind, target, end) in enumerate(met):
            end = self.end if end is None else min(nanoseconds(end), self.end)
            yield ExportedFault(number, kind, target, nanoseconds(time), end)
