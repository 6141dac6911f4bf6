"""Where the time of one request went: its attempts as nested bars on one time axis."""

from dataclasses import replace

import numpy as np

from evsim.counting import listed
from evsim.results.endings import Outcome, Verdict
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Bars, Dots, Line, Look, Text
from evsim.view.scene.scene import Scene
from evsim.view.story import Message, Story
from evsim.view.style import ANSWERS, BAD, ERROR, INK, LESSON, MIDDLE, PAPER, count, effect_marks, seconds, short

__all__ = ["scene", "waterfall"]

MOST, FEWEST = 40, 6  # bars drawn, and rows there is room for
ROW = 0.3  # inches
WORK, HELD = Look("#6d6d73", edge=INK), Look(MIDDLE, edge=INK)
IN_LINE, WAY = Look(PAPER, edge=INK, hatch="////"), Look("#8a8a90", dash=(2, 1.2), width=1.4)
PIECES = {"in line": IN_LINE, "work": WORK, "held": HELD}
DEEPEST = 10  # levels by which a name is indented
MOST_EFFECTS = 6  # named in the legend
GIVEN_UP = "given up"
HALF = 0.31  # of the height of a bar, in rows


def waterfall(run, request=0, workload=None, ax=None):
    """Draw the attempts and messages of one request, each below the one that caused it.

    request: its number, from 0 in order of arrival; workload: its name, needed where there are several.
    Filled: work; light: a worker held while it waits for others; hatched: waiting in line; a thin line: on
    the way.
    """
    return scene(run, request, workload).draw(ax)


