"""One request's way on lifelines, time downwards, as marks: a half of picture C."""

import numpy as np

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.sendings import TAKEN
from evsim.ticks import elapsed
from evsim.view.scene.marks import Bars, Dots, Line, Look, Text
from evsim.view.story import Message
from evsim.view.style import (
    ANSWERS,
    BROKER,
    ERROR,
    FAULT,
    FILL,
    INK,
    PAPER,
    TOLD,
    effect_marks,
    faults,
    seconds,
    short,
    wrap,
)

__all__ = [
    "BAD_REPLY", "BAND", "CROSS", "CUSTOMER", "HELD", "LIFELINE", "LINE", "MESSAGE", "REPLY", "UNTRUE", "WORKS",
    "Lifelines", "said",
]  # fmt: skip

CUSTOMER = "customer"
WIDTH = 0.2  # of a bar, in distances of lifelines
GREY, FAINT = "#6d6d73", "#8a8a90"
WORKS = Look(GREY, edge=GREY)
HELD = Look(PAPER, edge=GREY, hatch="////")
LINE = Look(PAPER, edge=FAINT)
BAND = Look(FILL, edge="#cfcfd6", hatch=FAULT.hatch)
CROSS = Look(ERROR.colour, "x")
MESSAGE, REPLY, BAD_REPLY = (
    Look(INK, width=1.3), Look(FAINT, dash=(4, 2), width=1.3), Look(ERROR.colour, dash=(4, 2), width=1.3),
)  # fmt: skip
LIFELINE, UNTRUE = Look("#c9c9cf", width=1.0), Look(TOLD.colour, opacity=0.16)
SMALL, LARGE = 0.12, 0.15  # inches across: crosses, effects
NO_ANSWER = (Verdict.OPEN, Verdict.GIVEN_BACK, Verdict.REVOKED, Verdict.DEAD, Verdict.LOST)
GROUND, IN_LINE, BARS, LINES, ANSWER, WORDS, SIGNS = range(7)  # layers, from below


def said(mark):
    """The look of the line at which a customer is told something."""
    return Look(mark.colour, width=4.5)


def _known(time, otherwise):
    return time if time == time else otherwise


