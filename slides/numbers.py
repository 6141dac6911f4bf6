"""Every number and name of a run that the slides say, as text: ``{{name}}`` in deck.md."""

from difflib import unified_diff
from inspect import signature
from re import sub

import numpy as np

import evsim
from docs.build import FAULTS, SEEDS, means
from evsim.experiment.statistics import estimate
from evsim.lesson.terminal import RECORDED
from evsim.results.requests import OK
from evsim.view.flow import catch_ups
from evsim.view.wiring import Wiring
from evsim.view.words import seconds
from slides.runs import DESIGNS, NORMAL, RETRY, SPIKE, run, scenario

__all__ = ["customer", "twin", "values"]

LEVEL = signature(estimate).parameters["confidence"].default  # of the intervals


def values():
    """name -> text."""
    found = _setting() | _table() | _pairs() | _one_run() | _customers() | _limits() | _benefits() | _groups()
    return {name: _whole(text) if isinstance(text, str) else f"{text:,}" for name, text in found.items()}


def _whole(text):
    """The text with each number kept on a line with its unit."""
    return sub(r"(\d) (ms|s|%|to)(?= |$)", "\\1\N{NO-BREAK SPACE}\\2", text)


def _setting():
    plain = scenario("classic")
    fault = scenario("classic", "mailing list").faults[0]
    calls, events = (scenario(design).to_yaml() for design in ("classic", "events"))
    return {
        "rate": NORMAL, "duration": seconds(plain.run_settings.duration), "outage": seconds(fault.duration),
        "list.work": seconds(plain.services["mailing-list"].handle[0].time.mean),
        "database.work": seconds(plain.services["database"].handle[0].time.mean),
        "runs": len(SEEDS), "level": f"{100 * LEVEL:.0f} %",
        "pipe.output": RECORDED["ls -l | grep ^- | wc -l"], "difference": _difference(calls, events),
    }  # fmt: skip


def _difference(one, other):
    """The lines in which two scenarios differ, from services to channels, and the lines that say where."""
    lines = [part[part.index("services:") :].split("network:")[0].splitlines() for part in (one, other)]
    heads = ("register:", "database:", "mailing-list:", "channels:")
    found = list(unified_diff(*lines, lineterm="", n=max(map(len, lines))))[3:]  # without its own heads
    return "\n".join(f"{line[0]} {line[1:]}" for line in found if line[0] in "+-" or line.strip() in heads)


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
            told, _, yes, late, _, half = figures
            found |= {
                f"{name}.told": seconds(told), f"{name}.yes": f"{100 * yes:.0f} %",
                f"{name}.not-yet": round(late), f"{name}.half": round(half),
            }  # fmt: skip
    found["hybrid.well.done"] = seconds(means("hybrid")[1])
    settings = scenario("events").run_settings
    found["table.customers"] = round(NORMAL * (settings.duration - settings.warmup))
    return found


def _pairs():
    """Differences of the same customers in two designs, with their intervals."""
    designs = [scenario(design) for design in DESIGNS]
    pairs = evsim.compare(*designs, n=len(SEEDS), jobs=1, labels=DESIGNS)
    against = evsim.compare(*designs[1::2], n=len(SEEDS), jobs=1, labels=DESIGNS[1::2])
    return {
        **_earlier("parallel.sooner", pairs.customers["parallel"]["response"]),
        **_earlier("events.sooner", pairs.customers["events"]["completion"]),
        **_earlier("parallel.before-events", against.customers["events"]["completion"], sign=-1),
    }


def _earlier(name, apart, sign=1):
    """How much earlier the second of a pair is (sign -1: the first), as long as the interval decides it."""
    low, high = sorted(-1e3 * sign * end for end in (apart.low, apart.high))
    if low <= 0:
        raise ValueError(f"a slide says that {name}, and the runs do not: {low:.3g} to {high:.3g} ms")
    return {name: f"{-1e3 * sign * apart.mean:.0f} ms", f"{name}.interval": f"{low:.1f} to {high:.1f} ms"}