def scene(run, request=0, workload=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    if not len(run.tables.requests.row):
        return sentence("waterfall", f"Nobody arrived within {seconds(run.ended_at)}.")
    story = Story(run, request, workload)
    nodes = list(story)
    shown = nodes[:MOST]
    left_out = len(nodes) - len(shown)
    longest = _longest(story, [node for _, node in shown])
    rows = _Rows(story, longest)
    for level, (_, node) in enumerate(shown):
        (rows.message if isinstance(node, Message) else rows.span)(level, node)
    low = max(len(shown) + bool(left_out), FEWEST) - 0.4
    told = [_told(story, low)] if story.answered == story.answered else []
    more = [Text(f"and {count(left_out, 'more bar')}", 0, len(shown))] if left_out else []
    x = times(0.0, longest, "time since the customer came")
    finding = _finding(story)
    return Scene(
        "waterfall", finding, f"{finding}. {_words(story, nodes)}",
        (LESSON[0], max(LESSON[1] + 0.5, 2.4 + ROW * len(shown))), Frame(longest),
        replace(x, low=-0.01 * longest, high=1.04 * longest),
        names(low, -0.8, [(level, _label(*each)) for level, each in enumerate(shown)], nested=True),
        marks=(*told, *rows.marks, *more), legend=tuple(_legend(story, shown, rows.looks)),
    )  # fmt: skip


def _longest(story, nodes):
    """How far the time axis goes."""
    seen = [time for time, _ in story.effects] + [story.answered]
    seen += [node.appended if isinstance(node, Message) else node.ended for node in nodes]
    if any(not isinstance(node, Message) and node.ended != node.ended for node in nodes):
        seen.append(_until(float("nan"), story))
    return max(float(np.nanmax(seen)), 1e-6)


def _until(time, story):
    """A time that did not come is the end of the story."""
    return time if time == time else max(story.end, story.run.ended_at - story.arrived)


def _told(story, low):
    mark = ANSWERS[story.said]
    look = Look(mark.colour, mark.marker, width=3.0)
    return Line(f"told {story.said}", (story.answered, story.answered), (low, -0.65), look, words=story.told)


class _Rows:
    """The ``marks`` of attempts and messages, a row each."""

    def __init__(self, story, longest):
        self.story, self.longest, self.looks = story, longest, effect_marks(story.run)
        self.ways, self.bars, self.signs = [], [], []

    @property
    def marks(self):
        return [*self.ways, *self.bars, *self.signs]

    def bar(self, level, begin, end, what):
        if end > begin:
            self.bars.append(Bars(what, [begin], [end], [level - HALF], [level + HALF], PIECES[what],
                                  words=f"{what}, {seconds(end - begin)}"))  # fmt: skip

    def way(self, level, begin, end):
        """A thin line for what travels."""
        if end > begin:
            self.ways.append(Line("", (begin, end), (level, level), WAY))

    def span(self, level, span):
        story, sent = self.story, span.born
        if span.is_delivery:
            sent = _until(span.settled if span.is_never_leased else span.leased, story)
            self.bar(level, span.ready, sent, "in line")
        here = span.arrived if span.arrived == span.arrived else _until(span.ended, story)
        self.way(level, sent, here)
        begun = span.started if span.started == span.started else span.ended
        self.bar(level, here, _until(begun, story), "in line")
        ended = _until(span.ended, story)
        for begin, end, what in _pieces(span, ended):
            self.bar(level, begin, end, what)
        if not span.is_delivery and span.settled > ended and span.outcome == Outcome.OK:
            self.way(level, ended, span.settled)
        for time, name in span.effects:
            mark = self.looks[name]
            look = Look(mark.colour, mark.marker, edge=PAPER, width=1.2)
            self.signs.append(Dots(name, [time], [level], look, 0.16, words=f"{name}, {seconds(time)}"))
        for time, text in _failures(span):
            self.failure(level, time, text)

    def failure(self, level, time, text):
        leftwards = time > (0.2 if text == GIVEN_UP else 0.7) * self.longest  # after giving up, work goes on
        side = {"dx": -9, "side": "right"} if leftwards else {"dx": 9}
        for colour, size in ((PAPER, 0.2), (ERROR.colour, 0.14)):
            self.signs.append(Dots("", [time], [level], Look(colour, "x"), size))
        self.signs.append(Text(text, time, level, colour=BAD, **side))

    def message(self, level, message):
        for sending in message.sendings:
            if sending.fate == "lost":
                self.failure(level, sending.sent, sending.fate)
            else:
                self.way(level, sending.sent, _until(sending.arrived, self.story))
            if sending.fate == "refused":
                self.failure(level, sending.arrived, sending.fate)
        if message.appended == message.appended:
            kept = Look(PAPER, "o", edge=INK, width=1.0)
            self.signs.append(Dots("", [message.appended], [level], kept, 0.1, words=f"kept by {message.channel}"))
            self.way(level, message.confirmed_from, message.acknowledged)


def _pieces(span, ended):
    """(begin, end, what) of the time a worker was held: at work, or waiting for what it asked for."""
    if span.started != span.started:
        return
    now = span.started
    for begin, end in sorted(_waits(span, ended)):
        if begin > now:
            yield now, begin, "work"
        if end > now:
            yield max(begin, now), end, "held"
            now = end
    yield now, ended, "work"


def _waits(span, ended):
    for child in span.children:
        by_itself = child.origin >= 0 if isinstance(child, Message) else child.verdict == Verdict.COPY
        if by_itself or child.begin >= ended:
            continue  # made by a channel, by a link, or by a window later on: nobody waits for it
        end = child.acknowledged if isinstance(child, Message) else child.settled
        if isinstance(child, Message) and end != end:
            end = child.published  # nobody waited for it
        yield child.begin, min(end if end == end else ended, ended)


def _failures(span):
    """(time, words) of what went wrong with an attempt."""
    if span.is_never_leased:
        if span.gone:
            yield span.settled, span.gone
    elif span.outcome == Outcome.LOST:
        yield span.born if not span.is_delivery else span.leased, "lost on the way"
    elif span.outcome in (Outcome.CRASHED, Outcome.FAILED, Outcome.REFUSED, Outcome.WITHDRAWN):
        yield span.ended, "not asked" if span.is_never_sent else Outcome.word(span.outcome)
    if span.verdict == Verdict.TIMEOUT and span.outcome in (Outcome.OK, Outcome.OPEN):
        yield span.settled, GIVEN_UP


def _label(depth, node):
    name = short(node.channel if isinstance(node, Message) else node.service or node.source)
    again = f" ({node.attempt})" if not isinstance(node, Message) and node.attempt > 1 else ""
    return "  " * min(depth, DEEPEST) + name + again


def _legend(story, shown, looks):
    yield from (("work", WORK), ("worker held, but waiting", HELD), ("in line", IN_LINE), ("on the way", WAY))
    if story.said != "nothing":
        words = "told error, or gave up" if story.said == "error" else f"told {story.said}"
        mark = ANSWERS[story.said]
        yield words, Look(mark.colour, mark.marker, width=3.0)
    made = {name for _, node in shown if not isinstance(node, Message) for _, name in node.effects}
    named = [name for name in looks if name in made]
    for name in named[:MOST_EFFECTS]:
        yield short(name), Look(looks[name].colour, looks[name].marker, width=0.0, edge=INK)
    if len(named) > MOST_EFFECTS:
        yield f"and {count(len(named) - MOST_EFFECTS, 'more effect')}", None


def _finding(story):
    text = f"Customer {story.request} {story.told}"
    names = [name for _, name in story.effects]
    repeated = [f"{name} came {names.count(name)} times" for name in dict.fromkeys(names) if names.count(name) > 1]
    if story.missing:
        never = "never came" if story.run.tables.complete else "did not come until the run ended"
        repeated.append(f"{listed(story.missing)} {never}")
    elif story.completed == story.completed and story.said != "nothing":
        later = story.completed - story.answered
        repeated.insert(0, f"all was true {seconds(later)} later" if later > 0 else "all was true by then")
    return "; ".join([text, *repeated])


def _words(story, nodes):
    spans = [node for _, node in nodes if not isinstance(node, Message)]
    worked = {}
    for span in spans:
        if span.service:
            held = np.nansum([span.ended - span.started])
            worked[span.service] = worked.get(span.service, 0.0) + float(held)
    held = ", ".join(f"{name} {seconds(time)}" for name, time in worked.items())
    effects = "".join(f" {name} at {seconds(time)}." for time, name in story.effects)
    return f"Time a worker was held: {held}.{effects}"
