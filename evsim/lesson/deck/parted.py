"""Tables of a moment: what lies in which partition, who of a service does how much, which keys come most."""

from collections import Counter

import numpy as np

from evsim.scenario import ScenarioError
from evsim.scenario.errors import Problem, suggest
from evsim.view.words import seconds

__all__ = ["TABLES", "check_table"]

BACK = 300  # seconds
MOST = 12  # rows


def _partitions(watched, channel, now):
    """Partitions of a log: what came in five minutes, what waits, and for how long."""
    rows, messages = watched.rows, watched.messages
    mine = messages["channel"] == list(watched.run.scenario.channels).index(channel)
    came = mine & (messages["appended"] >= now - BACK) & (messages["appended"] < now)
    waits = np.flatnonzero(watched.of(channel) & (rows["ready"] < now) & (watched.over >= now))
    its = messages["partition"][rows["parent"][waits]]
    lines = []
    for number in range(watched.run.scenario.channels[channel].partitions):
        lag = waits[its == number]
        age = now - float(rows["ready"][lag].min()) if len(lag) else 0.0
        lines.append((f"partition {number}", str((came & (messages["partition"] == number)).sum()), str(len(lag)),
                      seconds(age)))  # fmt: skip
    return (channel, "came in 5 min", "not done", "oldest"), tuple(lines)


def _instances(watched, service, now):
    """Instances of a service: how busy each was for five minutes, of the time in which it was there; what it ended."""
    rows, capacity, window = watched.rows, watched.run.tables.capacity[service], (now - BACK, now)
    mine = np.flatnonzero(watched.at(service) & (rows["worker"] >= 0))
    owner = capacity.instance_of(rows["worker"][mine])
    lines = []
    for number in range(capacity.count):
        its = mine[owner == number]
        held, there = watched.held(service, *window, number)
        busy = f"{100 * held / there:.0f} %" if there else "-"
        done = ((rows["ended"][its] >= now - BACK) & (rows["ended"][its] < now)).sum()
        lines.append((f"{service}/{number + 1}", busy, str(done)))
    return (service, "busy, 5 min", "ended in 5 min"), tuple(lines[:MOST])


def _keys(watched, workload, now):
    """The keys of customers that came most in five minutes."""
    requests = watched.requests
    came = (requests.arrived >= now - BACK) & (requests.arrived < now)
    came &= requests.workload == requests.workloads.index(workload)
    counts = Counter(watched.run.tables.request_keys[came].tolist()).most_common(MOST)
    total = max(1, came.sum())
    lines = tuple((key, str(count), f"{100 * count / total:.0f} %") for key, count in counts)
    return (f"key of {workload}", "came in 5 min", "share"), lines


TABLES = {"partitions": _partitions, "instances": _instances, "keys": _keys}


def check_table(text, scenario):
    """Refuse a table, as a look names it (``keys partners``), of what is not there."""
    name, _, place = text.partition(" ")
    logs = [each for each, channel in scenario.channels.items() if hasattr(channel, "partitions")]
    named = {"partitions": logs, "instances": scenario.services, "keys": scenario.workloads}
    of, there = {"partitions": "log", "instances": "service", "keys": "workload"}[name], named[name]
    if place not in there:
        raise ScenarioError([Problem("", f"{name} is of a {of}", text, hint=suggest(place, there))])
