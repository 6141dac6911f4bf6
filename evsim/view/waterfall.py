"""Where the time of one request went: its attempts as nested bars on one time axis."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from evsim.results.records import Outcome, Verdict
from evsim.view.story import Message, Story
from evsim.view.style import (
    ANSWERS,
    ERROR,
    INK,
    LESSON,
    PAPER,
    count,
    describe,
    effect_marks,
    empty,
    figure,
    seconds,
    short,
    time_axis,
    title,
)

__all__ = ["waterfall"]

MOST, FEWEST = 40, 6  # bars drawn, and rows there is room for
ROW = 0.3  # inches
WORK, HELD, IN_LINE, WAY = "#6d6d73", "#d2d2d8", PAPER, "#8a8a90"
MOST_EFFECTS = 6  # named in the legend
GIVEN_UP = "given up"
HALO = [withStroke(linewidth=5, foreground=PAPER)]  # so that a cross shows on a dark bar, in grey too
BAR = 0.62  # height of a bar, of a row's


def waterfall(run, request=0, workload=None, ax=None):
    """Draw the attempts and messages of one request, each below the one that caused it.

    request: its number, from 0 in order of arrival; workload: its name, needed where there are several.
    Filled: work; light: a worker held while it waits for others; hatched: waiting in line; a thin line: on
    the way.
    """
    if not len(run.tables.requests.row):
        with figure(ax) as ax:
            return empty(ax, f"Nobody arrived within {seconds(run.ended_at)}.")
    story = Story(run, request, workload)
    nodes = list(story)
    shown = nodes[:MOST]
    height = max(LESSON[1], 1.6 + ROW * len(shown))
    with figure(ax, (LESSON[0], height)) as ax:
        marks = effect_marks(run)
        left = _frame(ax, story, shown, len(nodes) - len(shown))
        for level, (_, node) in enumerate(shown):
            draw = _message if isinstance(node, Message) else _span
            draw(ax, level, node, story, marks)
        _told(ax, story)
        _legend(ax, story, shown, marks)
        text = _finding(story)
        title(ax, text, 0.35 + left / 72)
        return describe(ax, f"{text}. " + _words(story, nodes))


def _bar(ax, level, begin, end, colour, hatch="", **settings):
    if end > begin:
        ax.barh(
            level,
            end - begin,
            left=begin,
            height=BAR,
            color=colour,
            hatch=hatch,
            edgecolor=INK,
            lw=0.6,
            **settings,
        )


def _way(ax, level, begin, end):
    """A thin line for what travels."""
    if end > begin:
        ax.plot([begin, end], [level, level], color=WAY, lw=1.4, ls=(0, (2, 1.2)), zorder=1)


def _until(time, story):
    """A time that did not come is the end of the story."""
    return time if time == time else max(story.end, story.run.ended_at - story.arrived)


def _span(ax, level, span, story, marks):
    sent = span.born
    if span.is_delivery:
        sent = _until(span.leased, story)
        _bar(ax, level, span.ready, sent, IN_LINE, "////")
    here = span.arrived if span.arrived == span.arrived else _until(span.ended, story)
    _way(ax, level, sent, here)
    begun = span.started if span.started == span.started else span.ended
    _bar(ax, level, here, _until(begun, story), IN_LINE, "////")
    ended = _until(span.ended, story)
    for begin, end, colour in _pieces(span, ended):
        _bar(ax, level, begin, end, colour)
    if not span.is_delivery and span.settled > ended and span.outcome == Outcome.OK:
        _way(ax, level, ended, span.settled)
    for time, name in span.effects:
        mark = marks[name]
        ax.plot(time, level, marker=mark.marker, color=mark.colour, ms=11, mec=PAPER, mew=1.2, ls="", zorder=5)
    for time, text in _failures(span):
        _failure(ax, level, time, text)


def _failure(ax, level, time, text):
    leftwards = time > (0.2 if text == GIVEN_UP else 0.7) * ax.get_xlim()[1]  # after giving up, work goes on
    side, align = (-9, "right") if leftwards else (9, "left")
    ax.plot(time, level, marker="x", color=ERROR.colour, ms=9, mew=2.6, ls="", zorder=6, path_effects=HALO)
    ax.annotate(
        text,
        (time, level),
        xytext=(side, 0),
        textcoords="offset points",
        ha=align,
        va="center",
        fontsize=11,
        color="#b01c29",
        zorder=7,
        bbox={"boxstyle": "square,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.85},
    )


def _pieces(span, ended):
    """(begin, end, colour) of the time a worker was held: at work, or waiting for what it asked for."""
    if span.started != span.started:
        return
    now = span.started
    for begin, end in sorted(_waits(span, ended)):
        if begin > now:
            yield now, begin, WORK
        if end > now:
            yield max(begin, now), end, HELD
            now = end
    yield now, ended, WORK


def _waits(span, ended):
    for child in span.children:
        if not isinstance(child, Message) and child.verdict == Verdict.COPY:
            continue  # nobody waits for it
        end = child.acknowledged if isinstance(child, Message) else child.settled
        if isinstance(child, Message) and end != end:
            end = child.published  # nobody waited for it
        yield child.begin, min(end if end == end else ended, ended)


def _failures(span):
    """(time, words) of what went wrong with an attempt."""
    if span.outcome == Outcome.LOST:
        yield span.born if not span.is_delivery else span.leased, "lost on the way"
    elif span.outcome in (Outcome.CRASHED, Outcome.FAILED, Outcome.REFUSED, Outcome.WITHDRAWN):
        yield span.ended, "not asked" if span.is_never_sent else span.outcome.name.lower()
    if span.verdict == Verdict.TIMEOUT and span.outcome in (Outcome.OK, Outcome.OPEN):
        yield span.settled, GIVEN_UP


def _message(ax, level, message, story, marks):
    for sending in message.sendings:
        if sending.fate == "lost":
            _failure(ax, level, sending.sent, sending.fate)
        else:
            _way(ax, level, sending.sent, _until(sending.arrived, story))
        if sending.fate == "refused":
            _failure(ax, level, sending.arrived, sending.fate)
    if message.appended == message.appended:
        ax.plot(message.appended, level, marker="o", color=PAPER, mec=INK, ms=7, ls="", zorder=4)
        _way(ax, level, message.confirmed_from, message.acknowledged)


def _told(ax, story):
    if story.answered == story.answered:
        mark = ANSWERS[story.said]
        ax.axvline(story.answered, color=mark.colour, lw=3, ls=mark.line, zorder=0.5)
        ax.plot(
            story.answered,
            -0.75,
            marker=mark.marker,
            color=mark.colour,
            ms=9,
            mew=2.4,
            ls="",
            clip_on=False,
            zorder=7,
        )


def _frame(ax, story, shown, left_out):
    """Set the axes up; how many points the names of the bars take to the left of them."""
    nodes = [node for _, node in shown]
    seen = [time for time, _ in story.effects] + [story.answered]
    seen += [node.appended if isinstance(node, Message) else node.ended for node in nodes]
    if any(not isinstance(node, Message) and node.ended != node.ended for node in nodes):
        seen.append(_until(float("nan"), story))
    longest = max(float(np.nanmax(seen)), 1e-6)
    ax.set_xlim(-0.01 * longest, longest * 1.04)
    ax.set_ylim(max(len(shown) + bool(left_out), FEWEST) - 0.4, -0.8)
    labels = [_label(depth, node) for depth, node in shown]
    ax.set_yticks(range(len(shown)), labels, ha="left")
    left = max(6.6 * len(label.strip()) + 3.5 * label.count(" ") for label in labels)
    ax.tick_params(axis="y", length=0, pad=left)
    ax.spines["left"].set_visible(False)
    if left_out:
        ax.text(0, len(shown), f"and {count(left_out, 'more bar')}", va="center", fontsize=11)
    time_axis(ax.xaxis, longest, "time since the customer came")
    return left


def _label(depth, node):
    name = short(node.channel if isinstance(node, Message) else node.service or node.source)
    again = f" ({node.attempt})" if not isinstance(node, Message) and node.attempt > 1 else ""
    return "  " * depth + name + again


def _legend(ax, story, shown, marks):
    words = "told error, or gave up" if story.said == "error" else f"told {story.said}"
    told = ANSWERS[story.said]
    parts = [
        Patch(fc=WORK, ec=INK, lw=0.6, label="work"),
        Patch(fc=HELD, ec=INK, lw=0.6, label="worker held,\nbut waiting"),
        Patch(fc=IN_LINE, ec=INK, lw=0.6, hatch="////", label="in line"),
        Line2D([], [], color=WAY, lw=1.4, ls=(0, (2, 1.2)), label="on the way"),
    ]
    if story.said != "nothing":
        parts.append(Line2D([], [], color=told.colour, lw=3, ls=told.line, marker=told.marker, ms=8, label=words))
    made = {name for _, node in shown if not isinstance(node, Message) for _, name in node.effects}
    named = [name for name in marks if name in made]
    for name in named[:MOST_EFFECTS]:
        mark = marks[name]
        parts.append(Line2D([], [], color=mark.colour, marker=mark.marker, mec=INK, ls="", ms=9, label=short(name)))
    if len(named) > MOST_EFFECTS:
        parts.append(Line2D([], [], ls="", label=f"and {count(len(named) - MOST_EFFECTS, 'more effect')}"))
    ax.legend(handles=parts, loc="upper left", bbox_to_anchor=(1.0, 1.0), handletextpad=0.5)


def _finding(story):
    text = f"Customer {story.request} {story.told}"
    names = [name for _, name in story.effects]
    repeated = [f"{name} came {names.count(name)} times" for name in dict.fromkeys(names) if names.count(name) > 1]
    if story.missing:
        never = "never came" if story.run.tables.complete else "did not come until the run ended"
        repeated.append(f"{' and '.join(story.missing)} {never}")
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
