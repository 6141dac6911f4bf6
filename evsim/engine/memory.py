"""What each instance of a service remembers of its calls: in its memory, so that a crash forgets it."""

__all__ = ["Memory"]


class Memory:
    """A state for each instance of a calling service, made by ``make(instance)``; a crash tells it to ``forget()``."""

    def __init__(self, service, make):
        self.service, self.make = service, make
        self.states = [make(number) for number in range(len(service.instances))]
        self.parent = service.system.records.rows.parent
        service.memories.append(self)

    def of(self, row):
        """The state of the instance that makes the call `row`."""
        return self.states[self.service.instance_of(self.parent[row])]

    def forget(self, instance):
        """The instance begins anew."""
        self.states[instance].forget()
        self.states[instance] = self.make(instance)
