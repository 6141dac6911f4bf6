"""Routes: where the messages of one publish step may come, by exchanges and as dead letters."""

__all__ = ["Course", "Route"]


class Course:
    """The channels that the messages of one publish step on one path may come to, with a route for each.

    place, step: who publishes, and how. purpose: the key of the step's luck. numbers: channel name -> number of the
    route.
    """

    def __init__(self, place, step, purpose, key):
        self.place, self.step, self.purpose, self.key = place, step, purpose, key
        self.numbers = {}


class Route:
    """One channel of a course. ``partition_of(luck, row)`` is the partition of a message there.

    The publisher chooses it as its log says; what the broker itself brings goes by its key.
    """

    def __init__(self, number, course, channel):
        self.number, self.course, self.channel = number, course, channel
        kind = None if channel.name == course.step.channel else "key"
        self.partition_of = channel.partitioner(course.place, course.key, kind)
