"""Picture C, *one customer, two lives*: the way of one request through one design or two, to scale.

Time runs downwards. Two moments are not in the records and are drawn by the mean latency of the link: when a
delivery reaches an inbox, and when an answer that comes before the work ends was sent.
"""

from collections import Counter

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
    with figure(ax, size=(max(8.0, min(columns * (0.45 if many else 0.86), 16.0)), 6.4)) as ax:
        end = max(1e-3, *(story.end for story in stories))
        left, ticks = 0.0, []
        captions = [story.answered + 0.15 * end for story in stories if _told(story)]
        for story, own in zip(stories, names, strict=True):
            places = {name: left + number for number, name in enumerate(own)}
            _Panel(ax, story, places, end).draw()
            ticks += places.items()
            left += len(own) + BETWEEN
        ax.set(xlim=(-0.6, left - BETWEEN - 0.2), ylim=(max([1.03 * end, *captions]), -0.09 * end))
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
    return f"told {told} after {seconds(story.answered)}{_truth(story, ', true {} later', ', true by then')}"


def _caption(story):
    """What the picture says below the answer."""
    return f"you said {_told(story)}{_truth(story, '; it was true {} later', ', and it was true')}"


def _truth(story, later, by_then):
    """What became true, in words: `later` if after a yes, `by_then` if before it."""
    times = Counter(name for _, name in story.effects)
    again = "".join(f"; {name} {number} times" for name, number in times.items() if number > 1)
    if _told(story) == "error":
        return (f", but {' and '.join(times)} done" if times else ", and nothing was done") + again
    if story.missing:
        return f"; {' and '.join(story.missing)} {'never came' if story.run.records_complete else 'is yet to come'}" + again
    if not story.due:
        return again
    lag = story.completed - story.answered
    return (later.format(seconds(lag)) if lag > 0 else by_then) + again


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


