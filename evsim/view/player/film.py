"""The film: the records of one run or several as JSON, for pictures that move in a browser.

A film is a view of the records and holds no conclusions of its own: what is in it stands in a column of the run, or
follows from the columns of one row. What is on the screen at a moment follows from the film alone (``js/state.js``).
It is a plain dict for :func:`json.dumps`:

``format``, ``version``
    ``"evsim-film"`` and :data:`VERSION`.
``duration``, ``end``
    The end of the arrivals and of everything, in microseconds, as all times in a film are.
``workloads``, ``effects``
    Names of the workloads; effects as ``{name, colour, marker}``, in the order of :mod:`evsim.view.style`.
``marks``
    Colours of what is no effect: told, error, fault, waiting.
``codes``
    What the numbers in the columns ``outcome``, ``verdict``, ``reason`` and ``fate`` mean: lists of words.
``cast``
    name -> ``[column, row]`` of every workload, service and channel of all designs, so that each stands in the same
    place whatever the design. Channels stand half a column after those who publish to them.
``futures``
    What happens, in one version or several. The first is the base. A future is ``{id, label, at, fault, lanes}``:
    ``at`` is the moment from which it differs from the base and ``fault`` the fault that makes the difference, as
    it stands in a scenario (both null in the base).
``breaks``
    Faults that can be chosen: ``{id, label, fault, moments}``. ``moments`` are the times for which ``futures`` has
    the outcome (with ``fault`` and ``at`` alike), null where the outcome of any moment can be asked for.

A *lane* is one design: ``{name, seed, end, workloads, services, channels, wires, links, places, faults,
requests, attempts, messages, sendings, effects}``.

``services``
    ``{name, workers, instances, inside, effects}``; workers of all instances together, numbered through; the effects
    that it writes, as indices into the film's.
``channels``
    ``{name, kind, partitions, groups, confirms}``; ``groups`` are ``{service, group}``; ``confirms`` names the
    services whose workers wait until the channel has confirmed a message.
``wires``
    ``[kind, from, to]`` of everybody who asks, calls, publishes to or delivers to somebody.
``links``
    ``{name, between}`` of the links that have a name.
``places``
    Ways into services: ``{kind, workload, source, service}``; kind is request, call or delivery.
``faults``
    ``{kind, target, start, end, words}``: what went wrong, from when to when.
``requests``
    Columns, one entry a request, in the order of :class:`evsim.results.tally.Requests`: ``row`` (its first
    attempt), ``workload`` (index into the lane's), ``number``, ``key`` (a list of texts), ``outcome`` (a word of
    the list ``outcomes``), ``due`` (a list of columns, one an effect: whether it is due).
``attempts``
    Columns, one entry a row of the records: ``place`` (-1: a message that nobody has been granted), ``request``
    (index), ``parent`` (the attempt that called, or the message delivered), ``first`` (the obligation's first
    attempt, or -1), ``attempt`` (1, 2 ...), ``worker``; the times ``asked`` (born), ``arrived`` (in the inbox),
    ``granted`` (by its channel), ``started``, ``ended``, ``replied`` (the answer or acknowledgement leaves),
    ``settled`` (whoever asked knows, or has given up), ``late`` (the answer came though nobody waited); ``outcome``, ``verdict``, ``reason`` as in
    :mod:`evsim.results.records`; ``astray``: 1 it was lost on the way, 2 its answer was lost, 4 nobody waited for its
    answer any more.
``messages``
    Columns: ``channel``, ``partition``, ``offset``, ``request``, ``cause`` (the attempt that published), ``fate``
    (open, lost, refused) and the times ``published``, ``sent`` (later than that from an outbox), ``appended``, ``confirmed`` (the confirmation that was seen left
    the channel), ``acknowledged`` (it was seen).
``sendings``
    Columns, one entry a sending, of those messages alone that were not simply sent, kept and confirmed: ``message``,
    ``fate`` (a word of the list ``fates``) and the times ``sent``, ``arrived``; as in
    :class:`evsim.results.sendings.Sending`.
``effects``
    Columns: ``row`` (attempt), ``name`` (index into the film's effects), ``time``.

A *column* is a number where all its entries are that number; ``"=ended"`` where it is the same as another column of
its table, one that stands before it; and else a text such as ``"i4:..."``: the type (i1, i2, i4 or f8, little
endian) and the entries in base64. A time that never came is -1.
"""

from base64 import b64encode
from collections import Counter
from os.path import commonprefix

import numpy as np

