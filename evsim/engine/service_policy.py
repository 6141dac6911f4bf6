"""What a service does beside working: the hooks that a part of the socket ``service`` fills.

They are asked when the system is built, for functions of a row; what nobody fills costs nothing while it runs.
"""

from evsim.registry import SERVICE, parts

__all__ = ["Handling", "ServicePolicy", "policies_of_service"]


class ServicePolicy:
    """Every hook, doing nothing; ``then(row)`` and the like are what follows."""

    def pool(self):
        """Where the workers of the service are, instead of fixed threads; or None."""

    def inboxes(self):
        """What rows wait in where each instance has an inbox of its own; or None.

        It is used like a deque, and has the rows in work (``running``), a way in (``offer()``), and ``match()``.
        """

    def arriving(self, offer):
        """`offer(row)`, for a row that comes to the service, unless it is refused."""
        return offer

    def joining(self, offer, line):
        """`offer(row)`, for a row that comes to a `line` of the service, unless it is refused."""
        return offer

    def turning_away(self):
        """A function of a row whose turn has come, which ends it and says so, or lets it pass. None where all pass."""

    def handling(self, compiler, end):
        """The :class:`Handling` of a place whose handler is compiled, and ends well by ``end(row)``; or None."""

    def work_factor(self):
        """A function of a row that starts a piece of work now: what its time is multiplied by. None for nothing."""

    def executing(self, step, run):
        """`run(row, time, over)`: what lets a piece of work of a step last ``time(row)`` and calls ``over(row)``.

        `run` itself where nothing but time is needed for it.
        """
        return run

    def work_over(self, then):
        """`then(row)`, after a piece of work of the row is over."""
        return then

    def lost(self, row):
        """All work of the row is lost, as its instance has crashed."""

    def paused(self, instance, longer):
        """All that is under way in an instance goes on so much later."""


class Handling:
    """What goes around the handler of one place, and around what it writes. `end(row)` ends the handling well."""

    def __init__(self, end):
        self.end = end

    def ending(self):
        """A function of a row whose last step is over."""
        return self.end

    def beginning(self, first, fail):
        """`first(row)`, the first step, with whatever is to be done before; it must come through the heap."""
        return first

    def writing(self, then):
        """`then(row)`, which writes something lasting, with whatever is to be done before."""
        return then

    def written(self, effect):
        """`effect(row)`, with whatever is written in the same transaction."""
        return effect


def policies_of_service(service):
    """The policies of a running service, as its settings have them, in the order of their words."""
    written = service.settings.policies
    return [part.build(service, written[part.word]) for part in parts(SERVICE) if part.word in written]
