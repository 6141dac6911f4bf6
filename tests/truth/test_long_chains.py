"""Whatever happens at one instant, however much it is, happens: in its order, and the books balance."""

import sys
import threading
from functools import cache

import pytest

from evsim import Scenario, ScenarioError
from evsim.view.player.film import film
from tests.books.checks import assert_same_records
from tests.support.nightly import mostly_at_night


def system(handle, services=None, channels=None, customers=1):
    return Scenario.from_dict({
        "name": "long",
        "workloads": {"customers": {"target": "front", "arrivals": {"burst": {"count": customers, "at": "1s"}}}},
        "services": {"front": {"handle": handle}, **(services or {})},
        "channels": channels or {},
        "run": {"duration": "3s"},
    })  # fmt: skip


def row_of(count, step, last):
    """Services s0, s1 ... of which each hands on to the next by `step(number)`."""
    return {f"s{n}": {"handle": [step(n + 1) if n + 1 < count else last]} for n in range(count)}


def listening(services):
    return {name: {"subscribe": f"c{n}", **each} for n, (name, each) in enumerate(services.items())}


def channels(kind, settings, count=300):
    services = row_of(count, lambda n: {"publish": f"c{n}"}, {"effect": "done"})
    return system([{"publish": "c0"}], listening(services), {f"c{n}": {kind: settings} for n in range(count)})


BACK = {"back": {"handle": [{"effect": "done"}]}}
READER = {"reader": {"subscribe": "facts", "handle": [{"effect": "done"}]}}
MIX = [
    {"effect": "done"},
    {"maybe": {"probability": 0.5, "then": [{"effect": "a"}], "else": [{"call": "back"}]}},
    {"parallel": [[{"effect": "p"}], [{"call": {"service": "back", "timeout": "1s", "retry": {"attempts": 2}}}]]},
    {"publish": "facts"},
    {"undo": "a"},
    {"fail": 0},
]
CHAINS = {  # name -> (what makes it, the number of its effects)
    "1,000 effects": (lambda: system([{"effect": f"done {n}"} for n in range(1000)]), 1000),
    "400 calls": (lambda: system([{"call": "back"}] * 400, BACK), 400),
    "400 messages to a queue": (lambda: system([{"publish": "facts"}] * 400, READER, {"facts": {"queue": {}}}), 400),
    "400 messages to a log": (lambda: system([{"publish": "facts"}] * 400, READER, {"facts": {"log": {}}}), 400),
    "400 questions": (lambda: system([{"ask": "facts"}] * 400, READER, {"facts": {"bus": {}}}), 400),
    "300 services": (lambda: system([{"call": "s0"}], row_of(300, lambda n: {"call": f"s{n}"}, {"effect": "done"})), 1),
    "300 queues": (lambda: channels("queue", {}), 1),
    "300 logs": (lambda: channels("log", {}), 1),
    "300 buses": (lambda: channels("bus", {}), 1),
    "1,200 steps of all kinds": (lambda: system(MIX * 200, BACK | READER, {"facts": {"bus": {}}}), 1000),
}


@cache
def chain(name):
    """The scenario of this name, and the number of its effects."""
    make, effects = CHAINS[name]
    return make(), effects


DAY = ("400 calls", "400 messages to a queue", "300 services", "300 buses", "1,200 steps of all kinds")


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_at_night(CHAINS, *DAY))
def test_a_chain_of_any_length_runs_at_one_instant_and_its_books_balance(name):
    scenario, effects = chain(name)
    run = scenario.run()
    assert run.audit()
    assert run.summary()["completed"] == 1
    assert len(run.effects) == effects
    assert run.effects["time"].eq(1.0).all()
    assert_same_records(run, scenario.run(guarded=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["1,000 effects", "300 services"])
def test_whatever_shows_a_run_shows_a_long_one(name, tmp_path):
    scenario, _ = chain(name)
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario
    run = scenario.run()
    for format in ("perfetto", "otlp", "cloudevents", "csv"):
        run.export(tmp_path / f"{format}.json", format)
    sequence = run.sequence(0)
    assert sequence.svg() and sequence.mermaid() and sequence.plantuml()
    assert len(run.trace(0)) > 300
    assert film(run)["effects"]


@pytest.mark.slow
def test_a_chain_takes_nothing_of_the_stack_of_the_machine_and_leaves_pythons_limit_as_it_was():
    """On the smallest stack that a thread may have; what took more would not raise, it would end the process."""
    before, done = sys.getrecursionlimit(), []
    usual = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: done.append(chain("300 buses")[0].run().audit()))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(usual)
    assert len(done) == 1 and sys.getrecursionlimit() == before


def loop(what):
    def handle(ctx):
        for _ in range(1000):
            yield from getattr(ctx, what)("back" if what == "call" else "facts")

    return handle


@pytest.mark.slow
@pytest.mark.parametrize("what", ["call", "publish", "send", "ask"])
def test_a_loop_in_python_may_be_long(what):
    kind = "queue" if what == "publish" else "bus"
    scenario = system(loop(what), BACK | READER, {"facts": {kind: {}}})
    run = scenario.run()
    assert run.audit() and len(run.effects) == 1000


@pytest.mark.parametrize(
    ("reader", "faults"),
    [({"replay": {"at": "2s"}}, []), ({"from": "2s"}, []), ({}, [{"outage": "facts", "at": "1s", "for": "1s"}])],
)
def test_a_reader_without_work_reads_any_backlog(reader, faults):
    publish = {"channel": "facts", "retry": {"attempts": 2, "backoff": "2s"}}
    readers = {"reader": {"subscribe": {"channel": "facts", **reader}, "handle": [{"effect": "done"}]}}
    scenario = system([{"publish": publish}], readers, {"facts": {"log": {}}}, customers=1500)
    run = (scenario.replace({"faults": faults}) if faults else scenario).run()
    assert run.audit() and run.summary()["effects_missing"] == 0


@pytest.mark.parametrize("deep", [{"parallel": [[None]]}, {"maybe": {"probability": 1, "then": [None]}}])
def test_steps_that_are_nested_too_deep_are_refused_as_they_are_in_a_file(deep):
    step = {"effect": "done"}
    for _ in range(60):
        kind = next(iter(deep))
        step = {kind: [[step]]} if kind == "parallel" else {kind: deep[kind] | {"then": [step]}}
    with pytest.raises(ScenarioError, match="nested more than 50 levels deep"):
        system([step])
