"""The name of an effect: as it is written, and for an item of a request with the number of that item."""

__all__ = ["EffectName"]


class EffectName(str):
    """A text, ``packed`` or ``packed (item 2)``, that knows the name as ``written`` and the ``path`` of the item.

    >>> name = EffectName("packed", (2, 1))
    >>> name, name.written
    ('packed (item 2.1)', 'packed')
    """

    written: str
    path: tuple

    def __new__(cls, written, path=()):
        text = f"{written} (item {'.'.join(map(str, path))})" if path else written
        name = super().__new__(cls, text)
        name.written, name.path = written, path
        return name

    def __getnewargs__(self):
        return self.written, self.path
