"""The trace of one request: its rows, messages and effects exploded into moments and put in order."""

from dataclasses import dataclass

import numpy as np

from evsim.results.endings import Fate, Outcome, Reason, Verdict
from evsim.results.remarks import remarks

__all__ = ["Moment", "Trace"]


# At one time, of an attempt or a message: how it begins, what is done meanwhile, and how it ends.
_BEGINS = ("arrive", "publish", "kept", "offered", "granted", "call", "ready", "start")
_AWAITED, _BEGUN, _DONE, _ASKED, _ENDED, _AFTER = range(6)


@dataclass(frozen=True)
class Moment:
    """Something that happened to a request: ``time`` (seconds), ``what``, ``where``, and the row or message of it."""

    time: float
    what: str
    where: str
    detail: str = ""
    row: int = -1
    message: int = -1

    def __str__(self):
        return f"{self.time:12.6f} s  {self.what:<12} {self.where}" + (f"  ({self.detail})" if self.detail else "")


class Trace(tuple):
    """Everything that happened to one request, as a tuple of :class:`Moment` in order of time; prints as a list."""

    def __new__(cls, run, number, workload):
        order = _Order(run)
        return super().__new__(cls, sorted(_moments(run, number, workload), key=order.place))

    def __repr__(self):
        return "\n".join(map(str, self))


class _Order:
    """Where a moment stands: by time, and at one time by cause.

    What somebody has waited for comes before what they do then, and what they ask then lies between what they do and
    how they end. So the place is the way from the customer down to the attempt or the message of the moment.
    """

    def __init__(self, run):
        self.rows, self.messages, self.places = run.tables.rows, run.tables.messages, run.tables.places

    def place(self, moment):
        if moment.what == "undo":
            return moment.time, [(_AFTER, 0, 0)]
        way = [_own(moment.what)]
        row, message = moment.row, moment.message
        while row >= 0 or message >= 0:
            way.append(self._step(row, message, moment.time))
            row, message = self._above(row, message)
        return moment.time, way[::-1]

    def _step(self, row, message, time):
        if message >= 0:
            after = self.messages["origin"][message] >= 0  # a copy of one that has ended
            begun = self.messages["published"][message]
        else:
            after, begun = False, self.rows["born"][row]
        return _AWAITED if begun < time else _AFTER if after else _ASKED, row, message

    def _above(self, row, message):
        """The row and the message, one of them -1, that it comes from."""
        if message >= 0:
            return int(self.messages["cause"][message]), -1
        above, place = int(self.rows["parent"][row]), self.rows["place"][row]
        is_call = place >= 0 and not self.places[place].is_delivery
        return (above, -1) if is_call else (-1, above)


def _own(what):
    if what in _BEGINS or what.startswith("sent "):
        return _BEGUN, _BEGINS.index(what if what in _BEGINS else "publish"), 0
    return (_DONE if what in ("effect", "remark") else _ENDED), 0, 0


