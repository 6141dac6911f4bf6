"""How a service reaches a server that somebody else has written, with the verbs of ``BrokerClient``."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from time import monotonic_ns

from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.testbed.delivery_groups import delivery_id, readers_of
from evsim.testbed.grant_counter import GrantCounter

__all__ = ["ServerClient"]


class ServerClient(ABC):
    """The connection of one service with a server; what it hears of the server it notes for it.

    What comes a product gives to `handle`.
    """

    def __init__(self, process, channels, deliver):
        self.process, self.channels, self.deliver = process, channels, deliver
        self.connected, self.open, self._tasks, self._failures = asyncio.Event(), 0, set(), self.failures()
        readers = dict.fromkeys(each for channel in channels for each in readers_of(process.scenario, channel))
        self._grants = GrantCounter(process.folder, list(readers))

    @abstractmethod
    def failures(self):
        """The exceptions by which a server is seen to have gone."""

    @abstractmethod
    async def stay_connected(self):
        """Connect, and set ``connected``."""

    @abstractmethod
    async def send(self, frame, channel, partition):
        """Hand over a message; its number in its partition, once the server keeps it."""

    def beside(self, work):
        """Do something while other things happen; where the server has gone, it ends."""
        task = asyncio.get_running_loop().create_task(self._until_it_has_gone(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_it_has_gone(self, work):
        with suppress(*self._failures):
            await work

    async def publish(self, message, channel, partition, route, luck):
        """Hand over a message; whether the server, if it has been reached, has said that it keeps it."""
        if not self.connected.is_set():
            return False
        frame = {"message": message, "channel": channel, "route": route, "luck": luck}
        self.open += 1
        try:
            number = await self.send(frame, channel, partition)
        except self._failures:
            return False
        finally:
            self.open -= 1
        self._kept(message, number, monotonic_ns())
        return True

    def _kept(self, message, number, time):
        self.process.journal.note("kept", message, number, time)

    async def handle(self, frame, group, number, acknowledge, give_back=None, kept_at=None):
        """Have a message handled, and tell the server; whether it is done with, or given up.

        acknowledge(), give_back(): tell the server so; without the second the caller sees to what has failed. kept_at:
        since when the server has it, where it says so.
        """
        message, journal = frame["message"], self.process.journal
        attempt = self._grants.next(message, group)
        self._kept(message, number, kept_at or monotonic_ns())
        journal.note("granted", message, group, attempt, self.process.name)
        ok = await self._handled(frame, group, attempt)
        if not ok and attempt < PLAIN_ATTEMPTS:
            if give_back is not None:
                await give_back()
            return False
        await acknowledge()
        journal.note("settled" if ok else "dead", message, group, attempt)
        return True

    async def _handled(self, frame, group, attempt):
        """Whether the handler that a message goes to ended well, once it has ended."""
        over = asyncio.get_running_loop().create_future()

        def settle(ok, reason):
            over.set_result(ok)

        self.deliver(delivery_id(frame["message"], group, attempt), frame["route"], frame["luck"], attempt, settle)
        return await over
