"""Every number and name of a run that the slides say, as text: ``{{name}}`` in deck.md."""

from difflib import ndiff

import numpy as np

import evsim
from docs.build import DESIGNS, FAULTS, SEEDS, means
from evsim.lesson.terminal import RECORDED
from evsim.results.tally import OK
from evsim.view.flow import catch_ups
from evsim.view.wiring import Wiring
from evsim.view.words import seconds
from slides.runs import NORMAL, RETRY, SPIKE, run, scenario

__all__ = ["customer", "twin", "values"]


def values():
    """name -> text."""
    found = _setting() | _table() | _pairs() | _one_run() | _customers() | _limits() | _benefits() | _groups()
    return {name: text if isinstance(text, str) else f"{text:,}" for name, text in found.items()}


def _setting():
    plain = scenario("classic")
    fault = scenario("classic", "mailing list").faults[0]
    calls, events = (scenario(design).to_yaml() for design in ("classic", "events"))
    return {
        "rate": NORMAL, "duration": seconds(plain.run.duration), "outage": seconds(fault.duration),
        "list.work": seconds(plain.services["mailing-list"].handle[0].time.mean),
        "database.work": seconds(plain.services["database"].handle[0].time.mean),
        "timeout": seconds(plain.services["register"].handle[1].timeout),
        "runs": len(SEEDS), "pipe.output": RECORDED["ls -l | grep ^- | wc -l"], "difference": _difference(calls, events),
    }  # fmt: skip


def _difference(one, other):
    """The lines of two scenarios that differ, from their services to their channels, and the lines that say where."""
    lines = [part[part.index("services:") :].split("network:")[0].splitlines() for part in (one, other)]
    heads = ("register:", "database:", "mailing-list:", "channels:")
    kept = [line for line in ndiff(*lines) if line[0] in "+-" or line.strip() in heads]
    return "\n".join(kept)


def _table():
    """The figures of README's table, and the same of the monolith."""
    found = {}
    for design in ("monolith", *DESIGNS):
        faults = [None, "mailing list"] if design == "monolith" else [None, *FAULTS]
        for fault in faults:
            figures = means(design, fault)
            name = f"{design}.{(fault or 'well').replace(' ', '-')}"
            if figures is None:
                found |= {f"{name}.{what}": "none" for what in ("yes", "not-yet", "half")}
                continue
            told, true, yes, late, half, _ = figures
            found |= {
                f"{name}.told": seconds(told), f"{name}.true": seconds(true), f"{name}.yes": f"{100 * yes:.0f} %",
                f"{name}.not-yet": round(late), f"{name}.half": round(half),
            }  # fmt: skip
    found["table.customers"] = round(NORMAL * (scenario("events").run.duration - scenario("events").run.warmup))
    return found


def _pairs():
    """Differences of the same customers in two designs, with their intervals."""
    designs = [scenario(design) for design in DESIGNS]
    pairs = evsim.compare(*designs, n=len(SEEDS), jobs=1, labels=DESIGNS)
    against = evsim.compare(*designs[1::2], n=len(SEEDS), jobs=1, labels=DESIGNS[1::2])
    return {
        "parallel.sooner": _milliseconds(pairs.customers["parallel"]["response"]),
        "events.sooner": _milliseconds(pairs.customers["events"]["completion"]),
        "events.later": _milliseconds(against.customers["events"]["completion"]),
    } | {
        f"{name}.mean.{what}": seconds(design.summary()[f"{metric}_mean"].mean)
        for name, design in pairs.designs.items()
        for what, metric in (("told", "response"), ("true", "completion"))
    }


def _milliseconds(estimate):
    """The size of a difference whose sign its interval decides."""
    if estimate.low <= 0 <= estimate.high:
        raise ValueError(f"a slide says there is a difference, and none is seen: {estimate}")
    low, high = sorted(abs(1e3 * end) for end in (estimate.low, estimate.high))
    return f"{abs(1e3 * estimate.mean):.0f} ms (95 % interval {low:.0f} to {high:.0f})"


