"""Lesson 12: a newcomer beside the others, and an exercise about what it needs of one of them."""

from difflib import ndiff
from functools import cache

import numpy as np

from evsim.lesson.answers import changed, keeps_steps, of
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.lesson_sizes import TIMEOUT, lesson_size
from evsim.lesson.properties import (
    both_or_neither,
    counterexample,
    done_by,
    everything_done,
    nobody_told_error,
    nothing_done_twice,
)
from evsim.ticks import elapsed

__all__ = ["TASKS", "bad_day", "classic", "ends_with_three", "events", "lines_touched"]

LOG, AFTER_ROW, UNREADABLE = "customer-registered", "row-written", 0.25  # the share of customers
DATABASE, LIST, NEW, GIFT = "database", "mailing-list", "profile", "gift"
ROW, ENTRY = "customer row", "subscription"
PROFILE = [{"work": {"exponential": "40ms"}}, {"effect": NEW}]
NEWCOMERS = {NEW: PROFILE, GIFT: [{"work": {"exponential": "60ms"}}, {"effect": GIFT}]}
PROGRAMS = (DATABASE, LIST, NEW, GIFT)


@cache
def classic(programs=2):
    """The classic registration of lesson 03 with the first so many of database, mailing list, profile and gift."""
    calls = [{"call": {"service": name, "timeout": TIMEOUT}} for name in PROGRAMS[:programs]]
    return _with("classic", programs, [{"work": "2ms"}, *calls, {"reply": "registered"}])


@cache
def events(programs=2):
    """The same by events."""
    return _with("events", programs, None, subscribe=LOG)


def _with(design, programs, steps, **more):
    given = lesson_size(design)
    new = {name: {"workers": 2, **more, "handle": NEWCOMERS[name]} for name in PROGRAMS[2:programs]}
    services = given.to_dict()["services"]
    kept = {name: its for name, its in services.items() if name not in PROGRAMS[programs:]}
    if steps:
        kept["register"] = kept["register"] | {"handle": steps}
    return given.replace({"services": kept | new})


def bad_day(design, *programs):
    """A day on which each of these programs (all, if none is named) can't read the data of one customer in four.

    About 1,000 customers come.
    """
    services = design.to_dict()["services"]
    fails = {"fail": {"probability": UNREADABLE, "requeue": False}}
    steps = {name: services[name]["handle"] for name in programs or PROGRAMS if name in services}
    well = {name: its for name, its in steps.items() if fails not in its}
    broken = {f"services.{name}.handle": [its[0], fails, *its[1:]] for name, its in well.items()}
    return design.replace(broken | {"run.duration": "100s"})


def lines_touched(**changes):
    """A frame with a column for each change, named: pairs of a design before and after.

    How many lines differ in the text of each service, as if it were a file.
    """
    import pandas

    return pandas.DataFrame({name: pandas.Series(_touched(*pair)) for name, pair in changes.items()})


def _touched(before, after):
    texts = [_texts(each) for each in (before, after)]
    found = {}
    for name in {**texts[0], **texts[1]}:
        lines = ndiff(*(each.get(name, []) for each in texts))
        found[name] = sum(line[0] in "+-" for line in lines)
    return found


def _texts(design):
    """{service: the lines of its own part of the scenario}."""
    lines, found, inside = design.to_yaml().splitlines(), {}, []
    services = lines[lines.index("services:") + 1 :]
    for line in services:
        if not line.startswith(" "):
            break
        if line[2] not in " -":
            inside = found.setdefault(line.strip().rstrip(":"), [])
        else:
            inside.append(line)
    return found


def profile_after_row(run):
    """Whoever gets a profile has a row by then."""
    names, first = run.tables.effect_names, run.tables.requests.first_time
    row, profile = (first[names.index(name)] for name in (ROW, NEW))
    for place in np.flatnonzero(elapsed(profile, row) < 0):
        yield counterexample(run, place, "got a profile before there was a row")


def ends_with_three():
    """With how many different mixes of row, entry and profile customers end who are told registered on the bad day."""
    runs = (bad_day(events(3)).run(seed=seed) for seed in range(1, 6))
    return str(len({mix for run in runs for mix in map(tuple, (run.tables.requests.times_done > 0).T.tolist())}))


@cache
def unreadable_rows():
    """Events for three programs, of which the database can't read the data of one customer in four."""
    return bad_day(events(3), DATABASE).replace({"run.duration": "30s"})


def profile_with_a_row(answer):
    mine = changed(answer, unreadable_rows(), f"services.{NEW}", f"services.{DATABASE}.handle", f"channels.{AFTER_ROW}")
    keeps_steps(mine, NEW, PROFILE)
    mine_steps, ours = (each.to_dict()["services"][DATABASE]["handle"] for each in (mine, unreadable_rows()))
    if not isinstance(mine_steps, list) or [step for step in mine_steps if "publish" not in step] != ours:
        raise Refused(f"keep the steps of {DATABASE} as they are, in their order; you may add a publish")
    makers = of(done_by, (ROW, DATABASE), (ENTRY, LIST), (NEW, NEW))
    return {"": (mine, [nobody_told_error, of(both_or_neither, ROW, NEW), profile_after_row,
                        of(everything_done, ENTRY), of(nothing_done_twice, ROW, ENTRY, NEW), makers])}  # fmt: skip


TASKS = {
    "profile-with-a-row": Task(
        "whoever has a row got a profile after it, whoever has none got none, and everybody is on the list",
        profile_with_a_row,
        (
            "Of what does the newcomer hear: that somebody has registered, or that there is a row?",
            "Who knows that there is a row? Only that program can say so, and it says it by a publish.",
            "The new channel is a line too: channels.row-written. Where among the steps is the row there?",
        ),
        base=unreadable_rows,
    ),
}
