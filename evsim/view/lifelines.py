"""One request's way drawn on lifelines, time downwards: a panel of picture C."""

import numpy as np
from matplotlib.patches import Rectangle

from evsim.results.records import Outcome, Reason, Verdict
from evsim.results.sendings import TAKEN
from evsim.view.story import Message
from evsim.view.style import ANSWERS, ERROR, FAULT, INK, PAPER, TOLD, effect_marks, faults, seconds, short, wrap

__all__ = ["CUSTOMER", "FAINT", "HELD", "LINE", "WORKS", "LifelinePanel"]

CUSTOMER = "customer"
WIDTH = 0.2  # of a bar, in distances of lifelines
GREY, FAINT = "#6d6d73", "#8a8a90"
WORKS = {"fc": GREY, "ec": GREY}
HELD = {"fc": PAPER, "ec": GREY, "hatch": "////"}
LINE = {"fc": PAPER, "ec": FAINT}
BOX = {"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.85}
NO_ANSWER = (Verdict.OPEN, Verdict.GIVEN_BACK, Verdict.REVOKED, Verdict.DEAD, Verdict.LOST)


def _known(time, otherwise):
    return time if time == time else otherwise


class LifelinePanel:
    """A story drawn on lifelines at `places` (name -> x), time (s) downwards to `end`, with a `caption`."""

    def __init__(self, ax, story, places, end, caption):
        self.ax, self.story, self.places, self.end, self.caption = ax, story, places, end, caption
        self.left, self.right = min(places.values()), max(places.values())
        self.marks = effect_marks(story.run)
        self.lanes = self._lanes()
        self.written = []  # where words stand

    def draw(self):
        for x in self.places.values():
            self.ax.vlines(x, 0, self.end, color="#c9c9cf", lw=1, zorder=1)
        name, high = short(self.story.run.scenario.name, 8 * len(self.places)), -0.045 * self.end
        self.ax.text(self.left - 0.3, high, name, fontweight="bold", va="center", fontsize=12)
        self._faults()
        self._answer()
        for _, node in self.story:
            if isinstance(node, Message):
                self._message(node)
            else:
                self._span(node)

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

    def _bar(self, x, start, end, look, zorder=3):
        end = _known(end, self.end)
        if end > start:
            self._box(x - WIDTH / 2, start, WIDTH, end - start, lw=0.9, zorder=zorder, **look)

    def _box(self, x, start, width, height, **style):
        self.ax.add_patch(Rectangle((x, start), width, height, **style))

    def _line(self, x, start, to, end, colour=INK, dashed=False):
        """An arrow from one lifeline to another; its slope is the latency."""
        side = np.sign(to - x) * WIDTH / 2
        arrow = {"arrowstyle": "->", "linestyle": (0, (4, 2))} if dashed else {"arrowstyle": "-|>"}
        arrow |= {"color": colour, "lw": 1.3, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 10}
        self.ax.annotate("", (to - side, end), (x + side, start), arrowprops=arrow, zorder=4)

    def _cross(self, x, time, words=""):
        self.ax.plot([x], [time], ls="", marker=ERROR.marker, color=ERROR.colour, ms=9, mew=2.4, zorder=7)
        if words:
            self._words(x, time, words)

    def _words(self, x, time, words):
        """Words to the right of a mark, if there is room."""
        if all(abs(x - other) > 0.5 or abs(time - then) > 0.035 * self.end for other, then in self.written):
            self.written.append((x, time))
            place = {"xytext": (9, 0), "textcoords": "offset points", "va": "center"}
            self.ax.annotate(words, (x, time), fontsize=11, color=INK, bbox=BOX, zorder=6, **place)

    # What happened.

    def _faults(self):
        """Bands on the lifelines that were hit."""
        for fault in faults(self.story.run):
            name = fault.target.partition("/")[0]
            start, end = np.clip(np.array([fault.start, fault.end]) - self.story.arrived, 0, self.end)
            if name in self.places and start < end:
                x, words = self.places[name], fault.words.removeprefix(f"{fault.target} ")
                look = {"fc": "#f1f1f4", "ec": "#cfcfd6", "hatch": FAULT.hatch, "lw": 0, "zorder": 0}
                self._box(x - 0.42, start, 0.84, end - start, **look)
                middle = {"ha": "center", "va": "center", "fontsize": 11, "bbox": BOX, "zorder": 6}
                self.ax.text(x, (start + end) / 2, wrap(words, 9), **middle)

    def _answer(self):
        """The customer's wait, the answer, and from then on what is not true yet."""
        story, answered = self.story, self.story.answered
        self._bar(self.places[CUSTOMER], 0, answered, HELD)
        if story.said == "nothing":
            return
        left, right = self.left - 0.35, self.right + 0.45
        colour = ANSWERS[story.said].colour
        self.ax.hlines(answered, left, right, color=colour, lw=4.5, zorder=5, label=f"told {story.said}")
        until = story.completed if story.is_true else self.end
        if story.said == "yes" and until > answered:
            look = {"fc": TOLD.colour, "alpha": 0.16, "lw": 0, "zorder": 0, "label": "not true yet"}
            self._box(left, answered, right - left, until - answered, **look)
        place = {"xytext": (4, -6), "textcoords": "offset points", "va": "top", "zorder": 8, "bbox": BOX}
        words = wrap(self.caption, 22)
        self.ax.annotate(words, (left, answered), fontsize=12, fontweight="bold", color=INK, **place)

    def _span(self, span):
        if not span.service:  # a queue has not granted it to anybody
            self._bar(self.places[span.source], span.ready, np.nan, LINE, zorder=2)
            return
        x, asker = self._x(span), self._asker(span)
        if span.is_never_sent:
            self._cross(asker, span.ended, "not asked")
            return
        if span.outcome == Outcome.LOST:
            self._line(asker, span.born, (x + asker) / 2, span.born)
            self._cross((x + asker) / 2, span.born, "lost")
        else:
            here = self._arrives(span, asker, x)
            self._bar(x, here, _known(span.started, span.ended), LINE, zorder=2)
        if span.outcome == Outcome.REFUSED:
            self._cross(x, span.ended, "refused")
        if span.started >= 0:
            self._work(span, x)
        self._answered(span, x, asker)

    def _arrives(self, span, asker, x):
        """Draw the way to the service; the time of arrival."""
        sent = span.born
        if span.is_delivery:
            self._bar(asker, span.ready, span.leased, LINE, zorder=2)
            sent = span.leased
        if span.arrived >= 0:
            self._line(asker, sent, x, span.arrived)
        return span.arrived

    def _work(self, span, x):
        """The bar of one attempt: filled where it works, hatched where it waits for others. Its effects."""
        whole = _known(span.ended, self.end)
        self._bar(x, span.started, whole, WORKS)
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
                self._bar(x, start, min(_known(until, whole), whole), HELD)
        for time, name in span.effects:
            mark = self.marks[name]
            look = {"marker": mark.marker, "color": mark.colour, "ms": 10, "mec": PAPER, "label": name}
            self.ax.plot([x], [time], ls="", zorder=7, **look)
            self._words(x, time, seconds(time))
        if span.outcome in (Outcome.FAILED, Outcome.CRASHED):
            self._cross(x, span.ended, "" if span.reason == Reason.DEPENDENCY else span.outcome.name.lower())

    def _answered(self, span, x, asker):
        """The way back: answer or acknowledgement, or the asker's giving up."""
        if span.late >= 0:
            self._line(x, span.replied, asker, span.late, ERROR.colour, dashed=True)
            self._cross(asker, span.late)
        if not span.settled >= 0 or span.verdict in NO_ANSWER:
            return
        if span.verdict not in (Verdict.DONE, Verdict.ORPHANED) and self.story.unheard(span):
            self._cross(asker, span.settled, "gives up")
            return
        colour = FAINT if span.verdict == Verdict.DONE else ERROR.colour
        self._line(x, span.replied, asker, span.settled, colour, dashed=True)
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
        if message.acknowledged >= 0:
            self._line(channel, message.confirmed_from, x, message.acknowledged, FAINT, dashed=True)
