"""Lesson 14: a board of registrations, telephones that send late, and an exercise about when a number may be shown."""

from functools import cache

import numpy as np

from evsim.lesson.answers import changed
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import beyond, counterexample
from evsim.scenario import load

__all__ = ["TASKS", "board", "shown", "silent"]

COUNTER, HANDLE = "counter", "services.counter.handle"
WINDOW = f"{HANDLE}.1.window"
SIZE, SOON, LEFT_OUT = 10, 10, 0.01  # s, of a window; until its first number; share of events in no number


@cache
def board(waits=0):
    """Six customers a second register on a page and four by telephone, which sends 2 s later on average, for 70 s.

    A counter says how many pressed in each ten seconds, and waits so many seconds (`out_of_order`) for the late ones.
    """
    return load("registrations-per-minute").replace({
        "workloads.page.arrivals.poisson": "6/s", "workloads.telephone.arrivals.poisson": "4/s",
        "workloads.telephone.delay": {"exponential": "2s"},
        "channels.registered": {"queue": {}},
        "services.counter.handle.0.work": {"exponential": "5ms"},
        f"{WINDOW}.out_of_order": f"{waits}s",
        "run.duration": "70s", "run.warmup": "0s", "objectives": {},
    })  # fmt: skip


@cache
def silent(idle=None):
    """The same board behind a log of two partitions, to one of which nothing comes."""
    window = {"idle": idle} if idle else {}
    quiet = board(5).to_dict()["services"][COUNTER]["handle"][1]["window"]
    kept = {name: value for name, value in quiet.items() if name != "idle"}
    one_key = {f"workloads.{name}.key": {"uniform": 1} for name in ("page", "telephone")}
    return board(5).replace(one_key | {"channels.registered": {"log": {"partitions": 2}}, WINDOW: kept | window})


def shown(**runs):
    """A frame with a column for each run, named: of its events, how many are in no number, and when numbers come."""
    import pandas

    return pandas.DataFrame({name: pandas.Series(_shown(run), dtype=object) for name, run in runs.items()})


def _shown(run):
    events, panes = run.records.events, run.records.panes
    late = sum(event.late for event in events) if panes else len(events)
    first = [pane.time - pane.end for pane in _first(panes).values()]
    return {
        "events": len(events),
        "in no number": late,
        "in no number (%)": round(100 * late / len(events), 1),
        "first number after (s)": round(float(np.mean(first)), 1) if first else float("nan"),
        "numbers that were corrected": len(panes) - len(first),
    }


def _first(panes):
    """The first number that each window showed."""
    found = {}
    for pane in panes:
        found.setdefault(pane.start, pane)
    return found


def hardly_any_left_out(run):
    """At most one event in a hundred is in no number."""
    events = run.records.events
    late = [event for event in events if event.late]
    if len(late) > LEFT_OUT * len(events):
        for event in late:
            after = f"came {event.time - event.at:.1f} s after the press, when the number had been shown"
            yield _of(run, event.row, f"is in no number: the event {after} ({len(late)} of {len(events)} are in none)")


def numbers_come_soon(run):
    """Each ten seconds that are over have a number in time."""
    first = _first(run.records.panes)
    ends = [start + SIZE for start in range(0, int(run.scenario.run_settings.duration) - SIZE - SOON, SIZE)]
    for end in ends:
        pane = first.get(end - SIZE)
        rows = [event.row for event in run.records.events if end - SIZE <= event.at < end]
        if rows and (pane is None or pane.time - end > SOON):
            late = "never came" if pane is None else f"came {beyond(pane.time - end, SOON, 1)} s after they were over"
            yield _of(run, rows[0], f"pressed between {end - SIZE} and {end} s, and that number {late}")


def _of(run, row, words):
    return counterexample(run, run.tables.row_requests[row], words)


def right_and_soon(answer):
    mine = changed(answer, board(), HANDLE)
    given, ours = (design.to_dict()["services"][COUNTER]["handle"] for design in (mine, board()))
    *before, last = given
    if before != ours[:-1] or "window" not in last:
        raise Refused("keep the work before the window as it is, and the window as the last step")
    for name in ("tumbling", "by", "to"):
        if last["window"].get(name) != ours[-1]["window"][name]:
            raise Refused(f"keep {name}: {ours[-1]['window'][name]}, or the board answers another question")
    return {"": (mine, [hardly_any_left_out, numbers_come_soon])}


TASKS = {
    "right-and-soon": Task(
        f"hardly anybody is in no number, and each number was there {SOON} s after its ten seconds",
        right_and_soon,
        (
            "Who is left out: those who press early in the ten seconds, or late? How late do telephones send?",
            "A window may wait. Or it may show a number soon, and correct it for those who come later (lateness).",
        ),
        base=board,
    ),
}
