"""RabbitMQ as the broker: an exchange, and a queue for each reader of each partition, or for all readers of a queue."""

import os
from importlib.util import find_spec
from pathlib import Path

from evsim.testbed.delivery_groups import groups_of
from evsim.testbed.roles import serve
from evsim.testbed.server_process import ServerProcess, free_port, program
from evsim.testbed.wire import HOST

__all__ = ["RabbitProcess", "exchange_of", "failures", "is_installed", "queue_of", "rabbit_at", "routing_key", "script"]

USER = "evsim"
SETTINGS = """
listeners.tcp.1 = {host}:{port}
default_user = {user}
default_pass = {token}
log.file.level = error
"""


def is_installed(url=None):
    """Whether there is a client and, where no URL says where one runs, a server."""
    return find_spec("aio_pika") is not None and (url is not None or program("rabbitmq-server") is not None)


def failures():
    """What a client raises where the server does not answer, or has gone."""
    from aiormq.exceptions import AMQPError

    return AMQPError, OSError, TimeoutError, RuntimeError


async def rabbit_at(broker, port, token):
    """A connection with the server, which does not come again by itself."""
    import aio_pika

    if broker.url is not None:
        return await aio_pika.connect(broker.url)
    return await aio_pika.connect(host=HOST, port=port, login=USER, password=token)


def exchange_of(process):
    """The exchange of a run: each has its own, and so it has queues."""
    return f"evsim.{process.run_name}"


def routing_key(channel, partition):
    """How messages of a partition, or of a channel without any (-1), are addressed."""
    return f"{channel}.{max(partition, 0)}"


def queue_of(process, channel, partition, group):
    """The queue in which a group has the messages of a partition."""
    return f"{exchange_of(process)}.{routing_key(channel, partition)}.{group}"


class RabbitProcess(ServerProcess):
    def launch(self, port):
        """With a port mapper (epmd) of its own, which would outlive the server otherwise."""
        folder = Path(self.folder) / "rabbitmq"
        folder.mkdir(exist_ok=True)
        (folder / "rabbitmq.conf").write_text(SETTINGS.format(host=HOST, port=port, user=USER, token=self.token))
        (folder / "plugins").write_text("[].")
        (folder / "environment").touch()
        epmd = str(free_port())
        self.mapper = self.run([program("epmd"), "-port", epmd, "-address", HOST])
        self.environment = os.environ | {
            "HOME": str(folder), "ERL_EPMD_PORT": epmd, "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": f"evsim-{self.run_name}@localhost", "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"), "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"), "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }  # fmt: skip
        return self.run([script("rabbitmq-server")], env=self.environment)

    async def reach(self, port=None):
        try:
            self.rabbit = await rabbit_at(self.broker_choice, port, self.token)
            self.channel = await self.rabbit.channel()
        except failures() as error:
            raise OSError(f"{self.broker_choice} cannot be reached ({type(error).__name__})") from None

    def _queues(self):
        for name, channel in self.scenario.channels.items():
            for partition in range(channel.partitions if channel.partitioned else 1):
                for group in groups_of(self.scenario, name):
                    yield queue_of(self, name, partition, group), routing_key(name, partition)

    async def prepare(self):
        self.exchange = await self.channel.declare_exchange(exchange_of(self), durable=True)
        for name, key in self._queues():
            queue = await self.channel.declare_queue(name, durable=True)
            await queue.bind(self.exchange, key)

    async def status(self):
        """What is ready in its queues; what is out is with the services, which know of it."""
        ready = 0
        for name, _ in self._queues():
            found = await self.channel.declare_queue(name, passive=True)
            ready += found.declaration_result.message_count
        return {"backlog": ready}

    async def remove(self):
        for name, _ in self._queues():
            await self.channel.queue_delete(name)
        await self.channel.exchange_delete(exchange_of(self))

    async def leave(self):
        await super().leave()
        if self.server is not None:
            self.mapper.kill()


def script(name):
    """A script of the product's own: Debian's wrapper before it would change the user."""
    found = Path(program(name)).resolve()
    return str(found.parent / name) if found.name == "rabbitmq-script-wrapper" else str(found)


if __name__ == "__main__":
    serve(RabbitProcess)
