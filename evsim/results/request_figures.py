"""Figures of customers: of all who count in a run, and of those who came before, during and after a fault."""

from functools import cached_property

import numpy as np

from evsim.figures import COST, FEELS, LESS, LOST, MORE, PHASE, RUN, TRUE, Figure, Over
from evsim.results.deliveries import DELIVERY_STATES
from evsim.results.requests import ERROR, REJECTED, TIMEOUT
from evsim.results.wasted_work import amplifications, held_time, retried, wasted_share

__all__ = ["FIGURES", "Customers", "cohort"]

NONE = float("nan")


class Customers:
    """Some customers of a ``run``: ``who`` came (a mask of ``tables.requests``) in so many ``seconds``."""

    def __init__(self, run, who, seconds):
        self.run, self.who, self.seconds = run, who, seconds
        self.requests, self.told = run.tables.requests, run.outcomes

    def count(self, mask):
        """How many of them are in a mask of customers, or of effects and customers."""
        return int((mask & self.who).sum())

    def known(self, times):
        """Those of some times of theirs that are known."""
        times = times[self.who]
        return times[~np.isnan(times)]

    def ended_as(self, outcome):
        return self.count(self.requests.outcome == outcome)

    @cached_property
    def response(self):
        """Seconds to the answer, of those who have one."""
        return self.requests.response[self.who & ~self.told.nothing]

    @cached_property
    def rows(self):
        """Which rows are theirs."""
        return self.who[self.run.tables.row_requests]

    @cached_property
    def held(self):
        """For each row, the worker time that it held for them (s)."""
        return held_time(self.run, self.rows)

    @cached_property
    def deliveries(self):
        """Which entries of the ledger are theirs; what was read again on request is in none."""
        ledger = self.run.tables.deliveries
        return self.who[ledger.request] & ~ledger.replay

    def deliveries_in(self, state):
        return int((self.run.tables.deliveries.state[self.deliveries] == DELIVERY_STATES.index(state)).sum())

    @property
    def answered_well(self):
        count = self.count(np.ones_like(self.who))
        return self.count(self.told.yes | self.told.no) / count if count else NONE

    @property
    def undone(self):
        effects = self.run.tables.effects["row"][~np.isnan(self.run.tables.undone)]
        return int(self.rows[effects].sum())

    @property
    def dead(self):
        moved = self.run.tables.deliveries.moved_back & self.deliveries
        return self.deliveries_in("dead") - int(moved.sum())

    @property
    def reordered(self):
        return int(self.run.tables.deliveries.reordered[self.deliveries].sum())

    @property
    def amplification(self):
        return max([each for each in amplifications(self.run, self.rows).values() if each == each], default=NONE)


def cohort(run):
    """The customers who count: those who came in the window."""
    return Customers(run, run.tables.requests.cohort, run.tables.window)


RUN_AND_PHASE = RUN, PHASE

