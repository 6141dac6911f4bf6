"""A caller: asks services over one connection each, and waits for their answers."""

import asyncio

from evsim.results.endings import Reason, Verdict
from evsim.testbed import wire

__all__ = ["Caller"]


class Caller:
    """Asks the services of a run for one process, whose ``peers`` say where they listen."""

    def __init__(self, process):
        self.process = process
        self._writers, self._waiting, self._listening = {}, {}, set()

    async def ask(self, id, place, luck, timeout=None):
        """Ask the service of a place for a row and wait at most `timeout` seconds for the answer: (verdict, reason)."""
        peer = self.process.luck.process(place, luck)
        try:
            writer = await self._connection(peer)
        except OSError:
            return Verdict.ERROR, Reason.UNREACHABLE
        answer = asyncio.get_running_loop().create_future()
        self._waiting[id] = peer, answer
        wire.send(writer, {"ask": id, "place": place.number, "luck": luck})
        try:
            ok, reason = await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            return Verdict.TIMEOUT, Reason.TIMEOUT
        finally:
            del self._waiting[id]
        return (Verdict.DONE if ok else Verdict.ERROR), reason

    async def _connection(self, peer):
        if (writer := self._writers.get(peer)) is not None:
            return writer
        reader, writer = await wire.connect(self.process.peers[peer], self.process.token)
        if peer in self._writers:  # somebody else was quicker
            writer.close()
            return self._writers[peer]
        self._writers[peer] = writer
        listening = asyncio.get_running_loop().create_task(self._listen(peer, reader))
        self._listening.add(listening)
        listening.add_done_callback(self._listening.discard)
        return writer

    async def _listen(self, peer, reader):
        async for frame in wire.frames(reader):
            _, answer = self._waiting.get(frame["answer"], (None, None))
            if answer is None or answer.done():
                self.process.journal.note("late", frame["answer"])
            else:
                answer.set_result((frame["ok"], frame["reason"]))
        self._writers.pop(peer).close()
        for whom, answer in self._waiting.values():
            if whom == peer and not answer.done():
                answer.set_result((False, Reason.CRASH))  # the connection broke
