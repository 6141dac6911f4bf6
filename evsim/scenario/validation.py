"""What must fit together across a scenario: names that exist and are of the right kind, no endless cycles.

`check` returns all problems; their paths are places in the model, which `errors.explain` turns into the paths
of the file. Handlers that are Python functions are not looked into.
"""

from itertools import combinations

from evsim.registry import SUBSCRIPTION, modules

from .atomicity import transactions
from .changes import problems as changes
from .channel_rules import blocking, unbrokered
from .conditions import conditions
from .cycles import cycles
from .errors import Problem, a
from .fault_targets import faults
from .files import files
from .groups import NOT_SHARED, group_of, shared_groups, uncounted_prefetch
from .handlers import as_one, branches, walk
from .naming import ends, kinds, missing
from .origins import origins
from .presets import completed
from .sizes import sizes
from .units import write_time


def check(scenario):
    """The problems of a scenario whose parts are sound by themselves."""
    checks = (
        sizes,
        _names,
        _targets,
        _steps,
        _subscriptions,
        _policies,
        _elastic,
        _programs,
        _links,
        faults,
        cycles,
        files,
        _conditions,
        _transactions,
        _settlings,
        unbrokered,
        _own_inboxes,
        origins,
    )
    return [problem for one in checks for problem in one(scenario)] or changes(scenario)


def _walk_services(scenario):
    for name, service in scenario.services.items():
        for path, step, unsure in walk(service.handle, ("services", name, "handle")):
            yield name, path, step, unsure


def _names(scenario):
    for (one, first), (other, second) in combinations(kinds(scenario), 2):
        for name in second:
            if name in first:
                path = ("network", "links", name) if other == "link" else (f"{other}s", name)
                yield Problem(path, f"is the name of a {one} too", hint="give each its own name")


def _targets(scenario):
    for name, workload in scenario.workloads.items():
        if workload.target not in scenario.services:
            yield missing(scenario, ("workloads", name, "target"), workload.target, "service")


def _steps(scenario):
    for _, path, step, _ in _walk_services(scenario):
        if step.asks and not step.hands_over and step.service not in scenario.services:
            yield missing(scenario, (*path, "service"), step.service, "service")
        if step.hands_over and step.channel not in scenario.channels:
            yield missing(scenario, (*path, step.short), step.channel, "channel")
        elif step.kind == "publish" and step.acks == 0 and (full := blocking(scenario, step)):
            rule = f"{full[0]} blocks its publishers when it is full, and nobody waits here"
            yield Problem((*path, "acks"), rule, 0, hint="write acks: 1, or another overflow")
    for name, service in scenario.services.items():
        if _replies(service.handle) > 1:
            yield Problem(
                ("services", name, "handle"), "replies more than once on one path", hint="keep the first reply"
            )


def _replies(steps):
    if callable(steps):
        return 0
    most = 0
    for step in steps:
        if step.replies:
            most += 1
        elif step.by_chance or step.by_way:
            most += max(map(_replies, branches(step)))
        else:
            most += sum(map(_replies, branches(step)))
    return most


def _letters(scenario, path, target):
    if target is not None and target not in scenario.channels:
        yield missing(scenario, path, target, "channel")


def _subscriptions(scenario):
    for name, channel in scenario.channels.items():
        yield from _letters(scenario, ("channels", name, "dead_letter"), getattr(channel, "dead_letter", None))
    owners = {}
    for name, service in scenario.services.items():
        for number, subscription in enumerate(service.subscribe):
            path = ("services", name, "subscribe", number)
            channel = scenario.channels.get(subscription.channel)
            if channel is None:
                yield missing(scenario, (*path, "channel"), subscription.channel, "channel")
                continue
            if channel.routes:
                bound = ", ".join(channel.bound)
                rule = f"{subscription.channel} is {a(channel.kind)}, which keeps nothing to read"
                way = f"subscribe to a queue that is bound to it{bound and ': ' + bound}"
                yield Problem((*path, "channel"), rule, hint=way)
                continue
            yield from _reading(path, subscription, channel)
            yield from _letters(scenario, (*path, "dead_letter"), subscription.dead_letter)
            if subscription.ack == "before":
                yield from uncounted_prefetch(path, subscription, "acknowledge after the work")
            yield from _in_time(path, subscription, scenario.run_settings.duration)
            yield from _batches(path, subscription, service, channel)
            first = owners.setdefault((subscription.channel, group_of(name, subscription)), (name, subscription))
            if first[0] != name:
                yield from _sharing(path, subscription, channel, *first)
            elif subscription.channel in (each.channel for each in service.subscribe[:number]):
                yield Problem(
                    path, f"subscribes to {subscription.channel} twice", hint="remove one, or write a second service"
                )


def _sharing(path, subscription, channel, first, its):
    """What services that are in one group have to say alike: all that the group does as a whole."""
    if not channel.partitioned:
        return
    mine, theirs = (each.model_dump(by_alias=True) for each in (subscription, its))
    for setting in channel.read_with:
        if setting not in ("group", *NOT_SHARED) and mine[setting] != theirs[setting]:
            rule = f"{first} is in the same group of {subscription.channel}, and has another {setting}"
            yield Problem((*path, setting), rule, hint="write the same, or give each service a group of its own")


