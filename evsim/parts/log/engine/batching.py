"""Batching: a producer keeps messages back until a batch of one partition is full, or its first one has lingered."""

from evsim.engine.environment import TIMEOUT
from evsim.ticks import ticks

__all__ = ["Batching"]


class Batching:
    """The batches that the producers of one log have open. A producer is an instance of a service."""

    def __init__(self, log):
        self.log, self.kernel = log, log.kernel
        self.linger, self.most = ticks(log.settings.linger), log.settings.batch
        self.producers = {}  # name -> service
        self.open = {}  # (service, instance, partition) -> [(publishing, message), ...]
        self.number = 0  # of the batch that was opened last
        self.numbers = {}  # as `open`: the number of the batch

    def add(self, publishing, message):
        """A message is to be sent when its batch is."""
        messages = self.kernel.records.messages
        service = publishing.asker
        self.producers[service.name] = service
        way = service.name, service.instance_of(messages.cause[message]), messages.partition[message]
        if way not in self.open:
            self.number += 1
            self.open[way], self.numbers[way] = [], self.number
            self.kernel.env.call_in(self.linger, self._lingered, (way, self.number), TIMEOUT)
        self.open[way].append((publishing, message))
        if len(self.open[way]) == self.most:
            self._send(way)

    def _lingered(self, timer):
        way, number = timer
        if self.numbers.get(way) != number:
            return
        service, instance, partition = way
        frozen = self.producers[service].instances[instance].frozen
        if frozen is not None:
            frozen.append((self._lingered, timer))
            return
        if self.log.stays is not None:
            self.log.stays.sent((service, instance), partition)
        self._send(way)

    def _send(self, way):
        sent = self.kernel.records.messages.sent
        del self.numbers[way]
        for publishing, message in self.open.pop(way):
            if sent[message] >= 0:
                publishing.leaves_again(message)
            else:
                sent[message] = self.kernel.env._now
            publishing.send_now(message)

    def crash(self, service, instance):
        """What an instance had not sent yet dies with it."""
        for way in [way for way in self.open if way[:2] == (service, instance)]:
            del self.numbers[way]
            for publishing, message in self.open.pop(way):
                incident = self.kernel.env._now, "message lost with its producer", self.log.name, message
                self.kernel.records.incidents.append(incident)
                publishing.lost(message)

    def of(self, publishing):
        """The messages of one publish step that wait here, for an inventory."""
        return [message for batch in self.open.values() for each, message in batch if each is publishing]
