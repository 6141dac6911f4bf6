"""Random streams: numbers drawn by key, so that the same customer has the same luck in every design.

A draw belongs to a *purpose* (seed, workload, service, step ...) and to a request number and an attempt. First
attempts come in blocks of 1,024 requests from a Philox generator keyed by purpose and block; later attempts are rare
and come one by one from SplitMix64. No draw depends on the order of events, so another service, fault or design
disturbs nobody's luck. Every time is rounded to whole nanoseconds, the engine's ticks, when it is made.

A row's ``luck`` is the number of its request, or, from ``LATER`` on, that of a retry key: the key of a later attempt
or round. Reading past the end of the drawn values leads to :meth:`Draws.missing`, which draws on, or draws for it.

Sources: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011); Steele, Lea, Flood, Fast splittable
pseudorandom number generators (OOPSLA 2014).
"""

from array import array
from enum import IntEnum
from hashlib import blake2b
from math import inf, log1p
from typing import Any

import numpy as np

from evsim.engine.drawn_values import BLOCK, RecentValues, value_at
from evsim.results.records import LATER
from evsim.ticks import SECOND, ticks

__all__ = ["BLOCK", "LATER", "Draws", "Label", "RandomStreams", "extend"]

_MASK = (1 << 64) - 1
# Odd numbers, for request, chain and index, far from each other's multiples; and for what goes before in a chain.
_GOLDEN, _SILVER, _BRONZE = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0x8CB92BA72F3D8DD7
_CHAIN = 0xDA942042E4DD58B5
_UNIT = 2.0**-53
_MOST = 2.0**32 - 1


class Label(IntEnum):
    """What a later luck is that of: a further attempt, a further sending of a message, a copy made by a link ..."""

    ATTEMPT, SENDING, COPY, ROUND, LETTER, REPLAY, ITEM, RESULT, LEAVING = range(9)

    def __call__(self, number=0, level=0):
        """The label of the `number`-th (below 2**32); of attempts, `level` says on which of the ways from the customer.

        A first attempt adds nothing to a chain, so without the level the second attempt of a call would have the luck
        of the first one that its caller's second attempt makes.
        """
        return (self << 48) + (level << 32) + number


class RetryKeys:
    """The keys of later attempts by number: (request number, chain of attempts and rounds).

    seeds: what each adds to the state of a generator, worked out once for all draws of the attempt.
    """

    def __init__(self):
        self.numbers, self._chains, self.seeds = array("i"), array("Q"), array("Q")

    def append(self, number, chain):
        """Keep one more key; its number."""
        self.numbers.append(number)
        self._chains.append(chain)
        self.seeds.append(_seed(number, chain))
        return len(self.seeds) - 1

    def __getitem__(self, key):
        return self.numbers[key], self._chains[key]

    def __len__(self):
        return len(self.numbers)


class RecentRetryKeys(dict):
    """:class:`RetryKeys`, of which those that nobody needs any more are taken out."""

    made = 0

    def __init__(self):
        super().__init__()
        self.seeds = {}

    def append(self, number, chain):
        key = self.made
        self[key], self.seeds[key] = (number, chain), _seed(number, chain)
        self.made += 1
        return key

    def forget(self, key):
        self.pop(key, None)
        self.seeds.pop(key, None)

    def __len__(self):
        return self.made


class RandomStreams:
    """The source of all draws of one seed. forgetful: of those, only the last are kept."""

    def __init__(self, seed, forgetful=False):
        self.seed = seed
        self.retry_keys: Any = RecentRetryKeys() if forgetful else RetryKeys()
        self.store = _recent_values if forgetful else self._all_values
        self._stores = []

    def _all_values(self, typecode, block, later=None):
        self._stores.append(array(typecode))
        return self._stores[-1]

    def forget(self):
        """Free what was drawn; what is asked for again is drawn again, and is the same."""
        for values in self._stores:
            del values[:]

    def later(self, luck, label):
        """The luck of a further attempt, sending, copy ... with this `label`, of a row with this `luck`."""
        number, chain = self.of(luck)
        return LATER + self.retry_keys.append(number, extend(chain, label))

    def of(self, luck):
        """(request number, chain) of a row's luck; the chain of first attempts all the way is 0."""
        return (luck, 0) if luck < LATER else self.retry_keys[luck - LATER]

    def key(self, *purpose):
        """A 128-bit key (two unsigned 64-bit integers) for a purpose, the same in every process."""
        text = "\x1f".join(map(str, (self.seed, *purpose)))
        return np.frombuffer(blake2b(text.encode(), digest_size=16).digest(), dtype="<u8").astype(np.uint64)

    def draws(self, distribution, *purpose):
        """:class:`Draws` of a distribution of times, in ticks, for a purpose."""
        return Draws(self, self.key(*purpose), distribution)

    def uniforms(self, *purpose):
        """:class:`Draws` of plain uniform numbers in [0, 1)."""
        return Draws(self, self.key(*purpose), _Uniform)