from evsim.results.records import Fate, Outcome, Reason, Verdict
from evsim.results.run import Run
from evsim.results.sendings import KINDS as SENDING_KINDS
from evsim.results.tally import REQUEST_OUTCOMES
from evsim.view.designs import designs
from evsim.view.story import SAME
from evsim.view.style import ERROR, FAULT, TOLD, WAITING, effect_marks, faults
from evsim.view.wiring import KINDS, Wiring, all_steps

__all__ = ["VERSION", "film", "future"]

VERSION = 1
MICRO = 1e6
SENDING_FATES = ("kept", "refused", "came again", "lost", "under way")
LOST, ANSWER_LOST, TOO_LATE = 1, 2, 4
TYPES = (("i1", 1 << 7), ("i2", 1 << 15), ("i4", 1 << 31))
TIMES = {"asked": "born", "granted": "leased", "started": "started", "ended": "ended", "settled": "settled"}


def film(*runs, labels=None):
    """The film of one run or several (designs, one above the other), as a dict for JSON.

    labels: the names of the designs; where there are none those of their scenarios, without a beginning that all share
    (registration-classic and registration-events are classic and events).
    """
    if not runs or not all(isinstance(run, Run) for run in runs):
        raise TypeError(f"a film is made of runs (of scenario.run()), not of {runs!r}")
    runs = designs(dict(zip(labels, runs, strict=True)) if labels else runs)
    if not labels:
        runs = dict(zip(_without_prefix(list(runs)), runs.values(), strict=True))
    marks = effect_marks(*runs.values())
    return {
        "format": "evsim-film",
        "version": VERSION,
        "duration": _micro(max(run.scenario.run.duration for run in runs.values())),
        "end": _micro(max(run.ended_at for run in runs.values())),
        "workloads": list(dict.fromkeys(name for run in runs.values() for name in run.scenario.workloads)),
        "effects": [{"name": name, "colour": mark.colour, "marker": mark.marker} for name, mark in marks.items()],
        "marks": {"told": TOLD.colour, "error": ERROR.colour, "fault": FAULT.colour, "waiting": WAITING.colour},
        "codes": {
            name: [code.name.lower().replace("_", " ") for code in codes]
            for name, codes in {"outcome": Outcome, "verdict": Verdict, "reason": Reason, "fate": Fate}.items()
        },
        "cast": _cast([Wiring(run) for run in runs.values()]),
        "futures": [future(runs, list(marks))],
        "breaks": [],
    }


def _without_prefix(names):
    shared = commonprefix(names).rpartition("-")[0] if len(names) > 1 else ""
    short = [name.removeprefix(f"{shared}-") for name in names]
    return short if shared and all(short) else names


def future(runs, effects, label="as it was", fault=None, at=None):
    """One future of a film: runs by the names of their designs; `effects` are the names of the film's effects.

    fault: the fault that was added at the moment `at` (seconds), as it stands in a scenario.
    """
    return {
        "id": "base" if fault is None else f"{_fault_id(fault)}@{at:.6f}",
        "label": label,
        "at": None if at is None else _micro(at),
        "fault": fault,
        "lanes": [_lane(name, run, effects) for name, run in runs.items()],
    }


def _fault_id(fault):
    return " ".join(f"{name}={value}" for name, value in fault.items() if name != "at")


def _lane(name, run, effects):
    scenario = run.scenario
    rows = run.rows
    return {
        "name": name,
        "seed": run.seed,
        "end": _micro(run.ended_at),
        "workloads": list(scenario.workloads),
        "services": [_service(run, name, effects) for name in scenario.services],
        "channels": [_channel(name, channel, scenario) for name, channel in scenario.channels.items()],
        "wires": _wires(Wiring(run)),
        "links": [{"name": name, "between": list(link.between)} for name, link in scenario.network.links.items()],
        "places": [
            {"kind": place.kind, "workload": place.workload, "source": place.source, "service": place.service}
            for place in run.places
        ],
        "faults": [
            {"kind": fault.kind, "target": fault.target, "start": _micro(fault.start), "end": _micro(fault.end),
             "words": fault.words}
            for fault in faults(run)
        ],
        "requests": _requests(run, effects),
        "attempts": _attempts(run, rows),
        "messages": _messages(run),
        "sendings": _sendings(run),
        "effects": _effects(run, effects),
    }  # fmt: skip


