"""Who gets which: the first events of a channel, who published them, and which consumers they were handed to."""

from functools import partial

import numpy as np

from evsim.view.scene.axes import Axis, Frame, names
from evsim.view.scene.bands import sentence
from evsim.view.scene.marks import Dots, Line, Look, Text, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import ARRIVED, EFFECTS, INK, count
from evsim.view.what_changed import Noticed

__all__ = ["who_gets_which"]

FIRST = 16  # events that are drawn
SIZE = 0.2  # inches
PUBLISHED, CARRIED = Look(INK, "o", edge="white", width=0.4), Look(ARRIVED.colour, width=1.2)


def who_gets_which(run):
    """A picture of a run with one channel: a column for each of the first events, a row for each who writes or reads.

    A circle is where an event came from; a mark below it, in the colour of a group, who was handed it. On the
    right: of all events of the run, how many. It is a :class:`~evsim.view.scene.scene.Scene`.
    """
    return _scene(run)


def _scene(run, frame=None):
    published, handed = _published(run), _handed(run)
    if not published:
        return sentence("who gets which", "Nothing was published.")
    events = sum(map(len, published.values()))
    groups = [name for name, service in run.scenario.services.items() if service.subscribe]
    rows = [*published.items(), *((_name(run, *who), its) for who, its in handed.items())]
    frame = frame or Frame(FIRST, len(rows))
    places = [(-place, name) for place, (name, _) in enumerate(rows)]
    marks = [_carried(rows, event) for event in range(min(FIRST, events))]
    looks = [PUBLISHED] * len(published)
    looks += [look_of(EFFECTS[groups.index(service) % len(EFFECTS)], 0.4, edge="white") for service, _ in handed]
    for (place, name), (_, its), look in zip(places, rows, looks, strict=True):
        first = [int(event) for event in its if event < FIRST]
        if first:
            marks.append(Dots(name, [event + 1 for event in first], [place] * len(first), look, SIZE))
    marks += [Text(f"{len(its)} of {events}", 1.02, -place, across=True) for place, (_, its) in enumerate(rows)]
    finding = _finding(published, handed)
    each = "; ".join(f"{name}: {len(its)} of {events}" for name, its in rows)
    ticks = tuple((number, str(number)) for number in range(1, FIRST + 1))
    return Scene(
        "who gets which", finding, f"{finding}. Events of {each}.", (8.0, 1.9 + 0.38 * frame.top), frame,
        Axis(0.4, frame.right + 0.6, "the first events, in the order in which they were published", ticks),
        names(0.6 - frame.top, 0.6, places), marks=tuple(marks),
        noticed={run.scenario.name: Noticed(run)}, again=partial(_scene, run),
    )  # fmt: skip


def _carried(rows, event):
    """A faint line from where an event came from to the last who was handed it."""
    its = [-place for place, (_, numbers) in enumerate(rows) if event in numbers]
    return Line("", (event + 1, event + 1), (its[0], its[-1]), CARRIED)


def _name(run, service, instance):
    return service if run.tables.capacity[service].count == 1 else f"{service} {instance + 1}"


def _published(run):
    """{service: the numbers of the events it published}, from 0 in the order in which the channel got them."""
    messages, rows = run.tables.messages, run.tables.rows
    number, found = _numbers(run), {}
    for message in np.argsort(number, kind="stable").tolist():
        service = run.tables.places[rows["place"][messages["cause"][message]]].service
        found.setdefault(service, []).append(int(number[message]))
    return {name: found[name] for name in run.scenario.services if name in found}


def _handed(run):
    """{(service, instance): the numbers of the events it was handed}, for all that there ever were."""
    rows, number, found = run.tables.rows, _numbers(run), {}
    for name, service in reversed(run.scenario.services.items()):  # the first, which grows, has room below
        if service.subscribe:
            its = [place.number for place in run.tables.places if place.is_delivery and place.service == name]
            mine = np.flatnonzero(np.isin(rows["place"], its) & ~np.isnan(rows["leased"]))
            instance = run.tables.capacity[name].instance_of(rows["worker"][mine])
            for each in range(run.tables.capacity[name].count):
                found[name, each] = sorted(number[rows["parent"][mine[instance == each]]].tolist())
    return found


def _numbers(run):
    """The place of each message in the order in which the channel got them."""
    appended = run.tables.messages["appended"]
    number = np.empty(len(appended), dtype=int)
    number[np.argsort(appended, kind="stable")] = np.arange(len(appended))
    return number


def _finding(published, handed):
    events = sum(map(len, published.values()))
    copies = np.bincount([event for its in handed.values() for event in its], minlength=events)
    least, most = int(copies.min()), int(copies.max())
    how = count(least, "consumer") if least == most else f"{least} to {count(most, 'consumer')}"
    return f"Each of {count(events, 'event')} was handed to {how} of {len(handed)}"
