"""Faults of every kind for random systems: at a moment, at random, or at a step of one request."""

from hypothesis import strategies as st

from evsim.scenario.handlers import titles
from evsim.scenario.parts import Service

__all__ = ["fault"]

OF_SERVICES = ("outage", "crash", "pause", "slowdown", "error_rate", "poison")
OF_LINKS = ("partition", "latency", "loss", "duplication")
OF_CHANNELS = {
    "queue": ("outage", "pause", "crash"),
    "exchange": ("outage", "pause", "crash"),
    "log": ("outage", "pause", "crash", "leader_failure", "leader_failure"),
    "bus": ("outage",),
}
CHANCE = st.sampled_from([0, 0.1, 0.5, 1])
FACTOR = st.sampled_from([0.1, 0.5, 1, 3, 10])


def fault(draw, data, cast, stable):
    """Plain data of one fault of the system `data`; every one ends in a `stable` system."""
    channels = [name for name, kind in cast.kinds.items() if kind != "pipe"]
    target = draw(st.sampled_from([*cast.services, *cast.services, *channels, *_links(data, cast)]))
    kinds = OF_LINKS
    if target in cast.services:
        stays_dead = {"crash"} if stable and cast.pipes else ()  # who is on a pipe
        kinds = [kind for kind in OF_SERVICES if kind not in stays_dead]
    elif target in channels:
        kinds = OF_CHANNELS[cast.kinds[target]]
    kind = draw(st.sampled_from(kinds))
    if target in cast.services and draw(st.booleans()):
        target = f"{target}/{draw(st.integers(1, data['services'][target].get('instances', 3)))}"
    described = {kind: target}
    if kind == "slowdown":
        described["factor"] = draw(FACTOR)
    if kind in ("error_rate", "loss", "duplication"):
        described["probability"] = draw(CHANCE)
    if kind == "poison":
        described["key"] = draw(st.sampled_from([0, 1, 7, "fixed"]))
    if kind == "latency":
        described |= draw(st.sampled_from([{"factor": 5}, {"add": 0.25}, {"add": 3}]))
    return described | _moment(draw, data, cast, stable)


def _links(data, cast):
    """Names of links, and pairs of places that are not in one program."""
    brokers = [name for name, kind in cast.kinds.items() if kind not in ("bus", "pipe")]
    pairs = [
        [one, other]
        for one in cast.services
        for other in [*cast.services, *brokers, *cast.workloads]
        if len({data["services"].get(name, {}).get("inside", name) for name in (one, other)}) == 2
    ]
    return [*data["network"]["links"], *pairs]


def _moment(draw, data, cast, stable):
    """When a fault comes, and for how long."""
    when = draw(st.sampled_from(["at", "at", "at", "random", "step"]))
    if when == "random":
        return {
            "mtbf": draw(st.sampled_from([2, {"exponential": 3}])),
            "mttr": draw(st.sampled_from([1, {"exponential": 1}])),
        }
    moment = {"at": draw(st.one_of(st.integers(0, cast.duration - 1), st.sampled_from([0.25, 1.5, 3.33])))}
    if when == "step":
        service = draw(st.sampled_from(cast.services))
        handler = Service.model_validate(data["services"][service]).handle
        moment = {
            "at_step": {
                "request": draw(st.integers(0, 12)),
                "step": draw(st.sampled_from(sorted(titles(handler).values()))),
                "when": draw(st.sampled_from(["before", "after"])),
                "service": service,
                "workload": draw(st.sampled_from(cast.workloads)),
            }
        }
    length = draw(st.sampled_from([0.5, 1, 2, 5] if stable else [None, 0.5, 1, 2, 5]))
    return moment if length is None else {**moment, "for": length}
