"""Servers that somebody else has started: each with a password, where the product has one."""

import asyncio
import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from secrets import token_hex
from types import SimpleNamespace

from evsim.testbed import kafka_process, nats_process, rabbit_process, redis_process
from evsim.testbed.brokers import BrokerChoice
from evsim.testbed.server_process import ServerProcess, free_port
from tests.testbed.live_runs import needs

__all__ = ["left_on", "server_outside"]


@contextmanager
def server_outside(kind, folder):
    """A server that no run has started: its ``url``, with a ``secret`` that nothing else has."""
    needs(kind)
    process, address, _ = KINDS[kind]
    port, secret = free_port(), token_hex(12)
    url = f"{address.format(secret)}127.0.0.1:{port}"
    server = SimpleNamespace(kind=kind, url=url, secret=secret, folder=folder, run_name="outside", started=[])
    server.token = secret

    def run(command, **settings):
        server.started.append(ServerProcess.run(server, command, start_new_session=True, **settings))
        return server.started[-1]

    server.run = run
    process.launch(server, port)
    try:
        while not _answers(server):
            assert server.started[-1].poll() is None, f"{kind} has ended"
        yield server
    finally:
        for each in reversed(server.started):
            _kill_group(each)
            each.wait()


def _kill_group(process):
    """RabbitMQ's script starts the server, and is not the server."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _answers(server):
    try:
        left_on(server)
    except OSError:
        return False
    return True


def left_on(server):
    """All that runs could have left on a server, by name; :exc:`OSError` where it does not answer."""
    return asyncio.run(KINDS[server.kind][2](server))


def _choice(server):
    return BrokerChoice(server.kind, server.url)


async def _on_nats(server):
    try:
        client = await nats_process.nats_at(_choice(server), None, None, allow_reconnect=False)
    except nats_process.failures() as error:
        raise OSError from error
    streams = await client.jetstream().streams_info()
    await client.close()
    return [each.config.name for each in streams]


async def _on_redis(server):
    client = redis_process.redis_at(_choice(server), None, None)
    try:
        return await client.keys()
    except redis_process.failures() as error:
        raise OSError from error
    finally:
        await client.aclose()


async def _on_kafka(server):
    from aiokafka.admin import AIOKafkaAdminClient

    client = AIOKafkaAdminClient(**kafka_process.settings_of(_choice(server), None))
    try:
        await client.start()
        return [*await client.list_topics(), *(name for name, *_ in await client.list_consumer_groups())]
    except kafka_process.failures() as error:
        raise OSError from error
    finally:
        await client.close()


async def _on_rabbitmq(server):
    try:
        connection = await rabbit_process.rabbit_at(_choice(server), None, None)
    except rabbit_process.failures() as error:
        raise OSError from error
    await connection.close()
    ask = [rabbit_process.script("rabbitmqctl"), "--silent", "--node", "evsim-outside@localhost"]
    said = [
        subprocess.run([*ask, what, "name"], env=server.environment, capture_output=True, text=True, check=True).stdout
        for what in ("list_queues", "list_exchanges")
    ]
    return [name for name in "\n".join(said).split() if not name.startswith("amq.")]


KINDS = {
    "nats": (nats_process.NatsProcess, "nats://{}@", _on_nats),
    "redis": (redis_process.RedisProcess, "redis://:{}@", _on_redis),
    "rabbitmq": (rabbit_process.RabbitProcess, "amqp://evsim:{}@", _on_rabbitmq),
    "kafka": (kafka_process.KafkaProcess, "kafka://", _on_kafka),  # Tansu asks nobody who it is
}
