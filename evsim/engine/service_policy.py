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
    versions = [each.policies for each in service.settings.ever]
    return [_policy(service, part, [each.get(part.word) for each in versions])
            for part in parts(SERVICE) if any(part.word in each for each in versions)]  # fmt: skip


def _policy(service, part, versions):
    """The policy of a part with these settings, the first of them at first; None where it is not written."""
    first = next(each for each in versions if each is not None)
    if not first.exchangeable or all(each == first for each in versions):
        return part.build(service, first)
    return Exchanged(service, part, versions)


class Exchanged(ServicePolicy):
    """A policy that turns away, and is another later: of each version there is one, and the one in force is asked."""

    def __init__(self, service, part, versions):
        self.word, self.force = part.word, versions[0]
        self.made = {each: part.build(service, each) for each in versions if each is not None}
        service.kernel.changes.watch("services", service.name, self._become)

    def _become(self, settings):
        self.force = settings.policies.get(self.word)

    def _by_force(self, functions, otherwise):
        return lambda row: functions.get(self.force, otherwise)(row)

    def arriving(self, offer):
        return self._by_force({its: each.arriving(offer) for its, each in self.made.items()}, offer)

    def joining(self, offer, line):
        return self._by_force({its: each.joining(offer, line) for its, each in self.made.items()}, offer)

    def turning_away(self):
        found = {its: turned for its, each in self.made.items() if (turned := each.turning_away()) is not None}
        return self._by_force(found, lambda row: False) if found else None
