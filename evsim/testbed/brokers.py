"""The brokers of live runs: the process that is one, and how services reach it. One is imported when asked for."""

from importlib import import_module
from typing import NamedTuple

from evsim.scenario.errors import Problem, ScenarioError, suggest

__all__ = ["BROKERS", "a_broker", "client_of"]


class _Broker(NamedTuple):
    process: str  # the module that is run
    client: tuple  # (module, class)


BROKERS = {
    "mini": _Broker("evsim.testbed.broker_process", ("evsim.testbed.broker_client", "BrokerClient")),
    "nats": _Broker("evsim.testbed.nats_process", ("evsim.testbed.nats_client", "NatsClient")),
}


def a_broker(name):
    """The name of a broker that is there, or an error that says what it takes."""
    if name not in BROKERS:
        hint = suggest(name, BROKERS) or f"there are {', '.join(BROKERS)}"
        raise ScenarioError([Problem("broker", "there is no such broker", str(name), hint=hint)])
    if not import_module(BROKERS[name].process).is_installed():
        raise ScenarioError([Problem("broker", "is not installed", name, hint='pip install "evsim[live]"')])
    return name


def client_of(name):
    """The class by which a service reaches a broker."""
    module, client = BROKERS[name].client
    return getattr(import_module(module), client)
