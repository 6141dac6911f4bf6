"""What single processes of live runs do when they are asked by hand: the broker, who listens, and what each obeys."""

import asyncio
import json
from contextlib import ExitStack, redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from types import SimpleNamespace
from unittest.mock import patch

from evsim.testbed import broker_process, kafka_process, nats_process, rabbit_process, redis_process, roles, wire
from tests.snapshots.live.live_processes import WORKS
from tests.support.machine.given_machine import GivenMachine

__all__ = ["LIVE_ASKED"]

TASK = {
    "name": "the broker", "life": 1, "token": "secret", "port": 0, "seed": 1, "run_name": "", "broker": ["mini"],
    "scenario": WORKS.to_dict(), "scenario_folder": None, "database": None, "mail_ports": {},
}  # fmt: skip
SENT = {"publish": "m", "channel": "jobs", "partition": -1, "route": 0, "luck": [0, 0]}
ORDERED = {"publish": "o", "channel": "orders", "partition": 1, "route": 1, "luck": [0, 0]}
JOBS = {"channels": ["jobs"], "credit": 1}
DONE = {"settle": "m", "group": "jobs", "attempt": 1, "ok": True}
FAILED = DONE | {"ok": False}
ASKED = {  # what it is like -> frames, each on a connection; None: it breaks
    "published, and again": [("a", SENT), ("a", SENT), ("b", SENT | {"publish": "n"}), ("a", SENT)],
    "handed out and settled": [("a", {"service": "first"} | JOBS), ("b", SENT), ("a", DONE), ("b", SENT | {
        "publish": "n"}), ("a", DONE | {"settle": "n"})],
    "settled late": [("a", {"service": "first"} | JOBS), ("b", SENT), ("a", FAILED), ("a", DONE), ("a", DONE | {
        "attempt": 2}), ("a", DONE | {"attempt": 2})],
    "given back by a break": [("a", {"service": "first"} | JOBS), ("b", SENT), ("a", None), ("b", {
        "service": "second/1"} | JOBS), ("b", DONE | {"attempt": 2})],
    "several given back by a break": [("a", {"service": "first"} | JOBS | {"credit": 2}), ("b", SENT), ("b", SENT | {
        "publish": "n"}), ("a", None), ("b", {"service": "second/1"} | JOBS | {"credit": 2})],
    "comes again before it breaks": [("a", {"service": "first"} | JOBS), ("b", SENT), ("c", {
        "service": "first"} | JOBS), ("a", None), ("c", DONE)],
    "who has least": [("a", {"service": "second/2"} | JOBS | {"credit": 2}), ("b", {"service": "first"} | JOBS), *(
        ("c", SENT | {"publish": each}) for each in "mnop")],
    "partitions": [("a", {"service": "third/2", "channels": ["orders"], "credit": 2}), *(
        ("c", ORDERED | {"publish": each, "partition": number % 3}) for number, each in enumerate("opqrst")), (
        "b", {"service": "third/1", "channels": ["orders"], "credit": 2}), ("a", DONE | {
            "settle": "o", "group": "third"}), ("b", {"service": "first", "channels": ["orders"], "credit": 1})],
    "dead": [("a", {"service": "first"} | JOBS), ("b", SENT), ("b", SENT | {"publish": "n"}), *(
        ("a", FAILED | {"attempt": attempt}) for attempt in range(1, 7))],
    "a line that is cut": [("a", b'{"publish": "m", "chan'), ("a", None), ("b", SENT)],
}  # fmt: skip


