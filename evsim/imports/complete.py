"""A sketch made whole: who is missing stands in, what goes in circles is cut, how many workers there are is guessed."""

import math
from collections import defaultdict

from evsim.imports.measured import GUESSED_WORK, rounded_time
from evsim.imports.sketch import GUESSED, HALF, Box, slug
from evsim.scenario.model import Scenario
from evsim.scenario.offered_load import arrival_rates, holding_times
from evsim.scenario.units import rate

__all__ = ["complete"]

RATE = {"poisson": "10/s"}
DURATION = "60s"
MOST_KEYS = 8
ENOUGH = 3000  # requests, for 99 of 100 of them to be told of


def complete(sketch):
    """(data, origins, words) of the scenario: plain data, path -> origin, path -> a comment above it."""
    _rename(sketch)
    _cut(sketch)
    _end_rounds(sketch)
    _stand_in(sketch)
    _come(sketch)
    data, origins, words = _written(sketch)
    _staff(sketch, data, origins)
    return data, origins, words


def _rename(sketch):
    """A channel that has the name of a box gets one of its own; so does a workload."""
    names = {name: slug(f"{name}-channel") for name in sketch.channels if name in sketch.boxes}
    if names:
        sketch.channels = {names.get(name, name): _named_anew(each, names) for name, each in sketch.channels.items()}
        for box in sketch.boxes.values():
            box.steps = [(_published_anew(step, names), origin) for step, origin in box.steps]
            box.subscribes = {names.get(name, name): each for name, each in box.subscribes.items()}
    taken = {*sketch.boxes, *sketch.channels}
    sketch.workloads = {
        slug(f"{name}-clients") if name in taken else name: its for name, its in sketch.workloads.items()
    }


def _named_anew(channel, names):
    """A channel whose bindings and dead letters lead to the new names."""
    settings, origin = channel
    ((kind, inside),) = settings.items()
    inside = dict(inside)
    if "bindings" in inside:
        inside["bindings"] = [
            {**each, "queue": names.get(each["queue"], each["queue"])}
            if isinstance(each, dict)
            else names.get(each, each)
            for each in inside["bindings"]
        ]
    if inside.get("dead_letter") in names:
        inside["dead_letter"] = names[inside["dead_letter"]]
    return {kind: inside}, origin


def _published_anew(step, names):
    """A step, with what is in it, whose publishes lead to the new names."""
    if isinstance(step, list):
        return [_published_anew(each, names) for each in step]
    if not isinstance(step, dict):
        return step
    made = {}
    for word, inside in step.items():
        if word == "publish":
            channel = inside["channel"] if isinstance(inside, dict) else inside
            new = names.get(channel, channel)
            made[word] = {**inside, "channel": new} if isinstance(inside, dict) else new
        else:
            made[word] = _published_anew(inside, names)
    return made


def _targets(steps, certain=False):
    """(kind, name) of the calls and publishes of steps, those inside others included; certain: not those in a maybe."""
    for step in steps:
        for kind, inside in step.items():
            if kind in ("call", "publish"):
                key = "service" if kind == "call" else "channel"
                yield kind, inside[key] if isinstance(inside, dict) else inside
            elif kind == "maybe" and not certain:
                yield from _targets(inside["then"])
            elif kind == "parallel":
                yield from _targets(inside, certain)


def _calls(box):
    return [name for kind, name in _targets([step for step, _ in box.steps]) if kind == "call"]


def _cut(sketch):
    """Calls to nobody and calls that close a circle are left out."""
    done, way = set(), []

    def visit(name):
        way.append(name)
        box = sketch.boxes[name]
        for callee in _calls(box):
            if callee not in sketch.boxes or callee in way:
                box.steps = [each for each in box.steps if callee not in [target for _, target in _targets([each[0]])]]
                why = "which calls it in turn" if callee in way else "which is not known"
                sketch.note(f"the call of {name} to {callee} is left out, {why}")
            elif callee not in done:
                visit(callee)
        way.pop()
        done.add(name)

    for name in list(sketch.boxes):
        if name not in done:
            visit(name)


