"""Recount of what the policies of callers allow."""

import numpy as np

from evsim.results.audit.books import ROUNDING
from evsim.results.policies import breaker_phases
from evsim.results.records import Outcome, Reason, Verdict

__all__ = ["CHECKS"]


def budgets(books):
    """An instance makes no more retries than its bucket held at first and its first calls put in."""
    rows = books.rows
    for (service, _, budget), places in _calls(books, lambda step: step.retry and step.retry.budget).items():
        mine = np.flatnonzero(np.isin(rows["place"], places) & _asked(rows))
        first = rows["first"][mine] < 0
        instance = rows["worker"][rows["parent"][mine]] // books.run.scenario.services[service].workers
        buckets = 1 + _crashes(books, service)
        allowed = budget.burst * buckets + budget.ratio * np.bincount(instance[first], minlength=1)
        made = np.bincount(instance[~first], minlength=len(allowed))[: len(allowed)]
        books.demand(made <= allowed + 1e-6, f"{service} tried again more often than its budget allows")


def breakers(books):
    """No call passes an open breaker, none is refused by a closed one, and it opens for enough failures."""
    rows, asks = books.rows, books.kinds == "call"
    refused = (rows["reason"] == Reason.BREAKER) & (rows["outcome"] == Outcome.REFUSED)
    phases = breaker_phases(books.run)
    for (service, callee, breaker), places in _calls(books, lambda step: step.breaker).items():
        its = np.isin(rows["place"], places)
        for instance, mine in _by_instance(books, service, its & asks):
            born, settled, refusals = rows["born"][mine], rows["settled"][mine], refused[mine]
            good = np.isin(rows["verdict"][mine], (Verdict.DONE, Verdict.DECLINED))
            allowed = np.zeros(len(mine), dtype=bool)
            before = 0.0
            for phase in phases.get(_who(books, service, instance, callee), ()):
                within = (born >= phase.start) & (born <= phase.end)
                allowed |= within & (phase.state != "closed")
                if phase.state == "open":
                    past = (born > phase.start) & (born < min(phase.end, phase.start + breaker.open_for)) & ~refusals
                    books.demand(~past, f"a call of {service} passed an open breaker", mine)
                    failed = (settled >= before) & (settled <= phase.start) & ~good & ~refusals
                    least = 1 if breaker.failures is None or before else breaker.failures
                    books.demand([failed.sum() >= least], f"a breaker of {service} opened without reason")
                before = phase.start
            books.demand(~refusals | allowed, f"a closed breaker of {service} refused a call", mine)


def bulkheads(books):
    """An instance has never more calls of a callee under way than its bulkhead lets through."""
    rows, asks = books.rows, books.kinds == "call"
    sent = ~np.isin(rows["outcome"], (Outcome.REFUSED, Outcome.WITHDRAWN)) | ~np.isnan(rows["ready"])
    for (service, _, bulkhead), places in _calls(books, lambda step: step.bulkhead).items():
        for _, mine in _by_instance(books, service, np.isin(rows["place"], places) & asks & sent):
            caller_ended = rows["ended"][rows["parent"][mine]]
            begin, end = rows["born"][mine], np.fmin(np.fmin(rows["settled"][mine], caller_ended), np.inf)
            if bulkhead.queue:
                begin = rows["ready"][mine]  # it may have waited before it was sent
            there = ~np.isnan(begin)
            times = np.concatenate([end[there], begin[there]])
            steps = np.concatenate([np.full(there.sum(), -1), np.full(there.sum(), 1)])
            level = np.cumsum(steps[np.argsort(times, kind="stable")])
            kept = level.max(initial=0) <= bulkhead.limit
            books.demand([kept], f"{service} had more calls at once than its bulkhead allows")


def hedges(books):
    """A hedge comes in time beside one attempt that is under way, and one good answer makes the other void."""
    rows = books.rows
    for (service, _, hedge), places in _calls(books, lambda step: step.hedge).items():
        mine = np.flatnonzero(np.isin(rows["place"], places) & _asked(rows))
        attempts = {}
        for row in mine.tolist():
            first = row if rows["first"][row] < 0 else int(rows["first"][row])
            attempts.setdefault(first, []).append(row)
        for its in attempts.values():
            for count, row in enumerate(its[1:], 1):
                born = rows["born"][row]
                under_way = [each for each in its[:count] if not rows["settled"][each] <= born + ROUNDING]
                early = [each for each in under_way if born < rows["born"][each] + hedge.after - ROUNDING]
                books.demand([len(under_way) <= 1], f"{service} had more than two attempts at once", [row])
                books.demand([not early], f"{service} hedged too early", [row])
            done = [each for each in its if rows["verdict"][each] in (Verdict.DONE, Verdict.DECLINED)]
            beaten = [each for each in its if rows["verdict"][each] == Verdict.BEATEN]
            right = len(done) <= 1 and all(rows["settled"][each] == rows["settled"][done[0]] for each in beaten if done)
            right &= bool(done) or not beaten
            books.demand([right], f"{service} was answered twice, or beaten by nobody", its[:1])
    known = np.isin(rows["place"], [place.number for place in books.run.places if getattr(place.step, "hedge", None)])
    books.demand((rows["verdict"] != Verdict.BEATEN) | known, "beaten where nobody hedges")


def _by_instance(books, service, chosen):
    """(instance, rows) of the calls that each instance of a service made."""
    rows = books.rows
    mine = np.flatnonzero(chosen & _asked(rows))
    instance = rows["worker"][rows["parent"][mine]] // books.run.scenario.services[service].workers
    return [(number, mine[instance == number]) for number in np.unique(instance).tolist()]


def _asked(rows):
    """Whether somebody asked, and not the link made it of something else."""
    return rows["verdict"] != Verdict.COPY


def _who(books, service, instance, callee):
    several = books.run.scenario.services[service].instances > 1
    return f"{service}/{instance + 1} to {callee}" if several else f"{service} to {callee}"


def _calls(books, policy):
    """(calling service, callee, settings) -> the numbers of the places whose step has a policy with these settings."""
    found = {}
    for place in books.run.places:
        if place.kind == "call" and (settings := policy(place.step)):
            callee = place.step.service if place.step.kind == "call" else place.step.bus
            found.setdefault((place.source, callee, settings), []).append(place.number)
    return found


def _crashes(books, service):
    """How often a fault took the memory of instances of a service."""
    names = {service, books.run.scenario.services[service].inside}
    incidents = [(kind, what.partition("/")[0]) for _, kind, what, _ in books.run.records.incidents]
    return sum(kind in ("crash", "ended") and what in names for kind, what in incidents)


CHECKS = (budgets, breakers, bulkheads, hedges)