def _reading(path, subscription, channel):
    """The settings of a subscription that its kind of channel does not know."""
    for name in subscription.not_by_default():
        said = subscription.policies if channel.settles else ()
        if name not in ("channel", "operation", *channel.read_with, *said):
            known = ", ".join(channel.read_with)
            usual = f"{a(channel.kind)} is not read with {name}", f"it knows {known}" if known else "remove it"
            rule, hint = channel.not_read_with.get(name, usual)
            yield Problem((*path, name), rule, subscription.model_dump(by_alias=True)[name], hint=hint)
    wanted = subscription.change_visibility
    if wanted is not None and channel.competing and not completed(channel).is_polled:
        rule = f"a consumer of {subscription.channel} gives back what fails, as it holds a connection"
        yield Problem(
            (*path, "change_visibility"),
            rule,
            write_time(wanted),
            hint="write retry: {attempts: 5, backoff: 1s}, or give the queue a visibility_timeout",
        )


TOGETHER = ("work", "wait", "effect", "fail", "reply", "parallel")  # steps that a batch can take as one


def _batches(path, subscription, service, channel):
    """What cannot be done for several messages at once."""
    if not subscription.takes_several:
        return
    if not channel.competing and (subscription.commits.early or subscription.is_atomic):
        name = "commit" if subscription.commit else next(iter(subscription.policies))
        rule = "a batch is committed after the work, or at an interval"
        yield Problem((*path, name), rule, subscription.commits.kind, hint="remove batch, or commit after")
    if callable(service.handle):
        yield Problem((*path, "batch"), "a Python function handles one message at a time", subscription.batch)
        return
    for place, step in as_one(service.handle):
        if step.kind not in TOGETHER and not step.by_message:
            yield Problem(
                ("services", path[1], "handle", *place),
                f"a batch of messages cannot {step.kind} as one",
                hint=f"its steps are {', '.join(TOGETHER)}; write others into for_each, or remove batch",
            )


def _in_time(path, subscription, duration):
    """What a group is to do after the end of the run."""
    moments: list[tuple] = [(("from",), subscription.joins or 0.0)]
    moments += [(("replay", number, "at"), replay.at) for number, replay in enumerate(subscription.replay)]
    for where, moment in moments:
        if moment >= duration:
            yield Problem(
                (*path, *where),
                "comes after the end of the run",
                write_time(moment),
                hint=f"the run takes {write_time(duration)}",
            )


OWNING = (
    "assignor",
    "session_timeout",
    "max_poll_interval",
    "rebalance",
    "static",
    "max_poll_records",
    "commit",
    "guarantee",
    "batch",
)  # settings of a subscription that want an owner for each partition


def _elastic(scenario):
    shared = shared_groups(scenario)
    for name, service in scenario.services.items():
        if service.inboxes_by and not service.may_be_balanced:
            rule = f"the instances of {name} come when they are called for, so nobody can pick one of them"
            yield Problem(("services", name, service.inboxes_by), rule, hint=f"leave out {service.inboxes_by}")
        for number, each in enumerate(service.subscribe):
            is_shared = (each.channel, group_of(name, each)) in shared
            channel = scenario.channels.get(each.channel)
            if channel is not None and channel.partitioned and (each.owns or is_shared) and not service.fetches:
                rule = f"the instances of {name} fetch nothing for themselves, so none of them can own a partition"
                path, written = ("services", name, "subscribe", number), each.model_dump(by_alias=True)
                setting = next((its for its in OWNING if its in each.not_by_default()), "group")
                way = "give each service a group of its own" if is_shared else f"leave out {setting}"
                yield Problem((*path, setting), rule, written[setting], hint=way)


def _own_inboxes(scenario):
    """A bus takes turns between instances itself."""
    for name, service in scenario.services.items():
        for subscription in service.subscribe if service.own_inboxes else ():
            channel = scenario.channels.get(subscription.channel)
            if channel is not None and channel.direct:
                path, word = ("services", name, service.inboxes_by), service.inboxes_by
                rule = f"{subscription.channel} is {a(channel.kind)}, which picks a handler itself"
                hint = f"remove {word}, or give the handler on it a service of its own"
                yield Problem(path, rule, hint=hint)


def _policies(scenario):
    for name, service in scenario.services.items():
        for word, settings in service.policies.items():
            yield from settings.problems(("services", name, word), service)
    for name, channel in scenario.channels.items():
        for word, its in channel.policies.items():
            yield from its.problems_of_channel(("channels", name, channel.kind, word), channel)


def _settlings(scenario):
    for part in modules("settings", SUBSCRIPTION):
        yield from part.problems(scenario)


def _conditions(scenario):
    return conditions(scenario, [(name, path, step) for name, path, step, _ in _walk_services(scenario)])


def _transactions(scenario):
    return transactions(scenario, [(name, path, step) for name, path, step, _ in _walk_services(scenario)])


def _programs(scenario):
    for name, service in scenario.services.items():
        path, host = ("services", name, "inside"), service.inside
        if host is None:
            continue
        if host not in scenario.services:
            yield missing(scenario, path, host, "service")
        elif host == name:
            yield Problem(path, "a service cannot run inside itself")
        elif scenario.services[host].inside is not None:
            yield Problem(
                path, f"{host} runs inside another program itself", hint=f"write {scenario.services[host].inside}"
            )


def _links(scenario):
    known = {}
    for name, link in scenario.network.links.items():
        path = ("network", "links", name, "between")
        yield from ends(scenario, path, link.between)
        both = frozenset(link.between)
        if both in known:
            yield Problem(path, f"link {known[both]} has the same ends", hint="keep one of them")
        known.setdefault(both, name)
