"""Figures of each service: counts of the attempts of the cohort, averages over the clock of the window."""

from functools import cached_property

import numpy as np

from evsim.figures import MORE, Figure, Over
from evsim.results.batches import followers
from evsim.results.codes import among
from evsim.results.confirmations import waited_for
from evsim.results.endings import Outcome, Reason
from evsim.results.fairness import standing
from evsim.results.intervals import highest, inside, without_overlap
from evsim.results.wasted_work import retried
from evsim.ticks import elapsed

__all__ = ["FIGURES", "AtService", "at_services"]

NONE = float("nan")


class _Services:
    """What the figures of all services of a ``run`` share."""

    def __init__(self, run):
        self.run, self.window = run, (run.scenario.run_settings.warmup, run.tables.measured_until)

    @cached_property
    def service(self):
        """For each row: its service, as a position in the scenario; -1: none yet."""
        codes = {name: code for code, name in enumerate(self.run.scenario.services)}
        return np.array([codes[place.service] for place in self.run.tables.places] + [-1])[
            self.run.tables.rows["place"]
        ]

    @cached_property
    def following(self):
        return followers(self.run)

    @cached_property
    def blocked(self):
        """service -> worker seconds spent waiting for channels to have a message."""
        run, mine = self.run, waited_for(self.run)
        rows, messages = run.tables.rows, run.tables.messages
        cause = messages["cause"][mine]
        until = np.fmin(messages["acknowledged"][mine], rows["ended"][cause])
        cause, waited = without_overlap(cause, messages["published"][mine], until, self.window)
        seconds = np.bincount(rows["place"][cause], waited, minlength=len(run.tables.places))
        result = dict.fromkeys(run.scenario.services, 0.0)
        for place in run.tables.places:
            result[place.service] += float(seconds[place.number])
        return result


class _SomeRows(dict):
    """The columns of some rows: those of a mask, by their ``numbers``."""

    def __init__(self, rows, mask):
        super().__init__()
        self._rows, self.numbers = rows, np.flatnonzero(mask)

    def __missing__(self, name):
        self[name] = self._rows[name][self.numbers]
        return self[name]


class AtService:
    """What came to one service of a ``run``: its ``name`` and ``settings``, its rows, and those that count.

    ``rows`` are the columns of all rows, ``mine`` a mask of its own, ``counted`` of those whose customers are counted.
    ``of_mine`` and ``of_counted`` are the columns of these two alone, each taken out when it is first asked for.
    """

    def __init__(self, shared, name):
        self.shared, self.run, self.window, self.name = shared, shared.run, shared.window, name
        self.settings, self.rows = shared.run.scenario.services[name], shared.run.tables.rows
        self.mine = shared.service == list(shared.run.scenario.services).index(name)
        self.counted = self.mine & shared.run.tables.row_cohort
        self.of_mine = _SomeRows(self.rows, self.mine)
        self.of_counted = _SomeRows(self.rows, self.counted)

    def ended_as(self, *outcomes):
        return int(among(self.of_counted["outcome"], outcomes).sum())

    @property
    def arrivals(self):
        return int((~np.isnan(self.of_counted["ready"]) & self._made).sum())

    @cached_property
    def obligations(self):
        return int((self.of_counted["first"] < 0).sum())

    @property
    def attempts_mean(self):
        every = (self.of_counted["first"] < 0) | retried(self.of_counted)
        return float(every.sum() / self.obligations) if self.obligations else NONE

    @cached_property
    def unrepeated(self):
        """How many attempts there would be without retries."""
        return int((self._made & ~self.run.tables.caused_by_retries[self.of_counted.numbers]).sum())

    @property
    def amplification(self):
        return float(self._made.sum() / self.unrepeated) if self.unrepeated else NONE

    @cached_property
    def _made(self):
        """Which of them are attempts: what was visible again and never received is none."""
        return self.of_counted["reason"] != Reason.LATE_DELETE

    @cached_property
    def worker_time(self):
        """Worker seconds of the window; a crashed instance does not exist, who has to go does until the work ends."""
        return self.run.tables.capacity[self.name].worker_time(self.window)

    def of_worker_time(self, seconds):
        return float(seconds / self.worker_time) if self.worker_time > 0 else NONE

    @property
    def held(self):
        """Worker seconds of the window in which a worker was held."""
        alone = ~self.shared.following[self.of_mine.numbers]
        return inside(self.of_mine["started"][alone], self.of_mine["ended"][alone], self.window).sum()

    @property
    def wait(self):
        waited = elapsed(self.of_counted["started"], self.of_counted["ready"])
        return waited[~np.isnan(waited)]

    @property
    def sojourn(self):
        well = self.of_counted["outcome"] == Outcome.OK
        stayed = elapsed(self.of_counted["ended"][well], self.of_counted["ready"][well])
        return stayed[~np.isnan(stayed)]

    @property
    def presence(self):
        """When each of its rows came and left."""
        return self.of_mine["ready"], self.of_mine["ended"], self.window

    @property
    def queueing(self):
        """When each of its rows began to wait, and when its wait was over."""
        started = self.of_mine["started"]
        return self.of_mine["ready"], np.where(np.isnan(started), self.of_mine["ended"], started), self.window

    def on_average(self, intervals):
        return float(inside(*intervals).sum() / self.run.tables.window)

    @cached_property
    def standing(self):
        return standing(self.run, self.name, self.window)


