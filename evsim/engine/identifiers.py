"""Identifiers: what the numbers in the records stand for, where these are keys, effects or destinations."""

from evsim.engine.keys import Keys
from evsim.results.effect_names import EffectName

__all__ = ["Identifiers"]


class Identifiers:
    """Numbers and their names.

    keys: workload -> :class:`evsim.engine.keys.Keys`. destinations: of messages, by the number of their route.
    """

    def __init__(self, kernel):
        self.effect_names, self.key_names, self.destinations = [], {}, []
        self._key_numbers, self._effect_numbers, self.items = {}, {}, kernel.items
        self.keys = {
            name: Keys(kernel, name, workload, self.reserve_keys)
            for name, workload in kernel.scenario.workloads.items()
        }

    def reserve_keys(self, names):
        """Numbers for keys that are text: the one that is returned for the first, one less for the next ..."""
        first = -2 - len(self.key_names)
        self.key_names.update({first - index: str(name) for index, name in enumerate(names)})
        return first

    def key_number(self, key):
        """The number of one fixed key."""
        if isinstance(key, int):
            return key
        if key not in self._key_numbers:
            self._key_numbers[key] = self.reserve_keys([key])
        return self._key_numbers[key]

    def key_text(self, number):
        """A key as people write it."""
        return self.key_names.get(number, str(number))

    def effect_number(self, name, path=()):
        """The number of an effect; one that an item leads to is one of its own for each path."""
        if (name, path) not in self._effect_numbers:
            self._effect_numbers[name, path] = len(self.effect_names)
            self.effect_names.append(EffectName(name, path))
        return self._effect_numbers[name, path]

    def effect_of_item(self, name, number):
        """The number of an effect of the item whose path has this number."""
        return self.effect_number(name, self.items.path(number))

    def effects_below(self, name, path):
        """The numbers of all effects of a name that were made until now for a path, and for what lies below it."""
        return [
            number
            for (base, other), number in self._effect_numbers.items()
            if base == name and other[: len(path)] == path
        ]
