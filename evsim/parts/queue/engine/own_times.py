"""What a publisher says of the time of one message in a queue: how long it may wait, and from when it may be had."""

from math import inf

from evsim.engine.message_rows import is_letter
from evsim.scenario.handlers import all_steps
from evsim.scenario.routing import homes
from evsim.ticks import ticks

__all__ = ["OwnTimes", "are_written"]


def are_written(scenario, name, setting):
    """Whether a publish step may give a queue a message with a time of its own: its ``ttl``, or its ``delay``."""
    handles = [service.handle for service in scenario.services.values()]
    return any(map(callable, handles)) or any(
        getattr(step, setting, None) is not None and name in homes(scenario, step)
        for handle in handles
        for step in all_steps(handle)
        if step.publishes
    )


class OwnTimes:
    """The times that the messages of a queue bring, in ticks. A dead letter has none: it left its queue by a rule."""

    def __init__(self, kernel, name):
        self.kernel = kernel
        self.ttls, self.delays = (are_written(kernel.scenario, name, setting) for setting in ("ttl", "delay"))

    def _of(self, message, setting):
        written = getattr(self._step(message), setting, None)
        return None if written is None or is_letter(self.kernel, message) else ticks(written)

    def _step(self, message):
        route = self.kernel.records.messages.route[message]
        return self.kernel.identifiers.destinations[route].site.step

    def ttl(self, message):
        """For how long a message may be kept, as far as it says so itself."""
        return inf if not self.ttls or (own := self._of(message, "ttl")) is None else own

    def delay(self, message):
        """How long after it was kept it may first be handed out."""
        return (self._of(message, "delay") or 0) if self.delays else 0
