"""What a window makes of its events: how many there are, the sum of their values, how many different ones."""

__all__ = ["AGGREGATES", "Count", "Distinct", "Sum"]


class Count:
    """How many events there are."""

    def __init__(self):
        self.result = 0

    def add(self, value):
        self.result += 1

    def merge(self, other):
        self.result += other.result


class Sum:
    """The sum of their values."""

    def __init__(self):
        self.result = 0

    def add(self, value):
        self.result += value

    def merge(self, other):
        self.result += other.result


class Distinct:
    """How many different values they have."""

    def __init__(self):
        self.values = set()

    @property
    def result(self):
        return len(self.values)

    def add(self, value):
        self.values.add(value)

    def merge(self, other):
        self.values |= other.values


AGGREGATES = {"count": Count, "sum": Sum, "distinct": Distinct}
