"""Recount of functions: which environments there were, for whom they were started, and who was refused one."""

import numpy as np

from evsim.parts.function.words import COLD
from evsim.results.endings import Outcome, Reason
from evsim.results.remarks import remarks
from evsim.ticks import elapsed

__all__ = ["CHECKS"]

SLACK = 1e-6  # tokens: rounding of a sum over a whole run


class _Books:
    """One function: its ``lives``, its rows, and those that were cold starts, with the time of each."""

    def __init__(self, books, name, settings):
        self.books, self.name, self.settings, self.rows = books, name, settings, books.rows
        run = books.run
        self.lives = run.tables.capacity[name]
        self.mine = np.array([place.service == name for place in run.tables.places] + [False])[self.rows["place"]]
        cold = [each for each in remarks(run) if each.kind == COLD and self.mine[each.row]]
        self.cold, self.cold_at = (np.array([getattr(each, field) for each in cold]) for field in ("row", "time"))
        self.cold = self.cold.astype(int)
        self.undisturbed = not run.scenario.faults and not any(each[1] == "ended" for each in run.records.incidents)

    def there(self, times):
        """How many environments were born by each of some times, and not gone before."""
        born, gone = np.sort(self.lives.born), np.sort(self.lives.ended[~np.isnan(self.lives.ended)])
        return np.searchsorted(born, times, "right") - np.searchsorted(gone, times, "left")

    def demand(self, right, what, numbers=None):
        self.books.demand(right, f"{self.name} {what}", numbers)


def functions(books):
    for name, service in books.run.scenario.services.items():
        if service.function is not None:
            its = _Books(books, name, service.function.complete)
            for check in (_limits, _cold_starts, _keep_alive, _refusals):
                check(its)


def _limits(its):
    """There are never more environments than may be, and they come no faster than the ramp lets them."""
    born = np.sort(its.lives.born)
    gone = np.sort(its.lives.ended[~np.isnan(its.lives.ended)])
    count = np.arange(1, len(born) + 1) - np.searchsorted(gone, born, "right")
    its.demand(count <= its.settings.most, "had more environments than may be")
    if its.settings.ramp is not None and its.undisturbed:
        added = born[its.settings.provisioned :]
        owed = np.arange(1, len(added) + 1) - its.settings.ramp.environments / its.settings.ramp.every * added
        most = owed - np.minimum.accumulate(owed) + 1 if len(added) else owed
        its.demand(most <= its.settings.ramp.environments + SLACK, "added environments faster than its ramp")


def _cold_starts(its):
    """Who waits for a new environment is worked by it, and nobody else waits."""
    lives, rows, width = its.lives, its.rows, its.lives.width
    begun = ~np.isnan(rows["started"][its.cold])
    cold, at = its.cold[begun], its.cold_at[begun]
    life_of = {number: life for life, number in enumerate(lives.number.tolist())}  # each has one life
    numbers = lives.instance_of(rows["worker"][cold])
    its.demand(np.isin(numbers, lives.number), "worked in an environment that there never was", cold)
    life = np.array([life_of[number] for number in numbers.tolist()], dtype=int)
    right = (lives.born[life] <= at) & (lives.ready[life] >= at) & (rows["started"][cold] >= lives.ready[life])
    its.demand(right, "worked a cold start in an environment that was not started for it", cold)
    if not its.undisturbed:
        return
    births = len(lives.born) - its.settings.provisioned
    its.demand([births <= len(its.cold) <= births * width], "started environments for nobody")
    free = (
        its.mine & (rows["outcome"] != Outcome.REFUSED) & ~np.isnan(rows["started"]) & (its.books.kinds != "delivery")
    )
    free[its.cold] = False
    waited = elapsed(rows["started"], rows["ready"]) > 0
    its.demand(~(free & waited) | (its.settings.when_full == "wait"), "let somebody wait for nothing")


def _keep_alive(its):
    """An environment is gone when it was without work for as long as it stays, and not before."""
    lives, rows, keep = its.lives, its.rows, its.settings.keep_alive
    used = np.flatnonzero(its.mine & ~np.isnan(rows["started"]))
    instance = lives.instance_of(rows["worker"][used])
    order = np.lexsort((rows["started"][used], instance))
    used, instance = used[order], instance[order]
    crashed = {time for time, kind, *_ in its.books.run.records.incidents if kind in ("crash", "ended")}
    for life, number in enumerate(lives.number.tolist()):
        if number < its.settings.provisioned or np.isnan(lives.ready[life]):
            continue
        mine = used[slice(*np.searchsorted(instance, (number, number + 1)))]
        ended = rows["ended"][mine]
        if not np.isnan(lives.ended[life]) and lives.ended[life] not in crashed:
            idle = elapsed(lives.ended[life], np.max(ended, initial=lives.ready[life]))
            right = idle == keep if its.undisturbed else idle >= keep
            its.demand([right], "let an environment go before or after its time", mine[-1:])
        if its.undisturbed and lives.width == 1:
            # Of two that begin at one moment, one may have ended in it.
            gaps = elapsed(rows["started"][mine][1:], np.fmax.accumulate(ended)[:-1])
            its.demand(~(gaps > keep), "used an environment that had to be gone", mine[1:])


def _refusals(its):
    """Who is throttled finds as many environments as may be, and all of them at work."""
    rows, settings = its.rows, its.settings
    throttled = its.mine & (rows["outcome"] == Outcome.REFUSED) & (rows["reason"] == Reason.THROTTLED)
    if settings.ramp is not None or settings.rate is not None or not its.undisturbed:
        return
    refused = np.flatnonzero(throttled)
    times = rows["ended"][refused]
    its.demand(its.there(times) >= settings.most, "throttled somebody and might have started an environment", refused)
    worked = its.mine & (~np.isnan(rows["started"]))
    worked[its.cold] = True
    begun = rows["started"].copy()
    begun[its.cold] = its.cold_at
    starts, ends = np.sort(begun[worked]), np.sort(rows["ended"][worked])
    busy = np.searchsorted(starts, times, "right") - np.searchsorted(ends, times, "left")
    its.demand(busy >= settings.most * its.lives.width, "throttled somebody and had a free environment", refused)


CHECKS = (functions,)