def _one_run():
    """The runs that are drawn."""
    classic, events = run("classic", "mailing list"), run("events", "mailing list")
    broker = run("events", "broker")
    refused = classic.tally.outcome != OK
    caught_up = max(catch_ups(events), key=lambda each: each.waiting)
    retries = run("classic", "retries").summary()
    return {
        "one.customers": len(classic.tally.row), "one.refused": int(refused.sum()),
        "one.refused-share": f"{refused.mean():.0%}".replace("%", " %"),
        "one.half": int((refused & (classic.tally.present > 0)).sum()),
        "broker.refused": int((broker.tally.outcome != OK).sum()),
        "broker.half": int(((broker.tally.outcome != OK) & (broker.tally.present > 0)).sum()),
        "catch-up.waiting": caught_up.waiting, "catch-up.took": seconds(caught_up.took),
        "catch-up.predicted": seconds(caught_up.predicted),
        "retries": RETRY["attempts"], "retries.yes": f"{100 * retries['availability']:.1f} %",
        "no-retries.yes": f"{100 * classic.summary()['availability']:.1f} %",
    }  # fmt: skip


def customer():
    """A customer of the classic design who was told error while the list was down, and whose row is there."""
    requests = run("classic", "mailing list").tally
    odd = np.flatnonzero((requests.outcome != OK) & (requests.present > 0))
    return int(requests.number[odd[len(odd) // 2]])


def twin():
    """The customer whose answer took a middle time in the classic design, all being well."""
    requests = run("classic").tally
    counted = np.flatnonzero(requests.cohort & (requests.outcome == OK))
    return int(requests.number[counted[np.argsort(requests.response[counted])[len(counted) // 2]]])


def _customers():
    found = {"odd": customer(), "twin": twin()}
    for design in ("classic", "events"):
        requests = run(design).tally
        index = int(np.flatnonzero(requests.number == found["twin"])[0])
        found[f"twin.{design}.told"] = seconds(requests.response[index])
        found[f"twin.{design}.lag"] = seconds(requests.consistency_lag[index])
    return found


def _limits():
    """What of their own registration customers find right after they were told yes."""
    requests = run("events").tally
    told = requests.cohort & (requests.outcome == OK)
    rows = requests.first_time[run("events").effect_names.index("customer row")]
    later = (rows - requests.answered)[told]
    return {
        "unread": f"{100 * (later > 0).mean():.0f} %", "unread.moment": seconds(0.1),
        "unread.then": f"{100 * (later > 0.1).mean():.1f} %",
    }  # fmt: skip


def _benefits():
    """What each benefit is worth in a run, and what it costs."""
    found = {"spike": SPIKE}
    for design in ("classic", "events"):
        edges = Wiring(scenario(design))
        found[f"{design}.calls"] = sum(one == "register" for one, _ in edges.calls)
        spike = run(design, "spike").summary()
        found[f"{design}.spike"] = seconds(spike["response_p99"])
        found[f"{design}.spike-true"] = seconds(spike["completion_p99"])
        before, after = run(design).summary(), run(design, "newcomer").summary()
        found[f"{design}.newcomer"] = f"{1e3 * abs(after['response_mean'] - before['response_mean']):.0f} ms"
        steps = [len(scenario(design, what).services["register"].handle) for what in (None, "newcomer")]
        found[f"{design}.edited"] = steps[1] - steps[0]
    found["events.not-yet"] = seconds(run("events").summary()["consistency_lag_p99"])
    return found


def _groups():
    """Who got which message in the system of two producers and four consumers."""
    two = run("two-producers-four-consumers")
    rows, settings = two.rows, two.scenario.services
    got = {}
    for place in two.places:
        if place.kind == "delivery":
            workers = rows["worker"][rows["place"] == place.number]
            for instance in range(settings[place.service].instances):
                name = f"{place.service}-{instance + 1}"
                got[name] = got.get(name, 0) + int((workers // settings[place.service].workers == instance).sum())
    return {"groups.messages": len(two.message_columns["published"])} | {f"groups.{name}": n for name, n in got.items()}
