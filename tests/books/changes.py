"""Changes for random systems: of each kind of setting that may be another while a system runs."""

from hypothesis import reject
from hypothesis import strategies as st

from evsim.scenario import Scenario, ScenarioError
from tests.books.systems import systems

__all__ = ["changed_systems", "some_changes"]

TIME = st.sampled_from([0, 0.25, 1, {"exponential": 0.3}])
OF_SERVICES = {
    "instances": st.sampled_from([1, 2, 4]),
    "workers": st.sampled_from([1, 2, 5]),
    "limit": st.sampled_from([None, 0, 1, 5]),
    "discipline": st.sampled_from(["fifo", "lifo", "adaptive_lifo"]),
    "drop_stale": st.booleans(),
    "rate_limit": st.sampled_from([None, {"rate": 2, "burst": 3}, {"rate": 10}]),
    "shed": st.sampled_from([None, {"age": 0.5}, {"expected_wait": 0.25}]),
}
OF_CALLS = {
    "timeout": st.sampled_from([None, 0.25, 1]),
    "retry": st.sampled_from([None, {"attempts": 1}, {"attempts": 3, "backoff": 0.25}]),
    "bulkhead": st.sampled_from([None, 1, {"limit": 2, "queue": 2}]),
    "breaker": st.sampled_from([None, {"failures": 1, "open_for": 0.5}, {"failures": 3, "open_for": 1}]),
}
OF_PUBLISHES = {
    "acks": st.sampled_from([0, 1, "all"]),
    "timeout": st.sampled_from([None, 0.5]),
    "retry": st.sampled_from([None, {"attempts": 3, "backoff": 0.25}]),
}
OF_WORKLOADS = {
    "admitted": st.sampled_from([0, 0.5, 1]),
    "arrivals": st.sampled_from([{"poisson": 1}, {"poisson": 20}, {"constant": 4}, {"profile": [[0, 2], [3, 9]]}]),
}
OF_QUEUES = {
    "delivery_limit": st.sampled_from([0, 1, 5]),
    "max_length": st.sampled_from([None, 1, 3]),
    "ttl": st.sampled_from([None, 0.25, 2]),
    "visibility_timeout": st.sampled_from([0.5, 2]),
}
OF_SUBSCRIPTIONS = {
    "prefetch": st.sampled_from([None, 1, 4]),
    "retry": st.sampled_from([None, {"attempts": 1}, {"attempts": 3, "backoff": 0.5}]),
    "max_poll_interval": st.sampled_from([0.5, 2]),
    "session_timeout": st.sampled_from([0.5, 2]),
    "rebalance": st.sampled_from([0.25, 1]),
}


@st.composite
def some_changes(draw, data):
    """One to three changes of the system `data`, some of which end; without their moment."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        one = _change(draw, data)
        length = 1 if "restart" in one else draw(st.sampled_from([None, 0.5, 2]))
        found.append(one if length is None or "purge" in one else {**one, "for": length})
    return found


@st.composite
def changed_systems(draw):
    """Systems with changes in their file."""
    data = draw(systems()).to_dict()
    data["faults"] = [*data.get("faults", ()), *({**each, "at": 2.5} for each in draw(some_changes(data)))]
    try:
        return Scenario.from_dict(data)
    except ScenarioError:
        reject()  # what cannot be


def _change(draw, data):
    """A change of the system `data`, which may be one that evsim refuses; without its moment."""
    queues = [name for name, kind in data.get("channels", {}).items() if kind == "queue" or "queue" in kind]
    act = draw(st.sampled_from(["change"] * 5 + ["restart"] + (["purge", "shovel"] * 2 if queues else [])))
    if act != "change":
        return {act: draw(st.sampled_from(sorted(data["services"]) if act == "restart" else queues))}
    kinds = {name: kind if isinstance(kind, dict) else {} for name, kind in data.get("channels", {}).items()}
    logs = [name for name, kind in kinds.items() if (kind.get("log") or {}).get("retention")]
    if logs and draw(st.booleans()):
        return {"change": f"channels.{logs[0]}.log.retention", "to": draw(st.sampled_from([0.5, 5, {"messages": 2}]))}
    name = draw(st.sampled_from([*data["services"], *data["services"], *data["workloads"], *queues]))
    if name in queues:
        setting = draw(st.sampled_from(sorted(OF_QUEUES)))
        return {"change": f"channels.{name}.queue.{setting}", "to": draw(OF_QUEUES[setting])}
    if name in data["workloads"]:
        setting = draw(st.sampled_from(sorted(OF_WORKLOADS)))
        return {"change": f"workloads.{name}.{setting}", "to": draw(OF_WORKLOADS[setting])}
    places = [("", OF_SERVICES)]
    places += [(f"handle.{at}.call.", OF_CALLS) for at, step in enumerate(_steps(data, name)) if "call" in step]
    places += [
        (f"handle.{at}.publish.", OF_PUBLISHES) for at, step in enumerate(_steps(data, name)) if "publish" in step
    ]
    places += [(f"handle.{at}.", {"work": TIME}) for at, step in enumerate(_steps(data, name)) if "work" in step]
    reads = data["services"][name].get("subscribe", [])
    reads = reads if isinstance(reads, list) else [reads]
    places += [(f"subscribe.{number}.", OF_SUBSCRIPTIONS) for number in range(len(reads))] * 2
    path, settings = draw(st.sampled_from(places))
    setting = draw(st.sampled_from(sorted(settings)))
    return {"change": f"services.{name}.{path}{setting}", "to": draw(settings[setting])}


def _steps(data, name):
    handle = data["services"][name]["handle"]
    return handle if isinstance(handle, list) else []
