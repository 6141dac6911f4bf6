"""Recount of requests and attempts: what the columns say must follow from one another."""

import numpy as np

from evsim.results.audit.step_counts import may_answer_early
from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.obligations import deleted_late, last_attempts

__all__ = ["CHECKS"]

CLOCKS = ("born", "ready", "leased", "arrived", "started", "ended", "settled")
OF_DELIVERIES = (
    Verdict.DEAD, Verdict.GIVEN_BACK, Verdict.LOST, Verdict.REVOKED, Verdict.DROPPED, Verdict.EXPIRED,
)  # fmt: skip
# Another attempt may follow.
CLOSED_EARLY = (Verdict.TIMEOUT, Verdict.ERROR, Verdict.REJECTED, Verdict.GIVEN_BACK, Verdict.REVOKED)


def clocks(books):
    rows = books.rows
    for earlier, later in (
        ("born", "ready"), ("ready", "leased"), ("leased", "arrived"), ("arrived", "started"), ("ready", "started"),
        ("started", "ended"), ("arrived", "ended"), ("born", "ended"), ("born", "settled"),
    ):  # fmt: skip
        books.demand(~(rows[later] < rows[earlier]), f"{later} lies before {earlier}")
    for name in CLOCKS:
        books.demand(~(rows[name] > books.run.ended_at), f"{name} lies after the end of the run")
    started, ended = ~np.isnan(rows["started"]), ~np.isnan(rows["ended"])
    books.demand(started == (rows["worker"] >= 0), "an execution has started and has no worker, or the other way round")
    books.demand(~started | ~np.isnan(rows["ready"]), "an execution started and was never ready")
    away = among(rows["outcome"], (Outcome.REFUSED, Outcome.LOST))
    books.demand(~(away & started), "refused or lost, and worked")
    books.demand(
        ~among(rows["outcome"], (Outcome.REFUSED, Outcome.FAILED)) | (rows["reason"] != Reason.NONE),
        "refused or failed for no reason",
    )
    open_, ok = rows["outcome"] == Outcome.OPEN, rows["outcome"] == Outcome.OK
    books.demand(ended != open_, "an execution has ended and has no outcome, or the other way round")
    books.demand(~ok | started, "an execution is ok and never started")
    granted, arrived = ~np.isnan(rows["leased"]), ~np.isnan(rows["arrived"])
    books.demand(~(started & granted) | arrived, "a delivery was worked and never arrived")
    books.demand(~arrived | granted, "a delivery arrived and was never granted")
    books.demand(~granted | (books.kinds == "delivery"), "granted, and no delivery")
    settled, closed = ~np.isnan(rows["settled"]), ~among(rows["verdict"], (Verdict.OPEN, Verdict.COPY))
    books.demand(settled == closed, "a lease has ended and has no verdict, or the other way round")


def requests(books):
    """Each workload's requests are numbered 0, 1, 2 ... in order of arrival, each once."""
    rows, workloads = books.rows, np.array([*(place.workload for place in books.run.tables.places), ""])
    asked = np.flatnonzero((books.kinds == "request") & (rows["first"] < 0))
    for name in books.run.scenario.workloads:
        mine = asked[workloads[rows["place"][asked]] == name]
        mine = mine[np.argsort(rows["request"][mine], kind="stable")]
        counted = rows["request"][mine] == np.arange(len(mine))
        books.demand(counted, f"the requests of {name} are not 0, 1, 2 ...", mine)
        in_order = np.diff(rows["born"][mine], prepend=0.0) >= 0
        books.demand(in_order, f"the requests of {name} are out of order", mine)


def _asks_beside(step):
    """Whether who asks may make another attempt while one is under way."""
    return any(getattr(each, "asks_beside", False) for each in getattr(step, "policies", {}).values())


def attempts(books):
    """Attempts of an obligation count 1, 2, 3 ..., and no settled obligation gets another one."""
    rows = books.rows
    books.demand((rows["first"] >= 0) | (rows["attempt"] < 0), "a first attempt has the number of a later one")
    later = np.flatnonzero((rows["first"] >= 0) & (rows["verdict"] != Verdict.COPY))
    first = rows["first"][later]
    books.demand(rows["first"][first] < 0, "an attempt points back to what is no first attempt", later)
    beside = among(rows["place"], [place.number for place in books.run.tables.places if _asks_beside(place.step)])
    seen = {}
    for row, owner in zip(later.tolist(), first.tolist(), strict=True):
        previous, number = seen.get(owner, (owner, 1))
        if rows["attempt"][row] != number + 1:
            books.demand([False], f"attempts of row {owner} do not count 1, 2, 3 ...", [row])
        given_up = rows["settled"][previous] <= rows["born"][row]
        if not beside[row] and (rows["verdict"][previous] not in CLOSED_EARLY or not given_up):
            books.demand([False], f"row {previous} was not given up when another attempt was made", [row])
        seen[owner] = (row, number + 1)


