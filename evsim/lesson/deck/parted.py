"""Tables of a moment: what lies in which partition, who of a service does how much, which keys come most."""

from collections import Counter

import numpy as np

from evsim.view.words import seconds

__all__ = ["TABLES"]

BACK = 300  # seconds
MOST = 12  # rows


def _partitions(watched, channel, now):
    """Partitions of a log: what came in five minutes, what waits, and for how long."""
    rows, messages = watched.rows, watched.messages
    mine = messages["channel"] == list(watched.run.scenario.channels).index(channel)
    came = mine & (messages["appended"] >= now - BACK) & (messages["appended"] < now)
    waits = watched.of(channel) & (rows["ready"] < now) & (watched.over >= now)
    its = messages["partition"][rows["parent"]]
    lines = []
    for number in range(watched.run.scenario.channels[channel].partitions):
        lag = waits & (its == number)
        age = now - float(np.nanmin(rows["ready"][lag])) if lag.any() else 0.0
        lines.append((f"partition {number}", str((came & (messages["partition"] == number)).sum()), str(lag.sum()),
                      seconds(age)))  # fmt: skip
    return (channel, "came in 5 min", "not done", "oldest"), tuple(lines)


def _instances(watched, service, now):
    """Instances of a service: how busy they were for five minutes, what they have in hand."""
    rows, capacity = watched.rows, watched.run.tables.capacity[service]
    mine = np.flatnonzero(watched.at(service) & (rows["worker"] >= 0))
    owner = capacity.instance_of(rows["worker"][mine])
    lines = []
    for number in range(capacity.count):
        its = mine[owner == number]
        started, ended = rows["started"][its], np.where(np.isnan(rows["ended"][its]), np.inf, rows["ended"][its])
        held = np.clip(np.minimum(ended, now) - np.maximum(started, now - BACK), 0, None)[started < now].sum()
        done = ((ended >= now - BACK) & (ended < now)).sum()
        lines.append((f"{service}/{number + 1}", f"{100 * held / BACK / capacity.width:.0f} %", str(done)))
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