def _moments(run, number, workload):
    rows, messages, effects = run.tables.rows, run.tables.messages, run.tables.effects
    request = run.tables.requests.index(run.tables.requests.workloads.index(workload), number)
    its_rows = np.flatnonzero(run.tables.row_requests == request)
    its_messages = np.flatnonzero(run.tables.message_requests == request)
    for row in its_rows.tolist():
        yield from _of_row(run, row)
    yield from _of_undos(run, its_rows)
    yield from _of_remarks(run, its_rows)
    yield from _of_results(run, its_rows, its_messages)
    for message in its_messages.tolist():
        channel = list(run.scenario.channels)[messages["channel"][message]]
        sender = run.tables.message_senders[message]
        item = run.tables.item_texts(messages["item"][message])
        about = f"message {message}, item {item}" if item else f"message {message}"
        yield Moment(float(messages["published"][message]), "publish", f"{sender} to {channel}", about, message=message)
        if messages["sent"][message] >= 0:
            _, step = run.tables.routes[messages["route"][message]]
            what = f"sent from the {step.relayed_by}" if step.relayed_by else "sent with its batch"
            yield Moment(float(messages["sent"][message]), what, sender, f"message {message}", message=message)
        if messages["appended"][message] >= 0:
            place = f"partition {messages['partition'][message]}, offset {messages['offset'][message]}"
            yield Moment(float(messages["appended"][message]), "kept", channel, place, message=message)
        elif messages["fate"][message]:
            fate = Fate.word(messages["fate"][message])
            yield Moment(float(messages["published"][message]), fate, channel, f"message {message}", message=message)
        if messages["acknowledged"][message] >= 0:
            yield Moment(
                float(messages["acknowledged"][message]), "confirmed", sender, f"message {message}", message=message
            )
    for index in np.flatnonzero(np.isin(effects["row"], its_rows)).tolist():
        row = effects["row"][index]
        service = run.tables.places[rows["place"][row]].service
        name = run.tables.effect_names[effects["name"][index]]
        yield Moment(float(effects["time"][index]), "effect", service, name, int(row))


def _of_results(run, its_rows, its_messages):
    """Messages of windows in which it counts, and that are those of another request."""
    its, own = set(its_rows.tolist()), set(its_messages.tolist())
    channels, messages = list(run.scenario.channels), run.tables.messages
    for message, causes in run.tables.causes.items():
        if message not in own and not its.isdisjoint(causes):
            way = f"{run.tables.message_senders[message]} to {channels[messages['channel'][message]]}"
            about = f"message {message}, of {len(causes)}"
            yield Moment(float(messages["published"][message]), "publish", way, about, message=message)


def _of_undos(run, its_rows):
    undos = run.records.undos.columns()
    for index in np.flatnonzero(np.isin(undos["row"], its_rows)).tolist():
        row = int(undos["row"][index])
        service, name = (
            run.tables.places[run.tables.rows["place"][row]].service,
            run.tables.effect_names[undos["name"][index]],
        )
        yield Moment(float(undos["time"][index]), "undo", service, name, row)


def _of_remarks(run, its_rows):
    its = set(its_rows.tolist())
    for remark in remarks(run):
        if remark.row in its:
            service = run.tables.places[run.tables.rows["place"][remark.row]].service
            yield Moment(remark.time, "remark", service, remark.words, remark.row)


def _of_row(run, row):
    rows = run.tables.rows
    place = run.tables.places[rows["place"][row]] if rows["place"][row] >= 0 else None
    kind = place.kind if place else "delivery"
    way = f"{place.source} to {place.service}" if place else "nobody yet"
    service = place.service if place else ""
    attempt = max(int(rows["attempt"][row]), 1)
    detail = f"attempt {attempt}" if attempt > 1 else ""
    asked = {"request": "arrive", "call": "call", "delivery": "offered"}[kind]
    yield Moment(float(rows["born"][row]), asked, way, detail, row)
    for column, what in (("ready", "ready"), ("leased", "granted"), ("started", "start")):
        time = float(rows[column][row])
        if time >= 0 and not (column == "ready" and kind == "delivery"):
            yield Moment(time, what, service if what != "granted" else way, detail, row)
    if rows["ended"][row] >= 0:
        outcome, reason = rows["outcome"][row], rows["reason"][row]
        why = Reason.word(reason) if outcome != Outcome.OK and reason else detail
        yield Moment(float(rows["ended"][row]), Outcome.word(outcome), service, why, row)
    if run.tables.skipped[row] >= 0:
        yield Moment(float(run.tables.skipped[row]), "skipped", service, "done before", row)
    if rows["settled"][row] >= 0:
        verdict = Verdict.word(rows["verdict"][row])
        told = {"request": "answer", "call": "reply", "delivery": "settled"}[kind]
        yield Moment(float(rows["settled"][row]), told, place.source if place else "", verdict, row)
