"""A caller: asks services over one connection each, and waits for their answers."""

import asyncio

from evsim.results.records import Reason, Verdict
from evsim.testbed import wire

__all__ = ["Caller"]


class Caller:
    """Asks the services of a run for one process, whose ``peers`` say where they listen."""

    def __init__(self, process):
        self.process = process
        self._writers, self._waiting, self._listening = {}, {}, set()

    async def ask(self, service, id, place, luck, timeout=None):
        """Ask a service for a row and wait for its answer, at most `timeout` seconds: (verdict, reason)."""
        try:
            writer = await self._connection(service)
        except OSError:
            return Verdict.ERROR, Reason.UNREACHABLE
        answer = asyncio.get_running_loop().create_future()
        self._waiting[id] = service, answer
        wire.send(writer, {"ask": id, "place": place, "luck": luck})
        try:
            ok, reason = await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            return Verdict.TIMEOUT, Reason.TIMEOUT
        finally:
            del self._waiting[id]
        return (Verdict.DONE if ok else Verdict.ERROR), Reason(reason)

    async def _connection(self, service):
        if (writer := self._writers.get(service)) is not None:
            return writer
        reader, writer = await wire.connect(self.process.peers[service], self.process.token)
        if service in self._writers:  # somebody else was quicker
            writer.close()
            return self._writers[service]
        self._writers[service] = writer
        listening = asyncio.get_running_loop().create_task(self._listen(service, reader))
        self._listening.add(listening)
        listening.add_done_callback(self._listening.discard)
        return writer

    async def _listen(self, service, reader):
        async for frame in wire.frames(reader):
            _, answer = self._waiting.get(frame["answer"], (None, None))
            if answer is None or answer.done():
                self.process.journal.note("late", frame["answer"])
            else:
                answer.set_result((frame["ok"], frame["reason"]))
        self._writers.pop(service).close()
        for whom, answer in self._waiting.values():
            if whom == service and not answer.done():
                answer.set_result((False, Reason.CRASH))  # the connection broke
