"""What comes of runs with many requests, of runs that limits end or refuse, and of further handlers in Python."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import evsim
from evsim.engine import call_graph, drawn_values, environment, item_paths, rounds
from evsim.engine.generator import StepFailed
from evsim.results import recycled_records
from evsim.results.audit import AuditError
from evsim.scenario import Scenario, changes
from evsim.scenario.distributions import Distribution
from tests.house.same_records import fingerprint
from tests.snapshots.runs.systems import written_for
from tests.snapshots.runs.ways_of_running import OFTEN, SMALL
from tests.snapshots.telling import by_hand
from tests.snapshots.texts import rounded, table, tried

__all__ = ["FURTHER_WAYS"]

TOLD = ("completed", "declined", "errors", "timeouts", "rejected", "pending", "requests")
ENDS = ("pending", "done", "duplicated", "dead", "expired", "dropped", "lost", "published")
MANY = 2600  # requests: more than are drawn at a time, twice
WORK = {"handle": [{"work": "125ms"}]}


def _ends(scenario, **settings):
    """What comes of a run, or why it ends."""
    try:
        run = tried(scenario.run, **settings)
    except evsim.SimulationError as error:
        return f"{type(error).__name__}: {error}"
    return run if isinstance(run, str) else f"{run} {fingerprint(run)}"


def _summed_up(run):
    return run if isinstance(run, str) else "\n".join([*map(table, (run.services, run.channels)), f"{run.summary()}"])


def _system(handle, readers=(), channels=(), run=(), **workloads):
    """A service with this handler, and what reads what it sends."""
    arrivals = workloads or {"customers": {"arrivals": {"constant": "8/s"}}}
    return {
        "name": "limits",
        "workloads": {name: {"target": "front"} | each for name, each in arrivals.items()},
        "services": {"front": {"workers": 4, "handle": handle}, "back": WORK, **dict(readers)},
        "channels": dict(channels),
        "run": {"duration": "3s", "seed": 1} | dict(run),
    }


def _counted():
    """Of systems whose messages are sent again, die, and come from several workloads."""
    systems = written_for("engine") | written_for("more-engine")
    for name, scenario in (systems | written_for("queues")).items():
        with (
            patch.object(recycled_records, "MANY", OFTEN),
            patch.multiple(drawn_values, FEWEST=2, MOST=4),
        ):
            yield name, _summed_up(tried(scenario.run, seed=3, until="2.5s", record="summary"))
        if name in systems:
            yield f"{name}, guarded", fingerprint(scenario.run(guarded=True))


def _crowds():
    """Of more requests than are drawn at a time: their keys, times and luck."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"{number % 997},customer-number-{number % 611},{number % 89 * 3}" for number in range(MANY)]
        text = "\n".join(["at,who,works", *sorted(lines, key=lambda line: int(line.partition(",")[0])), ""])
        (Path(folder) / "crowd.csv").write_text(text, encoding="utf-8")
        when = {"csv": "crowd.csv", "column": "at", "unit": "ms"}
        burst = {"burst": {"count": MANY, "at": "0s"}}
        work = {"work": {"rows": "crowd.csv", "column": "works", "unit": "ms"}}
        call = {"call": {"service": "back", "retry": {"attempts": 2}, "on_error": "ignore"}}
        for name, customers in (
            ("known by name", {"arrivals": when | {"key": "who"}}),
            ("few of whom come often", {"arrivals": when, "key": {"zipf": {"keys": 999999, "s": 1}}}),
            ("from everywhere", {"arrivals": burst, "key": {"uniform": 999999999}}),
            ("in batches", {"arrivals": {"batch": {"rate": "1400/s", "size": {"geometric": 1.5}}}}),
        ):
            facts = {"publish": {"channel": "facts"}}
            system = _system([work, call, facts], run={"duration": "1s", "drain_limit": "1s"}, customers=customers)
            system["services"] |= {
                "front": {"workers": 900, "handle": [work, call, facts]},
                "back": {"workers": 900, "handle": [work, {"fail": 0.5}]},
                "reads": {"subscribe": "facts", "workers": 9, "handle": [{"effect": "read"}]},
            }
            system["channels"] = {"facts": {"log": {"partitions": 7}}}
            made = tried(Scenario.from_dict, system, folder)
            yield name, made if isinstance(made, str) else fingerprint(made.run(seed=4))
            if not isinstance(made, str):
                yield f"{name}, counted as they go", _summed_up(tried(made.run, record="summary"))