def verdicts(books):
    """What the asker knows must follow from what the worker did."""
    rows = books.rows
    verdict, outcome = rows["verdict"], rows["outcome"]
    started = ~np.isnan(rows["started"])
    done = verdict == Verdict.DONE
    early = np.array([may_answer_early(books.run.scenario, place) for place in books.run.tables.places] + [False])
    books.demand(
        ~done | (outcome == Outcome.OK) | ((early[rows["place"]] | _commits_early(books)) & started)
        | _of_deliveries(books, lambda place: place.step.ack == "before") | (rows["reason"] == Reason.LATE_DELETE),
        "settled as done and the work was not done",
    )  # fmt: skip
    never_received, before = deleted_late(rows)
    deletes = _of_deliveries(books, lambda place: _deletes_late(books.run, place))[never_received]
    deletes &= (verdict[before] == Verdict.REVOKED) & (outcome[before] == Outcome.OK) & ~started[never_received]
    deletes &= np.isnan(rows["leased"][never_received])
    deletes &= rows["settled"][never_received] >= rows["ended"][before]
    books.demand(deletes, "deleted late by nobody who may", never_received)
    never_began = (outcome == Outcome.WITHDRAWN) & ~started
    failed = ~among(outcome, (Outcome.OPEN, Outcome.WITHDRAWN)) | never_began
    failed |= (verdict == Verdict.DEAD) & _of_deliveries(books, lambda place: _has_clocks(books.run, place))
    books.demand(~among(verdict, (Verdict.GIVEN_BACK, Verdict.DEAD)) | failed, "given back while it was worked")
    revoked = _of_deliveries(books, lambda place: place.step.owns is not None or _has_clocks(books.run, place))
    books.demand(~(verdict == Verdict.REVOKED) | revoked, "a lease was revoked by nobody")
    books.demand(~(verdict == Verdict.ORPHANED) | _orphans(books), "orphaned and its caller is still at work")
    is_delivery = books.kinds == "delivery"
    of_both = (Verdict.OPEN, Verdict.DONE, Verdict.COPY)
    books.demand(~is_delivery | among(verdict, (*of_both, *OF_DELIVERIES)), "a delivery has the verdict of a call")
    books.demand(is_delivery | ~among(verdict, OF_DELIVERIES), "a call has the verdict of a delivery")
    refusals = among(verdict, (Verdict.REJECTED, Verdict.DECLINED))
    books.demand(
        ~refusals | among(outcome, (Outcome.REFUSED, Outcome.FAILED)), "its caller was told no, and it did not fail"
    )
    taken_out = among(verdict, (Verdict.DROPPED, Verdict.EXPIRED))
    never = among(outcome, (Outcome.WITHDRAWN, Outcome.LOST))
    books.demand(~taken_out | never, "taken out of its channel, and somebody had it")
    _, last = last_attempts(rows)
    ended_for_good = ~among(verdict[last], (Verdict.GIVEN_BACK, Verdict.REVOKED))
    over = books.run.tables.complete
    books.demand(ended_for_good | ~np.array(over), "given back and never handed out again", last)


def replies(books):
    """An answer that leaves before the end leaves during the work (a commit: also later), once, before it is seen."""
    rows, early = books.rows, books.run.records.replies.columns()
    row, time = early["row"], early["time"]
    over = (time > rows["ended"][row]) & (books.kinds[row] != "delivery")
    books.demand((time >= rows["started"][row]) & ~over, "a reply lies outside the work that made it", row)
    books.demand(np.bincount(row, minlength=len(rows["born"])) <= 1, "answered early more than once")
    heard = rows["verdict"][row] == Verdict.DONE
    books.demand(~heard | (rows["settled"][row] >= time), "an answer was seen before it left", row)


def late(books):
    """What comes late comes after its lease has ended, and after it has left."""
    rows, late = books.rows, books.run.records.late.columns()
    row, time = late["row"], late["time"]
    lasted = (rows["verdict"][row] != Verdict.COPY) & ~(time >= rows["settled"][row])
    books.demand(~lasted, "an answer is late and its lease had not ended", row)
    left = np.where(np.isnan(books.run.tables.replied), rows["ended"], books.run.tables.replied)[row]
    books.demand(time >= left, "an answer came late and never left", row)


def _of_deliveries(books, right):
    """For each row: whether it is a delivery at a place for which ``right(place)``."""
    return np.array([p.is_delivery and right(p) for p in books.run.tables.places] + [False])[books.rows["place"]]


def _has_clocks(run, place):
    """Whether leases of a queue, or locks of a share group, end by the clock."""
    channel = run.scenario.complete.channels[place.source]
    return channel.has_clocks or place.step.is_shared


def _deletes_late(run, place):
    """Whether an acknowledgement counts after its time until somebody else has the message."""
    channel = run.scenario.complete.channels[place.source]
    return channel.deletes_late


def _commits_early(books):
    """For each row: whether its commit leaves when the work begins."""
    places = books.run.tables.places
    early = [place.is_delivery and place.step.commits.early for place in places]
    return np.array([*early, False])[books.rows["place"]]


def _orphans(books):
    """Calls whose caller had ended when the answer came."""
    rows = books.rows
    is_call = books.kinds == "call"
    parent = np.where(is_call, rows["parent"], 0)
    return is_call & (rows["ended"][parent] <= rows["settled"])


CHECKS = (clocks, requests, attempts, verdicts, replies, late)
