"""Requests that met every kind of trouble, for what tells their story."""

from evsim.scenario import Scenario
from evsim.view.sequence import Sequence
from tests.view.runs import EDGES, classic, lesson


def odd():
    """Words that mean something in Mermaid, for names and effects."""
    names = [
        "end",
        "note",
        "loop",
        "a-x-b",
        "activate",
        "as",
        "box-x",
        "over",
        "participant-",
        "title",
        "alt",
    ]
    services = {}
    for number, name in enumerate(names):
        text = f"row; #{number} <b>%%{{init: x}}%% end: -->> $$a$$ \"q\" 'é' ✓ \\n & style: #f; Note over x: y"
        onward = {"call": names[number + 1]} if name != "alt" else {"publish": "destroy"}
        services[name] = {"handle": [{"work": "1ms"}, {"effect": text}, onward, {"reply": "yes; no # %% :)"}]}
    services["create"] = {"handle": [{"effect": "wrap: it\nnow"}], "subscribe": "destroy"}
    return Scenario.from_dict(
        {
            "name": "odd",
            "workloads": {"actor": {"target": "end", "arrivals": {"constant": 1}}},
            "services": services,
            "channels": {"destroy": "queue"},
            "run": {"duration": 3},
        }
    ).run()


def crashed(name):
    crash = {"crash": "database", "at": 5, "for": 1}
    return lesson(f"registration-{name}", [crash], rate=20, duration=8).run()


def lossy():
    return lesson("registration-events", duration=10, **{"network.loss": 0.1, "run.drain_limit": 200}).run()


def stories():
    """(run, request) of every kind of trouble."""
    runs = [make() for name, make in EDGES.items() if name != "nobody"]
    for run in (*runs, classic(), crashed("classic"), crashed("events"), lossy()):
        for workload in run.scenario.workloads:
            count = int((run.tables.requests.workload == run.tables.requests.workloads.index(workload)).sum())
            for request in {*range(0, count, max(1, count // 12)), count - 1}:
                yield Sequence(run, request, workload)
    yield Sequence(odd(), 0)
