"""A number and what it counts."""

__all__ = ["count"]


def count(number, thing, things=None):
    """A number and what is counted.

    >>> count(1, "customer"), count(1200, "customer"), count(0, "reply", "replies")
    ('1 customer', '1,200 customers', '0 replies')
    """
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
