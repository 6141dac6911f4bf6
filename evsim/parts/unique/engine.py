"""The table knows keys and nothing else: a second row is refused also where the same request wrote the first one, in an
attempt before. Only an idempotent service knows its own row again.
"""

from evsim.engine.effect_policy import EffectPolicy
from evsim.engine.item_paths import path_of_row
from evsim.engine.keys import key_of_row
from evsim.results.endings import Reason

__all__ = ["Unique", "build"]


class Unique(EffectPolicy):
    """The keys that an effect has been made for, and for which request each."""

    def __init__(self, kernel, name):
        super().__init__(kernel, name)
        self.taken = {}

    def is_new(self, place):
        """A function of a row: whether its key has no row yet. Then it has one."""
        taken, key_of, owner = self.taken, key_of_row(self.kernel, place), self._owner(place)

        def is_new(row):
            key = key_of(row)
            if key in taken:
                return False
            taken[key] = owner(row)
            return True

        return is_new

    def condition(self, place, effect, fail):
        may_write = self.is_new(place)

        def effect_if_new(row):
            if may_write(row):
                effect(row)
            else:
                fail(row, Reason.TAKEN)

        return effect_if_new

    def undone(self, place, row):
        """The row that the request wrote, or an item below the one that is undone, is there no more."""
        key, (request, item) = key_of_row(self.kernel, place)(row), self._owner(place)(row)
        whose, its = self.taken.get(key, (None, ()))
        if whose == request and its[: len(item)] == item:
            del self.taken[key]

    def _owner(self, place):
        """A function of a row: the request, and the path of the item, that it is about."""
        number_of, luck, items = self.kernel.streams.of, self.kernel.records.rows.luck, self.kernel.items
        item_of = path_of_row(self.kernel, place)

        def owner(row):
            path = () if item_of is None else items.path(item_of(row))
            return (place.workload, number_of(luck[row])[0]), path

        return owner


build = Unique
