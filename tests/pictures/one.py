"""One request as a tree of the plain records: what each attempt and each message led to, in order of time."""

from evsim.results.remarks import remarks
from tests.exports.plain import Plain, objects

__all__ = ["One", "all_of", "confirmed_from", "is_row", "replied", "told"]

WORDS = {"ok": "yes", "declined": "no", "pending": "nothing"}


def told(request):
    """What the customer was told, in a word."""
    return WORDS.get(request.outcome, "error")


class One:
    """``rows`` and ``messages`` of one request, as :class:`tests.exports.plain.Plain` has them, each with its children.

    ``cause``: message -> the row that led to it; of what came of a window, the last row of this request that counts in
    it. Times are those of the records; :meth:`since` gives seconds from the arrival, to the nanosecond.
    """

    def __init__(self, plain, request):
        self.plain, self.run, self.request = plain, plain.run, request
        self.end = self.since(plain.run.ended_at)
        self.rows = {row.number: row for row in plain.rows_of[request.place]}
        self.messages = list(plain.messages_of[request.place])
        shared = {}
        for message, rows in plain.causes.items():
            mine = [row for row in rows if row in self.rows]
            if mine and plain.messages[message].request is not request:
                shared[message] = mine[-1]
        self.messages += [plain.messages[message] for message in shared]
        self.below = {("row", number): [] for number in self.rows}
        self.below |= {("message", each.number): [] for each in self.messages}
        self.cause = {each.number: shared.get(each.number, each.cause) for each in self.messages}
        for each in self.messages:
            self.below["row", self.cause[each.number]].append(each)
        for row in self.rows.values():
            if row.kind != "request":
                self.below["row" if row.kind == "call" else "message", row.parent].append(row)
        for children in self.below.values():
            children.sort(key=lambda each: each.born if is_row(each) else each.published)
        self.roots = [row for row in self.rows.values() if row.kind == "request"]

    def since(self, time):
        return None if time is None else (round(time * 1e9) - round(self.request.arrived * 1e9)) / 1e9

    def children(self, node):
        return self.below["row" if is_row(node) else "message", node.number]

    def nodes(self):
        """(depth, node) of all, each before what it led to."""

        def under(node, depth):
            yield depth, node
            for child in self.children(node):
                yield from under(child, depth + 1)

        for root in self.roots:
            yield from under(root, 0)

    def limit(self, row):
        """How long whoever asked waits for an answer (None: for ever)."""
        if row.kind == "request":
            return self.run.scenario.workloads[row.request.workload].patience
        return row.step.timeout if row.kind == "call" else None

    def gave_up(self, row):
        """Whether whoever asked came to its end of waiting, and not to an answer."""
        left = row.ended if row.replied is None else row.replied
        if row.outcome in ("lost", "ok") or left is None or row.settled is None or left > row.settled:
            return True
        if self.limit(row) is not None:
            return round((row.settled - row.born) * 1e9) >= round(self.limit(row) * 1e9)
        return (row.number, "lost on the link") in self.plain.lost

    def effects(self):
        """(time, name) of all, in order."""
        return sorted((self.since(each.time), each.name) for row in self.rows.values() for each in row.effects)


def is_row(node):
    return hasattr(node, "verdict")


def replied(row):
    """When the answer left; at the end of the work, unless it is noted otherwise."""
    return row.ended if row.replied is None else row.replied


def all_of(run):
    """The plain records of a run, with what pictures need beside what exports do."""
    plain = Plain(run)
    plain.causes, plain.skips = {}, {}
    plain.rows_of, plain.messages_of = ([[] for _ in plain.requests] for _ in range(2))
    for row in plain.rows:
        plain.rows_of[row.request.place].append(row)
    for message in plain.messages:
        plain.messages_of[message.request.place].append(message)
    for pane in run.records.panes:
        rows = [row for message in pane.before for row in plain.causes[message]]
        plain.causes[pane.message] = list(dict.fromkeys([*rows, *pane.rows]))
    for row in plain.rows:
        row.remarks_about = []
    for remark in remarks(run):
        plain.rows[remark.about].remarks_about.append(remark)
    for skip in objects(run.records.skips.columns()):
        plain.skips[skip.row] = skip.time
    plain.lost = {(about, kind) for _, kind, _, about in run.records.incidents}
    return plain


def confirmed_from(message):
    """When the channel sent the confirmation that the publisher saw; None: it saw none."""
    taken = ("kept", "came again", "deduplicated")
    came = [each.arrived for each in message.sendings if each.fate in taken and each.told]
    return came[0] if came and message.acknowledged is not None else None
