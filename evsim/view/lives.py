"""Picture C, *one customer, two lives*: one request through one design or two, to scale, time downwards."""

from dataclasses import replace
from textwrap import fill

from evsim.view.lifelines import CUSTOMER, HELD, LINE, MESSAGE, REPLY, WORKS, Lifelines, said
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Look
from evsim.view.scene.scene import Scene
from evsim.view.story import Message, Story
from evsim.view.style import ANSWERS, PAPER, effect_marks, seconds, short

__all__ = ["lives", "scene"]

BETWEEN = 0.9  # more distance between two designs, in distances of lifelines
MANY = 13  # lifelines, from which on their names are turned
WIDE, CLOSE, LEAST = 0.86, 0.45, 0.5  # inches from lifeline to lifeline


def lives(run_a, run_b=None, request=0, workload=None, ax=None):
    """Draw what happened to one request in one run, or in two side by side on one time axis; return the axes.

    request: its number, from 0 in order of arrival. workload: its name, needed where there are several.
    """
    return scene(run_a, run_b, request, workload).draw(ax)


def scene(run_a, run_b=None, request=0, workload=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    runs = [run for run in (run_a, run_b) if run is not None]
    for run in runs:
        if not len(run.tables.requests.row):
            return sentence("lives", f"Nobody arrived in {run.scenario.name} within {seconds(run.ended_at)}.")
    stories = [Story(run, request, workload) for run in runs]
    own = lifelines_of(stories)
    columns = sum(map(len, own)) + BETWEEN * (len(own) - 1)
    turned = columns > MANY
    end = max(1e-3, *(story.end for story in stories))
    room = [story.answered + 0.15 * end for story in stories if story.said != "nothing"]  # for the caption
    marks, heads, left = [], [], 0.0
    for story, those in zip(stories, own, strict=True):
        places = {name: left + number for number, name in enumerate(those)}
        marks += Lifelines(story, places, end, caption(story)).marks
        heads += zip(places.values(), map(short, those) if turned else _heads(those))
        left = max(places.values()) + 1 + BETWEEN
    right = heads[-1][0] + 0.8
    finding = _finding(runs, request, stories)
    ways = "; ".join(f"{run.scenario.name}: {', '.join(each)}" for run, each in zip(runs, own))
    size = min(max(8.0, columns * (CLOSE if turned else WIDE)), 16.0), 6.4
    y = times(0.0, end, "time since the customer asked")
    return Scene(
        "lives", finding, f"Space-time diagram, time downwards. {finding}. Lifelines of {ways}.", size, Frame(right),
        names(-0.6, right, heads, over=True, turned=turned), replace(y, low=max([1.03 * end, *room]), high=-0.09 * end),
        marks=tuple(marks), legend=tuple(_legend(stories)), least=0.9 + LEAST * columns,
    )  # fmt: skip


def lifelines_of(stories):
    """The names of each story's lifelines: the customer, then in order of the trace, which is the first's."""
    names = []
    for story in stories:
        found = {CUSTOMER: 0.0}
        for _, node in story:
            ends = (node.sender, node.channel) if isinstance(node, Message) else (node.source, node.service)
            for name in ends:
                if name and name != story.workload:
                    found[name] = min(node.begin, found.get(name, node.begin))
        names.append(sorted(found, key=found.__getitem__))
    if len(names) == 2:
        common = iter([name for name in names[0] if name in names[1]])
        names[1] = [next(common) if name in names[0] else name for name in names[1]]
    return names


def _heads(names):
    """The names in short lines; a wide one stands above its neighbours."""
    heads = [fill(short(name), 10, break_long_words=False) for name in names]
    lines = [1 + head.count("\n") for head in heads]
    lifted = False
    for number in range(len(names)):
        lifted = not lifted and max(map(len, heads[number].split("\n"))) > 8
        if lifted:
            heads[number] += "\n" * max(lines[max(number - 1, 0) : number + 2])
    return heads


def _finding(runs, request, stories):
    endings = [_ending(story) for story in stories]
    if len(runs) == 1:
        return f"Customer {request} was {endings[0]}"
    each = "; ".join(f"{run.scenario.name}: {words}" for run, words in zip(runs, endings))
    return f"Customer {request}. {each}"


def _ending(story):
    """What came of it, for the title."""
    if story.said == "nothing":
        return "told nothing"
    then = _truth(story, ", true {} later", ", true by then")
    return f"told {story.said} after {seconds(story.answered)}{then}"


def caption(story):
    """What came of it, for the place below the answer."""
    return f"told {story.said}{_truth(story, '; it was true {} later', ', and it was true')}"


def _truth(story, later, by_then):
    """What became true, in words: `later` if after a yes, `by_then` if before it."""
    if not story.is_true or not story.due:
        return story.truth
    lag = story.completed - story.answered
    return (later.format(seconds(lag)) if lag > 0 else by_then) + story.also


def _legend(stories):
    """What the marks mean."""
    yield from (("works", WORKS), ("waits, and is held", HELD), ("waits in line", LINE))
    yield from (("message", MESSAGE), ("answer", REPLY))
    for word in dict.fromkeys(story.said for story in stories if story.said != "nothing"):
        yield f"told {word}", said(ANSWERS[word])
    drawn = {name for story in stories for _, name in story.effects}
    for name, mark in effect_marks(*(story.run for story in stories)).items():
        if name in drawn:
            yield short(name), Look(mark.colour, mark.marker, width=0.0, edge=PAPER)