class Lifelines:
    """A story on lifelines at `places` (name -> x), time (s) downwards to `end`, with a `caption`: ``marks``."""

    def __init__(self, story, places, end, caption):
        self.story, self.places, self.end = story, places, end
        self.looks = effect_marks(story.run)
        self.lanes = self._lanes()
        self.layers = tuple([] for _ in range(7))
        self.written = []  # where words stand
        for x in places.values():
            self._put(GROUND, Line("", (x, x), (0, end), LIFELINE))
        self._name()
        self._faults()
        self._answer(caption)
        for _, node in story:
            if isinstance(node, Message):
                self._message(node)
            else:
                self._span(node)

    @property
    def marks(self):
        return [mark for layer in self.layers for mark in layer]

    # Where things stand.

    def _lanes(self):
        """row -> how far aside its bar stands: attempts at one service at a time stand side by side."""
        lanes, busy = {}, {}
        for span in sorted(self.story.spans.values(), key=lambda span: _known(span.started, np.inf)):
            taken = busy.setdefault(span.service, [])
            free = (lane for lane, until in enumerate(taken) if until <= span.started)
            lane = lanes[span.row] = next(free, len(taken))
            taken[lane : lane + 1] = [_known(span.ended, np.inf)]
        return lanes

    def _x(self, span):
        return self.places[span.service] + 0.6 * WIDTH * self.lanes[span.row]

    def _asker(self, span):
        """Where the one stands who asked."""
        if span.is_request:
            return self.places[CUSTOMER]
        return self._x(self.story.spans[span.parent]) if span.is_call else self.places[span.source]

    # Marks.

    def _put(self, layer, mark):
        self.layers[layer].append(mark)

    def _box(self, layer, name, left, right, start, end, look):
        self._put(layer, Bars(name, [left], [right], [start], [end], look))

    def _bar(self, name, x, start, end, look, layer=BARS):
        end = _known(end, self.end)
        if end > start:
            self._box(layer, name, x - WIDTH / 2, x + WIDTH / 2, start, end, look)

    def _line(self, x, start, to, end, look=MESSAGE):
        """An arrow from one lifeline to another; its slope is the latency."""
        side = np.sign(to - x) * WIDTH / 2
        name, head = ("message", "solid") if look is MESSAGE else ("answer", "open")
        self._put(LINES, Line(name, (float(x + side), float(to - side)), (start, end), look, head=head))

    def _cross(self, x, time, words=""):
        self._put(SIGNS, Dots("", [x], [time], CROSS, SMALL, words=words))
        if words:
            self._words(x, time, words)

    def _words(self, x, time, words):
        """Words to the right of a mark, if there is room."""
        if all(abs(x - other) > 0.5 or abs(time - then) > 0.035 * self.end for other, then in self.written):
            self.written.append((x, time))
            self._put(WORDS, Text(words, x, time, dx=9))

    # What happened.

    def _name(self):
        """The name of the design, above."""
        name = short(self.story.run.scenario.name, 8 * len(self.places))
        left = min(self.places.values()) - 0.3
        self._put(WORDS, Text(name, left, -0.045 * self.end, size=12, bold=True, halo=False))

    def _faults(self):
        """Bands on the lifelines that were hit."""
        for fault in faults(self.story.run):
            name = fault.target.partition("/")[0]
            lasts = elapsed([fault.start, fault.end], self.story.arrived)
            start, end = np.clip(lasts, 0, self.end).tolist()
            if name in self.places and start < end:
                x, words = self.places[name], fault.words.removeprefix(fault.target).removeprefix(BROKER).strip()
                self._box(GROUND, fault.words, x - 0.42, x + 0.42, start, end, BAND)
                self._put(WORDS, Text(wrap(words, 9), x, (start + end) / 2, side="center"))

    def _answer(self, caption):
        """The customer's wait, the answer, and from then on what is not true yet."""
        story, answered = self.story, self.story.answered
        self._bar("waits", self.places[CUSTOMER], 0, answered, HELD)
        if story.said == "nothing":
            return
        left, right = min(self.places.values()) - 0.35, max(self.places.values()) + 0.45
        look = said(ANSWERS[story.said])
        self._put(ANSWER, Line(f"told {story.said}", (left, right), (answered, answered), look))
        until = story.completed if story.is_true else self.end
        if story.said == "yes" and until > answered:
            self._box(GROUND, "not true yet", left, right, answered, until, UNTRUE)
        words = wrap(caption, 22)
        self._put(WORDS, Text(words, left, answered, dx=4, dy=-6, level="top", size=12, bold=True))

    def _span(self, span):
        if span.is_never_leased:
            self._bar("in line", self.places[span.source], span.ready, span.settled, LINE, IN_LINE)
            if span.gone:
                self._cross(self.places[span.source], span.settled, span.gone)
            return
        x, asker = self._x(span), self._asker(span)
        if span.is_never_sent:
            self._cross(asker, span.ended, "not asked")
            return
        sent = self._sent(span, asker)
        if span.outcome == Outcome.LOST:
            self._line(asker, sent, (x + asker) / 2, sent)
            self._cross((x + asker) / 2, sent, "lost")
        elif span.arrived >= 0:
            self._line(asker, sent, x, span.arrived)
            self._bar("in line", x, span.arrived, _known(span.started, span.ended), LINE, IN_LINE)
        if span.outcome == Outcome.REFUSED:
            self._cross(x, span.ended, "refused")
        if span.started >= 0:
            self._work(span, x)
        self._answered(span, x, asker)

    def _sent(self, span, asker):
        """When it left for the service; a delivery waited in its channel until then."""
        if not span.is_delivery:
            return span.born
        self._bar("in line", asker, span.ready, span.leased, LINE, IN_LINE)
        return span.leased

    def _work(self, span, x):
        """The bar of one attempt: filled where it works, hatched where it waits for others. Its effects."""
        whole = _known(span.ended, self.end)
        self._bar("works", x, span.started, whole, WORKS)
        last = {}
        for child in span.children:
            message = isinstance(child, Message)
            if child.origin >= 0 if message else child.verdict == Verdict.COPY:
                continue  # made by a channel of another message, or by a link: nobody waits for it
            other, start = (child.channel, child.published) if message else (child.service, child.born)
            until = child.acknowledged if message else child.settled
            if not message and child.attempt > 1:
                start = last.get(other, start)  # held through the pause before it tried again
            last[other] = until
            # A message without acknowledgement held the worker only if that is why it failed.
            if until >= 0 or not message or span.outcome == Outcome.FAILED:
                self._bar("held", x, start, min(_known(until, whole), whole), HELD)
        for time, name in span.effects:
            mark = self.looks[name]
            look = Look(mark.colour, mark.marker, edge=PAPER, width=1.0)
            self._put(SIGNS, Dots(name, [x], [time], look, LARGE, words=f"{name}, {seconds(time)}"))
            self._words(x, time, seconds(time))
        if span.outcome in (Outcome.FAILED, Outcome.CRASHED):
            self._cross(x, span.ended, "" if span.reason == Reason.DEPENDENCY else Outcome.word(span.outcome))

    def _answered(self, span, x, asker):
        """The way back: answer or acknowledgement, or the asker's giving up."""
        if span.late >= 0:
            self._line(x, span.replied, asker, span.late, BAD_REPLY)
            self._cross(asker, span.late)
        if not span.settled >= 0 or span.verdict in NO_ANSWER:
            return
        if span.verdict not in (Verdict.DONE, Verdict.ORPHANED) and self.story.unheard(span):
            self._cross(asker, span.settled, "gives up")
            return
        if span.verdict == Verdict.DONE and not span.replied <= span.settled:
            return  # it counted as done when it was handed out
        self._line(x, span.replied, asker, span.settled, REPLY if span.verdict == Verdict.DONE else BAD_REPLY)
        if span.verdict == Verdict.ORPHANED:
            self._cross(asker, span.settled)

    def _message(self, message):
        by_hand = message.origin < 0  # or by a channel
        x = self._x(self.story.spans[message.cause]) if by_hand else self.places[message.sender]
        channel = self.places[message.channel]
        for sending in message.sendings:
            if sending.arrived >= 0:
                to, time = channel, sending.arrived
            else:
                to, time = (x + channel) / 2, sending.sent
            self._line(x, sending.sent, to, time)
            if sending.fate not in TAKEN:
                self._cross(to, time, sending.fate)
        if message.confirmed_from >= 0:
            self._line(channel, message.confirmed_from, x, message.acknowledged, REPLY)