FIGURES = (
    Figure("requests", "count", "customers who came", lambda some: int(some.who.sum()),
           MORE, RUN_AND_PHASE, FEELS, shown=(PHASE,)),
    Figure("completed", "count", "customers who were told yes", lambda some: some.count(some.told.yes),
           MORE, RUN_AND_PHASE, FEELS, shown=()),
    Figure("availability", "share", "the share of customers who were told yes or no: a no is an answer",
           lambda some: some.answered_well, MORE, RUN_AND_PHASE, FEELS,
           adds=Over(lambda some: some.count(np.ones_like(some.who))), trials="requests"),
    Figure("throughput", "1/s", "customers a second who were told anything",
           lambda some: float(some.count(~some.told.nothing) / some.seconds), MORE, (RUN,), FEELS, shown=()),
    Figure("errors", "count", "customers who were told an error that is no timeout, and nothing that was rejected",
           lambda some: some.ended_as(ERROR), LESS, (RUN,), FEELS),
    Figure("timeouts", "count", "customers whose patience, or a call's, was over", lambda some: some.ended_as(TIMEOUT),
           LESS, (RUN,), FEELS),
    Figure("rejected", "count", "customers who were refused before any work: a full inbox, shedding, a rate limit",
           lambda some: some.ended_as(REJECTED), LESS, (RUN,), FEELS),
    Figure("declined", "count", "customers who were told no: what they asked for cannot be",
           lambda some: some.count(some.told.no), LESS, RUN_AND_PHASE, FEELS, shown=(RUN,)),
    Figure("pending", "count", "customers who were told nothing by the end of the run",
           lambda some: some.count(some.told.nothing), LESS, RUN_AND_PHASE, FEELS, shown=()),
    Figure("told_error", "count", "customers who were told an error of any kind: errors, timeouts and rejected",
           lambda some: some.count(some.told.error), LESS, (PHASE,), FEELS),
    Figure("response", "s", "from the click to the answer seen, both hops included, of all who were told anything",
           lambda some: some.response, LESS, RUN_AND_PHASE, FEELS, points=("mean", "p50", "p99")),
    Figure("goodput", "1/s", "customers a second who were told yes, for whom it is true, and nothing happened twice",
           lambda some: float(some.count(some.told.good) / some.seconds), MORE, RUN_AND_PHASE, TRUE, shown=(PHASE,)),
    Figure("effects_missing", "count", "due effects that never came; to who was told no nothing is due",
           lambda some: some.count(some.told.missing), LESS, (RUN,), TRUE),
    Figure("effects_repeated", "count", "effects of a request that came more than once",
           lambda some: int(some.requests.repeated[some.who].sum()), LESS, (RUN,), TRUE),
    Figure("effects_undone", "count", "effects that an undo took back: they count as if they had never come",
           lambda some: some.undone, LESS, (RUN,), TRUE),
    Figure("requests_repeated", "count", "customers for whom something happened more than once",
           lambda some: some.count(some.told.repeated), LESS, (PHASE,), TRUE, shown=()),
    Figure("inconsistent", "count", "customers for whom something stands, and not all is as it was meant to end",
           lambda some: some.count(some.told.inconsistent), LESS, (RUN,), TRUE),
    Figure("told_yes_not_true", "count", "customers who were told yes, and 1 s after the answer it was not true",
           lambda some: some.count(some.told.yes_not_true), LESS, RUN_AND_PHASE, TRUE),
    Figure("told_yes_never_true", "count",
           "customers who were told yes, and it was not true at the end of the run either",
           lambda some: some.count(some.told.yes_untrue), LESS, RUN_AND_PHASE, TRUE),
    Figure("told_no_yet_true", "count", "customers who were told no, and something stands all the same",
           lambda some: some.count(some.told.no_yet_true), LESS, RUN_AND_PHASE, TRUE, shown=(RUN,)),
    Figure("told_error_yet_true", "count", "customers who were told error, and something stands all the same",
           lambda some: some.count(some.told.error_yet_true), LESS, RUN_AND_PHASE, TRUE),
    Figure("told_error_all_true", "count", "customers who were told error, and everything stands",
           lambda some: some.count(some.told.error_all_true), LESS, (RUN,), TRUE, shown=()),
    Figure("completion", "s", "from the click to the last due effect, without those who miss one",
           lambda some: some.known(some.requests.completion), LESS, (RUN,), TRUE, points=("mean", "p99")),
    Figure("consistency_lag", "s", "from the answer to the last due effect, 0 if that came first",
           lambda some: some.known(some.requests.consistency_lag), LESS, (RUN,), TRUE, points=("mean", "p99")),
    Figure("lost", "count", "deliveries that ended without having been handled, and nobody has them",
           lambda some: some.deliveries_in("lost"), LESS, (RUN,), LOST),
    Figure("dead", "count", "deliveries that became dead letters, less those that went back",
           lambda some: some.dead, LESS, (RUN,), LOST),
    Figure("expired", "count", "deliveries that were too old when their turn came",
           lambda some: some.deliveries_in("expired"), LESS, (RUN,), LOST, shown=()),
    Figure("dropped", "count", "deliveries that a channel dropped, as it was full",
           lambda some: some.deliveries_in("dropped"), LESS, (RUN,), LOST, shown=()),
    Figure("duplicated", "count", "deliveries that were handled more than once",
           lambda some: some.deliveries_in("duplicate"), LESS, (RUN,), LOST, shown=()),
    Figure("reordered", "count",
           "deliveries that were done with after a later message of their key, by the same subscriber",
           lambda some: some.reordered, LESS, (RUN,), LOST, shown=(), adds="not"),
    Figure("retries", "count", "attempts beyond the first: calls made again, messages handed out again",
           lambda some: int((retried(some.run.tables.rows) & some.rows).sum()), LESS, (RUN,), COST),
    Figure("retry_amplification", "ratio",
           "attempts at a service for each one that would be there without retries; the highest of all services",
           lambda some: some.amplification, LESS, (RUN,), COST),
    Figure("wasted_work", "share", "the share of held worker time whose result nobody took",
           lambda some: wasted_share(some.run, some.held), LESS, (RUN,), COST,
           adds=Over(lambda some: float(some.held.sum()))),
    Figure("seconds", "s", "how long customers of a phase could come", lambda some: float(some.seconds),
           LESS, (PHASE,), FEELS, shown=()),
)  # fmt: skip