def _recent_values(typecode, block, later=None):
    return RecentValues(block, LATER, later)


class _Uniform:
    """The uniform numbers themselves, as a distribution."""

    kind, draws, by_row, longest = "unit", 1, False, inf

    @staticmethod
    def transform(uniforms):
        return uniforms[0]


class Draws:
    """One value for each (request number, attempt) of one purpose.

    ``values`` is an array of the first attempts, as far as they have been drawn; the engine reads it at the index of a
    row's luck, and where that is past its end asks :meth:`missing`.
    """

    __slots__ = ("values", "_distribution", "_key", "_later", "_low", "_retry_keys", "_seeds")

    def __init__(self, streams, key, distribution):
        whole = distribution.longest * SECOND < _MOST  # then four bytes hold each value, all of them whole ticks
        self.values = streams.store("I" if whole else "d", self.block, self.missing)
        self._retry_keys, self._seeds = streams.retry_keys, streams.retry_keys.seeds
        self._key = key
        self._low = int(key[0])
        self._distribution, self._later = distribution, _later(distribution)

    def block(self, number):
        """The values of requests ``number * BLOCK`` to ``(number + 1) * BLOCK - 1``, as a float array."""
        if self._distribution.by_row:
            return np.rint(self._distribution.of_requests(np.arange(number * BLOCK, (number + 1) * BLOCK)) * SECOND)
        count = self._distribution.draws
        raw = np.random.Philox(key=self._key, counter=(0, 0, number, 0)).random_raw(count * BLOCK)
        uniforms = ((raw >> np.uint64(11)) * _UNIT).reshape(count, BLOCK)
        values = self._distribution.transform(uniforms)
        if self._distribution is _Uniform:
            return values
        return np.rint(values * SECOND)

    def missing(self, luck):
        """The value for a luck past the end of ``values``: draw on, or draw for a later attempt."""
        if luck < LATER:
            return value_at(self.values, luck, self.block)
        key = luck - LATER
        if self._distribution.by_row:
            return self.again(*self._retry_keys[key])
        return self._later(self._low + self._seeds[key] & _MASK)

    def of(self, luck):
        """The value for a row's luck."""
        try:
            return self.values[luck]
        except IndexError:
            return self.missing(luck)

    def labelled(self, luck, label):
        """The value of a further attempt, as ``of(streams.later(luck, label))``, of which no note is taken."""
        number, chain = (luck, 0) if luck < LATER else self._retry_keys[luck - LATER]
        return self.again(number, extend(chain, label))

    def again(self, number, chain):
        """The value of a later attempt of request `number`; `chain` is an integer that tells attempts apart."""
        if self._distribution.by_row:
            return float(np.rint(self._distribution.of_requests(number) * SECOND))
        return self._later(self._low + _seed(number, chain) & _MASK)


def _later(distribution):
    """A function of the state of a generator: the value that it gives. It is asked at each draw of a later attempt."""
    if distribution.kind == "unit":
        return _uniform
    if distribution.kind == "exponential":
        mean = distribution.mean
        return lambda state: float(round(-log1p(-_uniform(state)) * mean * SECOND))
    if distribution.kind == "constant":
        constant = ticks(distribution.value)
        return lambda state: constant
    places = [index * _BRONZE for index in range(distribution.draws)]

    def transformed(state):
        uniforms = np.array([[_uniform(state + place & _MASK)] for place in places])
        return float(round(distribution.transform(uniforms)[0] * SECOND))

    return transformed


def _seed(number, chain):
    """What a later attempt adds to the state of a generator."""
    return number * _GOLDEN + chain * _SILVER & _MASK


def extend(chain, label):
    """A number for `chain` followed by `label`: the chain is 0 where nothing went before, and never is again."""
    return (chain * _CHAIN + label * 8191 & _MASK) or 1


def _uniform(state):
    """A number in [0, 1) by SplitMix64's output function."""
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
    return ((state ^ (state >> 31)) >> 11) * _UNIT
