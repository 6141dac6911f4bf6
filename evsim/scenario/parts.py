"""The parts a system is made of: workloads, services, the network."""

from typing import Literal

from pydantic import Field, StrictBool, create_model

from evsim.registry import SERVICE, parts

from .arrivals import Arrivals, Key
from .balance import AnyBalance, Balance
from .distributions import AnyDistribution, Constant
from .part import Name, Part, names_of
from .steps import Handler
from .subscription import Subscriptions
from .units import PositiveTime, Share, Whole, up_to


class Workload(Part):
    """A source of requests to the service `target`; a customer gives up after `patience`."""

    target: Name
    arrivals: Arrivals
    key: Key | None = None
    patience: PositiveTime | None = None


class _Service(Part):
    """A program: `instances` copies with `workers` each, and what it does with a request: `handle`.

    `limit` bounds the inbox (full: the caller is rejected). `adaptive_lifo` takes the newest first while more wait than
    there are workers. `inside` names the service in whose program this one runs: no network between the two, and a
    crash or a pause of the program takes both.
    `drop_stale` withdraws waiting calls whose caller has given up.
    The instances share one inbox, or have one each behind a load balancer: `balance`; `limit` is then for each.
    """

    instances: up_to(1_000) = 1
    workers: up_to(1_000_000) = 1
    limit: Whole | None = None
    discipline: Literal["fifo", "lifo", "adaptive_lifo"] = "fifo"
    inside: Name | None = None
    subscribe: Subscriptions = ()
    handle: Handler
    drop_stale: StrictBool = False
    balance: AnyBalance = Balance.model_construct()

    @property
    def is_balanced(self):
        """Whether each instance has an inbox of its own."""
        return self.instances > 1 and self.balance.by != "shared"

    @property
    def policies(self):
        """word -> settings of what the service does beside working, as far as it is written."""
        found = {each.word: getattr(self, each.word) for each in parts(SERVICE)}
        return {word: settings for word, settings in found.items() if settings is not None}

    @property
    def turns_away(self):
        """Whether some who come may be turned away."""
        return self.limit is not None or self.drop_stale or any(each.refuses for each in self.policies.values())

    @property
    def knows_again(self):
        """Whether what was handled is not handled a second time."""
        return any(each.knows_again for each in self.policies.values())


_POLICIES = {each.word: (each.module("settings").SETTINGS | None, None) for each in parts(SERVICE)}
Service = create_model("Service", __base__=_Service, __doc__=_Service.__doc__, **_POLICIES)  # type: ignore[call-overload]


class Link(Part):
    """The network between two places, both ways; what is not set is as in the rest of the network."""

    between: tuple[Name, Name]
    latency: AnyDistribution | None = None
    loss: Share | None = None


class Network(Part):
    """One-way `latency` of a hop, `loss` of a message on it, and when a lost call without timeout fails."""

    latency: AnyDistribution = Constant.model_construct(value=0.0)
    loss: Share = 0.0
    give_up: PositiveTime = 30.0
    links: names_of(Link) = Field(default={}, validate_default=True)
