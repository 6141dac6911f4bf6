"""One request's way drawn on lifelines, time downwards: the panel of picture C.

Two moments are not in the records and are drawn by the mean latency of the link: when a delivery reaches an inbox,
and when an answer was sent that comes before the work ends.
"""

import numpy as np
from matplotlib.patches import Rectangle

from evsim.results.records import Fate, Outcome, Reason, Verdict
from evsim.view.story import Message
from evsim.view.style import ERROR, FAULT, INK, PAPER, TOLD, effect_marks, faults, seconds, wrap

__all__ = ["CUSTOMER", "FAINT", "HELD", "LINE", "WORKS", "Panel"]

CUSTOMER = "customer"
WIDTH = 0.2  # of a bar, in distances of lifelines
GREY, FAINT = "#6d6d73", "#8a8a90"
WORKS = {"fc": GREY, "ec": GREY}
HELD = {"fc": PAPER, "ec": GREY, "hatch": "////"}
LINE = {"fc": PAPER, "ec": FAINT}
BOX = {"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.85}


class Panel:
    """One story, drawn on lifelines at `places` (name -> x), with time (s) downwards to `end`."""

    def __init__(self, ax, story, places, end):
        self.ax, self.story, self.places, self.end = ax, story, places, end
        self.left, self.right = min(places.values()), max(places.values())
        self.marks = effect_marks(story.run)
        self.lanes = self._lanes()
        self.written = []  # where words stand

    def draw(self):
        for x in self.places.values():
            self.ax.vlines(x, 0, self.end, color="#c9c9cf", lw=1, zorder=1)
        name = self.story.run.scenario.name
        self.ax.text(self.left - 0.3, -0.045 * self.end, name, fontweight="bold", va="center", fontsize=12)
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
        for span in sorted(self.story.spans.values(), key=lambda span: np.nan_to_num(span.started, nan=np.inf)):
            taken = busy.setdefault(span.service, [])
            start, end = span.started, span.ended if span.ended == span.ended else np.inf
            lane = next((lane for lane, until in enumerate(taken) if until <= start), len(taken))
            taken[lane : lane + 1] = [end]
            lanes[span.row] = lane
        return lanes

    def _x(self, span):
        return self.places[span.service] + 0.6 * WIDTH * self.lanes[span.row]

    def _asker(self, span):
        """Where the one stands who asked."""
        if span.kind == "request":
            return self.places[CUSTOMER]
        return self._x(self.story.spans[span.parent]) if span.kind == "call" else self.places[span.source]

    def _latency(self, one, other):
        """Mean latency of the link between two lifelines."""
        network = self.story.run.scenario.network
        ends = {self.story.workload if name == CUSTOMER else name for name in (one, other)}
        for link in network.links.values():
            if set(link.between) == ends and link.latency is not None:
                return link.latency.mean
        return network.latency.mean

    # Marks.

    def _bar(self, x, start, end, **style):
        end = self.end if end != end else end
        if end > start:
            self.ax.add_patch(Rectangle((x - WIDTH / 2, start), WIDTH, end - start, lw=0.9, **style))

    def _line(self, x, start, to, end, colour=INK, dashed=False):
        """An arrow from one lifeline to another; its slope is the latency."""
        side = np.sign(to - x) * WIDTH / 2
        self.ax.annotate(
            "", (to - side, end), (x + side, start), zorder=4, arrowprops={
                "arrowstyle": "->" if dashed else "-|>", "color": colour, "lw": 1.3, "shrinkA": 0, "shrinkB": 0,
                "linestyle": (0, (4, 2)) if dashed else "-", "mutation_scale": 10,
            },
        )  # fmt: skip

    def _cross(self, x, time, words=""):
        self.ax.plot([x], [time], ls="", marker="x", color=ERROR.colour, ms=9, mew=2.4, zorder=7)
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
        for fault in faults(self.story.run):
            start, end = fault.start - self.story.arrived, fault.end - self.story.arrived
            name = fault.target.partition("/")[0]
            if name in self.places and end > 0 and start < self.end:
                start, end = max(start, 0.0), min(end, self.end)
                box = Rectangle((self.places[name] - 0.42, start), 0.84, end - start, fc="#f1f1f4", ec="#cfcfd6", zorder=0)
                box.set(hatch=FAULT.hatch, lw=0)
                self.ax.add_patch(box)
                words = fault.words.removeprefix(f"{fault.target} ")
                self.ax.text(
                    self.places[name], (start + end) / 2, wrap(words, 9), ha="center", va="center", fontsize=11, bbox=BOX, zorder=6
                )

    def _answer(self):
        """The customer's wait, the answer, and from then on what is not true yet."""
        story, customer = self.story, self.places[CUSTOMER]
        self._bar(customer, 0, story.answered, fc=PAPER, ec=WORK, hatch="////", zorder=3)
        told = _told(story)
        if not told:
            return
        left, right = self.left - 0.35, self.right + 0.45
        colour = TOLD.colour if told == "yes" else ERROR.colour
        self.ax.hlines(story.answered, left, right, color=colour, lw=4.5, zorder=5)
        if told == "yes" and story.due:
            until = self.end if story.missing else story.completed
            if until > story.answered:
                zone = Rectangle((left, story.answered), right - left, until - story.answered, lw=0, zorder=0)
                zone.set(fc=TOLD.colour, alpha=0.16)
                self.ax.add_patch(zone)
        self.ax.annotate(
            wrap(_caption(story), 22), (left, story.answered), (4, -6), textcoords="offset points", va="top",
            fontsize=12, fontweight="bold", color=INK, bbox=BOX, zorder=8,
        )  # fmt: skip

    def _span(self, span):
        if not span.service:  # a queue has not granted it to anybody
            self._bar(self.places[span.source], span.ready, np.nan, fc=PAPER, ec=FAINT, zorder=2)
            return
        x, asker = self._x(span), self._asker(span)
        if span.outcome == Outcome.LOST:
            self._line(asker, span.born, (x + asker) / 2, span.born)
            self._cross((x + asker) / 2, span.born, "lost")
        else:
            here = self._arrives(span, asker, x)
            if span.outcome == Outcome.REFUSED:
                self._cross(x, span.ended, "refused")
            self._bar(x, here, span.started if span.started == span.started else span.ended, fc=PAPER, ec=FAINT, zorder=2)
        if span.started == span.started:
            self._work(span, x)
        self._answered(span, x, asker)

    def _arrives(self, span, asker, x):
        """Draw the way to the service; the time of arrival."""
        if span.kind != "delivery":
            if span.ready == span.ready:
                self._line(asker, span.born, x, span.ready)
            return span.ready
        self._bar(asker, span.ready, span.leased, fc=PAPER, ec=FAINT, zorder=2)
        here = min(span.leased + self._latency(span.source, span.service), np.nan_to_num(span.started, nan=np.inf))
        if span.leased == span.leased:
            self._line(asker, span.leased, x, here)
        return here

    def _work(self, span, x):
        """The bar of one attempt: filled where it works, hatched where it waits for others; and its effects."""
        self._bar(x, span.started, span.ended, fc=WORK, ec=WORK, zorder=3)
        whole = span.ended if span.ended == span.ended else self.end
        last = {}
        for child in span.children:
            message = isinstance(child, Message)
            other, start = (child.channel, child.published) if message else (child.service, child.born)
            until = child.acknowledged if message else child.settled
            if not message and child.attempt > 1:
                start = last.get(other, start)  # held through the pause before it tried again
            last[other] = until
            # A message without acknowledgement held the worker only if that is why it failed.
            if until == until or not message or span.outcome == Outcome.FAILED:
                self._bar(x, start, min(until if until == until else whole, whole), fc=PAPER, ec=WORK, hatch="////", zorder=3)
        for time, name in span.effects:
            mark = self.marks[name]
            self.ax.plot([x], [time], ls="", marker=mark.marker, color=mark.colour, ms=10, mec=PAPER, zorder=7)
            self._words(x, time, seconds(time))
        if span.outcome in (Outcome.FAILED, Outcome.CRASHED):
            self._cross(x, span.ended, "" if span.reason == Reason.DEPENDENCY else span.outcome.name.lower())

    def _answered(self, span, x, asker):
        """The way back: answer or acknowledgement, or the asker's giving up."""
        if span.settled != span.settled or span.verdict in (Verdict.OPEN, Verdict.GIVEN_BACK, Verdict.DEAD, Verdict.LOST):
            return
        silent = span.verdict == Verdict.TIMEOUT or span.reason == Reason.LINK
        if silent:
            self._cross(asker, span.settled, "gives up")
            return
        sent = span.ended
        if not sent <= span.settled:  # answered before the end of the work
            sent = max(span.started, span.settled - self._latency(CUSTOMER, span.service))
        bad = span.verdict != Verdict.DONE
        self._line(x, sent, asker, span.settled, ERROR.colour if bad else FAINT, dashed=True)
        if span.verdict == Verdict.ORPHANED:
            self._cross(asker, span.settled)

    def _message(self, message):
        x, channel = self._x(self.story.spans[message.cause]), self.places[message.channel]
        if message.appended != message.appended:
            refused = message.fate == Fate.REFUSED
            sender = self.story.spans[message.cause].service
            to = channel if refused else (x + channel) / 2
            time = message.published + (self._latency(sender, message.channel) if refused else 0.0)
            self._line(x, message.published, to, time)
            self._cross(to, time, {Fate.LOST: "lost", Fate.REFUSED: "refused"}.get(message.fate, "under way"))
            return
        self._line(x, message.published, channel, message.appended)
        if message.acknowledged == message.acknowledged:
            self._line(channel, message.appended, x, message.acknowledged, FAINT, dashed=True)
