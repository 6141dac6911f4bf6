"""The records of a run as plain objects, one a row: nothing here comes from the exports or the player.

A time that never came is None; times are seconds.
"""

from datetime import UTC, datetime
from types import SimpleNamespace

from evsim.results.endings import Fate, Outcome, Reason, Verdict
from evsim.results.remarks import remarks
from evsim.results.requests import REQUEST_OUTCOMES

__all__ = ["START", "Plain", "micro", "nano"]

START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 10**9  # when every run begins


def nano(seconds):
    return None if seconds is None else round(seconds * 1e9)


def micro(seconds):
    """Whole microseconds, and -1 for never: a time in a film."""
    return -1 if seconds is None else round(seconds * 1e6)


def objects(table):
    columns = {name: values.tolist() for name, values in table.items()}
    found = [SimpleNamespace(**dict(zip(columns, each, strict=True))) for each in zip(*columns.values(), strict=True)]
    for number, each in enumerate(found):
        each.number = number
        vars(each).update({name: None for name, value in vars(each).items() if value != value})
    return found


class Plain:
    """`rows`, `messages`, `effects` and `undos` of a run, with the words and names that stand behind their codes."""

    def __init__(self, run):
        self.run, self.end = run, run.ended_at
        records, channels = run.records, list(run.scenario.channels)
        self.rows, self.messages = objects(run.tables.rows), objects(run.tables.messages)
        requests, of_message = run.tables.row_requests.tolist(), run.tables.message_requests.tolist()
        tally = run.tables.requests
        self.requests = [
            SimpleNamespace(
                row=self.rows[row], workload=tally.workloads[workload], number=number, place=place,
                outcome=REQUEST_OUTCOMES[outcome], key=run.tables.request_keys[place],
                arrived=self.rows[row].born, answered=self.rows[row].settled,
            )
            for place, (row, workload, number, outcome) in enumerate(
                zip(*(getattr(tally, name).tolist() for name in ("row", "workload", "number", "outcome")), strict=True)
            )
        ]  # fmt: skip
        for message in self.messages:
            message.request = self.requests[of_message[message.number]]
            message.channel = channels[message.channel]
            message.fate = word(Fate, message.fate)
            message.key = run.tables.key_names.get(message.key, str(message.key))
            message.item = self._item(message.item)
        calls = dict(records.call_items)  # of several of one step
        for row in self.rows:
            row.request = self.requests[requests[row.number]]
            place = run.tables.places[row.place] if row.place >= 0 else None
            row.kind = place.kind if place else "delivery"
            row.service = place.service if place else None
            row.source = place.source if place else self.messages[row.parent].channel
            row.operation = place.operation if place else None
            row.step = place.step if place and row.kind != "request" else None
            row.attempt = max(1, row.attempt)
            above = {"delivery": self.messages, "call": self.rows}.get(row.kind)
            row.item = above[row.parent].item if above else ""
            whole = row.number if row.first < 0 else row.first
            row.item = self._item(calls[whole]) if whole in calls else row.item
            row.outcome, row.verdict = word(Outcome, row.outcome), word(Verdict, row.verdict)
            row.reason = word(Reason, row.reason)
            row.inbox = row.arrived if row.kind == "delivery" else row.ready
            row.replied = row.late = None
            row.effects, row.undos, row.remarks = [], [], []
        for message in self.messages:
            origin = self.messages[message.origin] if message.origin >= 0 else None
            message.sender = origin.channel if origin else self.rows[message.cause].service
            message.sendings = run.tables.sendings[message.number]
            message.deliveries = []
        for row in self.rows:
            if row.kind == "delivery":
                self.messages[row.parent].deliveries.append(row)
        for name, table in (("replied", records.replies), ("late", records.late)):
            for note in objects(table.columns()):
                setattr(self.rows[note.row], name, note.time)
        self.effects, self.undos = objects(run.tables.effects), objects(records.undos.columns())
        for each in (*self.effects, *self.undos):
            each.name, each.row = run.tables.effect_names[each.name], self.rows[each.row]
        for kind in ("effects", "undos"):
            for each in getattr(self, kind):
                getattr(each.row, kind).append(each)
        self.lives = {name: [] for name in run.scenario.services}
        for life in objects(records.instances.columns()):
            self.lives[list(self.lives)[life.service]].append(life)
        for order, remark in enumerate(remarks(run)):
            said = SimpleNamespace(time=remark.time, words=remark.words, order=order)
            self.rows[remark.row].remarks.append(said)
        for effect, undone in zip(self.effects, run.tables.undone.tolist(), strict=True):
            effect.undone = None if undone != undone else undone

    def _item(self, number):
        """Which of several messages or calls of a step, as text."""
        return ".".join(map(str, self.run.tables.item_paths[number])) if number >= 0 else ""

    def faults(self):
        """(time, kind, target, end) of each, in seconds; the end of the run where it lasts longer."""
        kinds = {fault.kind for fault in self.run.scenario.faults}
        for time, kind, target, end in self.run.records.incidents:
            if kind in kinds:
                yield time, kind, target, self.end if end is None else min(end, self.end)


def word(enumeration, code):
    return enumeration.name_of(code).lower().replace("_", " ")
