"""Kafka's consumer groups as ``kafka-consumer-groups --describe`` prints them: topics, partitions, members, lag.

Source: Apache Kafka, tool ConsumerGroupCommand.
"""

import re
from collections import defaultdict

from evsim.counting import count
from evsim.imports.measured import GUESSED_WORK
from evsim.imports.sketch import GUESSED, slug
from evsim.scenario.textfile import wrong

__all__ = ["read"]

COLUMNS = ("GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID")
IDLE = re.compile(r"Consumer group '([^']*)' has no active members")
MOST = 100_000  # messages that lie there, for a run to hold them


def read(text, name, sketch):
    columns, unread, first_unread = None, 0, None
    partitions: dict = defaultdict(int)
    lags: dict = defaultdict(int)
    members: dict = defaultdict(set)
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if "#PARTITIONS" in cells:
            raise wrong(name, "has members alone", hint="--describe without --members has topics and lag", line=number)
        if "TOPIC" in cells and "PARTITION" in cells:
            columns = cells
        elif not cells or IDLE.search(line):
            continue
        elif columns is None or not _row(columns, cells, partitions, lags, members, name):
            unread, first_unread = unread + 1, first_unread or number
    if not partitions:
        raise wrong(name, "holds no row of a consumer group that can be read", line=first_unread)
    sketch.count(unread, "line", f"of {name} could not be read, the first is line {first_unread}")
    for topic, number in partitions.items():
        sketch.channel(slug(topic), {"log": {"partitions": number}}, f"measured: {name}", overwrite=True)
    lagging: dict = defaultdict(list)
    for (group, topic), lag in lags.items():
        box = sketch.box(slug(group))
        box.subscribes.setdefault(slug(topic), {})
        sketch.handle(slug(group), [({"work": GUESSED_WORK}, GUESSED), ({"effect": f"{topic} handled"}, GUESSED)], 1)
        there = len(members[group])
        if there:
            box.instances = min(there, 1000), f"measured: {name}"
        lagging[group].append(f"{lag:,} in {topic}")
        box.words = f"{count(there, 'member') if there else 'no members'} in {name}; lag {', '.join(lagging[group])}"
    _backlog(lags, name, sketch)


def _row(columns, cells, partitions, lags, members, name):
    row = dict(zip(columns, cells))
    partition, lag = row.get("PARTITION", ""), row.get("LAG", "-")
    if len(cells) < len(COLUMNS) - 2 or not partition.isdigit() or int(partition[:6]) >= 10_000:
        return False
    topic, group = row["TOPIC"], row.get("GROUP", "group")
    partitions[topic] = max(partitions[topic], int(partition) + 1)
    lags[group, topic] += min(int(lag[:13]), 10**12) if lag.isdigit() else 0
    if row.get("CONSUMER-ID", "-") != "-":
        members[group].add(row["CONSUMER-ID"])
    return True


def _backlog(lags, name, sketch):
    """What lies in each topic for the group that is furthest behind comes at once, at the beginning."""
    most: dict = {}
    for (_, topic), lag in lags.items():
        most[topic] = max(lag, most.get(topic, 0))
    for topic, lag in most.items():
        if lag:
            source = slug(f"{topic}-backlog")
            sketch.handle(source, [({"publish": slug(topic)}, "")], 1)
            sketch.box(source).stands_in = True
            sketch.box(source).words = "what lay there when the table was made, published at once"
            if lag > MOST:
                sketch.note(f"{MOST:,} of the {lag:,} messages that lie in {topic} are taken: a run holds no more")
            arrivals = {"burst": min(lag, MOST)}
            sketch.workloads[slug(f"{topic}-lag")] = source, arrivals, f"measured: {name}", ""
    sketch.note(f"{name} does not say how fast messages come and are handled: two tables and a clock would")
