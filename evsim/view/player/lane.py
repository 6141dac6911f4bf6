"""A lane of a film: one run of one design."""

import numpy as np

from evsim.results.remarks import sentences
from evsim.results.sendings import KINDS as SENDING_KINDS
from evsim.scenario.channel_rules import waits_in
from evsim.scenario.faults import FAULT_KINDS
from evsim.scenario.handlers import all_steps
from evsim.scenario.routing import dead_letters
from evsim.view.flow import catch_ups
from evsim.view.player import columns
from evsim.view.player.columns import micro
from evsim.view.promise import books
from evsim.view.scene.bands import bands
from evsim.view.style import faults
from evsim.view.wiring import KINDS, Wiring

__all__ = ["lane"]


def lane(name, run, effects):
    """One design of a film; `effects` are the names of the film's effects."""
    scenario = run.scenario
    states, history = columns.history(run)
    return {
        "name": name,
        "seed": run.seed,
        "end": micro(run.ended_at),
        "complete": run.tables.complete,
        "books": books(run),
        "workloads": list(scenario.workloads),
        "services": [_service(run, name, effects) for name in scenario.services],
        "channels": [_channel(name, channel, scenario) for name, channel in scenario.channels.items()],
        "wires": _wires(Wiring(run)),
        "links": [{"name": name, "between": list(link.between)} for name, link in scenario.network.links.items()],
        "places": [
            {"kind": place.kind, "workload": place.workload, "source": place.source, "service": place.service}
            for place in run.tables.places
        ],
        "faults": [
            {"kind": fault.kind, "target": fault.target, "start": micro(fault.start), "end": micro(fault.end),
             "words": fault.words, "finishes": FAULT_KINDS[fault.kind].down and not FAULT_KINDS[fault.kind].kills}
            for fault in faults(run)
        ],
        "bands": [
            {"words": band.words, "spans": [[micro(start), micro(end)] for start, end in band.spans]}
            for band in bands(run)
        ],
        "notes": _notes(run),
        "catch_ups": [_catch_up(each) for each in catch_ups(run)],
        "states": states,
        "odd": _odd(run),
        "requests": columns.requests(run, effects),
        "history": history,
        "items": run.tables.item_texts(range(len(run.tables.item_paths))).tolist(),
        "attempts": columns.attempts(run),
        "messages": columns.messages(run),
        "sendings": columns.sendings(run),
        "effects": columns.effects(run, effects),
        "remarks": columns.remarks(run),
    }  # fmt: skip


def _odd(run):
    """kind -> requests at which it pays to look, in order of their arrival."""
    order = np.argsort(run.tables.requests.arrived, kind="stable")
    return {kind: order[who[order]].tolist() for kind, (_, who) in run.outcomes.odd_kinds().items()}


def _notes(run):
    """Incidents that are about no one message or attempt, and are no faults."""
    of_one = (*SENDING_KINDS, *sentences(), "lost on the link")
    return [
        {"time": micro(time), "kind": kind, "what": what}
        for time, kind, what, _ in run.records.incidents
        if kind not in of_one and kind.removeprefix("end of ") not in FAULT_KINDS
    ]


def _catch_up(each):
    return {
        "end": micro(each.end),
        "done": each.done,
        "capacity": each.capacity,
        "waiting": each.waiting,
        "predicted": micro(each.predicted) if each.capacity > each.rate else None,
        "words": each.arithmetic,
    }


def _service(run, name, effects):
    service = run.scenario.services[name]
    written = {step.name for step in all_steps(service.handle) if step.effects}
    of_service = np.isin(
        run.tables.rows["place"], [place.number for place in run.tables.places if place.service == name]
    )
    seen = np.unique(run.tables.effects["name"][of_service[run.tables.effects["row"]]])
    written |= {run.tables.effect_names[code] for code in seen.tolist()}
    return {
        "name": name,
        "workers": run.tables.capacity[name].workers,
        "instances": run.tables.capacity[name].count,
        "lives": _lives(run.tables.capacity[name]) if service.is_elastic else None,
        "inside": service.inside,
        "effects": [number for number, effect in enumerate(effects) if effect in written],
    }


def _lives(capacity):
    """[instance, from, to] of all that may work, of a pool whose instances come and go."""
    lives = zip(capacity.number.tolist(), capacity.ready.tolist(), capacity.ended.tolist(), strict=True)
    return [[number, micro(ready), micro(capacity.end if ended != ended else ended)]
            for number, ready, ended in lives if ready == ready]  # fmt: skip


def _channel(name, channel, scenario):
    groups = [
        {"service": service, "group": subscription.group or service}
        for service, settings in scenario.services.items()
        for subscription in settings.subscribe
        if subscription.channel == name
    ]
    confirms = [
        service
        for service, settings in scenario.services.items()
        if any(_confirmed(step, name) for step in all_steps(settings.handle))
    ]
    return {
        "name": name,
        "kind": channel.kind,
        "broker": channel.brokered,
        "keeps": not (channel.routes or channel.direct),
        "routes": channel.routes,
        "partitions": getattr(channel, "partitions_at_last", 0),
        "waits_in": waits_in(scenario, name),
        "groups": groups,
        "confirms": confirms,
    }


def _confirmed(step, channel):
    return step.holds and step.channel == channel


def _wires(wiring):
    scenario = wiring.scenario
    wires = [[kind, *pair] for kind in KINDS for pair in sorted(getattr(wiring, kind))]
    return wires + [["dead letters", name, to] for name in scenario.channels for to in dead_letters(scenario, name)]
