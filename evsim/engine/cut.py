"""A cut through the records of a running system: what has ended by now, taken out as a whole."""

import numpy as np

from evsim.engine.expected_effects import expected_effects
from evsim.results.endings import Fate, Outcome, Verdict
from evsim.results.records import LATER, Records
from evsim.results.recycled_records import Excerpt
from evsim.results.table import NUMBERS

__all__ = ["Cut"]

STEP = 1 << 40  # between the numbers of the requests of two workloads
SPREAD = 16  # requests are counted on a line that may be so many times as long as there are rows
OF_ROWS = ("effects", "undos", "replies", "late", "skips")  # the tables whose entries belong to a row
LISTS = ("incidents", "decisions", "ownership", "provisioned")  # of the records, that speak of no row


class Cut:
    """All that stands in recycled records now.

    ``requests``: theirs, each as one number, in order. ``rows``, ``messages``: the numbers of those that are there,
    oldest first; ``of_row``, ``of_message``: for each of them the place of its request in ``requests``.
    """

    def __init__(self, kernel):
        self.kernel, self.records, self.workloads = kernel, kernel.records, list(kernel.scenario.workloads)
        rows, messages = self.records.rows, self.records.messages
        self.rows, self.messages = rows.numbers, messages.numbers
        by_route = [self.workloads.index(route.site.place.workload) for route in kernel.identifiers.destinations]
        of_message = np.array([*by_route, 0])[messages.column("route")[self.messages]]
        by_place = [self.workloads.index(place.workload) for place in kernel.graph.places]
        place = rows.column("place")[self.rows]
        of_row = np.array([*by_place, 0])[place]
        nobody = np.flatnonzero(place < 0)  # a message that no consumer of a queue has been granted
        if len(nobody):
            there = _places(messages.room, self.messages)
            of_row[nobody] = of_message[there[rows.column("parent")[self.rows[nobody]]]]
        luck = np.concatenate([rows.column("luck")[self.rows], messages.column("luck")[self.messages]])
        self.requests, found = _counted(np.concatenate([of_row, of_message]), self._numbers(luck))
        self.of_row, self.of_message = found[: len(self.rows)], found[len(self.rows) :]

    def _numbers(self, luck):
        """The numbers of requests, of which this is the luck."""
        number, keys = luck.astype(np.int64), self.kernel.streams.retry_keys
        later = np.flatnonzero(luck >= LATER)
        number[later] = [keys[key][0] for key in (number[later] - LATER).tolist()]
        return number

    def ended(self, held):
        """For each request: whether all of it has ended, and none of the `held` numbers is one of it."""
        rows, messages = self.records.rows, self.records.messages
        open_ = rows.column("verdict")[self.rows] == Verdict.OPEN
        open_ |= rows.column("outcome")[self.rows] == Outcome.OPEN
        open_ |= rows.column("settled")[self.rows] >= self.kernel.env._now
        sent = np.isnan(messages.column("appended")[self.messages])
        sent &= messages.column("fate")[self.messages] == Fate.OPEN
        ended = np.ones(len(self.requests), dtype=bool)
        for table, numbers, still, request in (
            (rows, self.rows, open_, self.of_row), (messages, self.messages, sent, self.of_message)
        ):  # fmt: skip
            named = np.zeros(table.room, dtype=bool)
            named[[number for number in held if 0 <= number < table.room]] = True
            ended[request[still | named[numbers]]] = False
        return ended

    def forget(self, ended):
        """Take some requests out of the records, and all that belongs to them."""
        records, retry_keys = self.records, self.kernel.streams.retry_keys
        rows, messages = ended[self.of_row], ended[self.of_message]
        for table, gone in ((records.rows, self.rows[rows]), (records.messages, self.messages[messages])):
            luck = table.column("luck")[gone]
            for key in (luck[luck >= LATER] - LATER).tolist():
                retry_keys.forget(key)
        self.kernel.forget(self.messages[messages])
        for name in OF_ROWS:
            table = getattr(records, name)
            numbers = table.numbers
            table.keep(numbers[~self._belong(table, numbers, self.rows[rows])])
        records.rows.keep(self.rows[~rows])
        records.messages.keep(self.messages[~messages])

    def _belong(self, table, numbers, rows):
        """For each of some numbers of a table, whether it belongs to one of the rows."""
        mine = np.zeros(self.records.rows.room, dtype=bool)
        mine[rows] = True
        return mine[table.column("row")[numbers]]

    def excerpt(self, chosen, until, inventory=None, still_open=0):
        """What results are made of, of the `chosen` requests alone; they and what is theirs are numbered anew.

        inventory: of all that is left, at the end.
        """
        kernel, requests = self.kernel, self.requests[chosen]
        bounds = np.searchsorted(requests, np.arange(len(self.workloads) + 1) * STEP)
        numbers = {
            name: requests[bounds[code] : bounds[code + 1]] - code * STEP for code, name in enumerate(self.workloads)
        }
        # Within its workload, each has a number from 0.
        number = np.cumsum(chosen) - 1 - bounds[self.requests // STEP]
        rows, messages = chosen[self.of_row], chosen[self.of_message]
        row_of = _positions(self.records.rows, self.rows[rows])
        message_of = _positions(self.records.messages, self.messages[messages])
        retries = []
        row_columns = self._columns("rows", self.rows[rows], number[self.of_row[rows]], retries)
        message_columns = self._columns("messages", self.messages[messages], number[self.of_message[messages]], retries)
        deliveries = np.array([place.is_delivery for place in kernel.graph.places] + [True])[row_columns["place"]]
        parent = row_columns["parent"]
        row_columns["first"] = row_of(row_columns["first"])
        row_columns["parent"] = np.where(deliveries, message_of(parent), row_of(parent))
        message_columns["cause"] = row_of(message_columns["cause"])
        message_columns["origin"] = message_of(message_columns["origin"])
        records = self._records(row_columns, message_columns, self.rows[rows], row_of, inventory is not None)
        return dict(
            scenario=kernel.scenario.as_written, records=records, places=tuple(kernel.graph.places),
            routes=[(route.site.place.workload, route.site.step) for route in kernel.identifiers.destinations],
            effect_names=tuple(kernel.identifiers.effect_names), key_names=kernel.identifiers.key_names,
            due=expected_effects(kernel, numbers), inventory=_renumbered(inventory, row_of, message_of),
            still_open=still_open, retry_keys=retries,
            keys={name: _of_excerpt(keys, numbers[name]) for name, keys in kernel.identifiers.keys.items()},
            ended_at=until,
        )  # fmt: skip

    def _columns(self, name, numbers, request, retries):
        """The columns of some rows or messages, with the luck of their `request`; `retries` becomes longer."""
        table = getattr(self.records, name)
        columns = {name: table.column(name)[numbers] for name in table.types}
        later = np.flatnonzero(columns["luck"] >= LATER)
        columns["luck"] = request.astype(NUMBERS)
        columns["luck"][later] = LATER + len(retries) + np.arange(len(later))
        retries += request[later].tolist()
        return columns

    def _records(self, rows, messages, numbers, row_of, last):
        """Closed records of some rows and messages; the `last` ones have what belongs to no row as well."""
        found, mine = self.records, Records()
        mine.rows, mine.messages = Excerpt(found.rows.types, rows), Excerpt(found.messages.types, messages)
        mine.instances = Excerpt(
            found.instances.types, {name: found.instances.column(name).copy() for name in found.instances.types}
        )
        for name in OF_ROWS:
            table = getattr(found, name)
            every = table.numbers
            chosen = every[self._belong(table, every, numbers)]
            columns = {name: table.column(name)[chosen] for name in table.types}
            if name == "effects":
                ages = table.ages(chosen)
            elif name == "undos":
                columns["before"] = np.searchsorted(ages, columns["before"])
            columns["row"] = row_of(columns["row"])
            setattr(mine, name, Excerpt(table.types, columns))
        for name in LISTS if last else ():
            setattr(mine, name, getattr(found, name))
        return mine.close()


def _counted(workloads, numbers):
    """(what requests there are, each as one number, in order; for each of some requests its place among these)."""
    first = int(numbers.min()) if len(numbers) else 0
    span = int(numbers.max(initial=first)) - first + 1
    line = workloads * span + (numbers - first)
    size = span * (int(workloads.max(initial=0)) + 1)
    if size > SPREAD * len(line):
        return np.unique(workloads * STEP + numbers, return_inverse=True)
    there = np.zeros(size, dtype=bool)
    there[line] = True
    found = np.flatnonzero(there)
    return found // span * STEP + found % span + first, _places(size, found)[line]


def _places(room, numbers):
    """For each number below `room`, where it is among some `numbers`."""
    places = np.zeros(room, dtype=NUMBERS)
    places[numbers] = np.arange(len(numbers), dtype=NUMBERS)
    return places


def _positions(table, numbers):
    """A function from old numbers of a table to new ones; what is negative is none, and stays."""
    places = _places(table.room, numbers)

    def position(old):
        return np.where(old < 0, old, places.take(old, mode="clip"))  # what is another table's may be beyond

    return position


def _of_excerpt(keys, numbers):
    return lambda number: keys.of(int(numbers[number]))


def _renumbered(inventory, row_of, message_of):
    """The inventory, with the new numbers of rows and messages."""
    if inventory is None:
        return None
    new = dict(inventory)
    for name in ("ready", "waiting", "travelling", "settling", "overdue", "unattended"):
        new[name] = sorted(row_of(np.array(inventory[name], dtype=np.int64)).tolist())
    for name in ("messages", "hidden"):
        new[name] = sorted(message_of(np.array(inventory[name], dtype=np.int64)).tolist())
    return new
