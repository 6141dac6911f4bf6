"""Keys: who each request of a workload is about."""

import numpy as np

from evsim.engine.arrival_times import arrival_trace
from evsim.engine.drawn_values import BLOCK, value_at
from evsim.results.records import LATER

__all__ = ["Keys", "key_of_row"]


class Keys:
    """The key of each request of a workload: ``of(luck)``, the same for every attempt."""

    def __init__(self, kernel, name, settings, reserve_keys):
        self._number_of = kernel.streams.of
        self.block = self._blocks(kernel, name, settings, reserve_keys)
        self.values = kernel.streams.store("q", self.block)

    def _blocks(self, kernel, name, settings, reserve_keys):
        """A function from a block's number to the keys of its requests."""
        key, arrivals = settings.key, settings.arrivals
        self.are_numbers = False  # whether the key of a request is its number
        if arrivals.from_file and arrivals.key is not None:
            names, codes = np.unique(arrival_trace(kernel, name)[1], return_inverse=True)
            codes = reserve_keys(names) - codes
            return lambda number: codes[number * BLOCK : (number + 1) * BLOCK]
        if key is None:
            self.of, self.are_numbers = self._own_number, True
            return lambda number: np.arange(number * BLOCK, (number + 1) * BLOCK)
        chances = kernel.streams.uniforms("key", name)
        if key.kind == "uniform":
            return lambda number: (chances.block(number) * key.keys).astype(int)
        weights = np.arange(1, key.keys + 1, dtype=float) ** -key.s
        bounds = np.cumsum(weights)[:-1] / weights.sum()
        return lambda number: np.searchsorted(bounds, chances.block(number), side="right")

    def _own_number(self, luck):
        return luck if luck < LATER else self._number_of(luck)[0]

    def of(self, luck):
        try:
            return self.values[luck]
        except IndexError:
            number, _ = self._number_of(luck)
            return value_at(self.values, number, self.block)


def key_of_row(kernel, place):
    """A function that gives the key of a row at a place: that of the message it brings, or of the request."""
    rows, messages, of_request = (
        kernel.records.rows,
        kernel.records.messages,
        kernel.identifiers.keys[place.workload].of,
    )
    if place.is_delivery:
        return lambda row: messages.key[rows.parent[row]]
    return lambda row: of_request(rows.luck[row])