READS = {"subscribe": "jobs", "handle": [{"call": "back"}, {"call": "back"}]}
BOTH = {"one": {"subscribe": "jobs", "handle": [{"effect": "one"}]}, "two": READS}
AT_ONCE, LATER = ({"arrivals": {"burst": {"count": 9, "at": at}}} for at in ("0s", "4s"))
FANOUT = {"exchange": {"type": "fanout", "bindings": [{"queue": "jobs"}, {"queue": "jobs2"}]}}
LARGE = {
    "branches": _system([{"parallel": [[{"call": "back"}, {"call": "back"}], [{"call": "back"}], [{"work": "1ms"}]]}]),
    "chances": _system([{"maybe": {"probability": 0.25, "then": [{"call": "back"}], "else": [{"publish": "jobs"}]}}],
                       BOTH, {"jobs": "queue"}),
    "a queue that two read": _system([{"publish": "jobs"}], BOTH, {"jobs": "queue"}),
    "a log that two read": _system([{"publish": "jobs"}], BOTH, {"jobs": "log"}),
    "an exchange": _system([{"publish": "all"}], BOTH | {"three": READS | {"subscribe": "jobs2"}},
                           {"all": FANOUT, "jobs": "queue", "jobs2": "queue"}),
    "some calls": _system([{"call": {"service": "back", "items": 3}}]),
    "several that come at once": _system([{"call": "back"}], customers=AT_ONCE, others=LATER),
    "some that come at once": _system([{"call": "back"}], customers=AT_ONCE, others={"arrivals": {"constant": "5/s"}}),
    "users who never think": _system([{"fail": 0.5}], users={"arrivals": {"closed": {"users": 3, "think": "0s"}}}),
    "users of a program": _system([{"work": "1s"}], users={"arrivals": {"closed": {"users": 3, "think": "250ms"}}}),
}  # fmt: skip
MAYBE = {"maybe": {"probability": 0.95, "then": [{"publish": "jobs"}]}}
ROUND = _system([{"publish": "jobs"}], {"again": {"subscribe": "jobs", "handle": [MAYBE]}},
                {"jobs": "queue"})  # fmt: skip
ITEMS = {"publish": {"channel": "jobs", "items": 2}}
MORE_ROUND = _system(
    [ITEMS],
    {"again": {"subscribe": "jobs", "handle": [{"maybe": {"probability": 0.5, "then": [ITEMS]}}]}},
    {"jobs": "queue"},
)
PATHS = _system([{"call": {"service": "middle", "items": 3}}],
                {"middle": {"handle": [{"call": {"service": "back", "items": 2}}]}})  # fmt: skip
AT_RANDOM = [{"change": f"services.front.{what}", "to": to, "mtbf": "1s", "mttr": "1s"}
             for what, to in (("workers", 2), ("instances", 3), ("discipline", "lifo"))]  # fmt: skip


def _too_large():
    for name, system in LARGE.items():
        made = tried(Scenario.from_dict, system | {"run": system["run"] | {"max_rows": 10}})
        yield name, made if isinstance(made, str) else _ends(made)
    by_python = Scenario.from_dict(LARGE["users of a program"]).replace({"services.front.handle": by_hand})
    yield "users of a handler", _ends(by_python.replace({"run.max_rows": 3}))


