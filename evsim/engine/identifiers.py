"""Identifiers: what the numbers in the records stand for, where these are keys, effects or destinations."""

from evsim.engine.keys import Keys

__all__ = ["Identifiers"]


class Identifiers:
    """Numbers and their names.

    keys: workload -> :class:`evsim.engine.keys.Keys`. destinations: of messages, by the number of their route.
    """

    def __init__(self, kernel):
        self.effect_names, self.key_names, self.destinations = [], {}, []
        self._key_numbers = {}
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

    def effect_number(self, name):
        """The number of an effect."""
        if name not in self.effect_names:
            self.effect_names.append(name)
        return self.effect_names.index(name)
