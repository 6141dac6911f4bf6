"""Systems in which a consumer falls behind, and how it catches up, worked out a second time."""

from hypothesis import strategies as st

from evsim.scenario import Scenario
from evsim.view.words import seconds

__all__ = ["backlog_systems", "catch_ups", "words_of"]

STOPS = ("outage", "pause", "slowdown", "crash")


@st.composite
def backlog_systems(draw):
    """`reader` reads what `page` publishes, perhaps beside another one, and is hit by a fault or two."""
    log = draw(st.booleans())
    workers, count = draw(st.sampled_from([1, 2, 3])), draw(st.sampled_from([1, 2]))
    work = draw(st.sampled_from([0.05, 0.1, {"exponential": 0.1}]))
    target = draw(st.sampled_from(["reader", "reader", "other", "page"]))
    services = {
        "page": {"workers": 9, "handle": [{"publish": "facts"}]},
        "reader": {
            "workers": workers,
            "instances": count,
            "subscribe": "facts",
            "handle": [{"work": work}, {"effect": "row"}],
        },
    }
    if target == "other" or draw(st.integers(0, 3)) == 0:
        services["other"] = {"subscribe": "facts", "handle": [{"work": 0.02}, {"effect": "entry"}]}
    kind = draw(st.sampled_from(STOPS))
    first = {kind: target, "at": 4, "for": draw(st.sampled_from([2, 4]))} | (
        {"factor": 30} if kind == "slowdown" else {}
    )
    faults = [first]
    if draw(st.booleans()):
        faults.append({"outage": target, "at": draw(st.sampled_from([9, 12, 20])), "for": 2})
    rate = draw(st.sampled_from([6, 9, 12]))
    profile = {"profile": [[0, rate], [10, rate], [10.5, 2]]}
    arrivals = draw(st.sampled_from([{"constant": rate}, {"constant": rate}, {"constant": rate}, profile]))
    partitions = draw(st.sampled_from([1, 2, 4]))
    return Scenario.from_dict({
        "name": "behind",
        "workloads": {"people": {"target": "page", "arrivals": arrivals}},
        "services": services,
        "channels": {"facts": {"log": {"partitions": partitions}} if log else "queue"},
        "faults": faults,
        "run": {"duration": 24, "seed": draw(st.integers(0, 99)), "drain_limit": draw(st.sampled_from([0, 30]))},
    })  # fmt: skip


def catch_ups(plain, entries):
    """(end of the fault, waiting, done, rate, capacity, took, predicted) of each."""
    scenario, found = plain.scenario, []
    arrivals = scenario.workloads["people"].arrivals
    if arrivals.kind != "constant":
        return found
    stops = sorted((time, end, target) for time, kind, target, end in plain.incidents if kind in STOPS)
    stops = [(time, plain.ended_at if end is None else min(end, plain.ended_at), target) for time, end, target in stops]
    for number, (_, end, target) in enumerate(stops):
        readers = [name for name, each in scenario.services.items() if each.subscribe]
        is_log = scenario.channels["facts"].partitioned
        if target not in readers or (len(readers) > 1 and not is_log) or end >= plain.ended_at:
            continue
        service = scenario.services[target]
        at_once = service.workers * service.instances
        at_once = min(at_once, scenario.channels["facts"].partitions) if is_log else at_once
        capacity = at_once / service.handle[0].time.mean
        mine = [each for each in entries if each.subscriber is None or each.subscriber[1] == target]
        born, gone = [each.born for each in mine], [each.settled for each in mine if each.settled is not None]
        waiting = sum(time <= end for time in born) - sum(time <= end for time in gone)
        done = sum(each.row.service == target and each.time <= end for each in plain.effects)
        left = ((time, sum(one <= time for one in born) - sum(one <= time for one in gone)) for time in sorted(gone))
        took = next((time - end for time, many in left if time >= end and many <= at_once), None)
        predicted = waiting / (capacity - arrivals.rate) if capacity > arrivals.rate else float("inf")
        again = [time for time, _, other in stops[number + 1 :] if other == target]
        disturbed = again and again[0] < end + min(predicted, plain.ended_at)
        if waiting > 3 + 2 * at_once and not disturbed:
            found.append((end, waiting, done, arrivals.rate, capacity, took, predicted))
    return found


def words_of(catch_up):
    """The end of what is said of it."""
    _, waiting, _, rate, capacity, took, predicted = catch_up
    seen = "not seen to catch up" if took is None else f"caught up in {seconds(took)}"
    when = seconds(predicted) if capacity > rate else "never while customers come"
    return f": {waiting:,} waited, {seen} (predicted: {when})"