def _limited():
    """At a limit, and one beyond it."""
    for most in (2, 3):
        with patch.object(call_graph, "MOST_PLACES", most):
            yield f"{most} places", "\n".join(_ends(Scenario.from_dict(each)) for each in (PATHS, ROUND))
    for most in (5, 6):
        with patch.object(item_paths, "MOST_PATHS", most):
            yield f"{most} paths", _ends(Scenario.from_dict(PATHS))
    for most in (3, 4):
        with patch.object(rounds, "MOST_ROUNDS", most), patch.object(environment, "STUCK_AFTER", 500):
            yield f"{most} rounds", _ends(Scenario.from_dict(ROUND))
    with patch.object(environment, "STUCK_AFTER", 500):
        crowd = {"customers": {"target": "front", "arrivals": {"burst": {"count": 200, "at": "250ms"}}}}
        yield "no time passes", _ends(Scenario.from_dict(ROUND | {"workloads": crowd}))
    yield "ever more go round", str(tried(Scenario.from_dict, MORE_ROUND)) + _ends(Scenario.from_dict(MORE_ROUND))
    for most in (2, 3):
        with patch.object(changes, "MOST_AT_RANDOM", most):
            changing = _system([{"work": "1ms"}]) | {"faults": AT_RANDOM}
            made = tried(Scenario.from_dict, changing)
            yield f"{most} changes at random", made if isinstance(made, str) else _ends(made)


def _goes_on(ctx):
    yield from ctx.work(Distribution.read({"uniform": ["0s", "250ms"]}))
    ctx.effect(f"of {ctx.key % 2}")
    try:
        yield from ctx.call("back", timeout="125ms")
    except StepFailed as failure:
        ctx.effect(f"{failure}")


def _falls_back(ctx):
    yield from ctx.call("back", timeout="125ms", on_error={"fallback": [{"work": "125ms"}]})


def _asks_wrongly(ctx):
    yield from ctx.call("back", retry={"attempts": 0, "backoff": "-1s"}, timeout="0s")


def _publishes_wrongly(ctx):
    yield from ctx.publish("jobs", key=[1], acks=2, timeout="never")


def _sees_key(ctx):
    yield from ctx.work("250ms" if ctx.key else 0.125)
    yield from ctx.publish("jobs", key=ctx.key)
    ctx.effect("row", unique=True)


def _in_python():
    crash = [{"crash": "front", "at": f"{at}s", "for": "250ms"} for at in (0.75, 1.5, 2.25)]
    for handler in (_goes_on, _falls_back, _asks_wrongly, _publishes_wrongly, _sees_key):
        made = tried(Scenario.from_dict(SMALL).replace, {"services.front.handle": handler})
        for name, more in (
            ("", {}),
            (" that dies", {"faults": crash}),
            (" with a memory", {"services.front.idempotent": {"lookup": "1ms"}}),
        ):
            design = made if isinstance(made, str) else tried(made.replace, more) if more else made
            yield handler.__name__ + name, design if isinstance(design, str) else _ends(design)


def _spoilt():
    """Of summaries, of which one number was written wrongly."""
    small, jobs = Scenario.from_dict(SMALL), ("jobs", "worker")
    for name, spoil in (
        ("nothing", lambda counters: None),
        ("attempts", lambda counters: counters.counted.update(attempts=1)),
        ("messages", lambda counters: counters.counted.update(messages=-1)),
        ("effects", lambda counters: counters.counted.update(effects=1)),
        *(
            (f"{told} customers", lambda counters, told=told: counters.run.update({told: counters.run[told] + 1}))
            for told in TOLD
        ),
        *((f"{end} messages", lambda counters, end=end: counters.channels[jobs].update({end: 1})) for end in ENDS),
    ):
        run = small.run(record="summary")
        figures = (run.summary(), run.channels[jobs])
        try:
            spoil(run._counters)
            yield name, rounded(f"{figures} {run.audit()}")
        except AuditError as error:
            yield name, f"{error}"


FURTHER_WAYS = {
    "further runs that are counted as they go": _counted, "runs of crowds": _crowds,
    "runs that are too large": _too_large, "runs at their limits": _limited, "further handlers in Python": _in_python,
    "summaries that do not balance": _spoilt,
}  # fmt: skip
