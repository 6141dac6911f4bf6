"""The story of one request: its attempts, its messages and its effects, picked from the records of a run."""

from dataclasses import dataclass, field, replace

import numpy as np

from evsim.results.endings import NEVER_SENT, Outcome, Verdict
from evsim.results.outcomes import TOLD
from evsim.results.remarks import remarks
from evsim.results.requests import REQUEST_OUTCOMES
from evsim.results.ways import Way
from evsim.ticks import elapsed
from evsim.view.style import effect_marks, seconds

__all__ = ["Message", "Span", "Story"]

GONE = (Verdict.EXPIRED, Verdict.DROPPED, Verdict.LOST)
ERRORS = {"error": "an error", "timeout": "a timeout", "rejected": "a refusal"}


@dataclass(eq=False)
class Span(Way):
    """One attempt: who asked whom, and when (seconds since the request arrived; NaN: never).

    ``source`` is a workload, a calling service or a channel; ``service`` is empty while nobody has been
    granted it. It ``arrived`` in the inbox of the service, and its answer left when it ``replied``; that came
    ``late`` if whoever asked had given up. The work was ``skipped`` when it turned out to be done already. ``remarks``
    are (time, words) of what parts noted of it.
    ``operation``: what was asked for, where the service does several things. ``item``: the one of several that a step
    sent, as text.
    ``limit`` is how long the asker waits for an answer (None: for ever). ``effects``, and the
    ``undos`` of such, are (time, name);
    ``children`` the calls and messages it made, in order of time.
    """

    row: int
    kind: str
    source: str
    service: str
    attempt: int
    parent: int
    limit: float | None
    born: float
    ready: float
    leased: float
    arrived: float
    started: float
    ended: float
    settled: float
    replied: float
    late: float
    skipped: float
    outcome: int
    verdict: int
    reason: int
    effects: list = field(default_factory=list)
    undos: list = field(default_factory=list)
    operation: str | None = None
    item: str = ""
    remarks: list = field(default_factory=list)
    children: list = field(default_factory=list)

    @property
    def begin(self):
        return self.born

    @property
    def is_never_sent(self):
        """Whether the caller itself refused to ask."""
        return self.outcome == Outcome.REFUSED and self.reason in NEVER_SENT

    @property
    def is_never_leased(self):
        """Whether it is a delivery that its channel never handed out."""
        return self.is_delivery and self.leased != self.leased

    @property
    def gone(self):
        """What took it out of its channel before it was handed out, in a word; empty if nothing did."""
        return Verdict.word(self.verdict) if self.is_never_leased and self.verdict in GONE else ""


@dataclass(eq=False)
class Message:
    """One message: who published it where, and when (seconds since the request arrived; NaN: never).

    ``cause`` is the row that published it; or, where a channel made it of another message, its ``origin``, the row that
    died. ``sendings`` (:class:`evsim.results.sendings.Sending`) has more than one where the publisher tried again; the
    confirmation that it saw when ``acknowledged`` left the channel at ``confirmed_from``. ``item``: which of several
    that the step sent.
    """

    number: int
    sender: str
    channel: str
    cause: int
    origin: int
    partition: int
    offset: int
    published: float
    appended: float
    acknowledged: float
    fate: int
    sendings: list
    confirmed_from: float
    item: str = ""
    children: list = field(default_factory=list)

    @property
    def begin(self):
        return self.published


