"""Kafka's default partitioner: murmur2 of the key's UTF-8 text (org.apache.kafka.common.utils.Utils.murmur2)."""

__all__ = ["murmur2", "partition_of"]

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
