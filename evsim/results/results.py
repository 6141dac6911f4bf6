"""Results: what one run wrote down, and the tables and figures of it."""

from functools import cached_property

from evsim.counting import count
from evsim.results import frames, measures
from evsim.results.audit import Audit
from evsim.results.export import export
from evsim.results.fault_phases import phase_figures
from evsim.results.figure_table import FigureTable
from evsim.results.outcomes import CustomerOutcomes
from evsim.results.pipeline import Pipeline
from evsim.results.run_tables import RunTables
from evsim.results.trace import Trace

__all__ = ["Results"]


class Results:
    """The records of one run of a scenario; :class:`evsim.run.Run` adds pictures and branches.

    ``requests``, ``spans``, ``ledger``, ``effects`` and ``incidents`` are pandas frames, made when first asked for;
    counts and audits come from the NumPy arrays of ``tables`` (:class:`evsim.results.run_tables.RunTables`). Times are
    seconds since the start of the run.

    A branch (:meth:`branch`) also knows the run it left, ``parent``, and what both ``shared``, up to which moment.
    """

    parent = shared = None

    def __init__(self, *, scenario, seed, records, ended_at, warnings, **built):
        self.scenario, self.seed, self.records = scenario, seed, records
        self.ended_at, self.warnings = ended_at, tuple(warnings)
        self.tables = RunTables(scenario=scenario, records=records, ended_at=ended_at, **built)

    def __repr__(self):
        return f"<Run of {self.scenario.name}, seed {self.seed}: {count(len(self.tables.requests.row), 'request')}>"

    def audit(self):
        """Balance the books; :exc:`evsim.results.audit.AuditError` names what does not balance.

        Returns an :class:`evsim.results.audit.Audit`, which is true and prints what was counted.
        """
        return Audit(self)

    # Frames.

    @cached_property
    def requests(self):
        """One row a request (:func:`evsim.results.frames.requests_frame`)."""
        return frames.requests_frame(self)

    @cached_property
    def spans(self):
        """One row an attempt (:func:`evsim.results.frames.spans_frame`)."""
        return frames.spans_frame(self)

    @cached_property
    def ledger(self):
        """One row a (message, subscription) (:func:`evsim.results.frames.ledger_frame`)."""
        return frames.ledger_frame(self)

    @cached_property
    def effects(self):
        """One row an effect (:func:`evsim.results.frames.effects_frame`)."""
        return frames.effects_frame(self)

    @cached_property
    def incidents(self):
        """One row an incident (:func:`evsim.results.frames.incidents_frame`)."""
        return frames.incidents_frame(self)

    def trace(self, request, workload=None):
        """Everything that happened to one request, in order (:class:`evsim.results.trace.Trace`).

        request: its number, from 0 in order of arrival. workload: its name, needed where there are several.
        """
        return Trace(self, request, self.tables.workload_of(request, workload))

    def export(self, path, format, requests=None, workload=None, overwrite=False):
        """Write the run for another tool and return the path (:func:`evsim.results.export.export`).

        format: perfetto, otlp or cloudevents, a JSON file each; csv or parquet, a folder of tables or a .zip. requests:
        the number of one request, or several, where not all are wanted. overwrite: replace an earlier output.
        """
        return export(self, path, format, requests, workload, overwrite)

    # Figures.

    @cached_property
    def _summary(self):
        return measures.summarise(self)

    def summary(self):
        """All figures of the run as a dict: rates a second, times in seconds, shares as fractions, counts."""
        return dict(self._summary)

    @cached_property
    def outcomes(self):
        """What each customer was told, and whether it is true (:class:`evsim.results.outcomes.CustomerOutcomes`)."""
        return CustomerOutcomes.of(self)

    @cached_property
    def services(self):
        """service -> its figures (:class:`evsim.results.figure_table.FigureTable`)."""
        return FigureTable(measures.of_services(self), "service")

    @cached_property
    def channels(self):
        """(channel, subscribing service) -> its figures."""
        return FigureTable(measures.of_channels(self), "channel", "subscription")

    @cached_property
    def partitions(self):
        """(log, subscribing service, partition) -> its figures, as those of a channel."""
        return FigureTable(measures.of_partitions(self), "channel", "subscription", "partition")

    @cached_property
    def phases(self):
        """phase -> the figures of the customers who came before, during and after each fault."""
        return FigureTable(phase_figures(self), "phase")

    @cached_property
    def pipeline(self):
        """The programs that pipes join (:class:`evsim.results.pipeline.Pipeline`)."""
        return Pipeline(self)
