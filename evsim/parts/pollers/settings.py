"""What a person writes of pollers: ``subscribe: {channel: orders, pollers: {like: aws-lambda-sqs}}``, or ``true``."""

from math import inf
from typing import Annotated, ClassVar

from pydantic import Field

from evsim.counting import count
from evsim.scenario.arrivals import PositiveRate
from evsim.scenario.errors import Problem, a, not_beside
from evsim.scenario.groups import readers_with
from evsim.scenario.presets import LikenedReading
from evsim.scenario.units import AtLeastOne, PositiveTime, up_to, write_time

__all__ = ["SETTINGS", "PollersSettings", "problems", "settled"]

MOST = 20_000  # invocations in hand
MOST_AT_ONCE, LONGEST_WINDOW = 10_000, 300.0  # messages of an invocation, and seconds in which they are gathered
OF_FETCHERS = {
    "prefetch": "write pollers: {concurrency: 10}",
    "poll": "pollers always look",
    "ack": "what was handled well is deleted after the work",
    "priority": "pollers take turns with whoever else reads the queue",
}  # settings of those who fetch for themselves, and why there are none of them


class PollersSettings(LikenedReading):
    """The platform of a function fetches messages of a queue by pollers, which invoke it.

    The run begins with `start` pollers, or the `least`; each has one message in hand, or as many as it `invokes` at a
    time. While messages wait and no poller is free for them, more are added at the rate `growth`, up to `most`. Pollers
    that nobody needed for the time `quiet` go, down to `least`. All together they never have more in hand than the
    maximum `concurrency`. What finds no environment waits with its poller, until its time is over.
    """

    word: ClassVar[str] = "pollers"
    plain: ClassVar[dict] = {"most": 1250, "growth": 5.0, "least": 5, "quiet": 60.0, "invokes": 1}

    start: Annotated[AtLeastOne | None, Field(description="how many there are at first; by default the least")] = None
    most: Annotated[up_to(MOST) | None, Field(description="how many there may be; by default 1,250")] = None  # type: ignore[valid-type]
    growth: Annotated[
        PositiveRate | None,
        Field(description="how many are added in a time while messages wait; by default 300 a minute"),
    ] = None
    least: Annotated[
        AtLeastOne | None, Field(description="to how many they go back when they are not needed; by default 5")
    ] = None
    quiet: Annotated[
        PositiveTime | None, Field(description="for how long a poller must not be needed to go; by default 1 min")
    ] = None
    invokes: Annotated[
        up_to(1_000) | None,  # type: ignore[valid-type]
        Field(description="how many messages a poller may have in hand; by default one"),
    ] = None
    concurrency: Annotated[
        up_to(MOST) | None,  # type: ignore[valid-type]
        Field(description="how many messages all of them may have in hand: the maximum concurrency of the trigger"),
    ] = None

    @property
    def begins(self):
        """How many there are at first."""
        return self.least if self.start is None else self.start

    @property
    def fewest(self):
        """To how many they go back. Where a concurrency is set, they stay as many as they were at first."""
        return self.least if self.concurrency is None else self.begins

    @property
    def most_in_hand(self):
        """How many messages all that there may be have in hand."""
        return self.in_hand(self.most)

    def in_hand(self, number):
        """How many messages so many pollers may have in hand."""
        return min(number * self.invokes, inf if self.concurrency is None else self.concurrency)


SETTINGS = PollersSettings


def settled(pollers):
    """When a message is settled."""
    return "after"


def problems(scenario):
    """What pollers cannot fetch from, or for whom."""
    for path, name, service, each, channel in readers_with(scenario, "pollers"):
        if not channel.competing:
            rule = f"{each.channel} is {a(channel.kind)}, and pollers fetch from a queue"
            yield Problem((*path, "pollers"), rule, hint="remove it, or make the channel a queue")
        elif service.fetches:
            rule = f"the instances of {name} fetch for themselves; a platform polls for a function"
            yield Problem((*path, "pollers"), rule, hint=f"remove it, or write function into {name}")
        else:
            yield from _batch(path, each)
            yield from _numbers((*path, "pollers"), each.pollers.complete)
            yield from _others(path, each)


def _batch(path, reader):
    """As much as a trigger gathers for one invocation."""
    if reader.takes_several and reader.batch > MOST_AT_ONCE:
        rule = f"an invocation gets {MOST_AT_ONCE:,} messages at most"
        yield Problem((*path, "batch"), rule, reader.batch, hint=f"write batch: {MOST_AT_ONCE}")
    if reader.batch_window and reader.batch_window > LONGEST_WINDOW:
        rule = f"pollers gather for {write_time(LONGEST_WINDOW)} at most"
        yield Problem((*path, "batch_window"), rule, write_time(reader.batch_window), hint="make it shorter")


def _numbers(path, its):
    setting = "least" if its.start is None else "start"
    if its.begins > its.most:
        rule = f"there may be {count(its.most, 'poller')}"
        yield Problem((*path, setting), rule, its.begins, hint=f"raise most, or lower {setting}")
    if its.begins < its.least:
        yield Problem((*path, "start"), f"there are never less than {its.least:,}", its.start, hint="lower least, too")
    if its.concurrency is not None and its.invokes > 1:
        rule = "pollers that are provisioned have no maximum concurrency beside their number"
        yield Problem((*path, "concurrency"), rule, its.concurrency, hint="remove it, and write most")


def _others(path, subscription):
    """Settings of those who fetch for themselves."""
    yield from not_beside(path, subscription, "pollers have", OF_FETCHERS)
    if subscription.settled == "before":
        rule = "pollers delete a message after the work, so it may come again"
        yield Problem((*path, "guarantee"), rule, subscription.guarantee, hint="write at_least_once, or remove pollers")
