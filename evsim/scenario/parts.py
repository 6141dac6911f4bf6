"""The parts a system is made of: workloads, services, the network."""

from math import inf, prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr, StrictBool, create_model

from evsim.registry import SERVICE

from .arrivals import Arrivals, Key
from .distributions import AnyDistribution, Constant
from .part import Name, Part, names_of
from .steps import Handler
from .subscription import Subscriptions
from .units import PositiveTime, Share, Whole, up_to
from .written import beside, exchangeable, written


class Workload(Part):
    """A source of requests to the service `target`; a customer gives up after `patience`."""

    may_change: ClassVar[tuple[str, ...]] = ("admitted", "arrivals")

    target: Annotated[Name, Field(description="the service that its requests go to")]
    operation: Annotated[
        Name | None, Field(description="what they ask for, where the handler of the target has several operations")
    ] = None
    arrivals: Annotated[Arrivals, Field(description="when its requests come")]
    key: Annotated[Key | None, Field(description="about whom they are; by default each about another")] = None
    patience: Annotated[PositiveTime | None, Field(description="how long a customer waits for the answer")] = None
    admitted: Annotated[
        Share, Field(description="the share of its requests that are let in; the others are told no at the door")
    ] = 1.0
    delay: Annotated[
        AnyDistribution | None,
        Field(description="how long before it comes a request happened: its event time is so much earlier"),
    ] = None


class _Service(Part):
    """A program: `instances` copies with `workers` each, and what it does with a request: `handle`.

    `limit` bounds the inbox (full: the caller is rejected). `adaptive_lifo` takes the newest first while more wait than
    there are workers. `inside` names the service in whose program this one runs: no network between the two, and a
    crash or a pause of the program takes both.
    `drop_stale` withdraws waiting calls whose caller has given up.
    The instances share one inbox, or have one each behind a load balancer: `limit` is then for each.
    """

    instances: Annotated[up_to(1_000), Field(description="how many copies of it there are")] = 1
    workers: Annotated[up_to(1_000_000), Field(description="how many things an instance does at once")] = 1
    limit: Annotated[
        Whole | None, Field(description="how many may wait in an inbox; whoever finds it full is rejected")
    ] = None
    discipline: Annotated[Literal["fifo", "lifo", "adaptive_lifo"], Field(description="who is next in the inbox")] = (
        "fifo"
    )
    inside: Annotated[Name | None, Field(description="the service in whose program it runs")] = None
    subscribe: Annotated[Subscriptions, Field(description="the channels it reads")] = ()
    handle: Annotated[Handler, Field(description="the steps of its handler, or a Python generator function")]
    drop_stale: Annotated[
        StrictBool, Field(description="whether calls whose caller has given up are withdrawn from the inbox")
    ] = False

    @property
    def may_change(self):  # type: ignore[override]
        """Settings that a change may make others.

        Of instances that come and go by themselves nobody says how many, and those that gather have what they gathered.
        """
        by_themselves = any(each.most_instances is not None for each in self.policies.values())
        gather = not callable(self.handle) and any(step.gathers for step in self.handle[-1:])  # type: ignore[attr-defined]
        own = () if by_themselves else ("workers",) if gather else ("instances", "workers")
        return (*own, "limit", "discipline", "drop_stale", *exchangeable(SERVICE))

    _others: tuple = PrivateAttr(())  # what changes may make of it while it runs

    def beside(self, others):
        """The same, and it knows what changes may make of it."""
        found = self.model_copy()
        found._others = tuple(others)
        return found

    @property
    def ever(self):
        """It, and all that changes may make of it."""
        return (self, *self.remembered["_others"])

    @property
    def inboxes_by(self):
        """The part that gives each instance an inbox of its own; or None."""
        return next((word for word, settings in self.policies.items() if settings.own_inboxes), None)

    @property
    def own_inboxes(self):
        """Whether each instance has an inbox of its own."""
        return self.most_instances > 1 and self.inboxes_by is not None

    @property
    def is_elastic(self):
        """Whether instances come and go while the system runs."""
        return self.is_staffed or any(each.most_instances is not None for each in self.policies.values())

    @property
    def is_staffed(self):
        """Whether changes make its instances, or their workers, more or fewer."""
        return len({(each.instances, each.workers) for each in self.ever}) > 1

    @property
    def most_workers(self):
        """How many workers an instance ever has."""
        return max(each.workers for each in self.ever)

    @property
    def may_be_balanced(self):
        """Whether somebody may pick an instance for each call."""
        return all(each.may_be_balanced for each in self.policies.values() if each.most_instances is not None)

    @property
    def fetches(self):
        """Whether each instance fetches messages for itself."""
        return all(each.fetches for each in self.policies.values())

    @property
    def most_instances(self):
        """How many instances there may be at a time."""
        return max(
            next((part.most_instances for part in each.policies.values() if part.most_instances), each.instances)
            for each in self.ever
        )

    @property
    def policies(self):
        """word -> settings of what the service does beside working, as far as it is written."""
        return written(self, SERVICE)

    @property
    def refuses_when_full(self):
        """Whether callers are turned away when no instance more may be added."""
        return any(each.refuses_when_full for each in self.policies.values())

    @property
    def most_fetched(self):
        """How many messages those that fetch for it have in hand at most; infinity where it fetches for itself."""
        each_one = [[getattr(its, "most_in_hand", inf) for its in each.policies.values()] for each in self.subscribe]
        return sum(min(its, default=inf) for its in each_one) if each_one else inf

    def pace(self, step):
        """What the time of one of its steps is multiplied by, where nothing else is in hand."""
        return prod(each.slowness for each in self.policies.values()) if step.kind == "work" else 1.0

    @property
    def turns_away(self):
        """Whether some who come may be turned away."""
        return any(
            each.limit is not None or each.drop_stale or any(part.refuses for part in each.policies.values())
            for each in self.ever
        )

    @property
    def knows_again(self):
        """Whether what was handled is not handled a second time."""
        return any(each.knows_again for each in self.policies.values())


Service = create_model("Service", __base__=_Service, __doc__=_Service.__doc__, **beside(SERVICE))  # type: ignore[call-overload]


class Link(Part):
    """The network between two places, both ways; what is not set is as in the rest of the network."""

    between: Annotated[tuple[Name, Name], Field(description="the two places that it joins")]
    latency: Annotated[
        AnyDistribution | None,
        Field(description="how long a hop over it takes; by default as in the rest of the network"),
    ] = None
    loss: Annotated[
        Share | None, Field(description="the share of hops that get lost; by default as in the rest of the network")
    ] = None


class Network(Part):
    """One-way `latency` of a hop, `loss` of a message on it, and when a lost call without timeout fails."""

    latency: Annotated[AnyDistribution, Field(description="how long a hop takes, one way")] = Constant.model_construct(
        value=0.0
    )
    loss: Annotated[Share, Field(description="the share of hops that get lost")] = 0.0
    give_up: Annotated[PositiveTime, Field(description="when a lost call without a timeout fails")] = 30.0
    links: names_of(Link) = Field(description="what is different between two places", default={}, validate_default=True)
