"""Dead letters: a message that is given up comes again as a new one in another channel.

It is handed over inside the broker, at most once: a channel that is down or full loses it.
"""

from functools import cached_property

from evsim.engine.environment import ARRIVAL
from evsim.results.records import Verdict

__all__ = ["Letters"]

_ROUND = 200_000  # labels the luck of dead letters


class Letters:
    """The way of dead letters from one channel to another, named by `address`."""

    def __init__(self, system, source, address):
        self.system, self.source, self.address = system, source, address
        self.coming = {self._arrived}  # heap functions that bring a message to its channel
        system.publishings.append(self)

    @cached_property
    def target(self):
        return self.system.channels[self.address]  # not before all channels are made

    def send(self, row):
        """Make a letter of the message whose last attempt is `row`."""
        rows, messages = self.system.records.rows, self.system.records.messages
        message = rows.parent[row]
        if self._goes_round(message, row):
            return
        number = self.system.routes[messages.route[message]].course.numbers[self.target.name]
        letter = messages.new()
        messages.channel[letter], messages.route[letter] = self.target.number, number
        messages.cause[letter], messages.origin[letter] = row, message
        messages.key[letter] = messages.key[message]
        luck = messages.luck[letter] = self.system.luck.later(rows.luck[row], _ROUND + self.source.number)
        messages.partition[letter] = self.system.routes[number].partition_of(luck, row)
        messages.published[letter] = self.system.env._now
        self.system.env.call_in(0, self._arrived, letter, ARRIVAL)

    def stored(self):
        """Letters that wait for nothing: those on their way are on the heap, or at the door of their channel."""
        return []

    def _goes_round(self, message, row):
        """Whether it was in the target before and nobody has failed with it since: RabbitMQ makes no letter then."""
        rows, messages = self.system.records.rows, self.system.records.messages
        while message >= 0 and rows.verdict[row] != Verdict.DEAD:
            if messages.channel[message] == self.target.number:
                return True
            row, message = messages.cause[message], messages.origin[message]
        return False

    def _arrived(self, letter):
        messages = self.system.records.messages
        door = self.target.door(letter)
        if door is not None:
            door.append((self._arrived, letter))
            return
        fate = messages.fate[letter] = self.target.refusal(letter, 1)
        if fate:
            self.system.records.incidents.append(
                (self.system.env._now, "message refused", self.target.name, letter)
            )
        else:
            self.target.append(letter)
