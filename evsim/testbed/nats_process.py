"""A NATS server with JetStream as the broker: started, given streams and consumers, and asked what is open."""

import asyncio
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from evsim.testbed.delivery_groups import readers_of
from evsim.testbed.roles import Process, serve
from evsim.testbed.wire import HOST

__all__ = ["ACK_WAIT", "NatsProcess", "consumers_of", "is_installed", "nats_server", "subject_of"]

ACK_WAIT = 30.0  # seconds until what is not acknowledged is handed out again: the server's default


def nats_server():
    """The path of a NATS server: that of evsim's own environment, or one on the PATH; None without any."""
    return shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")


def is_installed():
    """Whether the server and its client are there."""
    return nats_server() is not None and find_spec("nats") is not None


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


class NatsProcess(Process):
    async def start(self):
        import nats
        from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig

        folder = Path(self.folder) / "nats"
        folder.mkdir(exist_ok=True)
        ports = Path(self.folder) / f"nats-ports.{self.life}"
        ports.mkdir()
        command = [
            nats_server(), "-a", HOST, "-p", str(self.port or -1), "-js", "-sd", str(folder),
            "--auth", self.token, "--ports_file_dir", str(ports),
        ]  # fmt: skip
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (found := list(ports.glob("*.ports"))):
            if self.server.poll() is not None:
                raise OSError("nats-server has ended")
            await asyncio.sleep(0.01)
        (address,) = json.loads(found[0].read_text())["nats"]
        self.nats = await nats.connect(address, token=self.token, max_reconnect_attempts=-1)
        self.stream = self.nats.jetstream()
        for name in self.scenario.channels:
            await self.stream.add_stream(StreamConfig(name=name, subjects=[f"{name}.*"], storage=StorageType.FILE))
        for channel, partition, durable, readers in consumers_of(self.scenario):
            workers = sum(self.scenario.services[reader].workers for reader in readers)
            ordered = self.scenario.channels[channel].partitioned
            await self.stream.add_consumer(
                channel,
                ConsumerConfig(
                    durable_name=durable, deliver_subject=f"to.{channel}.{durable}", ack_policy=AckPolicy.EXPLICIT,
                    deliver_group=None if ordered else durable, filter_subject=subject_of(channel, partition),
                    max_ack_pending=1 if ordered else workers, ack_wait=ACK_WAIT,
                ),
            )  # fmt: skip
        return int(address.rpartition(":")[2])

    @property
    def children(self):
        return [self.server.pid]

    async def status(self):
        backlog = 0
        for channel, _, durable, _ in consumers_of(self.scenario):
            info = await self.stream.consumer_info(channel, durable)
            backlog += info.num_pending + info.num_ack_pending
        return {"backlog": backlog}

    def leave(self):
        self.server.kill()


if __name__ == "__main__":
    serve(NatsProcess)
