"""Results: what one run wrote down, and the tables and figures of it."""

from collections.abc import Iterable
from functools import cached_property
from numbers import Integral

import numpy as np

from evsim.results import figures, frames
from evsim.results.audit import Audit
from evsim.results.capacity import Capacity
from evsim.results.export import export
from evsim.results.outcomes import CustomerOutcomes
from evsim.results.phases import phase_figures
from evsim.results.pipeline import Pipeline
from evsim.results.records import LATER, Outcome
from evsim.results.sendings import Sendings
from evsim.results.tally import Deliveries, Requests
from evsim.results.trace import Trace
from evsim.results.undone import undone
from evsim.ticks import elapsed

__all__ = ["Results"]


class Results:
    """The records of one run of a scenario; :class:`evsim.run.Run` adds pictures and branches.

    Counts and audits come from NumPy columns; ``requests``, ``spans``, ``ledger``, ``effects`` and ``incidents`` are
    pandas frames made when first asked for. Times are seconds since the start of the run.

    A branch (:meth:`branch`) also knows the run it left, ``parent``, when, ``since``, and what both ``shared``.
    """

    parent = since = shared = None

    def __init__(self, *, scenario, seed, records, places, routes, effect_names, key_names, due, stock, tickets, keys,
                 ended_at, warnings):  # fmt: skip
        self.scenario, self.seed, self.records = scenario, seed, records
        self.places, self.effect_names, self.key_names = places, effect_names, key_names
        self.routes = routes  # (workload, publish step) of each route
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

    @cached_property
    def request_keys(self):
        """The key of each request of :attr:`tally`, as text."""
        requests = self.tally
        keys = [
            self.keys[requests.workloads[workload]](number)
            for workload, number in zip(requests.workload.tolist(), requests.number.tolist(), strict=True)
        ]
        return self.key_texts(np.array(keys, dtype=np.int64))

    def key_texts(self, keys):
        """Keys as people write them."""
        return np.array([self.key_names.get(key, str(key)) for key in keys.tolist()], dtype=object)

    def _with_request(self, columns):
        luck = columns["luck"]
        later = luck >= LATER
        if later.any():
            luck = luck.copy()
            luck[later] = np.array(self._tickets, dtype=luck.dtype)[luck[later] - LATER]
        return columns | {"request": luck}

    @cached_property
    def sendings(self):
        """The sendings of each message, by its number (:class:`evsim.results.sendings.Sendings`)."""
        return Sendings(self)

    @cached_property
    def effects_columns(self):
        return self.records.effects.columns()

    @cached_property
    def undone(self):
        """For each effect: when it was undone (NaN: it stands)."""
        return undone(self)

    @cached_property
    def replied(self):
        """For each row: when its answer or commit left, where that was not at the end of its work (else NaN)."""
        return self._of_rows(self.records.replies)

    @cached_property
    def late(self):
        """For each row: when its answer came though whoever asked had given up (NaN: it did not)."""
        return self._of_rows(self.records.late)

    @cached_property
    def skipped(self):
        """For each row: when its handling ended as what it was about had been done before (NaN: it did not)."""
        return self._of_rows(self.records.skips)

    def _of_rows(self, table):
        columns, times = table.columns(), np.full(len(self.rows["born"]), np.nan)
        times[columns["row"]] = columns["time"]
        return times

    @cached_property
    def tally(self):
        """:class:`evsim.results.tally.Requests`."""
        return Requests(self)

    @cached_property
    def deliveries_tally(self):
        """:class:`evsim.results.tally.Deliveries`."""
        return Deliveries(self, self.tally)

    @cached_property
    def outcomes(self):
        """What each customer was told, and whether it is true (:class:`evsim.results.outcomes.CustomerOutcomes`)."""
        return CustomerOutcomes.of(self)

    @property
    def measured_until(self):
        """The end of the window in which clock averages are taken."""
        return min(self.scenario.run.duration, self.ended_at)

    @property
    def window(self):
        """Seconds of the window: from the warm-up to the end of the arrivals; NaN if the run ended before it began."""
        length = float(elapsed(self.measured_until, self.scenario.run.warmup))
        return length if length > 0 else float("nan")

    @cached_property
    def message_workloads(self):
        """For each message: its workload, as a position in the list of workloads."""
        workloads = list(self.scenario.workloads)
        return np.array([workloads.index(name) for name, _ in self.routes] or [0])[self.message_columns["route"]]

    @cached_property
    def message_senders(self):
        """For each message: the service that published it, or the channel that made it of another message."""
        messages = self.message_columns
        services = np.array([place.service for place in self.places], dtype=object)
        senders = services[self.rows["place"][messages["cause"]]]
        made = messages["origin"] >= 0
        channels = np.array([*self.scenario.channels, ""], dtype=object)
        senders[made] = channels[messages["channel"][messages["origin"][made]]]
        return senders

    @cached_property
    def routed(self):
        """For each message: whether it is a copy that an exchange made of another message."""
        messages = self.message_columns
        routes = np.array([each.routes for each in self.scenario.channels.values()] + [False])
        return (messages["origin"] >= 0) & routes[messages["channel"][messages["origin"]]]

    @cached_property
    def row_requests(self):
        """For each row: its request, as a position in :attr:`tally`."""
        workloads = list(self.scenario.workloads)
        place = self.rows["place"]
        workload = np.array([workloads.index(place.workload) for place in self.places] + [0])[place]
        nobody = place < 0  # messages that no consumer of a queue has been granted
        workload[nobody] = self.message_workloads[self.rows["parent"][nobody]]
        return self.tally.index(workload, self.rows["request"])

    @property
    def message_requests(self):
        """For each message: its request, as a position in :attr:`tally`."""
        return self.tally.index(self.message_workloads, self.message_columns["request"])

    @cached_property
    def row_cohort(self):
        """For each row: whether its request arrived inside the window."""
        return self.tally.cohort[self.row_requests]

    @cached_property
    def capacity(self):
        """service -> which instances there were when (:class:`evsim.results.capacity.Capacity`)."""
        return Capacity.of(self)

    @cached_property
    def pipeline(self):
        """The programs that pipes join (:class:`evsim.results.pipeline.Pipeline`)."""
        return Pipeline(self)

    @cached_property
    def records_complete(self):
        """Whether nothing was open when the run ended."""
        open_ = self.stock["ready"] or self.stock["backing_off"] or (self.rows["outcome"] == Outcome.OPEN).any()
        return not open_

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

    @cached_property
    def services(self):
        """One row a service, as a frame."""
        import pandas

        return pandas.DataFrame.from_dict(self.service_figures, orient="index").rename_axis("service")

    @cached_property
    def channels(self):
        """One row a channel and subscribing service, as a frame."""
        import pandas

        index = pandas.MultiIndex.from_tuples(list(self.channel_figures), names=["channel", "subscription"])
        return pandas.DataFrame(list(self.channel_figures.values()), index=index if len(index) else None)

    @cached_property
    def phases(self):
        """One row before, during and after each fault, as a frame."""
        import pandas

        return pandas.DataFrame.from_dict(self.phase_figures, orient="index").rename_axis("phase")

    @cached_property
    def partitions(self):
        """One row a log, subscribing service and partition, as a frame: the figures of ``channels`` for each."""
        import pandas

        names = ["channel", "subscription", "partition"]
        index = pandas.MultiIndex.from_tuples(list(self.partition_figures), names=names)
        return pandas.DataFrame(list(self.partition_figures.values()), index=index if len(index) else None)

    def trace(self, request, workload=None):
        """Everything that happened to one request, in order (:class:`evsim.results.trace.Trace`).

        request: its number, from 0 in order of arrival. workload: its name, needed where there are several.
        """
        return Trace(self, request, self.workload_of(request, workload))

    def export(self, path, format, requests=None, workload=None, overwrite=False):
        """Write the run for another tool and return the path (:func:`evsim.results.export.export`).

        format: perfetto, otlp or cloudevents, a JSON file each; csv or parquet, a folder of tables or a .zip. requests:
        the number of one request, or several, where not all are wanted. overwrite: replace an earlier output.
        """
        return export(self, path, format, requests, workload, overwrite)

    def chosen(self, requests=None, workload=None):
        """For each request of :attr:`tally`: whether it is among `requests` (a number, or several; None: all)."""
        tally = self.tally
        if requests is None and workload is None:
            return np.ones(len(tally.row), dtype=bool)
        if requests is None:
            return tally.workload == tally.workloads.index(self._workload(workload))
        chosen = np.zeros(len(tally.row), dtype=bool)
        for request in requests if isinstance(requests, Iterable) else [requests]:
            chosen[tally.index(tally.workloads.index(self.workload_of(request, workload)), request)] = True
        return chosen

    def _workload(self, workload):
        """The name of the workload that is asked for, if there is such a one; None: the only one."""
        names = tuple(self.scenario.workloads)
        if workload is None and len(names) > 1:
            raise ValueError(f"there are several workloads; name one of {', '.join(names)}")
        workload = names[0] if workload is None else workload
        if workload not in names:
            raise ValueError(f"there is no workload {workload!r}; there are {', '.join(names)}")
        return workload

    def workload_of(self, request, workload=None):
        """The name of the workload of a request that is asked for, if there is such a request."""
        workload = self._workload(workload)
        if not isinstance(request, Integral) or isinstance(request, bool):
            raise ValueError(f"a request has a number, from 0 in order of arrival; got {request!r}")
        count = int((self.tally.workload == list(self.scenario.workloads).index(workload)).sum())
        if not 0 <= int(request) < count:
            there = f"there are 0 to {count - 1}" if count else "nobody did"
            raise ValueError(f"request {request} of {workload} did not arrive; {there}")
        return workload

    # Figures.

    @cached_property
    def _summary(self):
        return figures.summarise(self)

    def summary(self):
        """All figures of the run as a dict: rates a second, times in seconds, shares as fractions, counts."""
        return dict(self._summary)

    @cached_property
    def service_figures(self):
        """service -> figures, as plain dicts."""
        return figures.of_services(self)

    @cached_property
    def channel_figures(self):
        """(channel, service) -> figures, as plain dicts."""
        return figures.of_channels(self)

    @cached_property
    def phase_figures(self):
        """phase -> figures of the customers who came before, during and after each fault, as plain dicts."""
        return phase_figures(self)

    @cached_property
    def partition_figures(self):
        """(log, service, partition) -> figures, as plain dicts."""
        return figures.of_partitions(self)
