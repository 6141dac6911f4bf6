"""Assignors: which member of a group reads which partition, as Kafka's classes of the same names decide it.

Each is a function of ``members`` (name -> the topics it subscribes to), ``topics`` (name -> number of partitions) and
``current`` (name -> the partitions it has now), and gives name -> [(topic, partition), ...]. Every partition of a
topic that anybody subscribes to has exactly one owner; members may be left without any.

Source: the documentation of RangeAssignor, RoundRobinAssignor, StickyAssignor and CooperativeStickyAssignor in
org.apache.kafka.clients.consumer.
"""

from itertools import count

__all__ = ["ASSIGN", "EAGER"]


def range_(members, topics, current):
    """Topic by topic, neighbouring partitions together; the first members get one more where it doesn't divide.

    >>> range_({"C0": ["t"], "C1": ["t"]}, {"t": 3}, {})
    {'C0': [('t', 0), ('t', 1)], 'C1': [('t', 2)]}
    """
    result = {member: [] for member in sorted(members)}
    for topic, partitions in sorted(topics.items()):
        able = [member for member in result if topic in members[member]]
        first = 0
        for place, member in enumerate(able):
            last = first + partitions // len(able) + (place < partitions % len(able))
            result[member] += [(topic, partition) for partition in range(first, last)]
            first = last
    return result


def round_robin(members, topics, current):
    """All partitions of all topics in turn to the members who subscribe to them.

    >>> round_robin({"C0": ["t"], "C1": ["t"]}, {"t": 3}, {})
    {'C0': [('t', 0), ('t', 2)], 'C1': [('t', 1)]}
    """
    result = {member: [] for member in sorted(members)}
    order, turn = list(result), count()
    for partition in _wanted(members, topics):
        while partition[0] not in members[member := order[next(turn) % len(order)]]:
            pass
        result[member].append(partition)
    return result


def sticky(members, topics, current):
    """As even as it can be, and among those the fewest moves: everybody keeps what they have as far as it is fair.

    >>> sticky({"C0": ["t"], "C2": ["t"]}, {"t": 3}, {"C0": [("t", 0)], "C1": [("t", 1)], "C2": [("t", 2)]})
    {'C0': [('t', 0), ('t', 1)], 'C2': [('t', 2)]}
    """
    wanted = _wanted(members, topics)
    kept = set()
    result = {member: [] for member in sorted(members)}
    for member, partitions in result.items():
        for partition in sorted(current.get(member, ())):
            if partition in wanted and partition not in kept and partition[0] in members[member]:
                partitions.append(partition)
                kept.add(partition)
    for partition in wanted:
        if partition not in kept:
            result[_poorest(result, members, partition)].append(partition)
    while _level(result, members):
        pass
    return result


def _wanted(members, topics):
    """The partitions that somebody subscribes to, in order."""
    subscribed = {topic for names in members.values() for topic in names}
    return [(topic, partition) for topic in sorted(subscribed & topics.keys()) for partition in range(topics[topic])]


def _poorest(result, members, partition):
    """Who has fewest among those who may have the partition; the first of several."""
    able = [member for member in result if partition[0] in members[member]]
    return min(able, key=lambda member: len(result[member]))


def _level(result, members):
    """Move one partition from a member to another one who has at least two fewer; whether there was any to move."""
    for rich in sorted(result, key=lambda member: -len(result[member])):
        for partition in reversed(result[rich]):
            poor = _poorest(result, members, partition)
            if len(result[poor]) + 1 < len(result[rich]):
                result[rich].remove(partition)
                result[poor].append(partition)
                return True
    return False


ASSIGN = {"range": range_, "round_robin": round_robin, "sticky": sticky, "cooperative_sticky": sticky}
EAGER = ("range", "round_robin", "sticky")  # everybody gives up everything before anybody gets anything