def _asked(frames):
    """What the broker answers to frames, and how it is after a restart."""
    with TemporaryDirectory() as folder, GivenMachine() as machine:
        heard, task = [], TASK | {"folder": folder}

        async def ask():
            broker, writers = broker_process.BrokerProcess(task), {}
            port = await broker.start()
            for who, frame in frames:
                if who not in writers:
                    reader, writers[who] = await wire.connect(port, "secret")
                    machine.loop.create_task(hear(who, reader))
                if frame is None:
                    writers[who].close()
                elif isinstance(frame, bytes):
                    writers[who].write(frame)
                else:
                    wire.send(writers[who], frame)
                await asyncio.sleep(0.01)
            heard.append(f"{await broker.status()}")
            broker.journal.close()

        async def hear(who, reader):
            async for frame in wire.frames(reader):
                heard.append(f"to {who}: {frame}")

        machine.loop.run_until_complete(ask())
        journal = (Path(folder) / "the broker.1.jsonl").read_text(encoding="utf-8")
        again = broker_process.BrokerProcess(task | {"life": 2})
        lines = {str(key): (each.lines, each.attempts) for key, each in again.backlogs.items()}
        again.journal.close()
        return "\n".join([*heard, journal, str(lines), str(again.offsets), str(machine.loop.broken)])


def _kept_of_redis(process):
    """Two messages in a stream: one was handed out."""
    stream, groups = redis_process.stream_of(process, "jobs", -1), process.redis.streams
    groups[stream].entries += [(b"1-0", {}), (b"2-0", {}), (b"3-0", {})]
    groups[stream].groups["jobs"].pending[b"1-0"] = "first", 0.0
    groups[stream].groups["jobs"].read = 1


def _kept_of_kafka(process):
    """Three messages in a partition: one reader has none of them, the other has two."""
    place = process.reader.topics, (kafka_process.topic_of(process, "orders"), 1)
    place[0][place[1]] += ["a", "b", "c"]
    process.reader.committed[kafka_process.group_id(process, "third"), place[1]] = 2


def _kept_of_nats(process):
    """Three messages: one was handed out."""
    stream = process.nats.keeps["streams"][nats_process.stream_of(process, "jobs")]
    stream.kept += [(nats_process.subject_of(process, "jobs", 0), b"", 0)] * 3
    stream.consumers["all"].read, stream.consumers["all"].out = 1, {1: object()}


def _kept_of_rabbit(process):
    """Three messages in one queue, and one in another."""
    for name, number in (("jobs.0.jobs", 3), ("orders.2.third", 1)):
        process.rabbit.keeps["queues"][f"evsim..{name}"].ready.extend("m" * number)


BACKLOGS = {
    "redis": (redis_process.RedisProcess, _kept_of_redis), "nats": (nats_process.NatsProcess, _kept_of_nats),
    "kafka": (kafka_process.KafkaProcess, _kept_of_kafka), "rabbitmq": (rabbit_process.RabbitProcess, _kept_of_rabbit),
}  # fmt: skip
LOGS = WORKS.replace({"channels.jobs": {"log": {"partitions": 2}}}).to_dict()


def _backlog(kind, url, claims=True):
    """How much the keeper of a server finds there: when it comes, when others have sent something, and twice."""
    role, send = BACKLOGS[kind]
    with TemporaryDirectory() as folder, GivenMachine() as machine:
        known = {
            "folder": folder,
            "broker": [kind, url, claims],
            "scenario": LOGS if kind == "kafka" else TASK["scenario"],
        }
        process, said = role(TASK | known), []

        async def ask():
            said.append(await process.start())
            said.append(await process.status())
            send(process)
            said.append(await process.status())
            await asyncio.sleep(1)
            if kind == "redis":
                await process.prepare()  # as its next life does
            said.append(await process.status())
            await process.leave()

        machine.loop.run_until_complete(ask())
        process.journal.close()
        left = [each for server in machine.servers.there.values() for each in server.keeps.values()]
        said = "\n".join(map(str, [*said, *machine.servers.told, *machine.servers.asked, *map(len, left)]))
        return said.replace(folder, "FOLDER")


