"""What each instance of a service remembers of its calls: in its memory, so that a crash forgets it."""

__all__ = ["InstanceState"]


class InstanceState:
    """A state for each instance of a calling service, made by ``make(instance)``; a crash tells it to ``forget()``."""

    def __init__(self, service, make):
        self.service, self.make = service, make
        self.states = {each.number: make(each.number) for each in service.instances}
        self.parent = service.kernel.records.rows.parent
        service.instance_states.append(self)

    def of(self, row):
        """The state of the instance that makes the call `row`."""
        instance = self.service.instance_of(self.parent[row])
        if instance not in self.states:
            self.states[instance] = self.make(instance)
        return self.states[instance]

    def forget(self, instance):
        """The instance begins anew."""
        if instance in self.states:
            self.states.pop(instance).forget()
