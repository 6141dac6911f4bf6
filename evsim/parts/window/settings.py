"""What a person writes of a window: which events belong together, how long it waits for them, when it says so."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, model_validator

from evsim.counting import listed
from evsim.scenario.distributions import AnyDistribution
from evsim.scenario.errors import Problem, refuse
from evsim.scenario.part import Name, Part, Tagged, one_of
from evsim.scenario.presets import LikenedStep
from evsim.scenario.step_kind import Steps
from evsim.scenario.units import PositiveTime, Time, up_to, write_time

__all__ = ["SETTINGS", "CheckpointSettings", "WindowSettings", "problems"]

MOST_AT_ONCE = 1000  # windows in which one event lies
Events = up_to(1_000_000)
OF_MEMBERS = ("rebalance", "session_timeout", "max_poll_interval", "static")  # who come to a group, and go


class CountEvents(Tagged):
    """How many events there are."""

    kind: Literal["count"] = "count"


class SumOfEvents(Tagged):
    """The sum, in seconds, of what each event has: a time, such as how long the customer took to fill in the form."""

    kind: Literal["sum"] = "sum"
    of: Annotated[AnyDistribution, Field(description="the time that each event has")]


class DistinctKeys(Tagged):
    """How many different keys there are, so how many customers."""

    kind: Literal["distinct"] = "distinct"


class SlidingSettings(Part):
    """Windows of one `size`, of which another begins `every` so often: an event lies in several."""

    size: Annotated[PositiveTime, Field(description="how long each is")]
    every: Annotated[PositiveTime, Field(description="how long after one begins the next one does")]

    @model_validator(mode="after")
    def _not_too_many(self):
        if self.every > self.size:
            raise refuse(
                f"windows of {write_time(self.size)} would leave gaps between them",
                "write at most their size",
                name="every",
                value=write_time(self.every),
            )
        if self.size > MOST_AT_ONCE * self.every:
            raise refuse(
                f"an event would lie in more than {MOST_AT_ONCE:,} windows", "write a longer time", name="every",
                value=write_time(self.every),
            )  # fmt: skip
        return self


class CheckpointSettings(Part):
    """`every` so often the windows are kept where a crash does not reach them, with how far each partition was read.

    A barrier stands behind what is in hand of each partition. With `mode: exactly_once` a partition whose barrier has
    come waits until those of all have; with `at_least_once` it goes on, and what comes between is counted
    again after a crash. It `takes` a time, in which nothing is counted. With `sink: transactional` results leave when
    the next checkpoint is there, and else `at_once`.
    """

    every: Annotated[PositiveTime, Field(description="how long from one checkpoint to the next")]
    takes: Annotated[
        Time, Field(description="how long it takes to keep what there is; nothing is counted meanwhile")
    ] = 0.0
    mode: Annotated[
        Literal["exactly_once", "at_least_once"],
        Field(description="whether a partition whose barrier has come waits for the barriers of the others"),
    ] = "exactly_once"
    sink: Annotated[
        Literal["at_once", "transactional"],
        Field(description="whether results leave at once, or when the next checkpoint is there"),
    ] = "at_once"


class WindowSettings(LikenedStep):
    """Gather messages by the time at which they happened, and hand what comes of them `to` a channel, one message each.

    It is the last step of its handler. The event time of a message is when its customer came, less the `delay` of the
    workload. Windows are `tumbling`, `sliding` or a `session`, which ends with a gap; `by` key, or for `all`.
    A window is over when the watermark has come to its end: the latest event time of the slowest partition, less
    `out_of_order`. A partition that was silent for `idle` holds nobody back. With `clock: stream_time` each partition
    has a time of its own, as in Kafka Streams, where `out_of_order` is called grace. After its end a window is kept for
    the `lateness`; then what comes for it is too late, and takes the steps of `late_messages`.
    A window shows what it has when it is over; before, at each so many `early` events or at each `early_every`;
    after, at each so many `late` ones. A pane is `accumulating` or has only what is new (`discarding`).
    """

    word: ClassVar[str] = "window"
    plain: ClassVar[dict] = {
        "clock": "watermark", "out_of_order": 0.0, "every": 0.0, "lateness": 0.0, "panes": "accumulating", "late": 1,
        "on_time": "always", "gap_joins": True, "late_joins": True,
    }  # fmt: skip
    short: ClassVar[str] = "to"
    hands_over: ClassVar[bool] = True
    gathers: ClassVar[bool] = True
    acks: ClassVar[int] = 0  # nobody waits
    priority: ClassVar[int] = 0
    timeout: ClassVar[None] = None
    retry: ClassVar[None] = None

    kind: Literal["window"] = "window"
    to: Annotated[Name, Field(description="the channel that gets a message of each pane")]
    tumbling: Annotated[PositiveTime | None, Field(description="how long windows are that follow each other")] = None
    sliding: Annotated[SlidingSettings | None, Field(description="windows that overlap")] = None
    session: Annotated[
        PositiveTime | None, Field(description="after which gap without an event of the key a session ends")
    ] = None
    offset: Annotated[Time, Field(description="by how much later tumbling and sliding windows begin")] = 0.0
    by: Annotated[Literal["key", "all"], Field(description="whether each key has windows of its own")] = "key"
    aggregate: Annotated[
        one_of("an aggregate", CountEvents, SumOfEvents, DistinctKeys),
        Field(validate_default=True, description="what is said of its events"),
    ] = CountEvents.model_construct()
    clock: Annotated[
        Literal["watermark", "stream_time"] | None,
        Field(
            description="whether one watermark of all partitions counts, or each one's own time; by default the first"
        ),
    ] = None
    out_of_order: Annotated[
        Time | None, Field(description="how much later than a later one an event may come; by default 0s")
    ] = None
    every: Annotated[
        Time | None, Field(description="how often the watermark is looked at; by default 0s, at each message")
    ] = None
    idle: Annotated[
        PositiveTime | None, Field(description="after which silence a partition holds the watermark back no more")
    ] = None
    lateness: Annotated[Time | None, Field(description="how long a window is kept after its end; by default 0s")] = None
    late_messages: Annotated[Steps, Field(description="the steps of a message that came too late")] = ()
    early: Annotated[Events | None, Field(description="at each so many events a window shows what it has")] = None
    early_every: Annotated[PositiveTime | None, Field(description="how often a window shows what it has")] = None
    on_time: Annotated[
        Literal["always", "if_new", "never"] | None,
        Field(description="whether it shows what it has at its end, also with nothing new; by default always"),
    ] = None
    late: Annotated[
        Events | None, Field(description="at each so many events after its end it shows itself; by default each")
    ] = None
    panes: Annotated[
        Literal["accumulating", "discarding"] | None,
        Field(description="whether a pane has all events, or those since the one before; by default all"),
    ] = None
    gap_joins: Annotated[
        StrictBool | None, Field(description="whether an event just one gap later joins a session; by default it does")
    ] = None
    late_joins: Annotated[
        StrictBool | None,
        Field(description="whether an event too late for itself may join a session that is kept; by default it may"),
    ] = None
    checkpoint: Annotated[
        CheckpointSettings | None, Field(description="how windows are kept where a crash does not reach them")
    ] = None

    @model_validator(mode="after")
    def _fits(self):
        if self.aggregate.kind == "distinct" and self.by == "key":
            raise refuse(
                "each key has windows of its own, so there is one in each", "write by: all, or another aggregate",
                name="aggregate", value="distinct",
            )  # fmt: skip
        return self

    @property
    def written(self):
        """The kinds of windows that are written: one, if all is well."""
        return [name for name in ("tumbling", "sliding", "session") if getattr(self, name) is not None]

    @property
    def stands_still(self):  # type: ignore[override]
        return self.checkpoint is not None and self.checkpoint.takes > 0

    @property
    def channel(self):
        return self.to

    @property
    def key(self):
        """The one key of all its messages; None: each has that of its window."""
        return "all" if self.by == "all" else None

    @property
    def inside(self):
        return ((("late_messages",), self.late_messages, True),)


SETTINGS = WindowSettings


def problems(scenario, steps):
    """steps: (service, path, step) of all steps, in the order of the file."""
    windows = [(name, path, step) for name, path, step in steps if step.gathers]
    for name, path, step in windows:
        service = scenario.services[name]
        yield from _kinds(path, step)
        if service.handle[-1] is not step:
            yield Problem(path, "must be the last step of its handler", step.to, hint="put what follows before it")
        yield from _instances(name, service, step)
        yield from _reading(scenario, name, service, path, step)
    yield from _commits(scenario, {name for name, _, step in windows if step.checkpoint is not None})


def _instances(name, service, step):
    """Its instances can share its windows."""
    path, alone = ("services", name, "instances"), step.complete.clock == "stream_time"
    elastic = [word for word, each in service.policies.items() if each.most_instances is not None]
    if elastic:
        rule = "its windows lie in the memory of its instances, which may not come and go"
        yield Problem(("services", name, elastic[0]), rule, hint="remove it, and write a number of instances")
    elif service.instances > 1 and step.by == "all":
        rule, hint = "windows for all lie in the memory of one instance", "remove it, or write by: key"
        yield Problem(path, rule, service.instances, hint=hint)
    elif service.instances > 1 and alone:
        rule = "instances share windows by key, and by stream time each partition has windows of its own"
        yield Problem(path, rule, service.instances, hint="remove it, or write clock: watermark")


def _kinds(path, step):
    """It says which events belong together."""
    if len(step.written) != 1:
        rule = f"is {listed(step.written)} at once" if step.written else "says not which events belong together"
        yield Problem(path, rule, hint="write one of tumbling, sliding and session")
    elif step.offset and (step.session or step.offset >= (step.tumbling or step.sliding.every)):
        rule = "a session begins with its first event" if step.session else "windows begin anew before that"
        yield Problem((*path, "offset"), rule, write_time(step.offset), hint="remove it, or write less")


def _reading(scenario, name, service, path, step):
    """What it reads and writes fits."""
    channel = scenario.channels.get(step.to)
    if channel is not None and not channel.brokered:
        rule = f"{step.to} is a {channel.kind}, and results want a channel that keeps them"
        yield Problem((*path, "to"), rule, step.to, hint="name a queue or a log")
    if not service.subscribe:
        yield Problem(path, f"{name} subscribes to no channel, so nothing comes to its windows", hint="write subscribe")
    for number, each in enumerate(service.subscribe):
        if each.takes_several:
            yield Problem(
                ("services", name, "subscribe", number, "batch"), "a window takes one message at a time", each.batch,
                hint="remove it",
            )  # fmt: skip
        if step.checkpoint is not None and not each.commits.by_state:
            yield Problem(
                (*path, "checkpoint"), f"{name} has to commit {each.channel} with its checkpoints",
                hint=f"write subscribe: {{channel: {each.channel}, commit: checkpoint}}",
            )  # fmt: skip
        for setting in OF_MEMBERS if each.commits.by_state else ():
            if (value := getattr(each, setting)) not in (None, False):
                yield Problem(
                    ("services", name, "subscribe", number, setting),
                    "positions come with checkpoints, so partitions are shared out once and no member leaves",
                    value if setting == "static" else write_time(value), hint="remove it",
                )  # fmt: skip


def _commits(scenario, kept):
    """Who commits at checkpoints has some."""
    for name, service in scenario.services.items():
        for number, each in enumerate(service.subscribe):
            if each.commits.by_state and name not in kept:
                yield Problem(
                    ("services", name, "subscribe", number, "commit"), f"{name} has no window with a checkpoint",
                    "checkpoint", hint="write checkpoint: {every: 10s} in its window, or commit otherwise",
                )  # fmt: skip
