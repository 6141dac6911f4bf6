"""Picture C, *one customer, two lives*: one request through one design or two, to scale, time downwards."""

from textwrap import fill

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from evsim.view.lifelines import CUSTOMER, FAINT, HELD, LINE, WORKS, LifelinePanel
from evsim.view.story import Message, Story
from evsim.view.style import (
    INK,
    TOLD,
    describe,
    effect_marks,
    empty,
    figure,
    seconds,
    short,
    time_axis,
    title,
)

__all__ = ["lives"]

BETWEEN = 0.9  # more distance between two designs, in distances of lifelines
MANY = 13  # lifelines, from which on their names are turned


def lives(run_a, run_b=None, request=0, workload=None, ax=None):
    """Draw what happened to one request in one run, or in two side by side on one time axis; return the axes.

    request: its number, from 0 in order of arrival. workload: its name, needed where there are several.
    """
    runs = [run for run in (run_a, run_b) if run is not None]
    for run in runs:
        if not len(run.tables.requests.row):
            with figure(ax) as ax:
                return empty(ax, f"Nobody arrived in {run.scenario.name} within {seconds(run.ended_at)}.")
    stories = [Story(run, request, workload) for run in runs]
    names = _lifelines(stories)
    columns = sum(map(len, names)) + BETWEEN * (len(names) - 1)
    wide = columns * (0.86 if columns <= MANY else 0.45)
    with figure(ax, size=(min(max(8.0, wide), 16.0), 6.4)) as ax:
        _draw(ax, stories, names, turned=columns > MANY)
        endings = [_ending(story) for story in stories]
        if len(runs) == 1:
            finding = f"Customer {request} was {endings[0]}"
        else:
            each = "; ".join(f"{run.scenario.name}: {words}" for run, words in zip(runs, endings))
            finding = f"Customer {request}. {each}"
        title(ax, finding)
        ways = "; ".join(f"{run.scenario.name}: {', '.join(own)}" for run, own in zip(runs, names))
        return describe(ax, f"Space-time diagram, time downwards. {finding}. Lifelines of {ways}.")


def _draw(ax, stories, names, turned):
    end = max(1e-3, *(story.end for story in stories))
    room = [story.answered + 0.15 * end for story in stories if story.said != "nothing"]  # for the caption
    heads, places, left = [], [], 0.0
    for story, own in zip(stories, names, strict=True):
        mine = [left + number for number in range(len(own))]
        LifelinePanel(ax, story, dict(zip(own, mine, strict=True)), end, _caption(story)).draw()
        heads, places = heads + (list(map(short, own)) if turned else _heads(own)), places + mine
        left = mine[-1] + 1 + BETWEEN
    ax.set(xlim=(-0.6, places[-1] + 0.8), ylim=(max([1.03 * end, *room]), -0.09 * end))
    ax.xaxis.tick_top()
    ax.set_xticks(places, heads, rotation=60 if turned else 0, ha="left" if turned else "center")
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    time_axis(ax.yaxis, end, "time since the customer asked")
    _legend(ax, stories)


def _lifelines(stories):
    """The names of each story's lifelines: the customer, then in order of the trace, which is the first's."""
    names = []
    for story in stories:
        found = {CUSTOMER: 0.0}
        for _, node in story:
            ends = (node.sender, node.channel) if isinstance(node, Message) else (node.source, node.service)
            for name in ends:
                if name and name != story.workload:
                    found[name] = min(node.begin, found.get(name, node.begin))
        names.append(sorted(found, key=found.get))
    if len(names) == 2:
        common = iter([name for name in names[0] if name in names[1]])
        names[1] = [next(common) if name in names[0] else name for name in names[1]]
    return names


def _heads(names):
    """The names in short lines; a wide one stands above its neighbours."""
    heads = [_narrow(short(name)) for name in names]
    lines = [1 + head.count("\n") for head in heads]
    lifted = False
    for number in range(len(names)):
        lifted = not lifted and max(map(len, heads[number].split("\n"))) > 8
        if lifted:
            heads[number] += "\n" * max(lines[max(number - 1, 0) : number + 2])
    return heads


def _narrow(name):
    """A name in lines of ten letters, broken at its hyphens."""
    return fill(name, 10, break_long_words=False)


def _ending(story):
    """What came of it, for the title."""
    if story.said == "nothing":
        return "told nothing"
    then = _truth(story, ", true {} later", ", true by then")
    return f"told {story.said} after {seconds(story.answered)}{then}"


def _caption(story):
    """What came of it, for the place below the answer."""
    return f"told {story.said}{_truth(story, '; it was true {} later', ', and it was true')}"


def _truth(story, later, by_then):
    """What became true, in words: `later` if after a yes, `by_then` if before it."""
    if not story.is_true or not story.due:
        return story.truth
    lag = story.completed - story.answered
    return (later.format(seconds(lag)) if lag > 0 else by_then) + story.also


def _legend(ax, stories):
    """What the marks mean, below the picture."""
    drawn = {name for story in stories for _, name in story.effects}
    marks = effect_marks(*(story.run for story in stories))
    handles = [
        Patch(**WORKS, label="works"),
        Patch(**HELD, label="waits, and is held"),
        Patch(**LINE, label="waits in line"),
        Line2D([], [], color=INK, lw=1.3, label="message"),
        Line2D([], [], color=FAINT, lw=1.3, ls="--", label="answer"),
        Line2D([], [], color=TOLD.colour, lw=4, label="told"),
    ]
    for name in filter(drawn.__contains__, marks):
        look = {"marker": marks[name].marker, "color": marks[name].colour, "ms": 8}
        handles.append(Line2D([], [], ls="", label=short(name), **look))
    below = {"loc": "upper left", "bbox_to_anchor": (0, -0.01), "borderaxespad": 0.2}
    ax.legend(handles=handles, ncols=4, handlelength=1.8, columnspacing=1.4, **below)
