"""The steps of a sequence diagram, written down a second time: (time, kind, source, target, text, good)."""

from evsim.results.endings import Reason
from evsim.view.sequence_steps import REASONS, UNKEPT
from evsim.view.words import seconds
from tests.pictures.one import is_row, replied

__all__ = ["arrows", "fault_notes"]

GONE = {"expired": "expires here", "dropped": "dropped here", "lost": "lost"}


def arrows(one):
    """All steps of a request but the notes of faults, causes first, in order of time."""
    found = []
    for root in one.roots:
        _Attempt(one, root, found).tell()
    return sorted(found, key=lambda step: step[0])


def why(row):
    return REASONS[Reason.named(row.reason.upper().replace(" ", "_"))]


class _Attempt:
    """What is to be seen of one attempt, and of all below it, added to ``found``."""

    def __init__(self, one, row, found):
        self.one, self.row, self.found = one, row, found
        self.end = replied(row)
        self.again = "" if row.attempt == 1 else f"attempt {row.attempt}"

    def add(self, time, kind, source, target="", text="", good=True):
        self.found.append((self.one.since(time), kind, source, target, text, good))

    def here(self, time, text, good=True):
        self.add(time, "note", self.row.service, text=text, good=good)

    def asker(self, time, text, good=True):
        self.add(time, "note", self.row.source, text=text, good=good)

    def back(self, time, kind, text, good=True):
        self.add(time, kind, self.row.service, self.row.source, text, good)

    def tell(self):
        row = self.row
        if row.kind == "delivery" and row.leased is None:
            self.never_handed_out()
        elif row.outcome == "refused" and row.reason in ("breaker", "bulkhead"):
            again = f" ({self.again})" if self.again else ""
            self.asker(row.born, f"does not call {row.service}{again}: {why(row)}", False)
        else:
            self.handed_over()
            if row.started is not None:
                if row.started > row.inbox:
                    self.here(row.started, f"waited {self.between(row.inbox, row.started)} for a free worker")
                self.add(row.started, "start", row.service)
                self.inside()
                if row.ended is not None:
                    self.add(row.ended, "end", row.service)
            self.went_wrong()
            if row.kind == "delivery":
                self.acknowledged()
            elif row.verdict != "copy":
                self.answered()
            if row.started is None:
                self.inside()
            for remark in self.remarks(False):
                self.asker(remark.time, remark.words, False)

    def between(self, begin, end):
        return seconds(self.one.since(end) - self.one.since(begin))

    def never_handed_out(self):
        row = self.row
        if row.verdict in GONE:
            self.asker(row.settled, f"{GONE[row.verdict]}: {why(row)}", False)
        elif row.verdict == "open":
            self.asker(row.born, "waits here to the end of the run")
        else:
            self.asker(row.settled, why(row))
        self.inside()

    def handed_over(self):
        row = self.row
        if row.kind == "delivery":
            time, kind, what = row.leased, "deliver", "deliver" + (f" item {row.item}" if row.item else "")
            again = [self.again] if self.again else []
            again += [f"after {self.between(row.ready, row.leased)} in line"] if row.leased > row.ready else []
        else:
            time, kind, what = row.born, "ask", "request" if row.kind == "request" else "call"
            operation = self.one.run.tables.places[row.place].operation
            what += f" ({operation})" if operation else ""
            again = [self.again] if self.again else []
        text = ", ".join([what, *again])
        if row.verdict == "copy":
            text = f"the same {'delivery' if kind == 'deliver' else text} once more, made by the network"
        lost = row.outcome == "lost"
        words = f"{text}: lost on the way" if lost else text
        self.add(time, "lost" if lost else kind, row.source, row.service, words, not lost)

    def remarks(self, at_work):
        """Those that were made between its arrival and its end, or the others."""
        row = self.row
        for each in row.remarks_about:
            came = row.inbox is not None and row.inbox <= each.time
            if (came and (row.ended is None or each.time <= row.ended)) == at_work:
                yield each

    def inside(self):
        row, own = self.row, []
        own += [(each.time, "effect", each.name) for each in row.effects]
        own += [(each.time, "note", f"undoes {each.name}") for each in row.undos]
        own += [(each.time, "note", each.words) for each in self.remarks(True)]
        own += [(child.born if is_row(child) else child.published, "child", child) for child in self.one.children(row)]
        for time, what, it in sorted(own, key=lambda each: self.one.since(each[0])):
            if what != "child":
                self.add(time, what, row.service, text=it)
            elif is_row(it):
                _Attempt(self.one, it, self.found).tell()
            else:
                self.message(it)

    def message(self, message):
        channels, what = self.one.run.scenario.channels, "publish"
        if message.origin >= 0:
            what = "copy" if channels[message.sender].routes else "dead letter"
            what = "redrive" if self.one.plain.rows[self.one.cause[message.number]].reason == "redriven" else what
        for number, sending in enumerate(message.sendings):
            text = what + (f" item {message.item}" if message.item else "")
            text += f", attempt {number + 1}" if number else ""
            fate = sending.fate
            if message.fate in ("broken", "withdrawn", "aborted"):
                fate = message.fate
            elif fate == "refused" and message.fate == "full":
                fate = "full"
            if fate in UNKEPT:
                self.add(sending.sent, "lost", message.sender, message.channel, f"{text}: {UNKEPT[fate]}", False)
            else:
                self.add(sending.sent, "publish", message.sender, message.channel, text)
        for row in self.one.children(message):
            _Attempt(self.one, row, self.found).tell()
        if message.acknowledged is not None:
            place = []
            if channels[message.channel].partitioned:
                place = [f"partition {message.partition}"] if message.partition >= 0 else []
                place += [f"offset {message.offset}"]
            text = f"kept ({', '.join(place)})" if place else "kept"
            self.add(message.acknowledged, "keep", message.channel, message.sender, text)

    def went_wrong(self):
        row = self.row
        if row.number in self.one.plain.skips:
            self.here(self.one.plain.skips[row.number], "done before: nothing is done again")
        if row.outcome == "crashed":
            worked = row.started is not None
            self.here(row.ended, "crash: the work is lost" if worked else "crash: lost while it waited", False)
        elif row.outcome == "failed":
            self.here(row.ended, f"fails: {why(row)}", False)
        elif row.outcome == "refused":
            self.here(row.ended, f"refuses: {why(row)}", False)
        elif row.outcome == "withdrawn":
            throttled = row.reason == "throttled"
            self.here(row.ended, f"dropped: {'throttled' if throttled else 'nobody waits any more'}", False)

    def answered(self):
        row = self.row
        kind = {"request": "told", "call": "answer"}[row.kind]
        if row.verdict == "open":
            self.asker(self.one.run.ended_at, "no answer yet when the run ended", False)
        elif row.verdict == "done":
            self.back(row.settled, kind, self.reply())
        elif row.verdict == "beaten":
            self.asker(row.settled, "needs this answer no more: another attempt was faster")
            if row.late is not None:
                self.back(self.end, "lost", "answer: too late", False)
        elif row.verdict == "orphaned":
            self.back(row.settled, "lost", "answer: nobody waits any more", False)
        elif self.one.gave_up(row):
            self.gave_up()
        else:
            word = {"rejected": "rejected", "declined": "no"}.get(row.verdict, "error")
            self.back(row.settled, kind, f"{word}: {why(row)}", False)

    def gave_up(self):
        row, sent = self.row, self.row.outcome != "lost" and self.end is not None
        if sent and self.end < row.settled:
            lost = (row.number, "lost on the link") in self.one.plain.lost
            self.back(self.end, "lost", f"answer: {'lost on the way' if lost else 'too late'}", False)
        self.asker(row.settled, f"gives up after {self.between(row.born, row.settled)}", False)
        if sent and self.end >= row.settled and row.outcome != "withdrawn":
            self.back(self.end, "lost", "answer: too late", False)

    def acknowledged(self):
        row, scenario = self.row, self.one.run.scenario
        if not scenario.channels[row.source].brokered:
            return
        if row.verdict == "done":
            (reads,) = (
                each for each in scenario.complete.services[row.service].subscribe if each.channel == row.source
            )
            if reads.ack == "before":
                self.asker(row.settled, "counts as done when it is handed out")
            else:
                self.add(row.settled, "ack", row.service, row.source, "done")
        elif row.verdict in ("given back", "revoked"):
            self.asker(row.settled, "takes it back", False)
        elif row.verdict == "dead":
            tries = "1 attempt" if row.attempt == 1 else f"{row.attempt} attempts"
            self.asker(row.settled, f"dead after {tries}", False)

    def reply(self):
        values = set(_replies(self.one.run.scenario.services[self.row.service].handle))
        return values.pop() if len(values) == 1 else "done"


def _replies(steps):
    """The values of all replies in some steps, wherever they stand."""
    for step in [] if callable(steps) else steps:
        if step.kind == "reply":
            yield step.value
        for _, inner, _ in step.inside:
            yield from _replies(inner)


def fault_notes(one, participants, end):
    """(time, who, how its text ends) for each fault of somebody who takes part, from the arrival to the `end`."""
    begin = one.request.arrived
    for time, _, target, over in one.plain.faults():
        name = str(target).partition("/")[0]
        there = round(one.since(time) - end, 9) <= 0 and over > begin and time < one.run.ended_at
        if name in participants and there:
            left = one.since(over) - max(one.since(time), 0.0)
            yield max(one.since(time), 0.0), name, f", for {seconds(left)}{' more' if time < begin else ''}"