def _service(run, name, effects):
    service = run.scenario.services[name]
    written = {step.name for step in all_steps(service.handle) if step.kind == "effect"}
    of_service = np.isin(run.rows["place"], [place.number for place in run.places if place.service == name])
    seen = np.unique(run.effects_columns["name"][of_service[run.effects_columns["row"]]])
    written |= {run.effect_names[code] for code in seen.tolist()}
    return {
        "name": name,
        "workers": service.instances * service.workers,
        "instances": service.instances,
        "inside": service.inside,
        "effects": [number for number, effect in enumerate(effects) if effect in written],
    }


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
    partitions = getattr(channel, "partitions", 0)
    return {"name": name, "kind": channel.kind, "partitions": partitions, "groups": groups, "confirms": confirms}


def _confirmed(step, channel):
    return step.kind == "publish" and step.channel == channel and step.acks > 0 and step.outbox is None


def _wires(wiring):
    return [[kind, *pair] for kind in KINDS for pair in sorted(getattr(wiring, kind))]


def _requests(run, effects):
    requests = run.tally
    due = [
        requests.is_due[run.effect_names.index(name)] if name in run.effect_names else np.zeros(len(requests.row), int)
        for name in effects
    ]
    columns = {name: getattr(requests, name) for name in ("row", "workload", "number", "outcome")}
    return _table(columns) | {
        "key": run.request_keys.tolist(),
        "outcomes": list(REQUEST_OUTCOMES),
        "due": [_column(each) for each in due],
    }


def _attempts(run, rows):
    replied = _replied(run, rows)
    columns = {name: rows[name] for name in ("place", "parent", "first", "worker", "outcome", "verdict", "reason")}
    columns |= {
        "attempt": np.maximum(rows["attempt"], 1),
        "request": _request_of_rows(run, rows),
        "astray": _astray(run, rows, replied),
    }
    times = {name: rows[column] for name, column in TIMES.items()}
    times["arrived"] = np.where(_kinds(run, rows) == "delivery", rows["arrived"], rows["ready"])
    return _table(columns, times | {"replied": replied, "late": run.late})


def _request_of_rows(run, rows):
    """For each attempt: the index of its request among all."""
    requests, place = run.tally, rows["place"]
    codes = np.array([requests.workloads.index(place.workload) for place in run.places] + [0])
    workload = codes[place]
    nobody = place < 0
    if nobody.any():
        cause = run.message_columns["cause"][rows["parent"][nobody]]
        workload[nobody] = codes[place[cause]]
    return requests.index(workload, rows["request"])


def _kinds(run, rows):
    return np.array([place.kind for place in run.places] + ["delivery"])[rows["place"]]


def _replied(run, rows):
    """When each answer or acknowledgement left: at the end of the work, unless a reply came before."""
    left = np.isin(rows["outcome"], (Outcome.OK, Outcome.FAILED, Outcome.CRASHED, Outcome.REFUSED))
    died = (_kinds(run, rows) == "delivery") & (rows["outcome"] == Outcome.CRASHED)
    return np.where(np.isnan(run.replied), np.where(left & ~died, rows["ended"], np.nan), run.replied)


def _astray(run, rows, replied):
    """For each attempt: what of it, or of its answer, did not get there."""
    result = np.where(rows["outcome"] == Outcome.LOST, LOST, 0)
    for time, kind, _, row in run.records.incidents:
        if kind == "lost on the link" and replied[row] == time:
            result[row] |= ANSWER_LOST
    limits = np.array([_limit(run, place) for place in run.places] + [np.inf])[rows["place"]]
    asks = _kinds(run, rows) != "delivery"
    settled, verdict = rows["settled"], rows["verdict"]
    denied = np.isin(verdict, (Verdict.ERROR, Verdict.TIMEOUT, Verdict.REJECTED))
    waited = settled - rows["born"] >= limits - SAME
    gave_up = asks & denied & ((replied > settled) | (rows["outcome"] == Outcome.OK) | waited)
    late = ~np.isnan(run.late) | (gave_up & ~np.isnan(replied))
    return np.where(late & (result == 0), TOO_LATE, result)


def _limit(run, place):
    """How long whoever asks at a place waits for an answer."""
    if place.kind == "delivery":
        return np.inf
    limit = place.step.timeout if place.kind == "call" else run.scenario.workloads[place.workload].patience
    return np.inf if limit is None else limit


