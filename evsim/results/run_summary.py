"""A run of which only a summary was kept: figures in bounded memory, and no record of any single request."""

from evsim.counting import count
from evsim.results.audit.books import AuditError, Books
from evsim.results.audit.credits import credits
from evsim.results.audit.inventory_check import inventory
from evsim.results.counters import Counters
from evsim.results.figure_table import FigureTable
from evsim.results.quantile_sketch import RELATIVE_ERROR
from evsim.results.results import Results

__all__ = ["RunSummary"]


class RunSummary:
    """The figures of a run with ``record="summary"``.

    ``summary()``, ``services``, ``channels`` and ``audit()`` are as those of a run with full records: counts, rates,
    means and shares are the same, percentiles have a relative error of at most ``relative_error``, and what follows
    only from all records side by side (the most at one time, an order, a price) is NaN. Whatever speaks of single
    requests is not there.
    """

    relative_error = RELATIVE_ERROR
    record = "summary"

    def __init__(self, scenario, seed):
        self.scenario, self.seed, self._counters = scenario, seed, Counters(scenario)
        self.ended_at, self.warnings, self._rest, self._made = None, (), None, {}

    def count(self, excerpt):
        """Count what has ended."""
        part = Results(seed=self.seed, warnings=(), **excerpt)
        self._counters.add(part)
        return part

    def close(self, rest, made, ended_at, warnings):
        """Count what is left. made: how many attempts, messages and effects there were, by the engine."""
        self._rest, self._made = self.count(rest), made
        self.ended_at, self.warnings = ended_at, tuple(warnings)
        return self

    def __repr__(self):
        many = count(self._counters.counted["requests"], "request")
        return f"<Summary of {self.scenario.name}, seed {self.seed}: {many}>"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"a run with summary records has no {name}: it keeps figures, and no single request; "
            'take record="full" and a shorter run'
        )

    def summary(self):
        """All figures of the run as a dict (see :meth:`evsim.results.results.Results.summary`)."""
        return dict(self._counters.run)

    @property
    def phases(self):
        """None: before, during and after a fault are not told apart."""
        return {}

    @property
    def services(self):
        """service -> its figures."""
        return FigureTable(self._counters.services, "service")

    @property
    def channels(self):
        """(channel, subscribing service) -> its figures."""
        return FigureTable(self._counters.channels, "channel", "subscription")

    def audit(self):
        """Balance the counters; :exc:`evsim.results.audit.AuditError` names what does not balance."""
        return SummaryAudit(self)


class SummaryAudit:
    """The proof that the counters of a run balance. It is true, and prints what was counted.

    What the engine handed out was counted, once; of whoever was counted, each was told one thing, and each delivery
    ended in one state; and what was open at the end lies somewhere, and holds what is not at home.
    """

    def __init__(self, run):
        self.counted, self._run = dict(run._counters.counted), run
        for name, made in run._made.items():
            if self.counted[name] != made:
                self._refuse(f"{made} {name} were written down, and {self.counted[name]} were counted")
        books = Books(run._rest)
        inventory(books)
        credits(books)
        figures = run.summary()
        told = sum(figures[each] for each in ("completed", "declined", "errors", "timeouts", "rejected", "pending"))
        if told != figures["requests"]:
            self._refuse(f"{count(int(figures['requests']), 'customer')} came, and {told} were told something or wait")
        for names, its in run.channels.items():
            states = ("pending", "done", "duplicated", "dead", "expired", "dropped", "lost")
            ended = sum(its[each] for each in states)
            if ended != its["published"]:
                were = count(int(its["published"]), "message was", "messages were")
                self._refuse(f"{were} to be delivered by {names}, and {ended} ended or wait")

    def _refuse(self, what):
        raise AuditError(f"{self._run.scenario.name}, seed {self._run.seed}: {what}")

    def __bool__(self):
        return True

    def __str__(self):
        counts = (count(self.counted[f"{each}s"], each) for each in ("attempt", "message", "effect"))
        return f"balanced: {', '.join(counts)}, in counters"

    __repr__ = __str__
