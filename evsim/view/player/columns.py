"""The tables of a film: the columns of a run's records as text."""

from base64 import b64decode, b64encode

import numpy as np

from evsim.results.codes import among
from evsim.results.endings import Outcome, Verdict
from evsim.results.remarks import remarks as remarks_of
from evsim.results.requests import REQUEST_OUTCOMES
from evsim.results.sendings import KINDS as SENDING_KINDS
from evsim.scenario.handlers import all_steps
from evsim.ticks import elapsed
from evsim.view.player.histories import histories

__all__ = [
    "attempts", "decoded", "effects", "encoded", "history", "messages", "micro", "remarks", "requests", "sendings",
]  # fmt: skip

MICRO = 1e6
SENDING_FATES = ("kept", "refused", "came again", "deduplicated", "lost", "under way")
LOST, ANSWER_LOST, TOO_LATE = 1, 2, 4
TYPES = (("i1", 1 << 7), ("i2", 1 << 15), ("i4", 1 << 31))
TIMES = {"asked": "born", "granted": "leased", "started": "started", "ended": "ended", "settled": "settled"}


def micro(seconds):
    """Seconds as whole microseconds."""
    return round(seconds * MICRO)


def requests(run, effects):
    """One entry a request; `effects` are the names of the film's effects."""
    tally = run.tables.requests
    due = [
        tally.is_due[run.tables.effect_names.index(name)]
        if name in run.tables.effect_names
        else np.zeros(len(tally.row), int)
        for name in effects
    ]
    columns = {name: getattr(tally, name) for name in ("row", "workload", "number", "outcome")}
    told = run.outcomes
    true = np.where(told.true_at < tally.arrived, tally.arrived, told.true_at)
    return _table(columns | {"told": told.told}, {"true": true}) | {
        "key": run.tables.request_keys.tolist(),
        "outcomes": list(REQUEST_OUTCOMES),
        "due": [encoded(each) for each in due],
    }


def history(run):
    """(states, a table with an entry for each change of what a customer was told or what is true for them)."""
    states, columns = histories(run)
    return states, _table(columns)


def attempts(run):
    """One entry an attempt."""
    rows = run.tables.rows
    replied = _replied(run, rows)
    columns = {name: rows[name] for name in ("place", "parent", "first", "worker", "outcome", "verdict", "reason")}
    columns |= {
        "attempt": np.maximum(rows["attempt"], 1),
        "request": run.tables.row_requests,
        "astray": _astray(run, rows, replied),
        "item": run.tables.row_items,
    }
    times = {name: rows[column] for name, column in TIMES.items()}
    times["arrived"] = np.where(_kinds(run, rows) == "delivery", rows["arrived"], rows["ready"])
    return _table(columns, times | {"replied": replied, "late": run.tables.late})


def _kinds(run, rows):
    return np.array([place.kind for place in run.tables.places] + ["delivery"])[rows["place"]]


def _replied(run, rows):
    """When each answer or acknowledgement left: at the end of the work, unless the records say another moment."""
    left = among(rows["outcome"], (Outcome.OK, Outcome.FAILED, Outcome.CRASHED, Outcome.REFUSED))
    died = (_kinds(run, rows) == "delivery") & (rows["outcome"] == Outcome.CRASHED)
    kept = np.array([_commits_later(place) for place in run.tables.places] + [False])[rows["place"]]
    kept &= (rows["verdict"] != Verdict.DONE) & np.isnan(run.tables.late)  # the commit that it waited for never came
    return np.where(
        np.isnan(run.tables.replied), np.where(left & ~died & ~kept, rows["ended"], np.nan), run.tables.replied
    )


def _commits_later(place):
    """Whether work that has ended waits for the next commit of its reader."""
    return place.is_delivery and place.step.commits.deferred


def _astray(run, rows, replied):
    """For each attempt: what of it, or of its answer, did not get there."""
    result = np.where(rows["outcome"] == Outcome.LOST, LOST, 0)
    for time, kind, _, row in run.records.incidents:
        if kind == "lost on the link" and replied[row] == time:
            result[row] |= ANSWER_LOST
    limits = np.array([_limit(run, place) for place in run.tables.places] + [np.inf])[rows["place"]]
    asks = _kinds(run, rows) != "delivery"
    settled, verdict = rows["settled"], rows["verdict"]
    denied = among(verdict, (Verdict.ERROR, Verdict.TIMEOUT, Verdict.REJECTED, Verdict.DECLINED, Verdict.BEATEN))
    waited = elapsed(settled, rows["born"]) >= limits
    gave_up = asks & denied & ((replied > settled) | (rows["outcome"] == Outcome.OK) | waited)
    late = ~np.isnan(run.tables.late) | (gave_up & ~np.isnan(replied))
    return np.where(late & (result == 0), TOO_LATE, result)


