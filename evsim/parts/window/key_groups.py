"""Key groups: which instance has the windows of a key, as Flink's KeyGroupRangeAssignment decides it."""

__all__ = ["instance_of_key", "key_group", "key_groups"]

FEWEST, MOST, MASK = 128, 32768, 0xFFFFFFFF


def key_groups(instances):
    """How many groups there are (Flink's maximum parallelism, where nobody sets it).

    >>> [key_groups(instances) for instances in (1, 85, 100)]
    [128, 128, 256]
    """
    return min(max(1 << (instances + instances // 2 - 1).bit_length(), FEWEST), MOST)


def key_group(key, groups):
    """The group of a key, a text: its hash code in Java, mixed.

    >>> key_group("customer-42", 128)
    95
    """
    return _mixed(_hash_code(key)) % groups


def instance_of_key(key, instances):
    """The instance, from 0, that has a key: neighbouring groups lie together."""
    groups = key_groups(instances)
    return key_group(key, groups) * instances // groups


def _hash_code(text):
    """As java.lang.String has it."""
    units, code = text.encode("utf-16-be"), 0
    for index in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[index : index + 2])) & MASK
    return code


def _rotated(word, by):
    return (word << by | word >> (32 - by)) & MASK


def _mixed(code):
    """Murmur3 of one word, without its sign."""
    code = _rotated(code * 0xCC9E2D51 & MASK, 15)
    code = _rotated(code * 0x1B873593 & MASK, 13)
    code = (code * 5 + 0xE6546B64) & MASK ^ 4
    code = (code ^ code >> 16) * 0x85EBCA6B & MASK
    code = (code ^ code >> 13) * 0xC2B2AE35 & MASK
    code ^= code >> 16
    return code if code < 1 << 31 else ((1 << 32) - code) % (1 << 31)
