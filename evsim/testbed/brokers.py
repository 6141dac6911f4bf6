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
    wants_claims: bool = False  # whether a consumer has to claim what was handed out before
    comes_again: float = 0.0  # seconds until what a consumer that was killed held is handed out again


BROKERS = {
    "mini": _Broker("evsim.testbed.broker_process", ("evsim.testbed.broker_client", "BrokerClient")),
    "nats": _Broker(
        "evsim.testbed.nats_process", ("evsim.testbed.nats_client", "NatsClient"),
        'pip install "evsim[live]"', ("nats", "tls"), comes_again=30.0,  # the server's default
    ),
    "redis": _Broker(
        "evsim.testbed.redis_process", ("evsim.testbed.redis_client", "RedisClient"),
        'pip install "evsim[live]", and install redis-server or write redis://host:port', ("redis", "rediss"), True,
    ),
    "rabbitmq": _Broker(
        "evsim.testbed.rabbit_process", ("evsim.testbed.rabbit_client", "RabbitClient"),
        'pip install "evsim[live]", and install rabbitmq-server or write amqp://user:password@host', ("amqp", "amqps"),
    ),
    "kafka": _Broker(
        "evsim.testbed.kafka_process", ("evsim.testbed.kafka_client", "KafkaClient"),
        'pip install "evsim[live]", or write kafka://user:password@host', ("kafka",),
    ),
}  # fmt: skip


class BrokerChoice(NamedTuple):
    """A broker of a ``kind``: a server that is started for the run, or the one at a ``url``.

    claims: whether a consumer takes up again what it holds, where the broker hands out nothing again by itself.
    """

    kind: str
    url: str | None = None
    claims: bool = True

    def __str__(self):
        name = self.kind if self.url is None else without_credentials(self.url)
        return name if self.claims else f"{name} without claim"


def a_broker(text, claims=True):
    """The :class:`BrokerChoice` of a name or a URL, or an error that says what it takes."""
    url = a_service_url("broker", text) if "://" in str(text) else None
    known = {scheme: kind for kind, each in BROKERS.items() for scheme in each.schemes}
    kind = str(text) if url is None else known.get(urlsplit(url).scheme)
    if kind not in BROKERS:
        there = f"there are {', '.join(BROKERS)}, and URLs that begin with {', '.join(f'{each}://' for each in known)}"
        hint = suggest(kind, BROKERS) if url is None else there
        shown = str(text) if url is None else without_credentials(url)
        raise ScenarioError([Problem("broker", "there is no such broker", shown, hint=hint)])
    choice = BrokerChoice(kind, url, claims)
    if not import_module(BROKERS[kind].process).is_installed(url):
        raise ScenarioError([Problem("broker", "is not installed", str(choice), hint=BROKERS[kind].hint)])
    if not claims and not BROKERS[kind].wants_claims:
        hint = "leave it out, or write broker redis"
        raise ScenarioError([Problem("claim", "this broker hands out again by itself", str(choice), hint=hint)])
    return choice


def check_suits(broker, scenario):
    """Raise :exc:`ScenarioError` where a broker cannot do what is asked of it."""
    problems = [*_channels(broker, scenario), *_faults(broker, scenario)]
    if problems:
        raise ScenarioError(problems, scenario.name)


def _channels(broker, scenario):
    for name, channel in scenario.channels.items():
        if broker.kind == "rabbitmq" and channel.partitioned and publishers(scenario, name) > 1:
            rule = "several processes publish to a log, and two queues of RabbitMQ may differ in order"
            hint = "write another broker, or a queue in its place"
            yield Problem(f"channels.{name}", rule, hint=hint)
        if broker.kind == "kafka" and not channel.partitioned:
            yield Problem(f"channels.{name}", "Kafka has logs and no queues", hint="write a log, or another broker")


def _faults(broker, scenario):
    for number, fault in enumerate(scenario.faults):
        if fault.place not in scenario.channels:
            continue
        if broker.url is not None:
            rule = "evsim kills no server that it has not started"
            hint = f"write broker {broker.kind}, for a server of the run's own"
            yield Problem(f"faults.{number}", rule, str(broker), hint=hint)
        elif broker.kind == "kafka":
            rule = "this server keeps its messages in memory, and a kill would take them all"
            yield Problem(f"faults.{number}", rule, hint="kill a service, or write another broker")


def client_of(kind):
    """The class by which a service reaches a broker of a kind."""
    module, client = BROKERS[kind].client
    return getattr(import_module(module), client)