def _strangers():
    """Who does not show the token, or nothing that can be read, is not let in."""
    served = []

    async def serve(reader, writer):
        served.append([frame async for frame in wire.frames(reader)])

    async def try_to_enter(greeting):
        port = wire.port_of(await wire.listen(0, "secret", serve))
        _, writer = await wire.asyncio.open_connection(wire.HOST, port, limit=99)
        writer.write(greeting + b'\n{"ask": 1}\n')
        await asyncio.sleep(0.01)
        writer.close()
        await asyncio.sleep(0.01)
        served.append(greeting)

    with GivenMachine() as machine:
        for greeting in (b'{"token": "secret"}', b'{"token": "guess"}', b'{"tokens": "secret"}', b"[]", b"{", b""):
            machine.loop.run_until_complete(try_to_enter(greeting))
    return str(served)


class _Role:
    """A process that does what it is told, or fails."""

    def __init__(self, said, task):
        self.said = said
        self.journal = SimpleNamespace(note=said.append)
        said.append(f"{task}")

    async def start(self):
        return 7

    async def meet(self, peers):
        self.said.append(f"meets {peers}")

    async def begin(self, origin):
        raise OSError("it cannot begin")

    async def status(self):
        return {"open": 2}

    async def leave(self):
        self.said.append("leaves")
        raise OSError("it cannot leave")


class _Input:
    """A standard input: the task, and orders once the process is there."""

    def __init__(self, first, orders, ready):
        self.first, self.orders, self.ready = first, orders, ready

    def readline(self):
        return self.first

    def __iter__(self):
        self.ready.wait(10)
        return iter(self.orders)


def _fails(task):
    raise OSError("it cannot start")


ORDERS = [json.dumps(each) for each in (
    {"peers": {"desk": 3}}, {"status": True}, {"begin": 9}, {"status": True}, {"leave": True}, {"peers": {}},
)]  # fmt: skip


def _obeyed(first, orders, leads, role=None):
    """All that a process says and does from its first line to its end; leads: whether it leads a group of its own."""
    said, ready, errors = [], Event(), StringIO()

    def say(what):
        said.append(f"says {what}")
        ready.set()

    def end(code):
        said.append(f"ends with {code}")
        if living:
            living[0].get_loop().call_soon_threadsafe(living[0].cancel)

    class Role(_Role):
        async def start(self):
            living.append(asyncio.current_task())
            return await super().start()

    living, number = [], iter((5, 5 if leads else 6))
    system = SimpleNamespace(
        killpg=lambda *whom: said.append(f"kills {whom}"), getpgrp=lambda: next(number), getpid=lambda: next(number),
        _exit=end,
    )  # fmt: skip
    others = {"_say": say, "os": system, "sys": SimpleNamespace(stdin=_Input(first, orders, ready)),
              "shutil": SimpleNamespace(rmtree=lambda *what, **how: said.append(f"removes {what} {how}"))}  # fmt: skip
    with ExitStack() as stack:
        stack.enter_context(patch.multiple(roles, **others))
        stack.enter_context(redirect_stderr(errors))
        try:
            roles.serve(role or partial(Role, said))
        except asyncio.CancelledError:
            said.append("is over")
    lines = [line for line in errors.getvalue().splitlines() if not line.startswith(" ")]
    return "\n".join([*said, *lines])


def _processes_asked():
    for name, frames in ASKED.items():
        yield f"the broker: {name}", _asked(frames)
    yield "strangers", _strangers()
    for kind in BACKLOGS:
        for url in (None, f"{kind.replace('rabbitmq', 'amqp')}://user@host"):
            yield f"the backlog of {kind} at {url}", _backlog(kind, url)
    yield "the backlog of redis without a claim", _backlog("redis", None, claims=False)
    task = json.dumps({"folder": "folder"})
    yield "obeys", _obeyed(task, ORDERS, leads=True)
    yield "obeys, in a group of others", _obeyed(task, [], leads=False)
    yield "has no task", _obeyed("", [], leads=True)
    yield "cannot start", _obeyed(task, [], leads=True, role=_fails)


LIVE_ASKED = {"processes asked by hand": _processes_asked}
