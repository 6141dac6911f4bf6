"""Picture C, *one customer, two lives*: the way of one request through one design or two, to scale.

Time runs downwards. Two moments are not in the records and are drawn by the mean latency of the link: when a
delivery reaches an inbox, and when an answer that comes before the work ends was sent.
"""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from evsim.results.records import Fate, Outcome, Reason, Verdict
from evsim.view.story import Message, Story
from evsim.view.style import (
    ERROR,
    FAULT,
    INK,
    PAPER,
    TOLD,
    count,
    describe,
    effect_marks,
    empty,
    faults,
    figure,
    seconds,
    time_axis,
    title,
    wrap,
)

__all__ = ["lives"]

CUSTOMER = "customer"
WIDTH = 0.2  # of a bar, in distances of lifelines
BETWEEN = 0.9  # more distance between two designs
WORK, FAINT = "#6d6d73", "#8a8a90"
BOX = {"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.85}


def lives(run_a, run_b=None, request=0, workload=None, ax=None):
    """Draw what happened to one request in one run, or in two side by side on one time axis; return the axes.

    request: its number, from 0 in order of arrival. workload: its name, needed where there are several.
    """
    runs = [run for run in (run_a, run_b) if run is not None]
    for run in runs:
        if not len(run.tally.row):
            with figure(ax) as ax:
                return empty(ax, f"Nobody arrived in {run.scenario.name} within {seconds(run.ended_at)}.")
    stories = [Story(run, request, workload) for run in runs]
    names = _lifelines(stories)
    columns = sum(map(len, names)) + BETWEEN * (len(names) - 1)
    many = columns > 13
    with figure(ax, size=(max(8.0, min(columns * (0.45 if many else 0.78), 16.0)), 6.4)) as ax:
        end = max(1e-3, *(story.end for story in stories))
        left, ticks = 0.0, []
        for story, own in zip(stories, names, strict=True):
            places = {name: left + number for number, name in enumerate(own)}
            _Panel(ax, story, places, end).draw()
            ticks += places.items()
            left += len(own) + BETWEEN
        ax.set(xlim=(-0.6, left - BETWEEN - 0.2), ylim=(1.03 * end, -0.09 * end))
        heads = [head for own in names for head in (own if many else _heads(own))]
        ax.xaxis.tick_top()
        ax.set_xticks([x for _, x in ticks], heads, rotation=60 if many else 0, ha="left" if many else "center")
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        time_axis(ax.yaxis, end, "time since the customer asked")
        marks = effect_marks(*runs)
        drawn = {name for story in stories for _, name in story.effects}
        _legend(ax, {name: mark for name, mark in marks.items() if name in drawn})
        endings = [_ending(story) for story in stories]
        who = f"Customer {request}"
        if len(runs) == 1:
            finding = f"{who} was {endings[0]}"
        else:
            finding = f"{who}: " + "; ".join(f"{run.scenario.name}: {words}" for run, words in zip(runs, endings))
        title(ax, finding)
        ways = "; ".join(f"{run.scenario.name}: {', '.join(own)}" for run, own in zip(runs, names))
        return describe(ax, f"Space-time diagram, time downwards to {seconds(end)}. {finding}. Lifelines: {ways}.")


def _lifelines(stories):
    """The names of each story's lifelines: the customer, then in order of the trace; common ones in one order."""
    names = []
    for story in stories:
        found = {CUSTOMER: 0.0}
        for _, node in story:
            for name in (node.sender, node.channel) if isinstance(node, Message) else (node.source, node.service):
                if name and name != story.workload:
                    found[name] = min(node.begin, found.get(name, node.begin))
        names.append(sorted(found, key=found.get))
    if len(names) == 2:
        common = iter([name for name in names[0] if name in names[1]])
        names[1] = [next(common) if name in names[0] else name for name in names[1]]
    return names


def _heads(names):
    """The names in short lines; a wide one stands above its neighbours."""
    heads = [name.replace("-", "-\n") for name in names]
    lines = [1 + head.count("\n") for head in heads]
    lifted = False
    for number, name in enumerate(names):
        lifted = not lifted and max(map(len, name.split("-"))) > 8
        if lifted:
            heads[number] += "\n" * max(lines[max(number - 1, 0) : number + 2])
    return heads


def _told(story):
    """What the customer was told, in a word; empty while nothing."""
    return {"ok": "yes", "pending": ""}.get(story.outcome, "error")


def _ending(story):
    """What came of it, in words."""
    told = _told(story)
    if not told:
        return "told nothing"
    answer = f"told {told} after {seconds(story.answered)}"
    if told == "yes":
        if story.missing:
            return f"{answer}, {' and '.join(story.missing)} {_never(story)}"
        lag = story.completed - story.answered
        return f"{answer}, true {seconds(lag)} later" if lag > 0 else f"{answer}, true by then" if lag == 0 else answer
    done = list(dict.fromkeys(name for _, name in story.effects))
    return f"{answer}, but {' and '.join(done)} done" if done else f"{answer}, nothing done"


def _never(story):
    return "never came" if story.run.records_complete else "did not come yet"


def _caption(story):
    """What the picture says below the answer."""
    told = _told(story)
    if told == "yes":
        if story.missing:
            return f"you said yes; {' and '.join(story.missing)} {_never(story)}"
        lag = story.completed - story.answered
        return f"you said yes; it was true {seconds(lag)} later" if lag > 0 else "you said yes, and it was true"
    done = list(dict.fromkeys(name for _, name in story.effects))
    return f"you said error; {' and '.join(done)} was done" if done else "you said error, and nothing was done"


def _legend(ax, marks):
    """What the marks mean, below the picture."""
    line = {"color": INK, "lw": 1.3}
    handles = [
        Patch(fc=WORK, ec=WORK, label="works"),
        Patch(fc=PAPER, ec=WORK, hatch="////", label="waits, and is held"),
        Patch(fc=PAPER, ec=FAINT, label="waits in line"),
        Line2D([], [], **line, label="message"),
        Line2D([], [], **line | {"color": FAINT, "ls": "--"}, label="answer"),
        Line2D([], [], color=TOLD.colour, lw=4, label="told"),
        *(Line2D([], [], ls="", marker=mark.marker, color=mark.colour, ms=8, label=name) for name, mark in marks.items()),
    ]
    ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=4, borderaxespad=0.2,
        handlelength=1.8, columnspacing=1.4,
    )  # fmt: skip


