"""Partitioners: to which partition a producer sends a message. A producer is an instance of a service.

Each is made for a publish site, and gives a function of a message's luck and of the row that publishes it.
"""

import numpy as np

from evsim.engine.drawn_values import value_at
from evsim.engine.murmur import partition_of, partitions_of

__all__ = ["PARTITIONERS"]


def by_key(log, site):
    """The hash of the key, as Kafka's producer has it; that of the step, or else the request's own.

    Where partitions are added, a key may get another one from then on.
    """
    if site.step.keyed_by_item:
        names = log.kernel.identifiers.key_names
        return lambda luck, row: partition_of(names[site.item_key], len(log.ends))
    tables = {}  # number of partitions -> the function

    def table(count):
        if count not in tables:
            tables[count] = _table(log.kernel, site.place.workload, site.key, count)
        return tables[count]

    if log.settings.add_partitions is None:
        return table(len(log.ends))
    return lambda luck, row: table(len(log.ends))(luck, row)


def _table(kernel, workload, key, count):
    names = kernel.identifiers.key_names
    if key is not None:
        fixed = partition_of(names.get(key, key), count)
        return lambda luck, row: fixed
    keys, number_of = kernel.identifiers.keys[workload], kernel.streams.of

    def block(number):
        mine = keys.block(number)
        if len(mine) and int(mine[0]) in names:
            return np.array([partition_of(names[key], count) for key in mine.tolist()])
        return partitions_of(mine, count)

    values = kernel.streams.store("i", block)

    def partition(luck, row):
        try:
            return values[luck]
        except IndexError:
            number, _ = number_of(luck)
        return value_at(values, number, block)

    return partition


def round_robin(log, site):
    """Each producer sends one message to each partition in turn."""
    service, turns = site.publisher, log.turns

    def partition(luck, row):
        producer = service.name, service.instance_of(row)
        turns[producer] = turn = turns.get(producer, -1) + 1
        return turn % len(log.ends)

    return partition


def sticky(log, site):
    """Each producer stays on one partition until a batch is full or sent, then goes to another one by chance."""
    service = site.publisher

    def partition(luck, row):
        return log.stays.next((service.name, service.instance_of(row)))

    return partition


class Stays:
    """Where the producers of a log with a sticky partitioner are, and for how many messages more."""

    def __init__(self, log):
        self.log, self.chances = log, {}
        self.now, self.left, self.moves = {}, {}, {}

    def next(self, producer):
        """The partition of one more message."""
        if not self.left.get(producer):
            self._move(producer)
        if self.left[producer] is not True:
            self.left[producer] -= 1
        return self.now[producer]

    def sent(self, producer, partition):
        """A batch has left before it was full."""
        if self.now.get(producer) == partition:
            self.left[producer] = 0

    def _move(self, producer):
        count = len(self.log.ends)
        if producer not in self.chances:
            self.chances[producer] = self.log.kernel.streams.uniforms("sticky", self.log.name, *producer)
        number = self.moves[producer] = self.moves.get(producer, -1) + 1
        chance = self.chances[producer].of(number)
        if producer not in self.now or count == 1:
            self.now[producer] = int(chance * count)
        else:
            step = 1 + int(chance * (count - 1))  # never to where it is
            self.now[producer] = (self.now[producer] + step) % count
        self.left[producer] = self.log.settings.batch or True  # True: until the batch is sent


PARTITIONERS = {"key": by_key, "round_robin": round_robin, "sticky": sticky}
