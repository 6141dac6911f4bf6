"""The tables of a run: its records as NumPy columns, and what follows from them for requests and deliveries."""

from collections.abc import Iterable
from functools import cached_property
from numbers import Integral

import numpy as np

from evsim.results.capacity import Capacity
from evsim.results.deliveries import Deliveries
from evsim.results.records import LATER
from evsim.results.requests import Requests
from evsim.results.sendings import Sendings
from evsim.results.table import NUMBERS
from evsim.results.undone import undone
from evsim.results.wasted_work import caused_by_retries
from evsim.ticks import elapsed

__all__ = ["RunTables"]


class RunTables:
    """The arrays of one run, each made when first asked for. Times are seconds since the start of the run.

    ``rows`` are the attempts, ``messages`` and ``effects`` the rest of the records; ``requests`` and ``deliveries``
    what follows from them for each request and each (message, subscription).
    """

    def __init__(
        self, *, scenario, records, ended_at, places, routes, effect_names, key_names, due, inventory, still_open,
        retry_keys, keys, item_paths=(),
    ):  # fmt: skip
        self.scenario, self.records, self.ended_at = scenario, records, ended_at
        self.places, self.effect_names, self.key_names = places, effect_names, key_names
        self.routes = routes  # (workload, publish step) of each route
        self.due, self.inventory, self.still_open = due, inventory, still_open
        self.keys, self.retry_keys = keys, retry_keys
        self.item_paths = item_paths  # which of several messages of a step, by number: a tuple for each step on the way

    @cached_property
    def rows(self):
        """The attempts as NumPy columns by name (see :mod:`evsim.results.records`), and the ``request`` of each."""
        return self._with_request(self.records.rows.columns())

    @cached_property
    def messages(self):
        """The messages as NumPy columns by name, and the ``request`` of each."""
        return self._with_request(self.records.messages.columns())

    @cached_property
    def causes(self):
        """message -> the rows of all that it is the result of, in the order in which they came; only of windows'."""
        found = {}
        for pane in self.records.panes:
            rows = dict.fromkeys(row for message in pane.before for row in found[message])
            found[pane.message] = tuple(rows | dict.fromkeys(pane.rows))
        return found

    @cached_property
    def request_keys(self):
        """The key of each request of :attr:`requests`, as text."""
        requests = self.requests
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
            luck[later] = np.array(self.retry_keys, dtype=luck.dtype)[luck[later] - LATER]
        return columns | {"request": luck}

    @cached_property
    def sendings(self):
        """The sendings of each message, by its number (:class:`evsim.results.sendings.Sendings`)."""
        return Sendings(self)

    @cached_property
    def effects(self):
        """The effects as NumPy columns by name."""
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
    def requests(self):
        """:class:`evsim.results.requests.Requests`."""
        return Requests(self)

    @cached_property
    def deliveries(self):
        """:class:`evsim.results.deliveries.Deliveries`."""
        return Deliveries(self, self.requests)

    @property
    def measured_until(self):
        """The end of the window in which clock averages are taken."""
        return min(self.scenario.run_settings.duration, self.ended_at)

    @property
    def window(self):
        """Seconds of the window: from the warm-up to the end of the arrivals; NaN if the run ended before it began."""
        length = float(elapsed(self.measured_until, self.scenario.run_settings.warmup))
        return length if length > 0 else float("nan")

    @cached_property
    def message_workloads(self):
        """For each message: its workload, as a position in the list of workloads."""
        workloads = list(self.scenario.workloads)
        return np.array([workloads.index(name) for name, _ in self.routes] or [0])[self.messages["route"]]

    @cached_property
    def message_senders(self):
        """For each message: the service that published it, or the channel that made it of another message."""
        messages = self.messages
        services = np.array([place.service for place in self.places], dtype=object)
        senders = services[self.rows["place"][messages["cause"]]]
        made = messages["origin"] >= 0
        channels = np.array([*self.scenario.channels, ""], dtype=object)
        senders[made] = channels[messages["channel"][messages["origin"][made]]]
        return senders

    @cached_property
    def routed(self):
        """For each message: whether it is a copy that an exchange made of another message."""
        messages = self.messages
        routes = np.array([each.routes for each in self.scenario.channels.values()] + [False])
        return (messages["origin"] >= 0) & routes[messages["channel"][messages["origin"]]]

    @cached_property
    def row_requests(self):
        """For each row: its request, as a position in :attr:`requests`."""
        workloads = list(self.scenario.workloads)
        place = self.rows["place"]
        workload = np.array([workloads.index(place.workload) for place in self.places] + [0], dtype=NUMBERS)[place]
        nobody = place < 0  # messages that no consumer of a queue has been granted
        workload[nobody] = self.message_workloads[self.rows["parent"][nobody]]
        return self.requests.index(workload, self.rows["request"]).astype(NUMBERS)

    @property
    def message_requests(self):
        """For each message: its request, as a position in :attr:`requests`."""
        return self.requests.index(self.message_workloads, self.messages["request"])

    @cached_property
    def row_items(self):
        """For each row: the item that it is about, as the number of its path; -1 where there is none."""
        rows, items, of_calls = self.rows, self.messages["item"], dict(self.records.call_items)
        found, parent, first = np.full(len(rows["place"]), -1), rows["parent"], rows["first"]
        if not (items >= 0).any() and not of_calls:
            return found
        depths = [len(place.multiplied) for place in self.places] + [0]
        is_call = np.array([place.is_call for place in self.places] + [False])[rows["place"]]
        below = (np.array(depths)[rows["place"]] > 0) | (rows["place"] < 0)  # or nobody has been granted it
        for row in np.flatnonzero(below).tolist():  # who calls has a smaller number than who is called
            above = found[parent[row]] if is_call[row] else items[parent[row]]
            found[row] = of_calls.get(row if first[row] < 0 else int(first[row]), above)
        return found

    def item_path(self, number):
        """The path of an item by its number, () of none."""
        return () if number < 0 else self.item_paths[number]

    def item_texts(self, numbers):
        """Paths of items as people write them: 2, or 2.1 for the first of what the second one sent on."""
        texts = [".".join(map(str, path)) for path in self.item_paths]
        return np.array([*texts, ""], dtype=object)[numbers]

    @cached_property
    def row_cohort(self):
        """For each row: whether its request arrived inside the window."""
        return self.requests.cohort[self.row_requests]

    @cached_property
    def caused_by_retries(self):
        """For each row: whether it would not be there without retries (:mod:`evsim.results.wasted_work`)."""
        return caused_by_retries(self)

    @cached_property
    def capacity(self):
        """service -> which instances there were when (:class:`evsim.results.capacity.Capacity`)."""
        return Capacity.of(self)

    @property
    def complete(self):
        """Whether nothing was open when the run ended: no work, no lease, no message on its way."""
        return not self.still_open

    def chosen(self, requests=None, workload=None):
        """For each request of :attr:`requests`: whether it is among `requests` (a number, or several; None: all)."""
        there = self.requests
        if requests is None and workload is None:
            return np.ones(len(there.row), dtype=bool)
        if requests is None:
            return there.workload == there.workloads.index(self._workload(workload))
        chosen = np.zeros(len(there.row), dtype=bool)
        for request in requests if isinstance(requests, Iterable) else [requests]:
            chosen[there.index(there.workloads.index(self.workload_of(request, workload)), request)] = True
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
        count = int((self.requests.workload == list(self.scenario.workloads).index(workload)).sum())
        if not 0 <= int(request) < count:
            there = f"there are 0 to {count - 1}" if count else "nobody did"
            raise ValueError(f"request {request} of {workload} did not arrive; {there}")
        return workload