class _Panel:
    """One story, drawn on lifelines at `places` (name -> x), with time (s) downwards to `end`."""

    def __init__(self, ax, story, places, end):
        self.ax, self.story, self.places, self.end = ax, story, places, end
        self.left, self.right = min(places.values()), max(places.values())
        self.marks = effect_marks(story.run)
        self.lanes = self._lanes()

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
            self.ax.annotate(
                words, (x, time), (8, 0), textcoords="offset points", va="center", fontsize=11, color=INK, bbox=BOX, zorder=6
            )

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
        last = {}
        for child in span.children:
            start, end = (child.published, child.acknowledged) if isinstance(child, Message) else (child.born, child.settled)
            other = child.channel if isinstance(child, Message) else child.service
            if getattr(child, "attempt", 1) > 1:  # held through the pause before it tried again
                start = last.get(other, start)
            last[other] = end
            if isinstance(child, Message) and end != end and span.ended == span.ended:
                continue  # it does not wait for this one
            end = min(end if end == end else self.end, span.ended if span.ended == span.ended else self.end)
            self._bar(x, start, end, fc=PAPER, ec=WORK, hatch="////", zorder=3)
        for time, name in span.effects:
            mark = self.marks[name]
            self.ax.plot([x], [time], ls="", marker=mark.marker, color=mark.colour, ms=10, mec=PAPER, zorder=7)
            self.ax.annotate(
                seconds(time), (x, time), (9, 0), textcoords="offset points", va="center", fontsize=11, bbox=BOX, zorder=6
            )
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
        if message.fate != Fate.OPEN or message.appended != message.appended:
            self._line(x, message.published, (x + channel) / 2, message.published)
            word = {Fate.LOST: "lost", Fate.REFUSED: "refused"}.get(message.fate, "under way")
            self._cross((x + channel) / 2, message.published, word)
            return
        self._line(x, message.published, channel, message.appended)
        if message.acknowledged == message.acknowledged:
            self._line(channel, message.appended, x, message.acknowledged, FAINT, dashed=True)
