"""A NATS server with JetStream as the broker: a stream for each channel, a consumer for each reader of a partition."""

import json
from importlib.util import find_spec
from pathlib import Path

from evsim.testbed.brokers import BROKERS
from evsim.testbed.delivery_groups import readers_of
from evsim.testbed.roles import serve
from evsim.testbed.server_process import ServerProcess, program
from evsim.testbed.wire import HOST

__all__ = ["NatsProcess", "consumers_of", "failures", "inbox_of", "is_installed", "nats_at", "subject_of"]

SETTINGS = """
listen: "{host}:{port}"
authorization {{ token: "{token}" }}
jetstream {{ store_dir: {folder} }}
"""


def is_installed(url=None):
    """Whether there is a client and, where no URL says where one runs, a server."""
    return find_spec("nats") is not None and (url is not None or program("nats-server") is not None)


def failures():
    """What a client raises where the server does not answer, or has gone."""
    from nats.errors import Error

    return Error, OSError, TimeoutError


async def nats_at(broker, port, token, **settings):
    """A connection with the server, which comes again when it breaks."""
    import nats

    settings = {"max_reconnect_attempts": -1, "reconnect_time_wait": 0.05, "error_cb": _ignore} | settings
    if broker.url is not None:
        return await nats.connect(broker.url, **settings)
    return await nats.connect(f"nats://{HOST}:{port}", token=token, **settings)


async def _ignore(error):
    """A connection that broke comes again by itself."""


def stream_of(process, channel):
    """The stream of a channel: each run has its own."""
    return f"evsim-{process.run_name}-{channel}"


def subject_of(process, channel, partition):
    """The subject of a partition (``*``: of all)."""
    return f"evsim.{process.run_name}.{channel}.{partition}"


def inbox_of(process, channel, durable):
    """The subject to which the server brings what a consumer is to have."""
    return f"evsim.{process.run_name}.to.{channel}.{durable}"


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


class NatsProcess(ServerProcess):
    def launch(self, port):
        folder, settings = Path(self.folder) / "nats", Path(self.folder) / "nats.conf"
        folder.mkdir(exist_ok=True)
        written = SETTINGS.format(host=HOST, port=port, token=self.token, folder=json.dumps(str(folder)))
        settings.write_text(written)
        return self.run([program("nats-server"), "-c", str(settings)])

    async def reach(self, port=None):
        try:
            self.nats = await nats_at(self.broker_choice, port, self.token, allow_reconnect=False)
        except failures() as error:
            raise OSError(f"{self.broker_choice} cannot be reached ({type(error).__name__})") from None
        self.stream = self.nats.jetstream()

    async def prepare(self):
        from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig

        for name in self.scenario.channels:
            subjects = [subject_of(self, name, "*")]
            stream = StreamConfig(name=stream_of(self, name), subjects=subjects, storage=StorageType.FILE)
            await self.stream.add_stream(stream)
        for channel, partition, durable, readers in consumers_of(self.scenario):
            workers = sum(each.workers * each.instances for each in map(self.scenario.services.get, readers))
            ordered = self.scenario.channels[channel].partitioned
            await self.stream.add_consumer(
                stream_of(self, channel),
                ConsumerConfig(
                    durable_name=durable, deliver_subject=inbox_of(self, channel, durable),
                    ack_policy=AckPolicy.EXPLICIT, deliver_group=durable,
                    filter_subject=subject_of(self, channel, partition),
                    max_ack_pending=1 if ordered else workers, ack_wait=BROKERS["nats"].comes_again,
                ),
            )  # fmt: skip

    async def status(self):
        backlog = 0
        for channel, _, durable, _ in consumers_of(self.scenario):
            info = await self.stream.consumer_info(stream_of(self, channel), durable)
            backlog += info.num_pending + info.num_ack_pending
        return {"backlog": backlog}

    async def remove(self):
        for name in self.scenario.channels:
            await self.stream.delete_stream(stream_of(self, name))


if __name__ == "__main__":
    serve(NatsProcess)
