"""A cut through the records of a running system: what has ended by now, taken out as a whole."""

from typing import Any

import numpy as np

from evsim.engine.expected_effects import expected_effects
from evsim.results.records import LATER, Fate, Outcome, Records, Verdict
from evsim.results.sparse_records import Excerpt

__all__ = ["Cut"]

STEP = 1 << 40  # between the numbers of the requests of two workloads
OF_ROWS = ("effects", "undos", "replies", "late", "skips")  # the tables whose entries belong to a row
LISTS = ("incidents", "decisions", "ownership", "provisioned")  # of the records, that speak of no row


class Cut:
    """All that stands in sparse records now, as NumPy columns.

    ``request``: for each row, whose it is, as one number; ``of_message``: for each message.
    """

    def __init__(self, kernel):
        self.kernel, records = kernel, kernel.records
        self.places, self.routes = kernel.graph.places, kernel.identifiers.destinations
        self.workloads = list(kernel.scenario.workloads)
        self.rows, self.messages = records.rows.columns(), records.messages.columns()
        rows, messages = self.rows, self.messages
        workload = [self.workloads.index(route.site.place.workload) for route in self.routes]
        self.of_message = self._requests(np.array([*workload, 0])[messages["route"]], messages["luck"])
        workload = np.array([self.workloads.index(place.workload) for place in self.places] + [0])[rows["place"]]
        nobody = rows["place"] < 0  # a message that no consumer of a queue has been granted
        workload[nobody] = self.of_message[np.searchsorted(messages["number"], rows["parent"][nobody])] // STEP
        self.request = self._requests(workload, rows["luck"])

    def _requests(self, workload, luck):
        number, later, keys = luck.astype(np.int64), luck >= LATER, self.kernel.streams.retry_keys
        number[later] = [keys[each - LATER][0] for each in luck[later].tolist()]
        return workload * STEP + number

    def ended(self, held):
        """For each row: whether its request has ended, and none of the `held` numbers is one of it."""
        rows, messages = self.rows, self.messages
        held = np.array([number for number in held if 0 <= number < STEP], dtype=np.int64)
        open_ = (rows["verdict"] == Verdict.OPEN) | (rows["outcome"] == Outcome.OPEN)
        open_ |= (rows["settled"] >= self.kernel.env._now) | np.isin(rows["number"], held)
        sent = np.isnan(messages["appended"]) & (messages["fate"] == Fate.OPEN)
        sent |= np.isin(messages["number"], held)
        return ~np.isin(self.request, np.union1d(self.request[open_], self.of_message[sent]))

    def forget(self, ended):
        """Take some rows out of the records, and all that belongs to them."""
        records, retry_keys = self.kernel.records, self.kernel.streams.retry_keys
        mine = np.isin(self.of_message, self.request[ended])
        for luck in (self.rows["luck"][ended], self.messages["luck"][mine]):
            for key in luck[luck >= LATER].tolist():
                retry_keys.forget(key - LATER)
        records.rows.keep(self.rows["number"][~ended].tolist())
        records.messages.keep(self.messages["number"][~mine].tolist())
        self.kernel.forget(self.messages["number"][mine].tolist())
        for name in OF_ROWS:
            columns = getattr(records, name).columns()
            gone = np.isin(columns["row"], self.rows["number"][ended])
            getattr(records, name).keep(columns["number"][~gone].tolist())

    def excerpt(self, chosen, until, inventory=None, still_open=0):
        """What results are made of, of the `chosen` rows alone; they and their requests are numbered anew.

        inventory: of all that is left, at the end.
        """
        kernel, requests = self.kernel, np.unique(self.request[chosen])
        bounds = np.searchsorted(requests, np.arange(len(self.workloads) + 1) * STEP)
        mine = np.isin(self.of_message, requests)
        rows = {name: column[chosen] for name, column in self.rows.items()}
        messages = {name: column[mine] for name, column in self.messages.items()}
        row_of, message_of = _positions(rows["number"]), _positions(messages["number"])
        deliveries = np.array([place.is_delivery for place in self.places] + [True])[rows["place"]]
        rows["first"] = row_of(rows["first"])
        rows["parent"] = np.where(deliveries, message_of(rows["parent"]), row_of(rows["parent"]))
        messages["cause"], messages["origin"] = row_of(messages["cause"]), message_of(messages["origin"])
        retries = []
        for columns, owner in ((rows, self.request[chosen]), (messages, self.of_message[mine])):
            number = np.searchsorted(requests, owner) - bounds[owner // STEP]
            later = np.flatnonzero(columns["luck"] >= LATER)
            columns["luck"] = number.copy()
            columns["luck"][later] = LATER + len(retries) + np.arange(len(later))
            retries += number[later].tolist()
        numbers = {
            name: requests[bounds[code] : bounds[code + 1]] - code * STEP for code, name in enumerate(self.workloads)
        }
        records = self._records(rows, messages, row_of, inventory is not None)
        return dict(
            scenario=kernel.scenario, records=records, places=tuple(self.places),
            routes=[(route.site.place.workload, route.site.step) for route in self.routes],
            effect_names=tuple(kernel.identifiers.effect_names), key_names=kernel.identifiers.key_names,
            due=expected_effects(kernel, numbers), inventory=_renumbered(inventory, row_of, message_of),
            still_open=still_open, retry_keys=retries,
            keys={name: _of_excerpt(keys, numbers[name]) for name, keys in kernel.identifiers.keys.items()},
            ended_at=until,
        )  # fmt: skip

    def _records(self, rows, messages, row_of, last):
        """Closed records of some rows and messages; the `last` ones have what belongs to no row as well."""
        found, mine = self.kernel.records, Records()
        mine.rows = Excerpt(found.rows.types, rows)
        mine.messages = Excerpt(found.messages.types, messages)
        mine.instances = Excerpt(
            found.instances.types, {name: found.instances.column(name).copy() for name in found.instances.types}
        )
        effects: Any = None
        for name in OF_ROWS:
            table = getattr(found, name)
            columns = table.columns()
            chosen = np.isin(columns["row"], rows["number"])
            columns = {name: column[chosen] for name, column in columns.items()}
            if name == "effects":
                effects = columns["number"]
            elif name == "undos":
                columns["before"] = np.searchsorted(effects, columns["before"])
            columns["row"] = row_of(columns["row"])
            setattr(mine, name, Excerpt(table.types, columns))
        for name in LISTS if last else ():
            setattr(mine, name, getattr(found, name))
        return mine.close()


def _positions(numbers):
    """A function from old numbers to new ones; what is negative is none, and stays."""

    def position(old):
        return np.where(old < 0, old, np.searchsorted(numbers, old)).astype(np.int64)

    return position


def _of_excerpt(keys, numbers):
    return lambda number: keys.of(int(numbers[number]))


def _renumbered(inventory, row_of, message_of):
    """The inventory, with the new numbers of rows and messages."""
    if inventory is None:
        return None
    new = dict(inventory)
    for name in ("ready", "waiting", "travelling", "settling", "overdue", "unattended"):
        new[name] = row_of(np.array(inventory[name], dtype=np.int64)).tolist()
    for name in ("messages", "hidden"):
        new[name] = message_of(np.array(inventory[name], dtype=np.int64)).tolist()
    return new
