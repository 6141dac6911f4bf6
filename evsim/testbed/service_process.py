"""A service as a process: an inbox, so many workers, and a handler whose steps it takes for real."""

import asyncio
from collections import deque
from heapq import heappop, heappush
from time import monotonic_ns

from evsim.engine.execution import Execution
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.testbed import wire
from evsim.testbed.brokers import client_of
from evsim.testbed.caller import Caller
from evsim.testbed.effect_stores import store_of
from evsim.testbed.process_names import BROKER
from evsim.testbed.roles import Process, serve
from evsim.testbed.shared_draws import SharedDraws

__all__ = ["ServiceProcess"]


class Failed(Exception):
    """The handler fails, for a :class:`Reason`."""


class Job:
    """A row that this service is to work: its ``id``, its ``place`` and ``luck``, and whom to ``answer``.

    answer(ok, reason): tells whoever asked. over: whether its handler has ended.
    """

    def __init__(self, id, place, luck, answer):
        self.id, self.place, self.luck, self.answer = id, place, luck, answer
        self.answered = self.over = False


class ServiceProcess(Process):
    def __init__(self, task):
        super().__init__(task)
        self.luck = SharedDraws(Execution(self.scenario, self.seed))
        self.settings = self.scenario.services[self.service]
        self.inbox, self.free = deque(), self._workers()
        self.store = store_of(self, task["mail_ports"])
        self.caller = Caller(self)
        self.broker = None
        self.tasks = set()
        self._timers = {}
        self.steps = {
            "work": self._pass_time, "wait": self._pass_time, "effect": self._effect, "reply": self._reply,
            "parallel": self._parallel, "call": self._call, "publish": self._publish,
        }  # fmt: skip

    def _workers(self):
        """Their numbers; those of all instances are counted on."""
        first = self.instance * self.settings.workers
        return list(range(first, first + self.settings.workers))

    def partitions(self, channel):
        """Those of a log that this instance reads, where a broker leaves it to the readers; [-1] of a queue."""
        settings = self.scenario.channels[channel]
        return range(self.instance, settings.partitions, self.settings.instances) if settings.partitioned else [-1]

    async def start(self):
        await self.store.open()
        return wire.port_of(await wire.listen(self.port, self.token, self._serve))

    async def meet(self, peers):
        await super().meet(peers)
        if BROKER in peers:
            channels = [each.channel for each in self.settings.subscribe]
            self.broker = client_of(self.broker_choice.kind)(self, channels, self._delivered)
            self._spawn(self.broker.stay_connected())
            await self.broker.connected.wait()

    async def status(self):
        unsent = self.broker.open if self.broker else 0
        return {"waiting": len(self.inbox), "working": self.settings.workers - len(self.free), "unsent": unsent}

    # The inbox.

    async def _serve(self, reader, writer):
        async for frame in wire.frames(reader):

            def answer(ok, reason, id=frame["ask"]):
                wire.send(writer, {"answer": id, "ok": ok, "reason": int(reason)})

            self.take(Job(frame["ask"], self.luck.places[frame["place"]], self.luck.unpack(frame["luck"]), answer))

    def _delivered(self, id, route, luck, attempt, settle):
        place = self.luck.reader(route, self.service)
        self.take(Job(id, place, self.luck.of_attempt(self.luck.unpack(luck), place, attempt), settle))

    def take(self, job):
        """A job arrives."""
        self.journal.note("ready", job.id)
        if self.free:
            self._begin(job)
        else:
            self.inbox.append(job)

    def _begin(self, job):
        self._spawn(self._work(job, heappop(self.free)))

    def _spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _work(self, job, worker):
        self.journal.note("started", job.id, worker)
        outcome, reason = Outcome.OK, Reason.NONE
        try:
            await self._take_steps(job, self.settings.handle, ())
        except Failed as failure:
            outcome, reason = Outcome.FAILED, failure.args[0]
        job.over = True
        self.journal.note("ended", job.id, int(outcome), int(reason))
        heappush(self.free, worker)
        if not job.answered:
            job.answer(outcome == Outcome.OK, reason)
        if self.inbox:
            self._begin(self.inbox.popleft())

    # Steps.

    async def _take_steps(self, job, steps, position):
        for index, step in enumerate(steps):
            if job.over:
                return  # another branch has failed
            await self.steps[step.kind](job, step, (*position, index), index == len(steps) - 1)

    async def _pass_time(self, job, step, position, last):
        key = job.place.number, position
        if key not in self._timers:
            self._timers[key] = self.luck.timer(job.place, step, position)
        planned = int(self._timers[key](job.luck))
        began = monotonic_ns()
        await asyncio.sleep(planned / 1e9)
        self.journal.note("slept", job.id, planned, monotonic_ns() - began)

    async def _effect(self, job, step, position, last):
        began = monotonic_ns()
        await self.store.write(job.id, step.name)
        self.journal.note("wrote down", job.id, step.name, began)

    async def _reply(self, job, step, position, last):
        if not job.place.is_delivery and not (last and len(position) == 1):
            job.answered = True
            self.journal.note("replied", job.id)
            job.answer(True, Reason.NONE)

    async def _parallel(self, job, step, position, last):
        branches = [self._take_steps(job, branch, (*position, number)) for number, branch in enumerate(step.branches)]
        await asyncio.gather(*branches)

    async def _call(self, job, step, position, last):
        target = self.luck.target(job.place, position)
        id = f"{job.id}/{'.'.join(map(str, position))}"
        luck = self.luck.pack(job.luck)
        self.journal.note("asked", id, target.number, luck, job.id)
        verdict, reason = await self.caller.ask(id, target, luck, step.timeout)
        self.journal.note("answered", id, int(verdict), int(reason))
        if verdict != Verdict.DONE and step.on_error.fails:
            raise Failed(reason)

    async def _publish(self, job, step, position, last):
        route = self.luck.route(job.place, position)
        luck = self.luck.pack(job.luck)
        message = f"{job.id}@{'.'.join(map(str, position))}"
        partition = self.luck.partition(route, job.luck)
        self.journal.note("published", message, route, luck, job.id, partition)
        broker = self.broker
        if broker is None or not await broker.publish(message, step.channel, partition, route, luck):
            self.journal.note("unconfirmed", message)
            raise Failed(Reason.UNREACHABLE)
        self.journal.note("confirmed", message)


if __name__ == "__main__":
    serve(ServiceProcess)
