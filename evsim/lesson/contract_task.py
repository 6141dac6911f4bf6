"""Lesson 15: a field that is renamed while old and new programs run side by side, and an exercise about the order."""

from collections.abc import Mapping

import numpy as np

from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import counterexample, nobody_told_error, nothing_done_twice
from evsim.scenario import Scenario

__all__ = ["TASKS", "after_the_rename", "changes", "contract"]

LOG, LETTERS, MAIL, ENTRY = "customer-registered", "letters", "welcome mail", "subscription"
READERS = {"welcome": ("80ms", MAIL), "mailing-list": ("60ms", ENTRY)}  # how long it works; what it does
VERSIONS = {  # of each program, the one it begins with first: the fields that it writes, or understands
    "register": {"writes email": {"email"}, "writes both": {"email", "mail"}, "writes mail": {"mail"}},
    **{name: {"reads email": {"email"}, "reads both": {"email", "mail"}, "reads mail": {"mail"}} for name in READERS},
}
ROLL, END, LAST = 5, 60, 50  # s: until all instances are new; of the run; until a release may begin
AWAY = {"faults": [{"outage": "mailing-list", "at": "15s", "for": "15s"}]}
GOLDEN = (5**0.5 - 1) / 2


def contract(plan, *readers):
    """Ten customers a second for a minute; `register` publishes an event for each, and readers work on it.

    plan: program -> {second: version}, its releases. A release takes 5 s: at first few instances are new, then all.
    An event in which a reader finds no field that it understands is a dead letter.
    """
    contents = {}  # request -> the fields of its event, written before anybody can read them
    services = {"register": {"workers": 64, "handle": _writer(plan, contents)}}
    for name in readers or ("welcome",):
        subscription = {"channel": LOG, "dead_letter": LETTERS}
        handle = _reader(name, plan, contents)
        services[name] = {"instances": 4, "subscribe": [subscription], "handle": handle}
    return Scenario.from_dict({
        "name": "contract",
        "workloads": {"page": {"target": "register", "arrivals": {"poisson": "10/s"}, "key": {"uniform": 1000}}},
        "services": services,
        "channels": {LOG: {"log": {"partitions": 8}}, LETTERS: "queue"},
        "run": {"duration": f"{END}s"},
    })  # fmt: skip


def _writer(plan, contents):
    def register(ctx):
        yield from ctx.work("2ms")
        contents[ctx.request] = _fields("register", plan, ctx)
        yield from ctx.publish(LOG)

    return register


def _reader(name, plan, contents):
    time, effect = READERS[name]

    def read(ctx):
        yield from ctx.work({"exponential": time})
        if not contents[ctx.request] & _fields(name, plan, ctx):
            ctx.fail(requeue=False)
        ctx.effect(effect)

    return read


def _fields(program, plan, ctx):
    """The fields that the instance which has this request writes, or understands."""
    versions = VERSIONS[program]
    version = next(iter(versions))
    place = (
        (ctx.request + 1) * GOLDEN * (1 + len(program)) % 1
    )  # of the instance, among those that are replaced in turn
    for begins, new in sorted(plan.get(program, {}).items()):
        if ctx.now >= begins + ROLL * place:
            version = new
    return versions[version]


def after_the_rename():
    """What becomes of those who register after register has renamed the field, and nobody else has changed."""
    run = contract({"register": {20: "writes mail"}}).run()
    late = run.tables.requests.arrived > 20 + ROLL
    if not run.outcomes.yes[late].all():
        return "they are told an error"
    (times,) = run.tables.requests.first_time[[run.tables.effect_names.index(MAIL)]]
    if np.isnan(times[late]).all():
        return "they are told yes, and get no mail"
    return "they are told yes, and get a mail" + (" later" if np.nanmin(times[late]) > END else "")


# Which changes an old reader, or an old event, survives.

