"""The steps of a service, from many handlings seen: which calls and publishes, in which order, and the work between.

What a share of the handlings does becomes a ``maybe``; calls that overlap in most of them become ``parallel``; a call
that is made again after it failed becomes a ``retry``.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evsim.imports.measured import rounded_time, time_setting
from evsim.imports.sketch import GUESSED
from evsim.results.export.otlp import LEFT

__all__ = ["HandlingFit", "Item", "fit_handlings"]

ALWAYS = 0.995  # of the handlings
SELDOM = 0.001
ENOUGH = 20  # handlings that went well, for those that failed to be left out of the times
SHORT = 1000  # nanoseconds: what is less than that is no work
MOST_STEPS = 30
TIMEOUTS = ("timeout", "timed out", "deadline", "timeouterror")


@dataclass(slots=True)
class Item:
    """A call, a publish or an effect of a handling: its ``target``, and how often it was ``tried``.

    ``relayed``: after how long an outbox sent it; None where the handling waited for it, or nobody knows.
    """

    kind: str
    target: str
    start: int
    end: int
    span: Any = None
    tried: int = 1
    pause: int = 0
    label: tuple = ()
    relayed: int | None = None
    held: bool = True
    gave_up: list = field(default_factory=list)  # spans of attempts that failed, and were made again

    @property
    def is_call(self):
        return self.kind == "call"

    @property
    def failed(self):
        return self.span is not None and self.span.error


@dataclass(slots=True)
class HandlingFit:
    """A ``span`` of a service, the ``items`` below it, and the span of whoever ``asked``."""

    span: Any
    items: list = field(default_factory=list)
    asked: Any = None

    @property
    def answered(self):
        """When it answered: at its end, or before."""
        return next((moment for moment, name, _ in self.span.events if name == "reply"), self.span.end)

    @property
    def waited(self):
        """Nanoseconds from when it was asked to its start, without the time of the same hop back."""
        return 0 if self.asked is None else self.span.start - self.asked.start

    @property
    def went_well(self):
        return not self.span.error and not self.span.about.get("evsim.open")


def fit_handlings(handlings, name):
    """(step, origin) pairs."""
    for handling in handlings:
        handling.items = _tried_again(
            sorted([*handling.items, *_effects(handling)], key=lambda item: (item.start, item.end))
        )
        for item, following in zip(handling.items, [*handling.items[1:], None]):
            _let_go(item, following, handling.span.end)
        _label(handling.items)
    well = [each for each in handlings if each.went_well]
    seen = well if len(well) >= ENOUGH else handlings
    groups = _groups(seen)
    steps, own = [], _own_times(seen, groups)
    for number, labels in enumerate(groups):
        present = [each for each in seen if any(item.label in labels for item in each.items)]
        share = len(present) / len(seen)
        inside = _work(own[number], name)
        inside.append(_asks(labels, seen, present, name))
        if share >= ALWAYS:
            steps += inside
        elif share >= SELDOM:
            steps.append(
                (
                    {"maybe": {"probability": float(f"{share:.3g}"), "then": [step for step, _ in inside]}},
                    f"measured: {name}",
                )
            )
    steps += _work(own[len(groups)], name)
    alone = [each for each in handlings if each.span.error and not any(item.failed for item in each.items)]
    if alone:
        share = float(f"{len(alone) / len(handlings):.3g}")
        first = next((number for number, (step, _) in enumerate(steps) if "work" in step), -1)
        steps.insert(first + 1, ({"fail": share}, f"measured: {name}, {len(alone):,} of {len(handlings):,}"))
    if handlings[0].span.consumes and not any("effect" in step for step, _ in steps):
        steps.append(({"effect": f"{handlings[0].span.channel} handled"}, GUESSED))
    return steps[:MOST_STEPS] or [({"work": rounded_time(0.0)}, f"measured: {name}")]


def _tried_again(items):
    """The items, those that follow a failed one to the same target taken together with it."""
    found = []
    for item in items:
        last = next((each for each in reversed(found) if each.target == item.target), None)
        if last is not None and last.failed and item.is_call and item.start >= last.end:
            last.gave_up.append(last.span)
            last.tried, last.pause = last.tried + 1, item.start - last.end
            last.end, last.span = item.end, item.span
        else:
            found.append(item)
    return found


def _label(items):
    met: Counter = Counter()
    for item in items:
        item.label = item.kind, item.target, met[item.kind, item.target]
        met[item.kind, item.target] += 1


def _groups(handlings):
    """Lists of labels in the order in which they begin; those in one list overlap in most handlings that have both."""
    ranks, met = defaultdict(list), Counter()
    both, over = Counter(), Counter()
    for handling in handlings:
        for number, item in enumerate(handling.items):
            ranks[item.label].append(number)
            met[item.label] += 1
        for one, other in zip(handling.items, handling.items[1:]):
            both[one.label, other.label] += 1
            over[one.label, other.label] += other.start < one.end
    order = sorted(ranks, key=lambda label: (float(np.mean(ranks[label])), label))
    groups: list = []
    for label in order:
        last = groups[-1][-1] if groups else None
        pairs = both[last, label] + both[label, last]
        if (over[last, label] + over[label, last]) * 2 > pairs:
            groups[-1].append(label)
        else:
            groups.append([label])
    return groups[:MOST_STEPS]


def _own_times(handlings, groups):
    """place -> nanoseconds of own work before each group, and after the last."""
    place = {label: number for number, labels in enumerate(groups) for label in labels}
    found = defaultdict(list)
    for handling in handlings:
        at = handling.span.start
        spread: dict = {}
        for item in handling.items:
            number = place.get(item.label)
            if number is not None:
                begin, end = spread.get(number, (item.start, item.end))
                spread[number] = begin, max(end, item.end)
        for number in sorted(spread):
            begin, end = spread[number]
            found[number].append(max(0, begin - at))
            at = max(at, end)
        found[len(groups)].append(max(0, handling.span.end - at))
    return found


def _work(nanoseconds, name):
    if float(np.mean(nanoseconds)) < SHORT:
        return []
    work, words = time_setting(nanoseconds)
    return [({"work": work}, f"measured: {name}, {words}")]


def _asks(labels, seen, present, name):
    """One call or publish, or several at once."""
    steps = []
    for label in labels:
        items = [item for handling in present for item in handling.items if item.label == label]
        steps.append(_ask(label, items, present))
    return (steps[0] if len(steps) == 1 else {"parallel": steps}), f"measured: {name}"


def _ask(label, items, handlings):
    kind, target, _ = label
    if kind == "effect":
        return {"effect": target}
    if kind == "publish":
        return {"publish": _how(target, items)}
    settings: dict = {"service": target}
    spans = [span for item in items for span in (*item.gave_up, item.span)]
    ended = [span.end - span.start for span in spans if span.error and _timed_out(span)]
    if ended:
        settings["timeout"] = rounded_time(float(np.median(ended)) / 1e9)
    tried = max(item.tried for item in items)
    if tried > 1:
        pause = float(np.median([item.pause for item in items if item.tried > 1])) / 1e9
        settings["retry"] = {"attempts": min(100, tried), "backoff": rounded_time(pause)}
    failed = sum(item.failed for item in items)
    if (
        failed >= 3
        and sum(any(item.label == label and item.failed for item in each.items) for each in handlings if each.went_well)
        * 2
        > failed
    ):
        settings["on_error"] = "ignore"
    return {"call": settings if len(settings) > 1 else target}


def _timed_out(span):
    said = f"{span.about.get('error.type', '')} {span.name}".lower()
    return any(word in said for word in TIMEOUTS)


def _how(channel, items):
    """A publish: through an outbox whose poll takes twice the mean delay, waited for by nobody, or plain."""
    relayed = [item.relayed for item in items if item.relayed is not None]
    if len(relayed) * 2 > len(items) and sum(relayed):
        return {"channel": channel, "outbox": {"poll": rounded_time(2e-9 * float(np.mean(relayed)))}}
    return channel if 2 * sum(item.held for item in items) >= len(items) else {"channel": channel, "acks": 0}


def _let_go(item, following, end):
    """Mark a publish that the handling does not wait for: it takes no time, or what follows begins before its end."""
    if item.kind != "publish":
        return
    item.held = item.start < item.end <= (end if following is None else following.start)
    if not item.held:
        relays = [moment - item.start for moment, said, _ in item.span.events if said == f"{LEFT} outbox"]
        item.relayed = relays[0] if relays else None
        item.end = item.start


def _effects(handling):
    """Effects, as the kit's own export has them."""
    for moment, said, about in handling.span.events:
        if said == "effect" and about.get("evsim.effect"):
            yield Item("effect", str(about["evsim.effect"]), moment, moment)
