"""A NATS server with JetStream as the broker: started, given streams and consumers, and asked what is open."""

import asyncio
import json
import subprocess
from importlib.util import find_spec
from pathlib import Path

from evsim.testbed.delivery_groups import readers_of
from evsim.testbed.roles import Process, serve
from evsim.testbed.server_process import program
from evsim.testbed.wire import HOST

__all__ = ["ACK_WAIT", "NatsProcess", "consumers_of", "is_installed", "subject_of"]

ACK_WAIT = 30.0  # seconds until what is not acknowledged is handed out again: the server's default


def is_installed(url=None):
    """Whether the server and its client are there."""
    return program("nats-server") is not None and find_spec("nats") is not None


def subject_of(channel, partition):
    """The subject of a partition, or of a channel without any (-1)."""
    return f"{channel}.{max(partition, 0)}"


def consumers_of(scenario):
    """``(channel, partition, durable name, readers)`` of each consumer.

    There is one for each reader of each partition of a log, and one for all readers of a queue.
    """
    for name, channel in scenario.channels.items():
        readers = readers_of(scenario, name)
        if channel.partitioned:
            for reader in readers:
                for partition in range(channel.partitions):
                    yield name, partition, f"{reader}-{partition}", [reader]
        else:
            yield name, 0, "all", readers


def _address(folder):
    """Where the server says that it listens; None until it has said so in a whole file."""
    try:
        return next(json.loads(path.read_text())["nats"][0] for path in folder.glob("*.ports"))
    except (StopIteration, ValueError):
        return None


class NatsProcess(Process):
    async def start(self):
        import nats
        from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig

        folder = Path(self.folder) / "nats"
        folder.mkdir(exist_ok=True)
        ports = Path(self.folder) / f"nats-ports.{self.life}"
        ports.mkdir()
        command = [
            program("nats-server"), "-a", HOST, "-p", str(self.port or -1), "-js", "-sd", str(folder),
            "--auth", self.token, "--ports_file_dir", str(ports),
        ]  # fmt: skip
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (address := _address(ports)):
            if self.server.poll() is not None:
                raise OSError("nats-server has ended")
            await asyncio.sleep(0.01)
        self.nats = await nats.connect(address, token=self.token, max_reconnect_attempts=-1)
        self.stream = self.nats.jetstream()
        for name in self.scenario.channels:
            await self.stream.add_stream(StreamConfig(name=name, subjects=[f"{name}.*"], storage=StorageType.FILE))
        for channel, partition, durable, readers in consumers_of(self.scenario):
            workers = sum(each.workers * each.instances for each in map(self.scenario.services.get, readers))
            ordered = self.scenario.channels[channel].partitioned
            await self.stream.add_consumer(
                channel,
                ConsumerConfig(
                    durable_name=durable, deliver_subject=f"to.{channel}.{durable}", ack_policy=AckPolicy.EXPLICIT,
                    deliver_group=durable, filter_subject=subject_of(channel, partition),
                    max_ack_pending=1 if ordered else workers, ack_wait=ACK_WAIT,
                ),
            )  # fmt: skip
        return int(address.rpartition(":")[2])

    async def status(self):
        backlog = 0
        for channel, _, durable, _ in consumers_of(self.scenario):
            info = await self.stream.consumer_info(channel, durable)
            backlog += info.num_pending + info.num_ack_pending
        return {"backlog": backlog}

    async def leave(self):
        self.server.kill()


if __name__ == "__main__":
    serve(NatsProcess)