class Story:
    """One request of a run. ``root`` is its :class:`Span`; times are seconds since it ``arrived``.

    ``roots``: the root and what links made of it (a link that duplicates brings the same request twice).

    ``answered``, ``outcome`` (a word), ``said`` (yes, no, error or nothing), ``is_true`` (a yes that is), ``truth`` and
    ``also`` (in words, as of :class:`evsim.results.outcomes.CustomerOutcomes`), ``due`` (names of effects that should
    stand) and ``missing``, ``effects`` ((time, name) in order), ``standing`` (those not undone), ``completed`` (the
    last due effect; NaN if one never came),
    ``end`` (the last thing that happened) and ``incidents`` ((row, kind) of what links lost).
    """

    def __init__(self, run, request, workload=None):
        self.run, self.request = run, request
        self.workload = run.tables.workload_of(request, workload)
        requests = run.tables.requests
        index = requests.index(requests.workloads.index(self.workload), request)
        self.arrived = float(requests.arrived[index])
        self.answered = float(requests.response[index])
        self.outcome = REQUEST_OUTCOMES[requests.outcome[index]]
        self.completed = float(requests.completion[index])
        told = run.outcomes
        self.said, self.truth, self.also = TOLD[told.told[index]], told.truth(index), told.also(index)
        self.is_true = bool(told.yes[index] and told.everything[index])
        self.due, self.missing = (
            [name for name in effect_marks(run) if name in told.names and mask[told.names.index(name), index]]
            for mask in (told.due, told.missing)
        )
        self.spans = self._spans(index)
        self.messages = self._messages(index)
        self._link(int(requests.row[index]))
        self.incidents = {(row, kind) for _, kind, _, row in run.records.incidents if row in self.spans}
        for remark in remarks(run):
            if remark.about in self.spans:
                self.spans[remark.about].remarks.append((float(elapsed(remark.time, self.arrived)), remark.words))

    @property
    def told(self):
        """What the customer was told, and when, in words."""
        if self.said == "nothing":
            return "had no answer when the run ended"
        if self.said == "no":
            return f"was told no after {seconds(self.answered)}: it is taken"
        if self.said == "yes":
            return f"was told yes after {seconds(self.answered)}"
        what = "gave up" if self.unheard(self.root) else f"was told of {ERRORS[self.outcome]}"
        return f"{what} after {seconds(self.answered)}"

    def unheard(self, span):
        """Whether whoever asked gave up without an answer, and was not told of an error."""
        if span.outcome in (Outcome.LOST, Outcome.OK) or not span.replied <= span.settled:
            return True
        if span.limit is not None:
            return elapsed(span.settled, span.born) >= span.limit
        return (span.row, "lost on the link") in self.incidents

    def __iter__(self):
        """(depth, it) of all spans and messages, depth first in order of time."""
        stack = [(0, root) for root in reversed(self.roots)]
        while stack:
            depth, node = stack.pop()
            yield depth, node
            stack.extend((depth + 1, child) for child in reversed(node.children))

    def _since(self, time):
        """A moment of the run in seconds since the customer arrived."""
        return float(elapsed(time, self.arrived))

    def _spans(self, index):
        rows, places = self.run.tables.rows, self.run.tables.places
        items, found = self.run.tables.item_texts(self.run.tables.row_items), {}
        for row in np.flatnonzero(self.run.tables.row_requests == index).tolist():
            place = places[rows["place"][row]] if rows["place"][row] >= 0 else None
            born, ready, leased, arrived, started, ended, settled = (self._since(rows[name][row]) for name in TIMES)
            if place and not place.is_delivery:
                arrived = ready
            replied, late = (self._since(each[row]) for each in (self.run.tables.replied, self.run.tables.late))
            found[row] = Span(
                row,
                place.kind if place else "delivery",
                place.source if place else "",
                place.service if place else "",
                max(int(rows["attempt"][row]), 1),
                int(rows["parent"][row]),
                self._limit(place),
                born,
                ready,
                leased,
                arrived,
                started,
                ended,
                settled,
                replied if replied == replied else ended,
                late,
                self._since(self.run.tables.skipped[row]),
                int(rows["outcome"][row]),
                int(rows["verdict"][row]),
                int(rows["reason"][row]),
                operation=place.operation if place else None,
                item=items[row],
            )
        return found

    def _limit(self, place):
        if place is None or place.is_delivery:
            return None
        return place.step.timeout if place.is_call else self.run.scenario.workloads[self.workload].patience

    def _messages(self, index):
        columns = self.run.tables.messages
        channels = list(self.run.scenario.channels)
        found, causes = {}, {
            number: int(columns["cause"][number])
            for number in np.flatnonzero(self.run.tables.message_requests == index).tolist()
        }  # fmt: skip
        for number, cause in (causes | self._results(causes)).items():
            published, appended, acknowledged = (
                self._since(columns[name][number]) for name in ("published", "appended", "acknowledged")
            )
            found[number] = Message(
                number,
                self.run.tables.message_senders[number],
                channels[columns["channel"][number]],
                cause,
                int(columns["origin"][number]),
                int(columns["partition"][number]),
                int(columns["offset"][number]),
                published,
                appended,
                acknowledged,
                int(columns["fate"][number]),
                [
                    replace(each, sent=self._since(each.sent), arrived=self._since(each.arrived))
                    for each in self.run.tables.sendings[number]
                ],
                self._since(self.run.tables.sendings.confirmed_from(number)),
                self.run.tables.item_texts(columns["item"][number]),
            )
        return found

    def _results(self, own):
        """Messages of windows that are those of another request -> the row of this one that counts in it last."""
        return {
            message: mine[-1]
            for message, rows in self.run.tables.causes.items()
            if message not in own and (mine := [row for row in rows if row in self.spans])
        }

    def _link(self, root):
        """Put everything below what caused it, and find the end."""
        self.root = self.spans[root]
        self.roots = [span for span in self.spans.values() if span.is_request]
        for message in self.messages.values():
            self.spans[message.cause].children.append(message)
        for span in self.spans.values():
            if span.is_call:
                self.spans[span.parent].children.append(span)
            elif span.is_delivery:
                span.source = self.messages[span.parent].channel
                self.messages[span.parent].children.append(span)
        for node in (*self.spans.values(), *self.messages.values()):
            node.children.sort(key=lambda child: child.begin)
        effects, undos = self.run.tables.effects, self.run.records.undos.columns()
        for index in np.flatnonzero(np.isin(undos["row"], list(self.spans))).tolist():
            time, name = self._since(undos["time"][index]), self.run.tables.effect_names[undos["name"][index]]
            self.spans[int(undos["row"][index])].undos.append((time, name))
        standing = []
        for index in np.flatnonzero(np.isin(effects["row"], list(self.spans))).tolist():
            time = self._since(effects["time"][index])
            name = self.run.tables.effect_names[effects["name"][index]]
            self.spans[int(effects["row"][index])].effects.append((time, name))
            if np.isnan(self.run.tables.undone[index]):
                standing.append((time, name))
        self.standing = sorted(standing)
        self.effects = sorted(effect for span in self.spans.values() for effect in span.effects)
        moments = [getattr(span, name) for span in self.spans.values() for name in TIMES]
        moments += [
            getattr(each, name) for each in self.messages.values() for name in ("published", "appended", "acknowledged")
        ]
        moments += [each.sent for message in self.messages.values() for each in message.sendings]
        self.end = float(np.nanmax(moments))


TIMES = ("born", "ready", "leased", "arrived", "started", "ended", "settled")
