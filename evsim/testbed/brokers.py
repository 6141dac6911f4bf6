"""The brokers of live runs: which there are, where one listens, how services reach it. One is imported when needed."""

from importlib import import_module
from typing import NamedTuple
from urllib.parse import urlsplit

from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.testbed.delivery_groups import publishers
from evsim.testbed.service_urls import a_service_url, without_credentials

__all__ = ["BROKERS", "BrokerChoice", "a_broker", "check_suits", "client_of"]


class _Broker(NamedTuple):
    process: str  # the module that is run
    client: tuple  # (module, class)
    hint: str = ""  # where one is had
    schemes: tuple = ()  # of the URLs at which there may be one


BROKERS = {
    "mini": _Broker("evsim.testbed.broker_process", ("evsim.testbed.broker_client", "BrokerClient")),
    "nats": _Broker(
        "evsim.testbed.nats_process", ("evsim.testbed.nats_client", "NatsClient"), 'pip install "evsim[live]"'
    ),
    "redis": _Broker(
        "evsim.testbed.redis_process", ("evsim.testbed.redis_client", "RedisClient"),
        'pip install "evsim[live]", and install redis-server or write redis://host:port', ("redis", "rediss"),
    ),
    "rabbitmq": _Broker(
        "evsim.testbed.rabbit_process", ("evsim.testbed.rabbit_client", "RabbitClient"),
        'pip install "evsim[live]", and install rabbitmq-server or write amqp://user:password@host', ("amqp", "amqps"),
    ),
}  # fmt: skip


class BrokerChoice(NamedTuple):
    """A broker of a ``kind``: a server that is started for the run, or the one at a ``url``."""

    kind: str
    url: str | None = None

    def __str__(self):
        return self.kind if self.url is None else without_credentials(self.url)


def a_broker(text):
    """The :class:`BrokerChoice` of a name or a URL, or an error that says what it takes."""
    url = a_service_url("broker", text) if "://" in str(text) else None
    known = {scheme: kind for kind, each in BROKERS.items() for scheme in each.schemes}
    kind = str(text) if url is None else known.get(urlsplit(url).scheme)
    if kind not in BROKERS:
        there = f"there are {', '.join(BROKERS)}, and URLs that begin with {', '.join(f'{each}://' for each in known)}"
        hint = (suggest(kind, BROKERS) if url is None else None) or there
        shown = str(text) if url is None else without_credentials(url)
        raise ScenarioError([Problem("broker", "there is no such broker", shown, hint=hint)])
    choice = BrokerChoice(kind, url)
    if not import_module(BROKERS[kind].process).is_installed(url):
        raise ScenarioError([Problem("broker", "is not installed", str(choice), hint=BROKERS[kind].hint)])
    return choice


def check_suits(broker, scenario):
    """Raise :exc:`ScenarioError` where a broker cannot do what is asked of it."""
    for name, channel in scenario.channels.items():
        if broker.kind == "rabbitmq" and channel.partitioned and publishers(scenario, name) > 1:
            raise ScenarioError([
                Problem(
                    f"channels.{name}",
                    "several processes publish to a log, and two queues of RabbitMQ may differ in order",
                    hint="write another broker, or a queue in its place",
                )
            ])  # fmt: skip
    for number, fault in enumerate(scenario.faults):
        if broker.url is not None and fault.place in scenario.channels:
            raise ScenarioError([
                Problem(
                    f"faults.{number}", "evsim kills no server that it has not started", str(broker),
                    hint=f"write broker {broker.kind}, for a server of the run's own",
                )
            ])  # fmt: skip


def client_of(kind):
    """The class by which a service reaches a broker of a kind."""
    module, client = BROKERS[kind].client
    return getattr(import_module(module), client)
