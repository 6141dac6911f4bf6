"""Event time against the clock: each event a dot, the watermark a line that follows, windows boxes until they show."""

from functools import partial
from math import ceil

from evsim.counting import digits, listed
from evsim.parts.window.step_history import history_of
from evsim.parts.window.worker_strip import backpressure
from evsim.results.records import Event
from evsim.ticks import elapsed
from evsim.view.scene.axes import Frame, times
from evsim.view.scene.bands import bands, sentence
from evsim.view.scene.marks import Bars, Dots, Line, Look, Steps, Text
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, ERROR, FILL, INK, LESSON, PAPER, count, seconds

__all__ = ["PICTURES", "scene", "windows"]

MOST, BOXES = 3000, 60  # dots; boxes with what they showed
COUNTED, TOO_LATE = Look(COLOURS["blue"], "o", edge=PAPER, width=0.3), Look(ERROR.colour, "x")
OPEN = Look(PAPER, edge="#b5b5bb")
KEY = Look(ERROR.colour, "x", width=0)
MARK, CLOCK = Look(INK, width=2.2), Look("#b5b5bb", dash=(1, 2), width=1.2)
BOX = {
    "early": Look(PAPER, edge="#8a8a90", hatch="..."), "on time": Look(FILL, edge="#8a8a90"),
    "late": Look("#f6c9cd", edge="#8a8a90"),
}  # fmt: skip


def windows(run, ax=None, service=None, until=None):
    """Draw event time against the clock for the window of a `service` (the first), as it is at the time `until`."""
    return scene(run, service=service, until=until).draw(ax)


def scene(run, frame=None, service=None, until=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`, in a frame of its own or a given one."""
    history = history_of(run, service)
    if history is None:
        return sentence(
            "windows", "No service has a window; write window: {to: results, tumbling: 10s} as a last step."
        )
    until = run.ended_at if until is None else until
    events = [each for each in history.events.values() if each.time <= until]
    if not events:
        return sentence("windows", f"Nothing has come to the windows of {history.name} by {seconds(until)}.")
    everything = list(history.events.values())
    panes = [each for each in history.panes if each.time <= until]
    marks = _slowest(history, until)
    frame = frame or Frame(max(each.time for each in everything), max(each.at for each in everything))
    low = min(each.at for each in everything)
    text = _finding(history, events, panes, marks)
    return Scene(
        "windows", text, f"{text}. {_told(panes)}", (LESSON[0], LESSON[1] + 0.6), frame,
        times(0.0, frame.right, "the clock", note=_left_out(events, panes)),
        times(low, frame.top, "event time"), bands(run, frame.right),
        (*_open(history, events, until), *_boxes(events, panes, low),
         Line("the clock itself", (0.0, frame.top), (0.0, frame.top), CLOCK),
         *_dots(events), *_line(marks, until)),
        legend=(("counted", COUNTED), ("too late", KEY), ("watermark", MARK), ("event time is the clock", CLOCK)),
        again=partial(scene, run, service=service, until=until),
    )  # fmt: skip


def _slowest(history, until):
    """(time, watermark) of the instance that is behind all others, whenever that moves; from when all have one."""
    now, found = {}, []
    for time, _, clock, at, _ in history.watermarks:
        if time <= until and clock < 0:
            now[clock] = at
            if len(now) == history.instances and (not found or min(now.values()) > found[-1][1]):
                found.append((time, min(now.values())))
    return found


def _open(history, events, until):
    """The windows that have something, and have not shown it yet."""
    came = {event.row: event.time for event in events}
    later = [pane for pane in history.panes if pane.time > until and any(row in came for row in pane.rows)]
    if later:
        left = [min(came[row] for row in pane.rows if row in came) for pane in later]
        spans = [pane.start for pane in later], [pane.end for pane in later]
        yield Bars("open", left, [until] * len(later), *spans, OPEN)


def _boxes(events, panes, low):
    """A window from its first event to when it showed what it has, with that; one mark for each kind of pane."""
    first: dict[int, Event] = {}
    for event in events:
        first.setdefault(event.row, event)
    for kind, look in BOX.items():
        mine = [pane for pane in panes[-BOXES:] if pane.kind == kind and pane.rows]
        if mine:
            left = [min(first[row].time for row in pane.rows) for pane in mine]
            right = [max(pane.time, begun) for pane, begun in zip(mine, left, strict=True)]
            starts, ends = [pane.start for pane in mine], [pane.end for pane in mine]
            yield Bars(f"shown {kind}", left, right, starts, ends, look)
            for pane, x in zip(mine, right, strict=True):
                yield Text(digits(pane.value, 6, ","), x, max(pane.start, low), -4, 8, "right")


def _some(events, late):
    """The events that get a dot: all, or where there are too many each second, third ... of them."""
    mine = [event for event in events if event.late == late]
    return mine[:: ceil(len(mine) / MOST) or 1]


def _dots(events):
    for name, look, late in (("counted", COUNTED, False), ("too late", TOO_LATE, True)):
        if mine := _some(events, late):
            yield Dots(name, [each.time for each in mine], [each.at for each in mine], look, 0.05)


def _line(marks, until):
    if marks:
        x, y = [time for time, _ in marks], [at for _, at in marks]
        yield Steps("watermark", [*x, max(until, x[-1])], [*y, y[-1]], MARK, f"watermark: {seconds(y[-1])} at the end")


def _finding(history, events, panes, marks):
    late = sum(event.late for event in events)
    if marks:
        behind = seconds(float(elapsed(*marks[-1])))
        about = f"The watermark of {history.name} was {behind} behind the clock when it moved last"
    else:
        one = history.settings.clock == "watermark"
        about = "The watermark has not moved" if one else "Each partition has a time of its own"
    return f"{about}: {count(len(panes), 'result')}, and {late:,} of {count(len(events), 'event')} too late"


def _told(panes):
    """The last results, in words."""
    spans = [(f"From {seconds(each.start)} to {seconds(each.end)}", each) for each in panes[-5:]]
    return " ".join(
        f"{span}: {digits(each.value, 6, ',')}, shown {each.kind} at {seconds(each.time)}." for span, each in spans
    )


def _left_out(events, panes):
    more = len(events) - len(_some(events, late=False)) - len(_some(events, late=True))
    boxes = max(0, len(panes) - BOXES)
    said = [count(number, what) for number, what in ((more, "event"), (boxes, "result")) if number]
    return f"; {listed(said)} left out" if said else ""


PICTURES = {"windows": windows, "backpressure": backpressure}  # run.plot.windows(), run.plot.backpressure()