def _end_rounds(sketch):
    """A message that always causes itself again has no end: the publish that closes such a circle is left out.

    Files say that a program reads a channel and sends to it, and not when it does.
    """
    causes = defaultdict(set)  # box or channel -> what leads to it
    for name, (settings, _) in sketch.channels.items():
        for queue in _handed_on(settings):
            causes[queue].add(name)
    always = {name: list(_targets([step for step, _ in box.steps], True)) for name, box in sketch.boxes.items()}
    for name, box in sketch.boxes.items():
        causes[name].update(box.subscribes)
        for kind, target in always[name]:
            if kind == "call":
                causes[target].add(name)
    for name, box in sketch.boxes.items():
        before, sent = _all_before(name, causes), {each for kind, each in always[name] if kind == "publish"}
        for channel in sent - before:
            causes[channel].add(name)
        if closing := sorted(sent & before):
            box.steps = [
                each
                for each in box.steps
                if not {("publish", channel) for channel in closing} & {*_targets([each[0]], True)}
            ]
            sketch.note(
                f"{name} does not send to {', '.join(closing)} here: what it sends there comes back to it, and would "
                "go round for ever; to keep such a publish, write it into a maybe, with its probability"
            )


def _all_before(name, causes):
    """Whatever leads to a box, directly or by way of others."""
    found, left = set(), [name]
    while left:
        new = causes[left.pop()] - found
        found |= new
        left += new
    return found


def _stand_in(sketch):
    """Publishers and readers of channels that have none, and steps of boxes of which nothing is known."""
    for box in sketch.boxes.values():
        if not box.steps:
            box.steps = [({"work": GUESSED_WORK}, GUESSED)]
    published = {
        name
        for box in sketch.boxes.values()
        for kind, name in _targets([step for step, _ in box.steps])
        if kind == "publish"
    }
    read = {name for box in sketch.boxes.values() for name in box.subscribes}
    bound = {each for settings, _ in sketch.channels.values() for each in _handed_on(settings)}
    for name, (settings, _) in list(sketch.channels.items()):
        if name not in published and name not in bound and name not in _letter_boxes(sketch):
            who = slug(f"{name}-source")
            steps = [({"work": "1ms"}, GUESSED), *(({"publish": each}, GUESSED) for each in _publishes(name, settings))]
            sketch.boxes[who] = Box(steps, words="stands in for whoever publishes", stands_in=True)
            sketch.workloads[slug(f"{name}-clients")] = who, RATE, GUESSED, ""
        if name not in read and "exchange" not in settings:
            if name in _letter_boxes(sketch):
                continue
            steps = [({"work": GUESSED_WORK}, GUESSED), ({"effect": f"{name} handled"}, GUESSED)]
            who = slug(f"{name}-reader")
            sketch.boxes[who] = Box(steps, subscribes={name: {}}, words="stands in for whoever reads", stands_in=True)


def _publishes(name, settings):
    """What reaches every reader of a channel: of an exchange that looks at routing keys, a message for each binding."""
    exchange = settings.get("exchange", {})
    if exchange.get("type") not in ("direct", "topic"):
        return [name]
    keys = list(dict.fromkeys(each["key"] for each in exchange["bindings"]))
    if exchange["type"] == "topic":
        plain = [key for key in keys if not {"*", "#"} & set(key.split("."))]
        keys = plain or list(dict.fromkeys(key.replace("*", "any").replace("#", "any") for key in keys))
    return [{"channel": name, "routing_key": key} for key in keys[:MOST_KEYS]]


def _handed_on(settings):
    return [
        each["queue"] if isinstance(each, dict) else each for each in settings.get("exchange", {}).get("bindings", ())
    ]


def _letter_boxes(sketch):
    return {settings.get("queue", {}).get("dead_letter") for settings, _ in sketch.channels.values()}


def _come(sketch):
    """Somebody comes to whoever is called by nobody."""
    called = {name for box in sketch.boxes.values() for name in _calls(box)}
    if sketch.loose and sketch.boxes and sketch.loose.get("answers"):
        sketch.note(sketch.loose["answers"])
    if sketch.loose and sketch.workloads:
        known = [
            (name, target) for name, (target, *_) in sketch.workloads.items() if not sketch.boxes[target].stands_in
        ]
        if known:
            name, target = known[0]
            sketch.workloads[name] = target, *sketch.loose["arrivals"]
            return
    reached = {target for target, *_ in sketch.workloads.values() if not sketch.boxes[target].stands_in}
    if reached and not sketch.loose:
        return
    entries = [
        name for name, box in sketch.boxes.items() if name not in called and not box.subscribes and not box.stands_in
    ]
    if not entries and sketch.workloads:
        if sketch.loose:
            file = sketch.loose["arrivals"][1].removeprefix("measured: ")
            sketch.note(f"those who come in {file} are left out: here is no box that is asked from outside")
        return
    if sketch.loose and not entries:
        for note in sketch.loose["notes"]:
            sketch.note(note)
        sketch.boxes["web"] = Box(sketch.loose["steps"], 1, words=sketch.loose["words"])
        entries = ["web"]
    if not entries:
        entries = [name for name, box in sketch.boxes.items() if name not in called and not box.stands_in]
    arrivals = sketch.loose["arrivals"] if sketch.loose else (RATE, GUESSED, "")
    front = next((name for name in entries if sketch.boxes[name].words.startswith("open")), None)
    many = [front] if front and sketch.loose else entries
    for number, name in enumerate(many):
        who = "clients" if len(many) == 1 else slug(f"clients-of-{name}")
        sketch.workloads[who] = name, *(arrivals if number == 0 else (RATE, GUESSED, ""))


