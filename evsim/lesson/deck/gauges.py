"""Gauges: what an operator can read of a system, for the minute before any moment."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evsim.scenario import ScenarioError
from evsim.scenario.errors import Problem, suggest
from evsim.view.words import seconds, with_article

__all__ = ["GAUGES", "MINUTE", "Gauge", "Reading", "reading"]

MINUTE = 60.0
SERVICE, CHANNEL, PLACE, EFFECT, NONE = "service", "channel", "service or channel", "effect", ""


@dataclass(frozen=True)
class Gauge:
    """``value(watched, place, start, end)``: of the minute from start to before end; NaN: there is none."""

    words: str
    of: str
    unit: str
    value: Callable


@dataclass(frozen=True)
class Reading:
    """A gauge of a place; ``before``: always of the last whole minute before the trouble began."""

    gauge: Gauge
    place: str
    before: bool = False

    @property
    def words(self):
        return f"{self.place}: {self.gauge.words}" if self.place else self.gauge.words

    def value(self, watched, end):
        return self.gauge.value(watched, self.place, max(0.0, end - MINUTE), end)

    def write(self, watched, end):
        return _written(self.gauge.unit, self.value(watched, end))


def _written(unit, value):
    if value != value:
        return "-"
    if unit == "s":
        return seconds(float(value))
    return f"{100 * value:.0f} %" if unit == "share" else f"{value:,.0f}"


def _share(part, whole):
    return part / whole if whole else float("nan")


def _percent(times, share):
    return float(np.quantile(times, share)) if len(times) else float("nan")


def _errors(watched, _, start, end):
    answered = watched.told_between(start, end)
    return _share((answered & watched.told.error).sum(), answered.sum())


def _response(share):
    def value(watched, _, start, end):
        answered = watched.told_between(start, end)
        return _percent((watched.told.told_at - watched.requests.arrived)[answered], share)

    return value


def _late(watched, _, start, end):
    due, late = watched.late(start, end)
    return _share(late.sum(), due.sum())


def _twice(watched, *window):
    done, _ = watched.requests.effects_at(np.nextafter(window[-1], 0), replays=False)
    return (done > 1).any(axis=0).sum()


def _oldest(watched, place, start, end):
    waits = watched.waits(place, end)
    return end - float(np.nanmin(watched.rows["ready"][waits])) if waits.any() else 0.0


def _takes(watched, service, start, end):
    rows = watched.rows
    which = watched.done(service, start, end) | watched.failed(service, start, end)
    times = (rows["ended"] - rows["started"])[which]
    return float(np.nanmean(times)) if np.isfinite(times).any() else float("nan")


def _at_work(watched, service, start, end):
    rows = watched.rows
    return (watched.at(service) & (rows["started"] < end) & ~(rows["ended"] < end)).sum()


def _again(watched, service, start, end):
    asked = watched.asked(service, start, end)
    return _share((asked & (watched.rows["attempt"] > 1)).sum(), asked.sum())


def _made(watched, effect, start, end):
    effects, name = watched.run.tables.effects, watched.run.tables.effect_names.index(effect)
    return ((effects["name"] == name) & (effects["time"] >= start) & (effects["time"] < end)).sum()


def _published(watched, channel, start, end):
    messages = watched.messages
    mine = messages["channel"] == list(watched.run.scenario.channels).index(channel)
    return (mine & (messages["appended"] >= start) & (messages["appended"] < end)).sum()


def _noted(kind):
    def value(watched, service, start, end):
        incidents = watched.run.records.incidents
        return sum(k == kind and start <= time < end and str(what).partition("/")[0] == service
                   for time, k, what, _ in incidents)  # fmt: skip

    return value


def _remarked(kind):
    """Counts remarks of attempts (:mod:`evsim.results.remarks`)."""

    def value(watched, service, start, end):
        at = watched.at(service)
        return sum(each.kind == kind and start <= each.time < end and at[each.row] for each in watched.remarks)

    return value


def _counts(method):
    return lambda watched, place, start, end: getattr(watched, method)(place, start, end).sum()


GAUGES = {
    "customers": Gauge("customers who came", NONE, "count", lambda w, _, start, end: (
        (w.requests.arrived >= start) & (w.requests.arrived < end)).sum()),
    "yes": Gauge("customers told yes", NONE, "count", lambda w, _, start, end: (
        w.told_between(start, end) & w.told.yes).sum()),
    "no": Gauge("customers told no", NONE, "count", lambda w, _, start, end: (
        w.told_between(start, end) & w.told.no).sum()),
    "errors": Gauge("share of the answers that are errors", NONE, "share", _errors),
    "lost": Gauge("customers told an error, so far", NONE, "count", lambda w, _, start, end: (
        w.told_between(-1.0, end) & w.told.error).sum()),
    "unanswered": Gauge("customers who wait for an answer, now", NONE, "count", lambda w, _, start, end: (
        (w.requests.arrived < end) & ~(w.requests.answered < end)).sum()),
    "response": Gauge("time to the answer, median", NONE, "s", _response(0.5)),
    "slowest": Gauge("time to the answer, 95 % within", NONE, "s", _response(0.95)),
    "missing": Gauge("customers told yes who wait for longer than promised, now", NONE, "count",
                     lambda w, _, start, end: w.unfinished(end).sum()),
    "late": Gauge("share of the promises that fell due and were not kept", NONE, "share", _late),
    "twice": Gauge("customers for whom something was done twice, so far", NONE, "count", _twice),
    "busy": Gauge("share of the time in which its workers are busy", SERVICE, "share",
                  lambda w, place, start, end: _share(*w.held(place, start, end))),
    "workers": Gauge("workers, now", SERVICE, "count", lambda w, place, start, end: (
        w.run.tables.capacity[place].at(np.nextafter(end, 0)))),
    "at work": Gauge("requests in work, now", SERVICE, "count", _at_work),
    "waiting": Gauge("waiting, now", PLACE, "count", lambda w, place, start, end: w.waits(place, end).sum()),
    "oldest": Gauge("age of the oldest that waits", PLACE, "s", _oldest),
    "unacked": Gauge("handed out and not acknowledged, now", CHANNEL, "count",
                     lambda w, place, start, end: w.handed_out(place, end).sum()),
    "published": Gauge("messages that came", CHANNEL, "count", _published),
    "dead": Gauge("messages given up, so far", CHANNEL, "count",
                  lambda w, place, start, end: w.dead(place, -1.0, end).sum()),
    "removed": Gauge("messages removed undone", CHANNEL, "count", _counts("removed")),
    "calls": Gauge("asked of it", SERVICE, "count", _counts("asked")),
    "again": Gauge("share of what is asked that was asked before", SERVICE, "share", _again),
    "handled": Gauge("done", SERVICE, "count", _counts("done")),
    "failed": Gauge("failed", SERVICE, "count", _counts("failed")),
    "refused": Gauge("refused", SERVICE, "count", _counts("refused")),
    "wasted": Gauge("done when nobody waited for it any more", SERVICE, "count", _counts("in_vain")),
    "takes": Gauge("time of the work, mean", SERVICE, "s", _takes),
    "made": Gauge("made", EFFECT, "count", _made),
    "cold": Gauge("who wait for a new environment", SERVICE, "count", _remarked("cold start")),
    "blocked": Gauge("how often its loop is blocked", SERVICE, "count", _remarked("blocked thread")),
    "expelled": Gauge("members thrown out of the group", SERVICE, "count", _noted("expel")),
}  # fmt: skip


def reading(text, scenario):
    """The :class:`Reading` that a text names: ``waiting stock``, ``errors before``."""
    words = text.strip()
    before = words.endswith(" before")
    words = words.removesuffix(" before")
    name = next((each for each in GAUGES if words == each or words.startswith(each + " ")), None)
    if name is None:
        hint = suggest(words, GAUGES) or suggest(words.partition(" ")[0], GAUGES)
        raise ScenarioError([Problem("", "is no gauge", text, hint=hint)])
    gauge, place = GAUGES[name], words[len(name) :].strip()
    there = _places(gauge.of, scenario)
    if place not in there:
        of = with_article(gauge.of) if gauge.of else "the whole system"
        hint = suggest(place, there) if gauge.of else "it needs no name beside it"
        raise ScenarioError([Problem("", f"{name} is of {of}", text, hint=hint)])
    return Reading(gauge, place, before)


def _places(of, scenario):
    from evsim.scenario.handlers import all_steps

    services, channels = list(scenario.services), list(scenario.channels)
    effects = [
        step.name for service in scenario.services.values() for step in all_steps(service.handle) if step.effects
    ]
    return {NONE: [""], SERVICE: services, CHANNEL: channels, PLACE: services + channels, EFFECT: effects}[of]
