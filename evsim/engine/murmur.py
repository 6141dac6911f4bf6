"""Kafka's default partitioner: murmur2 of the key's UTF-8 text (org.apache.kafka.common.utils.Utils.murmur2)."""

from typing import Any

import numpy as np

__all__ = ["murmur2", "partition_of", "partitions_of"]

_SEED, _M, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


def murmur2(data):
    """The 32-bit murmur2 hash of `data` (bytes) as a signed integer, as Java has it.

    >>> murmur2(b"foobar")
    -790332482
    """
    length = len(data)
    state = _SEED ^ length
    whole = length & ~3
    for index in range(0, whole, 4):
        word = int.from_bytes(data[index : index + 4], "little") * _M & _MASK
        word = (word ^ (word >> 24)) * _M & _MASK
        state = (state * _M & _MASK) ^ word
    if length != whole:
        state = (state ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    state = (state ^ (state >> 13)) * _M & _MASK
    state ^= state >> 15
    return state - (1 << 32) if state >> 31 else state


def partition_of(key, partitions):
    """The partition of a key: the hash without its sign, modulo the number of partitions.

    >>> partition_of("customer-42", 3)
    0
    """
    return (murmur2(str(key).encode()) & 0x7FFFFFFF) % partitions


def partitions_of(keys, partitions):
    """:func:`partition_of` for an array of whole numbers, 0 or more.

    >>> partitions_of(np.array([7, 42, 100000]), 12).tolist() == [partition_of(key, 12) for key in (7, 42, 100000)]
    True
    """
    text = np.asarray(keys).astype("S")
    letters = text.view(np.uint8).reshape(len(text), text.dtype.itemsize)
    lengths = (letters != 0).sum(axis=1)
    hashes = np.empty(len(text), dtype=np.uint32)
    for length in set(lengths.tolist()):
        hashes[lengths == length] = _hash_columns(letters[lengths == length, :length], length)
    return ((hashes & 0x7FFFFFFF) % partitions).astype(np.int32)


def _hash_columns(letters, length):
    """:func:`murmur2` of rows of equal length."""
    multiplier = np.uint32(_M)
    state: Any = np.full(len(letters), _SEED ^ length, dtype=np.uint32)
    whole = length & ~3
    for index in range(0, whole, 4):
        word = np.ascontiguousarray(letters[:, index : index + 4]).view("<u4")[:, 0].astype(np.uint32) * multiplier
        state = state * multiplier ^ (word ^ (word >> 24)) * multiplier
    if length != whole:
        for shift, index in enumerate(range(whole, length)):
            state ^= letters[:, index].astype(np.uint32) << np.uint32(8 * shift)
        state *= multiplier
    state = (state ^ (state >> 13)) * multiplier
    return state ^ (state >> 15)
