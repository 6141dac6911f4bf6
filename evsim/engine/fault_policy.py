"""What a fault does to what it strikes: the hooks that a part of the socket ``fault`` fills.

``struck`` is a running service, channel or link; ``instance`` is ``(number,)`` of an instance of it, else ``()``.
"""

__all__ = ["FaultPolicy", "Lasting"]


class FaultPolicy:
    """Every hook, doing nothing. `fault` is that of the scenario."""

    def __init__(self, kernel, fault):
        self.kernel, self.fault = kernel, fault

    def begin(self, struck, instance, length):
        """It begins, for a `length` of time (ticks; infinite where it does not end)."""

    def befall(self, struck, instance, length):
        """An instance of the service is born while it lasts."""
        self.begin(struck, instance, length)

    def end(self, struck, instance):
        """It is over."""


class Lasting(FaultPolicy):
    """A `value` that is kept, while it lasts, in the list `name` of a link, or of an instance of a service."""

    def __init__(self, name, value):
        self.name, self.value = name, value

    def _kept(self, struck, instance):
        return getattr(struck.instances[instance[0]] if instance else struck, self.name)

    def begin(self, struck, instance, length):
        self._kept(struck, instance).append(self.value)

    def end(self, struck, instance):
        kept = self._kept(struck, instance)
        if self.value in kept:  # a restart may have ended it before
            kept.remove(self.value)
