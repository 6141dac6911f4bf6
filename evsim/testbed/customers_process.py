"""The customers as a process: each comes at the time that the simulator drew, asks, and hears what it is told."""

import asyncio
from time import monotonic_ns

from evsim.engine.arrival_times import arrival_times
from evsim.engine.execution import Execution
from evsim.testbed.caller import Caller
from evsim.testbed.roles import Process, serve
from evsim.testbed.shared_draws import SharedDraws

__all__ = ["CustomersProcess"]


class CustomersProcess(Process):
    def __init__(self, task):
        super().__init__(task)
        self.luck, self.caller = SharedDraws(Execution(self.scenario, self.seed)), Caller(self)
        self.coming = [
            (place, [int(time) for times in arrival_times(self.luck.kernel, place.workload) for time in times])
            for place in self.luck.places
            if place.is_request
        ]
        self.to_come = sum(len(times) for _, times in self.coming)
        self.asking = set()

    async def begin(self, origin):
        for place, times in self.coming:
            self._beside(self._come(place, times, origin))

    async def status(self):
        return {"to come": self.to_come, "asking": len(self.asking)}

    def _beside(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.asking.add(task)
        task.add_done_callback(self.asking.discard)

    async def _come(self, place, times, origin):
        for number, time in enumerate(times):
            wait = origin + time - monotonic_ns()
            if wait > 0:
                await asyncio.sleep(wait / 1e9)
            id = f"{place.number}.{number}"
            self.journal.note("asked", id, place.number, (number, 0), None)
            self._beside(self._ask(id, place, number))
            self.to_come -= 1

    async def _ask(self, id, place, number):
        verdict, reason = await self.caller.ask(id, place, (number, 0))
        self.journal.note("answered", id, int(verdict), int(reason))


if __name__ == "__main__":
    serve(CustomersProcess)