def _one_run():
    """The runs that are drawn."""
    classic, events = run("classic", "mailing list"), run("events", "mailing list")
    broker = run("events", "broker").tables.requests
    refused = classic.tables.requests.outcome != OK
    caught_up = max(catch_ups(events), key=lambda each: each.waiting)
    again = [run("classic", "retries", seed).tables.requests for seed in SEEDS]
    errors = [each.cohort & (each.outcome != OK) for each in again]
    half = [(error & (each.present > 0)).sum() for error, each in zip(errors, again)]
    yes = [1 - error.sum() / each.cohort.sum() for error, each in zip(errors, again)]
    two_writes = [run("hybrid", "two writes", seed).summary()["inconsistent"] for seed in SEEDS]
    relay = scenario("hybrid").services["database"].handle[-1]
    return {
        "one.customers": len(classic.tables.requests.row), "one.refused": int(refused.sum()),
        "one.refused-share": f"{refused.mean():.0%}".replace("%", " %"),
        "one.half": int((refused & (classic.tables.requests.present > 0)).sum()),
        "broker.refused": int((broker.outcome != OK).sum()),
        "broker.half": int(((broker.outcome != OK) & (broker.present > 0)).sum()),
        "catch-up.waiting": caught_up.waiting, "catch-up.took": seconds(caught_up.took),
        "catch-up.predicted": seconds(caught_up.predicted),
        "two-writes.half": round(np.mean(two_writes)), "hybrid.poll": seconds(relay.outbox.poll),
        "retries": RETRY["attempts"], "retries.yes": f"{100 * np.mean(yes):.0f} %",
        "retries.half": round(np.mean(half)),
    }  # fmt: skip


def customer():
    """A customer of the classic design who was told error while the list was down, and whose row is there."""
    requests = run("classic", "mailing list").tables.requests
    odd = np.flatnonzero((requests.outcome != OK) & (requests.present > 0))
    return int(requests.number[odd[len(odd) // 2]])


def twin():
    """The customer whose answer took a middle time in the classic design, all being well."""
    requests = run("classic").tables.requests
    counted = np.flatnonzero(requests.cohort & (requests.outcome == OK))
    return int(requests.number[counted[np.argsort(requests.response[counted])[len(counted) // 2]]])


def _customers():
    found = {"odd": customer(), "twin": twin()}
    for design in ("classic", "events"):
        requests = run(design).tables.requests
        index = int(np.flatnonzero(requests.number == found["twin"])[0])
        found[f"twin.{design}.told"] = seconds(requests.response[index])
        found[f"twin.{design}.lag"] = seconds(requests.consistency_lag[index])
    return found


def _limits():
    """What of their own registration customers find right after they were told yes."""
    requests = run("events").tables.requests
    told = requests.cohort & (requests.outcome == OK)
    rows = requests.first_time[run("events").tables.effect_names.index("customer row")]
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
        found[f"{design}.spike-yes"] = f"{100 * spike['availability']:.0f} %"
        before, after = run(design).summary(), run(design, "newcomer").summary()
        found[f"{design}.newcomer"] = f"{1e3 * abs(after['response_mean'] - before['response_mean']):.0f} ms"
        steps = [len(scenario(design, what).services["register"].handle) for what in (None, "newcomer")]
        found[f"{design}.edited"] = steps[1] - steps[0]
    return found


def _groups():
    """Who got which message in the system of two producers and four consumers."""
    two = run("two-producers-four-consumers")
    found = {"groups.messages": len(two.tables.messages["published"])}
    for place in two.tables.places:
        if place.kind == "delivery":
            service = two.scenario.services[place.service]
            instance = two.tables.rows["worker"][two.tables.rows["place"] == place.number] // service.workers
            for number in range(service.instances):
                name = f"groups.{place.service}-{number + 1}"
                found[name] = found.get(name, 0) + int((instance == number).sum())
    return found
