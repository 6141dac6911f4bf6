"""The luck of every row and message, worked out a second time from the records alone, as the manual says it.

Who is the first has the luck of what brought it; who comes again, or beside others, adds a label to the chain.
"""

from collections import Counter
from zlib import crc32

import numpy as np
import pytest

from evsim.engine.random_streams import Label, extend
from evsim.results.endings import Verdict
from evsim.run import Simulation
from evsim.scenario.groups import group_of
from tests.books.holding import holds
from tests.books.systems import systems
from tests.luck.rich import RICH


class Chains:
    """``of_row`` and ``of_message``: (request number, chain) as it should be, by number."""

    def __init__(self, simulation, run):
        self.run, self.scenario, self.places = run, run.scenario, run.tables.places
        self.rows, self.messages = ({name: column.tolist() for name, column in table.items()}
                                    for table in (run.tables.rows, run.tables.messages))  # fmt: skip
        self.routes = simulation.system.kernel.identifiers.destinations
        self.channels = list(self.scenario.channels)
        self.replays, results = set(run.records.replays), {pane.message for pane in run.records.panes}
        self.again = {copy: before for copy, before in run.records.copies if copy not in results}  # in their channel
        self.items = {row: simulation.system.kernel.items.path(path)[-1] for row, path in run.records.call_items}
        self.paths = simulation.system.kernel.items
        self.known, self.labels_of_messages = {}, self._labels_of_messages()
        self.attempts = {self._attempt(row): row for row in range(len(self.rows["luck"])) if not self._is_copy(row)}
        self.came = Counter()
        self.numbers = {}
        for row, place in enumerate(self.rows["place"]):
            if place >= 0 and self.places[place].is_request and self.rows["first"][row] < 0:
                self.numbers[row] = self.came[place]
                self.came[place] += 1

    def _is_copy(self, row):
        return self.rows["verdict"][row] == Verdict.COPY

    def _attempt(self, row):
        first = self.rows["first"][row]
        return row if first < 0 else first, max(self.rows["attempt"][row], 1)

    def _labels_of_messages(self):
        """message -> the label that it adds to what it was made of, or None."""
        copied, gathered, found = Counter(), Counter(), []
        for message, cause in enumerate(self.messages["cause"]):
            step = self.routes[self.messages["route"][message]].site.step
            origin, item = self.messages["origin"][message], self.messages["item"][message]
            if message in self.again:
                copied[self.again[message]] += 1
                found.append(Label.COPY(copied[self.again[message]]))
            elif origin >= 0:
                found.append(self._letter(origin, cause))
            elif step.gathers:
                gathered[cause] += 1
                found.append(Label.RESULT(gathered[cause]) if gathered[cause] > 1 else None)
            else:
                path, level = self.paths.path(item), len(self.places[self.rows["place"][cause]].multiplied)
                several = step.times.multiplies and path[-1] > 1
                found.append(Label.ITEM(path[-1], level) if several else None)
        return found

    def _letter(self, origin, cause):
        name = self.channels[self.messages["channel"][origin]]
        channel = self.scenario.channels[name]
        if channel.routes:
            return None
        place = self.places[self.rows["place"][cause]] if self.rows["place"][cause] >= 0 else None
        alone = channel.partitioned and not place.step.is_shared
        return Label.LETTER(crc32((f"{name}/{group_of(place.service, place.step)}" if alone else name).encode()))

    def of_message(self, message):
        if ("message", message) not in self.known:
            label, origin = self.labels_of_messages[message], self.messages["origin"][message]
            if message in self.again:
                base = self.of_message(self.again[message])
            elif origin >= 0 and label is None:
                base = self.of_message(origin)
            else:
                base = self.of_row(self.messages["cause"][message])
            self.known["message", message] = _labelled(base, label)
        return self.known["message", message]

    def of_row(self, row):
        if row not in self.known:
            self.known[row] = self._of_row(row)
        return self.known[row]

    def _of_row(self, row):
        number, parent = self.rows["place"][row], self.rows["parent"][row]
        first, attempt = self._attempt(row)
        if number < 0:
            return self.of_message(parent)
        place = self.places[number]
        if self._is_copy(row):
            return _labelled(self.of_row(self.attempts[first, attempt]), Label.COPY())
        if first != row:
            return _labelled(self.of_row(first), Label.ATTEMPT(attempt, place.level))
        if place.is_request:
            return self.numbers[row], 0
        if place.is_call:
            item = self.items.get(row, 1)
            level = len(place.parent.multiplied)
            return _labelled(self.of_row(parent), Label.ITEM(item, level) if item > 1 else None)
        luck = self.of_message(parent)
        if place.back:
            way = self.routes[self.messages["route"][parent]].ways_back.get(number, 0)
            luck = _labelled(luck, Label.ROUND(self.rows["round"][row], way))
        if row in self.replays:
            times = [replay.at for replay in place.step.replay]
            luck = _labelled(luck, Label.REPLAY(times.index(pytest.approx(self.rows["born"][row]))))
        return luck


def _labelled(luck, label):
    number, chain = luck
    return luck if label is None else (number, extend(chain, label))


def assert_each_has_its_luck(scenario):
    """How many rows and messages were compared that are no first attempts."""
    simulation = Simulation(scenario)
    run = simulation.run()
    chains, of, later = Chains(simulation, run), simulation.system.kernel.streams.of, 0
    for kind, table, plain in (("row", run.tables.rows, chains.of_row),
                               ("message", run.tables.messages, chains.of_message)):  # fmt: skip
        for number, luck in enumerate(np.asarray(table["luck"]).tolist()):
            assert of(luck) == plain(number), (kind, number)
            later += of(luck)[1] > 0
    return later


@pytest.mark.parametrize("name", RICH)
def test_each_row_and_message_of_a_rich_system_has_the_luck_that_the_manual_says(name):
    assert assert_each_has_its_luck(RICH[name]) > (0 if name == "written" else 30)


@holds(0.2, systems())
def test_each_row_and_message_of_any_system_has_the_luck_that_the_manual_says(scenario):
    assert_each_has_its_luck(scenario)
