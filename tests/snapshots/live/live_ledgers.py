"""What is made of the journals of runs on real processes.

Three short runs were noted (``ledgers/``): times in microseconds, where the customers come from the first second on.
The first line of a file is what else was known of a run, each other line an entry: when, which life of which process,
what. A line of the store is a row in its database.
"""

import json
import tempfile
from functools import partial
from pathlib import Path

import pandas as pd

from evsim import Scenario
from evsim.testbed.assembly import assemble
from evsim.testbed.effect_stores import make_database, write_down
from evsim.testbed.observed_faults import ObservedFault
from tests.snapshots.telling import plain
from tests.snapshots.texts import table, tried

__all__ = ["LIVE_LEDGERS", "records_of"]

LEDGERS = Path(__file__).with_name("ledgers")
BEGINS, MICROSECOND = 1_000_000, 1000  # when customers begin to come; nanoseconds
FRAMES = ("requests", "spans", "ledger", "effects", "incidents", "services", "channels")
EXACT = 12  # digits


def _run(name, edits=(), **other):
    """The run that is noted under a name; edits: what stands in an entry -> its other time, or None to leave it out."""
    known, *entries = (LEDGERS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    known = json.loads(known) | other
    entries = [*filter(None, (_edited(entry, edits) for entry in entries)), *map(json.dumps, known.get("more", ()))]
    scenario = Scenario.from_dict(known["scenario"])
    outages = [_outage(scenario.faults, **each) for each in known["outages"]]
    with tempfile.TemporaryDirectory() as folder:
        make_database(folder)
        for time, life, kind, *what in map(json.loads, entries):
            if life == "the store":
                write_down(folder, [(*what, time * MICROSECOND)])
            else:
                with (Path(folder) / f"{life}.jsonl").open("a", encoding="utf-8") as journal:
                    journal.write(json.dumps([time * MICROSECOND, kind, *_in_nanoseconds(kind, what)]) + "\n")
        ends = known["ended_at"] * MICROSECOND
        return assemble(scenario, known["seed"], folder, BEGINS * MICROSECOND, ends, outages, known["broker"],
                        known["database"], known["mailbox"])  # fmt: skip


def _edited(entry, edits):
    """An entry at another time; None if it is to be left out."""
    for part, time in dict(edits).items():
        if part in entry:
            return time and f"[{time}{entry[entry.index(',') :]}"
    return entry


def _outage(faults, number, process, start, seen, end):
    found = ObservedFault(faults[number], process, start * MICROSECOND, seen * MICROSECOND)
    found.end = end * MICROSECOND
    return found


def _in_nanoseconds(kind, what):
    places = {"kept": (2,), "wrote down": (2,), "slept": (1, 2)}.get(kind, ())
    return [each * MICROSECOND if number in places else each for number, each in enumerate(what)]


def records_of(run):
    for frame in FRAMES:
        yield frame, table(getattr(run, frame), EXACT)


def _told(name):
    run = _run(name)
    yield "itself", f"{run!r} {run.broker} {run.database} {run.mailbox} {run.warnings} {tried(run.audit)}"
    yield "summary", table(pd.Series(run.summary()))
    yield "faults", "\n".join(map(str, run.scenario.faults))
    yield from records_of(run)
    yield "calibration", plain(f"{run.calibration}\n{run.calibration!r}\n{run.calibrated.to_yaml()}")
    yield "prediction", plain(str(tried(run.prediction, 2, 1)))


ALONE = '"0.10/3.0.0"'  # a call of a customer of the shop, who came when the mailer was about to be killed
OTHERWISE = {
    "nobody says what came back, or wrote": partial(
        _run, "queue", {'"given back"': None, '"wrote down"': None, '"row","0.13@0>jobs#1"': 1675600}
    ),
    "killed before it had it": partial(
        _run, "queue", {'"granted","0.7@0","jobs",1': 1319800, '"ready","0.7@0>jobs#1"': None,
                        '"started","0.7@0>jobs#1"': None},
        more=[[time, "first.1", "wrote down", "0.4@0>jobs#1", "done", began] for time, began in (
            (1262020, 1262010), (1262150, 1262110), (1262190, 1262160))] + [
            [time, "the store", "row", "0.4@0>jobs#1", "done"] for time in (1262150, 1262160, 1262170)]),
    "killed when it got it": partial(
        _run, "queue", {'"granted","0.7@0","jobs",1': 1319765, '"ready","0.7@0>jobs#1"': None,
                        '"started","0.7@0>jobs#1"': None}),
    "nothing is settled": partial(_run, "queue", {'"settled"': None, '"given back"': None}),
    "killed twice": partial(
        _run, "queue", {'"ready","0.13@0>jobs#1"': None, '"started","0.13@0>jobs#1"': None,
                        '"slept","0.13@0>jobs#1"': None, '"wrote down","0.13@0>jobs#1"': None,
                        '"ended","0.13@0>jobs#1"': None, '"row","0.13@0>jobs#1"': None},
        outages=[{"number": 0, "process": "jobs", "start": 1500145, "seen": 1520423, "end": 1700274},
                 {"number": 1, "process": "first", "start": 1310000, "seen": 1310100, "end": 1401480},
                 {"number": 1, "process": "first", "start": 1280000, "seen": 1280100, "end": 1290000}],
        more=[[1295000, "first.3", "up"], [1310000, "first.3", "up"], [1295000, "the broker.1", "dead", "0.7@0", "jobs",
                                                                      1]]),
    "the end is early": partial(_run, "nats", ended_at=1000000, more=[
        [1650000, "database.1", "kept", "0.1@1", 99, 1164000], [1650000, "database.1", "kept", "0.2@1", 0, 1650000]]),
    "callers leave": partial(
        _run, "shop", {f'"answered",{ALONE}': None, '"answered","0.12/3.0.0"': 1718000,
                       '"answered","0.11/3.0.0"': 1698146, '"ready","0.9/3.0.0"': None, '"started","0.9/3.0.0"': None,
                       '"slept","0.9/3.0.0"': None, '"ended","0.9/3.0.0"': None, '"answered","0.9/3.0.0"': None},
        more=[[1905000, "the customers.1", "asked", "0.19", 0, [19, 0], None], [1925000, "desk~2.1", "ready", "0.19"]]),
}  # fmt: skip


def _ledgers():
    for name in ("queue", "nats", "shop"):
        for what, text in _told(name):
            yield f"{name}: {what}", text
    for name, make in OTHERWISE.items():
        run = make()
        yield f"{name}: calibration", plain(str(run.calibration))
        for what, text in records_of(run):
            yield f"{name}: {what}", text


LIVE_LEDGERS = {"ledgers of live runs": _ledgers}