OLD = {"email": "ada@example.org", "name": "Ada"}
KINDS: dict[str, tuple[dict, tuple]] = {
    "a field that nobody has to read": (OLD | {"city": "Brest"}, ()),
    "a field that readers need": (OLD | {"city": "Brest"}, ("city",)),
    "one field less": ({"email": "ada@example.org"}, ()),
    "another name for a field": ({"mail": "ada@example.org", "name": "Ada"}, ()),
    "a list in the place of a word": (OLD | {"email": ["ada@example.org"]}, ()),
}  # fmt: skip


def changes():
    """A frame with a row for each kind of change: whether an old reader reads new events, and a new one old events."""
    import pandas

    old_needs = {name: type(value) for name, value in OLD.items()}
    table = {}
    for kind, (new, more) in KINDS.items():
        new_needs = {name: type(value) for name, value in new.items() if name not in ("city", *more) or name in more}
        table[kind] = {
            "an old reader, a new event": _read(old_needs, new),
            "a new reader, an old event": _read(new_needs, OLD),
        }
    return pandas.DataFrame(table).T


def _read(needs, event):
    """What a reader that needs these fields, each of a kind, does with an event."""
    there = all(name in event and isinstance(event[name], kind) for name, kind in needs.items())
    return "reads it" if there else "dead letter"


# The exercise.


def nobody_left_out(run):
    """Who is told yes gets all that there is to get."""
    requests, names = run.tables.requests, run.tables.effect_names
    for effect in (effect for _, effect in READERS.values()):
        times = requests.times_done[names.index(effect)] if effect in names else np.zeros(len(requests.row))
        for place in np.flatnonzero(run.outcomes.yes & (times == 0)):
            came = f"came at second {requests.arrived[place]:.1f}, was told yes"
            yield counterexample(run, place, f"{came}, and never got a {effect}: its event is a dead letter")


def without_a_dead_letter(answer):
    plan = _plan(answer)
    mine = contract(plan, *READERS)

    def once(run):
        return nothing_done_twice(run, MAIL, ENTRY)

    return {
        "with nothing broken": (mine, [nobody_told_error, nobody_left_out, once]),
        "with the list away from second 15 to 30": (mine.replace(AWAY), [nobody_told_error, nobody_left_out, once]),
    }


def _plan(answer):
    if not isinstance(answer, Mapping) or not set(answer) <= set(VERSIONS):
        raise Refused(f"give a dict of {', '.join(VERSIONS)}, each with its releases, not {answer!r}")
    for program, versions in VERSIONS.items():
        releases = answer.get(program, {})
        if not isinstance(releases, Mapping):
            raise Refused(f"{program}: give its releases as {{second: version}}, not {releases!r}")
        for second, version in releases.items():
            if isinstance(second, bool) or not isinstance(second, int | float) or not 0 <= second <= LAST:
                raise Refused(f"{program}: a release begins at a second from 0 to {LAST}, not {second!r}")
            if version not in versions:
                raise Refused(f"{program} has no version {version!r}; there are {', '.join(versions)}")
        last = releases[max(releases)] if releases else next(iter(versions))
        *_, end = versions
        if last != end:
            raise Refused(f"{program}: its last version is {last!r}, and is to be {end!r}")
    return {program: dict(releases) for program, releases in answer.items()}


def all_at_once():
    """The exercise's design to begin with: three releases in the same second."""
    return contract({program: {20: [*versions][-1]} for program, versions in VERSIONS.items()}, *READERS)


TASKS = {
    "without-a-dead-letter": Task(
        "the field is renamed everywhere, and everybody who was told yes got a mail and got on the list",
        without_a_dead_letter,
        (
            "For five seconds old and new instances run side by side. Which pairs of them can't understand each other?",
            "Each program has a version in between. Who has to be understood by whom, before the old name may go?",
            "What was written before lies in the log, also when its reader is away. Leave time between the steps.",
        ),
        base=all_at_once,
    ),
}