def _limit(run, place):
    """How long whoever asks at a place waits for an answer."""
    if place.is_delivery:
        return np.inf
    limit = place.step.timeout if place.is_call else run.scenario.workloads[place.workload].patience
    return np.inf if limit is None else limit


def messages(run):
    """One entry a message."""
    columns = run.tables.messages
    found = {name: columns[name] for name in ("channel", "partition", "offset", "cause", "fate", "item")}
    found["request"] = run.tables.message_requests
    parts = {name: code for code, name in enumerate([*run.scenario.services, *run.scenario.channels])}
    found["sender"] = np.array([parts[name] for name in run.tables.message_senders], dtype=int)
    times = {name: columns[name] for name in ("published", "appended", "acknowledged")}
    times["sent"] = np.where(np.isnan(columns["sent"]) & ~_kept_back(run), columns["published"], columns["sent"])
    times["confirmed"] = np.where(np.isnan(columns["acknowledged"]), np.nan, columns["appended"])
    for number in _troubled(run):
        times["confirmed"][number] = run.tables.sendings.confirmed_from(number)
    times["removed"] = np.full(len(columns["cause"]), np.nan)
    for time, number in run.records.removals:
        times["removed"][number] = time
    return _table(found, times)


def _kept_back(run):
    """For each message: whether its publisher keeps messages for that channel back, in an outbox or for a batch."""
    scenario, messages = run.scenario, run.tables.messages
    channels, kept = list(scenario.channels), set()
    for sender, service in scenario.services.items():
        for step in all_steps(service.handle):
            if step.publishes and (step.relayed_by or getattr(scenario.channels[step.channel], "linger", None)):
                kept.add((sender, channels.index(step.channel)))
    return np.array(
        [pair in kept for pair in zip(run.tables.message_senders, messages["channel"].tolist())], dtype=bool
    )


def _troubled(run):
    """Messages that were not simply sent, kept and confirmed."""
    return sorted({number for _, kind, _, number in run.records.incidents if kind in SENDING_KINDS})


def sendings(run):
    """One entry a sending of a message that was not simply sent, kept and confirmed."""
    sent = [(number, each) for number in _troubled(run) for each in run.tables.sendings[number]]
    columns = {
        "message": np.array([number for number, _ in sent], int),
        "fate": np.array([SENDING_FATES.index(each.fate) for _, each in sent], int),
    }
    times = {name: np.array([getattr(each, name) for _, each in sent], float) for name in ("sent", "arrived")}
    return _table(columns, times) | {"fates": list(SENDING_FATES)}


def effects(run, names):
    """One entry an effect that was not undone; `names` are those of the film's effects."""
    stands = np.isnan(run.tables.undone)
    columns = {name: column[stands] for name, column in run.tables.effects.items()}
    codes = np.array([names.index(name) for name in run.tables.effect_names] or [0])
    first = np.where(run.tables.rows["first"] < 0, np.arange(len(run.tables.rows["first"])), run.tables.rows["first"])
    replay = np.isin(first, run.records.replays)[columns["row"]]
    return _table({"row": columns["row"], "name": codes[columns["name"]], "replay": replay}, {"time": columns["time"]})


def remarks(run):
    """One entry a remark of a part about an attempt; `words` are what they say."""
    found = remarks_of(run)
    words = list(dict.fromkeys(each.words for each in found))
    columns = {
        "row": np.array([each.row for each in found], int),
        "says": np.array([words.index(each.words) for each in found], int),
    }
    return _table(columns, {"time": np.array([each.time for each in found], float)}) | {"words": words}


def _table(numbers, times=()):
    """Columns of whole numbers, and columns of times in seconds, as a film holds them."""
    found = {name: encoded(values) for name, values in numbers.items()}
    for name in times:
        text = encoded(np.rint(np.nan_to_num(times[name] * MICRO, nan=-1.0)))
        same = next((other for other in found if found[other] == text), None)
        found[name] = f"={same}" if same and not isinstance(text, int) else text
    return {"count": max((len(values) for values in (numbers | dict(times)).values()), default=0), **found}


def encoded(values):
    """A column of numbers as a film holds it."""
    values = np.asarray(values)
    if len(values) and (values == values[0]).all():
        return int(values[0])
    largest = max(values.max(initial=0), -1 - values.min(initial=0))
    kind = next((kind for kind, limit in TYPES if largest < limit), "f8")
    return f"{kind}:{b64encode(values.astype('<' + kind).tobytes()).decode()}"


def decoded(table):
    """The columns of numbers of a table of a film, as arrays."""
    found = {}
    for name, column in table.items():
        if name == "count" or isinstance(column, list):
            continue
        if isinstance(column, int):
            found[name] = np.full(table["count"], column, dtype=np.int64)
        elif column.startswith("="):
            found[name] = found[column[1:]]
        else:
            found[name] = np.frombuffer(b64decode(column[3:]), dtype=f"<{column[:2]}").astype(np.int64)
    return found
