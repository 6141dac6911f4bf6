"""Dead letters: a message that is given up comes again as a new one in another channel.

It is handed over inside the broker, at most once: a channel that is down or full loses it, and the ledger says so.
"""

from functools import cached_property
from zlib import crc32

from evsim.engine.environment import ARRIVAL
from evsim.engine.message_rows import forward, goes_round, refused_letter
from evsim.engine.random_streams import Label

__all__ = ["DeadLetters"]


class DeadLetters:
    """The way of dead letters from one channel to another, named by `address`; of one group, where each has its own."""

    def __init__(self, kernel, source, address, group=""):
        self.kernel, self.source, self.address = kernel, source, address
        self.name = f"dead letters of {source.name}"
        name = f"{source.name}/{group}" if group else source.name
        self.label = Label.LETTER(crc32(name.encode()))  # whatever other channels there are
        self.inbound = {self._arrived}  # heap functions that bring a message to its channel
        source.publishers.append(self)

    @cached_property
    def target(self):
        return self.source.channels[self.address]  # not before all channels are made

    def send(self, row):
        """Make a letter of the message whose last attempt is `row`."""
        rows = self.kernel.records.rows
        message = rows.parent[row]
        if self.target.keeps and goes_round(self.kernel, row, message, self.target):
            what = "message dropped in a dead-letter cycle"
            self.kernel.records.incidents.append((self.kernel.env._now, what, self.target.name, message))
            return
        luck = self.kernel.streams.later(rows.luck[row], self.label)
        letter = forward(self.kernel, message, row, self.target, luck)
        self.kernel.env.call_in(0, self._arrived, letter, ARRIVAL)

    def stored(self):
        """Letters that wait for nothing: those on their way are on the heap, or at the door of their channel."""
        return []

    def _arrived(self, letter):
        messages = self.kernel.records.messages
        line = self.target.line_before(letter)
        if line is not None:
            line.append((self._arrived, letter))
            return
        fate = messages.fate[letter] = self.target.refusal(letter, 1)
        if fate:
            self.kernel.records.incidents.append((self.kernel.env._now, "message refused", self.target.name, letter))
            refused_letter(self.kernel, letter, fate)
        else:
            self.target.append(letter)
