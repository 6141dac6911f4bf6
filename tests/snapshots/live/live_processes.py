"""What the processes of live runs do: each note, frame and record of runs on a machine whose time is given."""

from functools import partial

import evsim
from evsim import Scenario
from tests.snapshots.live.live_ledgers import records_of
from tests.snapshots.telling import plain
from tests.snapshots.texts import tried
from tests.support.machine.given_machine import GivenMachine
from tests.testbed.live_runs import LOAD, SHARED

__all__ = ["EVENTS", "FEW", "LIVE_PROCESSES", "SHARED_QUEUE", "WORKS", "journals_of", "programs_of"]

WORKS = Scenario.from_dict({
    "name": "works",
    "workloads": {
        "people": {"target": "desk", "arrivals": {"poisson": "14/s"}, "key": {"uniform": 50}},
        "robots": {"target": "office", "arrivals": {"constant": "8/s"}},
    },
    "services": {
        "desk": {"workers": 2, "instances": 2, "balance": "random", "handle": [
            {"work": {"exponential": "40ms"}}, {"publish": "orders"}, {"publish": "jobs"}, {"effect": "noted"},
            {"reply": "noted"}, {"wait": "5ms"}, {"effect": "filed"}]},
        "office": {"workers": 3, "handle": [
            {"parallel": [
                [{"call": {"service": "slow", "timeout": "30ms"}}, {"effect": "asked"}],
                [{"work": {"exponential": "30ms"}}, {"effect": "worked"}, {"publish": "jobs"}, {"effect": "published"},
                 {"reply": "in time"}],
                {"call": {"service": "slow", "timeout": "20ms", "on_error": "ignore"}}]},
            {"effect": "done"}]},
        "slow": {"workers": 2, "handle": [{"work": {"exponential": "20ms"}}, {"reply": "done"}]},
        "first": {"workers": 2, "subscribe": ["jobs", "orders"], "handle": [
            {"work": {"exponential": "25ms"}}, {"reply": "nobody hears it"}, {"effect": "done"},
            {"call": {"service": "slow", "timeout": "25ms"}}]},
        "second": {"subscribe": "jobs", "instances": 2, "handle": [{"work": {"exponential": "30ms"}},
                                                                   {"effect": "done"}]},
        "third": {"subscribe": "orders", "instances": 2, "handle": [{"work": {"exponential": "30ms"}},
                                                                    {"effect": "told"}]},
    },
    "channels": {"orders": {"log": {"partitions": 3}}, "jobs": "queue"},
    "run": {"duration": "1250ms", "warmup": "0s", "seed": 3},
})  # fmt: skip
FEW = Scenario.from_dict({
    "name": "few",
    "workloads": {"people": {"target": "desk", "arrivals": {"constant": "8/s"}}},
    "services": {
        "desk": {"instances": 2, "balance": "random", "workers": 3, "handle": [{"publish": "jobs"}]},
        "clerk": {"workers": 2, "subscribe": "jobs", "handle": [
            {"work": {"exponential": "150ms"}}, {"call": {"service": "store", "timeout": "12ms"}}]},
        "store": {"workers": 2, "handle": [{"work": {"exponential": "40ms"}}]},
    },
    "channels": {"jobs": "queue"},
    "run": {"duration": "1s", "seed": 4, "warmup": "0s", "drain_limit": "200s"},
})  # fmt: skip
BATCHES = {"workloads.groups": {"target": "desk", "arrivals": {"batch": {"rate": "1/s", "size": 2}}}}
EVENTS = evsim.load("registration-events").replace(LOAD)
WARM = EVENTS.replace({"run.seed": 8, "run.warmup": "600ms"})
CLASSIC = evsim.load("registration-classic").replace(
    LOAD | {"services.mailing-list.instances": 3, "services.mailing-list.balance": "random"}
)
SHARED_QUEUE = Scenario.from_dict(SHARED | {"run": {"duration": "1500ms", "seed": 2}, "faults": [
    {"crash": "first", "at": "0.5s", "for": "0.25s"}, {"pause": "second", "at": "0.6s", "for": "0.4s"},
    {"crash": "jobs", "at": "0.75s", "for": "0.2s"}]})  # fmt: skip
RUNS = {
    "works": (WORKS, {"mails": ["third"]}),
    "works, killed": (WORKS, {
        "kill": ["slow@250ms+250ms", "desk/2@500ms+250ms", "third/1@250ms+500ms"], "pause": ["office@750ms+250ms",
                                                                                           "second@250ms+125ms"]}),
    "the broker killed": (EVENTS, {"kill": "customer-registered@500ms+250ms", "seconds": 1.5}),
    "the reader killed": (EVENTS, {"kill": ["mailing-list@750ms+125ms", "mailing-list@250ms+250ms"], "seconds": 1.25}),
    "the writer killed": (WARM, {"kill": "register@500ms+250ms", "seconds": 1.25, "seed": 5}),
    "one of three killed": (CLASSIC, {"kill": "mailing-list/2@250ms+500ms", "seconds": 1.25}),
    "few": (FEW.replace(BATCHES), {"kill": ["jobs@625.5ms+50ms", "jobs@875.3ms+50ms"]}),
    "a shared queue": (SHARED_QUEUE, {"kill": "desk@1s+125ms"}),
}  # fmt: skip


def journals_of(machine):
    return (f"{name}:\n{text}" for name, text in machine.journals.items())


def programs_of(machine):
    """Who was started, how, and what it was told."""
    folder = machine.programs[0].folder
    for each in machine.programs:
        known = {name: value for name, value in each.environment.items() if name != "PYTHONPATH"}
        paths = each.environment["PYTHONPATH"].split(":")[1:]
        task = {name: value for name, value in each.task.items() if name != "scenario"}
        said = f"{each.name} {each.command[1:]} {known} {paths} {task} {each.errors} {each.orders}"
        yield said.replace(folder, "FOLDER")


def _processes(name):
    scenario, given = RUNS[name]
    passed = []
    with GivenMachine() as machine:
        run = evsim.live(scenario, progress=passed.append, **given)
    yield "itself", f"{run!r} {run.broker} {run.database} {tried(run.audit)} {machine.loop.broken}"
    yield "faults", "\n".join(map(str, run.scenario.faults))
    yield "journals", "\n".join(journals_of(machine))
    yield "programs", "\n".join(programs_of(machine))
    yield "mails", run.mailbox
    yield "progress", plain(str(passed))
    yield "calibration", plain(str(run.calibration))
    yield from records_of(run)


LIVE_PROCESSES = {f"processes of {name}": partial(_processes, name) for name in RUNS}
