"""What evsim says of further scenarios: changes of odd settings, nested steps, groups that are shared, and names."""

import evsim
from evsim.scenario import Scenario
from tests.house.same_records import fingerprint
from tests.snapshots.runs.ways_of_running import SMALL
from tests.snapshots.telling import in_folder
from tests.snapshots.texts import tried

__all__ = ["FURTHER_SCENARIOS"]

DEEP = {"maybe": {"probability": 0.5, "then": [{"effect": "deep"}]}}
APART = {"parallel": [[{"work": "2ms"}, DEEP], [{"call": "back"}]]}
INNER = {"maybe": {"probability": 0.5, "then": [{"effect": "then"}, {"call": "back"}], "else": [APART]}}
NESTED = {"maybe": {"probability": 0.5, "then": [{"work": "1ms"}, INNER]}}
HANDLE = [{"work": "1ms"}, NESTED, {"publish": {"channel": "jobs", "outbox": False}}]
OF_FRONT = (
    "handle.1.maybe.probability", "handle.1.maybe.then.1.maybe.probability",
    "handle.1.maybe.then.1.maybe.else.0.parallel.branches.0.1.maybe.probability",
    "handle.1.maybe.then.1.maybe.else.0.parallel.0.1.maybe.probability",
    "handle.9.work", "handle.x.work", "handle.0.work.value", "handle.0.wait", "5", "limits", "limit",
)  # fmt: skip
CHANGES = (
    *(f"services.front.{path}" for path in OF_FRONT), "services.front", "services.worker.subscribe.0.retry",
    "services.worker.subscribe.1.retry", "services.worker.subscribe.retry.attempts",
    "channels.jobs.queue.max_length", "channels.jobs.queue.nothing", "channels.jobs", "workloads.customers.key.uniform",
    "workloads.customers.arrivals.constant", "workloads.customers.arrivals.poisson", "network.latency",
    "name", "", "services",
)  # fmt: skip
OBJECTIVES = (
    "response_p1", "response_p100", "response_p99.99", "requests", "availability", "wasted_work", "response_mean",
)  # fmt: skip
NAMES = (
    "",
    "registration",
    "registration-classic.yaml",
    "registration_classic",
    "zzz",
    "saga",
    "./saga",
    "saga.yml",
    "Topic",
)


def _base():
    return Scenario.from_dict(SMALL | {"services": SMALL["services"] | {"front": {"workers": 4, "handle": HANDLE}}})


def _changed():
    """Of each setting: it becomes another one, or what it is by default; and it is another one from the start."""
    base = _base()
    for path in CHANGES:
        said = []
        for what in ({"to": 0.25}, {"to": 2}, {"to": "5/s"}, {}):
            made = tried(base.replace, {"faults": [{"change": path, "at": "1s", "for": "1s"} | what]})
            said.append(made if isinstance(made, str) else f"{made.faults} {fingerprint(made.run())}")
        yield path, "\n".join([*said, str(tried(base.replace, {path: 2}))])


def _named():
    for name in OBJECTIVES:
        made = [tried(_base().replace, {"objectives": {name: each}}) for each in (0.5, 1, 1.5, 100, 101)]
        yield f"objective {name}", "\n".join(str(getattr(each, "objectives", each)) for each in made)
    for name in NAMES:
        yield f"scenario {name!r}", str(tried(evsim.load, name))[:300]
    deep = "name: x\nworkloads: " + "[" * 3000
    for text in (5, None, deep, "a: {" * 400, "name: x\n...\n", "- a\n", "name: [\n", "\tname: x"):
        for source in (None, "shop.yaml"):
            yield f"{str(text)[:30]!r} of {source}", str(tried(Scenario.from_yaml, text, source))
    yield "a folder", in_folder(lambda folder: str(tried(evsim.load, folder)))
    yield "no file", in_folder(lambda folder: str(tried(evsim.load, folder / "shop.yaml")))


def _warned():
    """What is said of loads at which numbers are written otherwise, and of groups that several share."""
    for rate in ("9999/s", "9999.5/s", "9999.4/s", "99995/s", "10000/s", "999.5/s", "0.5/s", "1/s", "2/s"):
        system = SMALL | {"workloads": {"all": {"target": "back", "arrivals": {"constant": rate}}}}
        system["services"] = {"back": {"handle": [{"work": "1s"}, {"call": {"service": "deep", "items": 2}}]},
                              "deep": {"inside": "back", "handle": [{"work": "250ms"}]}}  # fmt: skip
        yield rate, "\n".join(Scenario.from_dict(system | {"channels": {}}).warnings())
    both = {name: {"subscribe": [{"channel": channel, "group": f"all-{channel}"} for channel in ("facts", "news")],
                   "workers": 3, "handle": [{"effect": name}]} for name in ("one", "two", "three")}  # fmt: skip
    writes = {"front": {"handle": [{"publish": "facts"}, {"publish": "news"}]}}
    logs = {"facts": {"log": {"partitions": 4}}, "news": {"log": {"partitions": 2}}}
    yield "shared", "\n".join(Scenario.from_dict(SMALL | {"services": writes | both, "channels": logs}).warnings())
    reads = {"clerk": {"subscribe": [{"channel": name, "prefetch": each} for name, each in (("a", 2), ("b", 1))],
                       "workers": 5, "handle": [{"effect": "read"}]}}  # fmt: skip
    sends = {"front": {"handle": [{"publish": "a"}, {"publish": "b"}]}}
    queues = {"a": {"queue": {"like": "rabbitmq"}}, "b": {"queue": {"like": "rabbitmq"}}}
    yield (
        "few in hand",
        "\n".join(Scenario.from_dict(SMALL | {"services": sends | reads, "channels": queues}).warnings()),
    )


FURTHER_SCENARIOS = {
    "changes of many settings": _changed, "names of scenarios and objectives": _named, "warnings on limits": _warned,
}  # fmt: skip
