"""A run: what one simulation wrote down, and the views of it."""

from functools import cached_property

import numpy as np

from evsim.results.audit import Audit
from evsim.results.records import LATER, Outcome
from evsim.results.stations import channel_figures, service_figures
from evsim.results.summary import summarise
from evsim.results.tally import Deliveries, Requests

__all__ = ["Run"]


class Run:
    """The records of one run of a scenario.

    Counts and audits come from NumPy columns; ``requests``, ``spans``, ``ledger``, ``effects`` and ``incidents`` are
    pandas frames made when first asked for. Times are seconds since the start of the run.
    """

    def __init__(self, *, scenario, seed, records, places, effect_names, key_names, due, stock, tickets, keys, ended_at, warnings):
        self.scenario, self.seed, self.records = scenario, seed, records
        self.places, self.effect_names, self.key_names = places, effect_names, key_names
        self.due, self.stock, self.keys = due, stock, keys
        self._tickets = tickets
        self.ended_at, self.warnings = ended_at, tuple(warnings)

    def __repr__(self):
        return f"<Run of {self.scenario.name}, seed {self.seed}: {len(self.tally.row)} requests>"

    # Columns.

    @cached_property
    def rows(self):
        """The attempts as NumPy columns by name (see :mod:`evsim.results.records`), and the ``request`` of each."""
        return self._with_request(self.records.rows.columns())

    @cached_property
    def message_columns(self):
        """The messages as NumPy columns by name, and the ``request`` of each."""
        return self._with_request(self.records.messages.columns())

    def _with_request(self, columns):
        luck = columns["luck"]
        later = luck >= LATER
        if later.any():
            luck = luck.copy()
            luck[later] = np.array(self._tickets, dtype=luck.dtype)[luck[later] - LATER]
        return columns | {"request": luck}

    @cached_property
    def effects_columns(self):
        return self.records.effects.columns()

    @cached_property
    def tally(self):
        """:class:`evsim.results.tally.Requests`."""
        return Requests(self)

    @cached_property
    def deliveries_tally(self):
        """:class:`evsim.results.tally.Deliveries`."""
        return Deliveries(self, self.tally)

    @property
    def measured_until(self):
        """The end of the window in which clock averages are taken."""
        return min(self.scenario.run.duration, self.ended_at)

    @property
    def window(self):
        """Seconds of the window: from the warm-up to the end of the arrivals."""
        return self.measured_until - self.scenario.run.warmup

    @cached_property
    def row_cohort(self):
        """For each row: whether its request arrived inside the window."""
        workloads = {name: code for code, name in enumerate(self.tally.workloads)}
        of_place = np.array([workloads[p.workload] for p in self.places] + [0])
        place = self.rows["place"]
        workload = of_place[place]
        if (place < 0).any():  # messages that no consumer of a queue has been granted
            cause = self.message_columns["cause"][self.rows["parent"][place < 0]]
            workload[place < 0] = of_place[place[cause]]
        return self.tally.cohort[self.tally.index(workload, self.rows["request"])]

    def worker_time_missing(self, service):
        """Worker seconds of the window in which an instance of `service` was crashed."""
        return 0.0

    @cached_property
    def records_complete(self):
        """Whether nothing was open when the run ended."""
        return not len(self.stock["ready"]) and not (self.rows["outcome"] == Outcome.OPEN).any()

    def audit(self):
        """Balance the books; :exc:`evsim.results.audit.AuditError` names what does not balance.

        Returns an :class:`evsim.results.audit.Audit`, which is true and prints what was counted.
        """
        return Audit(self)

    # Figures.

    @cached_property
    def _summary(self):
        return summarise(self)

    def summary(self):
        """All figures of the run as a dict: rates a second, times in seconds, shares as fractions, counts."""
        return dict(self._summary)

    @cached_property
    def service_figures(self):
        """service -> figures, as plain dicts."""
        return service_figures(self)

    @cached_property
    def channel_figures(self):
        """(channel, service) -> figures, as plain dicts."""
        return channel_figures(self)