def at_services(run):
    """An :class:`AtService` for each service of a run."""
    shared = _Services(run)
    return {name: AtService(shared, name) for name in run.scenario.services}


WORKER_TIME = Over(lambda at: at.worker_time, clock=lambda at: at.run.tables.capacity[at.name].staffed_time(at.window))

FIGURES = (
    Figure("arrivals", "count", "attempts that reached the inbox, or the channel", lambda at: at.arrivals, None),
    Figure("completed", "count", "attempts whose work ended well", lambda at: at.ended_as(Outcome.OK), MORE, shown=()),
    Figure("skipped", "count", "attempts that ended at once, as what they were about had been done before",
           lambda at: int((~np.isnan(at.run.tables.skipped[at.of_counted.numbers])).sum()), None, shown=()),
    Figure("failed", "count", "attempts whose work failed, or was lost in a crash",
           lambda at: at.ended_as(Outcome.FAILED, Outcome.CRASHED)),
    Figure("rejected", "count", "attempts that were refused before any work", lambda at: at.ended_as(Outcome.REFUSED)),
    Figure("attempts_mean", "ratio", "attempts for each call, request or delivery",
           lambda at: at.attempts_mean, shown=(), adds=Over(lambda at: at.obligations)),
    Figure("retry_amplification", "ratio", "attempts for each one that would be there without retries",
           lambda at: at.amplification, adds=Over(lambda at: at.unrepeated)),
    Figure("utilisation", "share", "held worker time by worker time that existed; a crashed instance does not exist",
           lambda at: at.of_worker_time(at.held), None, adds=WORKER_TIME),
    Figure("wait", "s", "from ready to started; a delivery is ready at the channel",
           lambda at: at.wait, points=("mean", "p99")),
    Figure("sojourn", "s", "from ready to ended, of attempts whose work ended well",
           lambda at: at.sojourn, points=("mean",)),
    Figure("queue_mean", "count", "how many waited, on average over the window", lambda at: at.on_average(at.queueing)),
    Figure("in_system_mean", "count", "how many waited or were in work, on average over the window",
           lambda at: at.on_average(at.presence), shown=()),
    Figure("in_system_max", "count", "the most that waited or were in work at one time of the window",
           lambda at: highest(*at.presence), adds="not"),
    Figure("blocked", "share", "the share of worker time spent waiting until a channel had a message",
           lambda at: at.of_worker_time(at.shared.blocked[at.name]), shown=(), adds=WORKER_TIME),
    Figure("wait_behind_mean", "s", "the part of the mean wait in which a worker of the service was free",
           lambda at: at.standing["wait_behind_mean"], shown=()),
    Figure("idle_while_waiting", "share", "of the time in which anybody waits, the share in which a worker is free",
           lambda at: at.standing["idle_while_waiting"], shown=()),
    Figure("busiest_share", "share", "the share of the busiest instance in the work",
           lambda at: at.standing["busiest_share"], shown=()),
    Figure("fairness", "ratio", "Jain's index of the work of the instances: 1 if all have as much, 1/n if one has all",
           lambda at: at.standing["fairness"], MORE, shown=()),
)  # fmt: skip
