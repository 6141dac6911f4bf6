"""The records as pandas frames, made when asked for. Times are seconds; names are those of the glossary."""

import numpy as np

from evsim.results.codes import among
from evsim.results.deaths import deaths
from evsim.results.deliveries import DELIVERY_STATES
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.requests import REQUEST_OUTCOMES

__all__ = ["effects_frame", "incidents_frame", "ledger_frame", "requests_frame", "spans_frame"]

EFFECT_STATES = ("none", "some", "all", "repeated")


def _frame(columns):
    import pandas

    return pandas.DataFrame(columns)


def requests_frame(run):
    """One row a request: who, when, what the customer was told and what became true."""
    requests, outcomes = run.tables.requests, run.outcomes
    state = np.select([outcomes.repeated, outcomes.everything, ~outcomes.something], [3, 2, 0], default=1)
    return _frame(
        {
            "workload": np.array(requests.workloads)[requests.workload],
            "request": requests.number,
            "key": run.tables.request_keys,
            "arrived": requests.arrived,
            "answered": requests.answered,
            "outcome": np.array(REQUEST_OUTCOMES)[requests.outcome],
            "told": outcomes.verdicts,
            "response": requests.response,
            "effects": np.array(EFFECT_STATES)[state],
            "completion": requests.completion,
            "consistency_lag": requests.consistency_lag,
            "cohort": requests.cohort,
        }
    )


def spans_frame(run):
    """One row an attempt; the index is the row number that others refer to."""
    rows, places = run.tables.rows, run.tables.places
    place = rows["place"]
    first = np.where(rows["first"] < 0, np.arange(len(place)), rows["first"])

    def of_place(value):
        return np.array([value(place) for place in places] + [""])[place]

    kind = np.where(place < 0, "delivery", of_place(lambda p: p.kind))
    spans = _frame(
        {
            "kind": kind,
            "workload": np.array(run.tables.requests.workloads)[run.tables.requests.workload[run.tables.row_requests]],
            "request": rows["request"],
            "source": of_place(lambda p: p.source),
            "service": of_place(lambda p: p.service),
            "operation": of_place(lambda p: p.operation or ""),
            "parent": rows["parent"],
            "obligation": first,
            "attempt": np.maximum(rows["attempt"], 1),
            "worker": rows["worker"],
            "born": rows["born"],
            "ready": rows["ready"],
            "leased": rows["leased"],
            "arrived": np.where(kind == "delivery", rows["arrived"], rows["ready"]),
            "started": rows["started"],
            "ended": rows["ended"],
            "replied": run.tables.replied,
            "settled": rows["settled"],
            "late": run.tables.late,
            "outcome": Outcome.words_of(rows["outcome"]),
            "verdict": Verdict.words_of(rows["verdict"]),
            "reason": Reason.words_of(rows["reason"]),
            "cohort": run.tables.row_cohort,
        }
    )
    return spans.rename_axis("span")


def ledger_frame(run):
    """One row a (message, subscription): how it ended."""
    ledger, messages, rows = run.tables.deliveries, run.tables.messages, run.tables.rows
    names = [*ledger.names, ("", "")]
    message = ledger.message
    requests = run.tables.requests
    verdict = ledger.verdict
    why, count = deaths(run)
    held = among(verdict, (Verdict.OPEN, Verdict.GIVEN_BACK, Verdict.REVOKED))
    disposition = np.where(held, "held", np.where(verdict == Verdict.DONE, "acked", Verdict.words_of(verdict)))
    return _frame(
        {
            "message": message,
            "channel": np.array([*run.scenario.channels, ""])[ledger.channel],
            "subscription": np.array([service for _, service in names])[ledger.subscriber],
            "workload": np.array(requests.workloads)[requests.workload[ledger.request]] if len(message) else [],
            "request": rows["request"][ledger.row],
            "key": run.tables.key_texts(messages["key"][message]),
            "item": run.tables.item_texts(messages["item"][message]),
            "partition": messages["partition"][message],
            "offset": messages["offset"][message],
            "published": messages["published"][message],
            "appended": messages["appended"][message],
            "settled": ledger.settled,
            "state": np.array(DELIVERY_STATES)[ledger.state],
            "cause": _causes(ledger, rows),
            "disposition": disposition,
            "origin": messages["origin"][message],
            "death": why[message],
            "deaths": count[message],
            "attempts": ledger.attempts,
            "handlings": ledger.handlings,
            "reordered": ledger.reordered,
            "replay": ledger.replay,
            "cohort": ledger.cohort,
        }
    )


def _causes(ledger, rows):
    """Why each delivery ended as it did; what was acknowledged and not done says so."""
    causes = Reason.words_of(rows["reason"][ledger.last]).astype(object)
    early = (ledger.verdict == Verdict.DONE) & (ledger.state == DELIVERY_STATES.index("lost"))
    what = np.where(ledger.partitioned[early], "commit", "acknowledgement").astype(object)
    causes[early] = causes[early] + " after the early " + what
    return causes


def effects_frame(run):
    """One row an effect, in order of time."""
    effects, rows = run.tables.effects, run.tables.rows
    place = rows["place"][effects["row"]]
    return _frame(
        {
            "time": effects["time"],
            "effect": np.array([*run.tables.effect_names, ""])[effects["name"]],
            "workload": np.array([p.workload for p in run.tables.places])[place],
            "request": rows["request"][effects["row"]],
            "service": np.array([p.service for p in run.tables.places])[place],
            "undone": run.tables.undone,
            "span": effects["row"],
        }
    )


def incidents_frame(run):
    """One row an incident: faults and their ends, what links lost, and messages refused or sent again.

    ``detail`` is the end of a fault, the number of a row (of a message, where the kind names a message or a
    confirmation).
    """
    time, kind, what, detail = zip(*run.records.incidents, strict=True) if run.records.incidents else ((), (), (), ())
    return _frame({"time": time, "kind": kind, "what": what, "detail": detail})