def _written(sketch):
    """Plain data of the sketch, its origins, and words for what stands at a path."""
    origins, words = {}, {}

    def said(path, origin):
        if origin:
            origins[path] = origin

    workloads = {}
    for name, (target, arrivals, origin, comment) in sketch.workloads.items():
        workloads[name] = {"target": target, "arrivals": arrivals}
        said(f"workloads.{name}.arrivals", origin)
        words[f"workloads.{name}"] = comment
    services = {}
    for name, box in sketch.boxes.items():
        entry = services[name] = {}
        for setting in ("instances", "workers"):
            if getattr(box, setting):
                entry[setting], origin = getattr(box, setting)
                said(f"services.{name}.{setting}", origin)
        if box.together:
            entry["workers"] = math.ceil(entry["workers"] / entry.get("instances", 1))
        if box.subscribes:
            reads = [{"channel": channel, **more} if more else channel for channel, more in box.subscribes.items()]
            entry["subscribe"] = reads[0] if len(reads) == 1 else reads
        entry["handle"] = [step for step, _ in box.steps]
        if len({origin for _, origin in box.steps}) == 1:
            said(f"services.{name}.handle", box.steps[0][1])
        else:
            for number, (_, origin) in enumerate(box.steps):
                said(f"services.{name}.handle.{number}", origin)
        words[f"services.{name}"] = box.words
    channels = {}
    for name, (settings, origin) in sketch.channels.items():
        channels[name] = settings if list(settings.values()) != [{}] else next(iter(settings))
        said(f"channels.{name}", origin)
    data = {"name": slug(sketch.name, "imported"), "workloads": workloads, "services": services}
    if channels:
        data["channels"] = channels
    if sketch.network:
        data["network"] = {"latency": sketch.network[0]}
        said("network.latency", sketch.network[1])
    data["run"] = {"duration": _duration(sketch), "seed": 1}
    return data, origins, words


def _duration(sketch):
    """As long as what was measured; where the rate never changes, no longer than it takes for enough to come."""
    if sketch.duration is None:
        return DURATION
    arrivals = [each for _, each, *_ in sketch.workloads.values()]
    rates = [rate(next(iter(each.values()))) for each in arrivals if set(each) <= {"poisson", "constant"}]
    if len(rates) < len(arrivals) or not sum(rates):
        return rounded_time(sketch.duration)
    enough = 10.0 * math.ceil(ENOUGH / sum(rates) / 10)
    return rounded_time(min(sketch.duration, enough))


def _staff(sketch, data, origins):
    """As many workers as make each box half busy, where nobody said how many there are, or traces show too few.

    A trace that has one customer in ten shows a tenth of those who are at work at once: it is not believed where a log
    says how many come, and so many would keep more busy.
    """
    scenario = Scenario.from_dict(data)
    rates, held = arrival_rates(scenario), holding_times(scenario)
    few = []
    for name, entry in data["services"].items():
        instances, load = entry.get("instances", 1), rates[name] * held[name]
        sampled = (
            sketch.loose and "workers" in entry and load > sketch.boxes[name].believed * entry["workers"] * instances
        )
        if "workers" not in entry or sampled:
            workers = max(1, min(1000, math.ceil(load / HALF / instances)))
            data["services"][name] = {
                **({"instances": instances} if "instances" in entry else {}),
                "workers": workers,
                **{setting: value for setting, value in entry.items() if setting not in ("instances", "workers")},
            }
            origins[f"services.{name}.workers"] = f"{GUESSED}: half busy with all who come" if sampled else GUESSED
            few += [name] if sampled else []
    if few:
        sketch.note(
            "the traces have few of those who come, and so few at work at once: the workers of "
            f"{', '.join(few)} are guessed, as many as are half busy"
        )