def _messages(run):
    messages = run.message_columns
    requests = run.tally
    codes = np.array([requests.workloads.index(place.workload) for place in run.places] + [0])
    workload = codes[run.rows["place"][messages["cause"]]]
    columns = {name: messages[name] for name in ("channel", "partition", "offset", "cause", "fate")}
    columns["request"] = requests.index(workload, messages["request"])
    times = {name: messages[name] for name in ("published", "appended", "acknowledged")}
    times["sent"] = np.where(np.isnan(messages["sent"]) & ~_in_outbox(run), messages["published"], messages["sent"])
    times["confirmed"] = np.where(np.isnan(messages["acknowledged"]), np.nan, messages["appended"])
    for number in _troubled(run):
        times["confirmed"][number] = run.sendings.confirmed_from(number)
    return _table(columns, times)


def _in_outbox(run):
    """For each message: whether its publisher writes to that channel through an outbox."""
    scenario, messages = run.scenario, run.message_columns
    services = np.array([list(scenario.services).index(place.service) for place in run.places])
    through = np.zeros((len(scenario.services), max(1, len(scenario.channels))), dtype=bool)
    for number, service in enumerate(scenario.services.values()):
        for step in all_steps(service.handle):
            if step.kind == "publish" and step.outbox is not None:
                through[number, list(scenario.channels).index(step.channel)] = True
    return through[services[run.rows["place"][messages["cause"]]], messages["channel"]]


def _troubled(run):
    """Messages that were not simply sent, kept and confirmed."""
    return sorted({number for _, kind, _, number in run.records.incidents if kind in SENDING_KINDS})


def _sendings(run):
    sent = [(number, each) for number in _troubled(run) for each in run.sendings[number]]
    columns = {
        "message": np.array([number for number, _ in sent], int),
        "fate": np.array([SENDING_FATES.index(each.fate) for _, each in sent], int),
    }
    times = {name: np.array([getattr(each, name) for _, each in sent], float) for name in ("sent", "arrived")}
    return _table(columns, times) | {"fates": list(SENDING_FATES)}


def _effects(run, names):
    effects = run.effects_columns
    codes = np.array([names.index(name) for name in run.effect_names] or [0])
    return _table({"row": effects["row"], "name": codes[effects["name"]]}, {"time": effects["time"]})


def _cast(wirings):
    """name -> [column, row] of everything in all designs: as many columns to the right as it has steps from a workload."""
    union = {kind: set().union(*(getattr(wiring, kind) for wiring in wirings)) for kind in KINDS}
    scenarios = [wiring.scenario for wiring in wirings]
    channels = list(dict.fromkeys(name for scenario in scenarios for name in scenario.channels))
    services = list(dict.fromkeys(name for scenario in scenarios for name in scenario.services))
    column = dict.fromkeys((name for scenario in scenarios for name in scenario.workloads), 0)
    steps = union["asks"] | union["calls"]
    steps |= {(one, two) for one, by in union["publishes"] for other, two in union["delivers"] if by == other}
    reached = set(column)
    while reached:
        reached = {two for one, two in steps if one in reached} - set(column)
        column |= dict.fromkeys(sorted(reached), 1 + max(column.values()))
    column |= dict.fromkeys((name for name in services if name not in column), 1)  # nobody comes to them
    for channel in channels:
        before = [column[one] for one, other in union["publishes"] if other == channel]
        after = [column[two] for other, two in union["delivers"] if other == channel]
        column[channel] = min([*before, *(each - 1 for each in after)], default=1) + 0.5
    rows, cast = Counter(), {}
    for name in (*(name for name in column if column[name] == 0), *services, *channels):
        cast[name] = [column[name], rows[column[name]]]
        rows[column[name]] += 1
    return cast


def _micro(seconds):
    return round(seconds * MICRO)


def _table(numbers, times=()):
    """Columns of whole numbers, and columns of times in seconds, as a film holds them."""
    found = {name: _column(values) for name, values in numbers.items()}
    for name in times:
        text = _column(np.rint(np.nan_to_num(times[name] * MICRO, nan=-1.0)))
        same = next((other for other in found if found[other] == text), None)
        found[name] = f"={same}" if same and not isinstance(text, int) else text
    return {"count": max((len(values) for values in (numbers | dict(times)).values()), default=0), **found}


def _column(values):
    """Numbers as a film holds them."""
    values = np.asarray(values)
    if len(values) and (values == values[0]).all():
        return int(values[0])
    largest = max(values.max(initial=0), -1 - values.min(initial=0))
    kind = next((kind for kind, limit in TYPES if largest < limit), "f8")
    return f"{kind}:{b64encode(values.astype('<' + kind).tobytes()).decode()}"
