"""A pool whose instances, or the workers of each, become more or fewer: by a change, not by themselves.

Who comes may work at once. Who has to go takes no more work and is gone as soon as it has none in hand: the
newest instance first, and of an instance the workers with the highest numbers.
"""

from evsim.engine.elastic import ElasticPool
from evsim.engine.pool import Instance, Pool

__all__ = ["StaffedPool"]


class StaffedPool(ElasticPool):
    """``workers``: how many of the ``width`` numbers of each instance have somebody now."""

    def __init__(self, service):
        self.retired = set()
        super().__init__(service)
        service.kernel.changes.watch("services", service.name, self._become)

    open = Pool.open

    @property
    def is_up(self):
        return self.up > 0

    def workers_of(self, number):
        first = number * self.width
        return range(first, first + self.workers)

    def __len__(self):
        return self.workers * len(self.members)

    def release(self, worker):
        if worker % self.width < self.workers:
            Pool.release(self, worker)
        number = worker // self.width
        if number in self.leaving:
            self._leave(number)

    def crash(self, number):
        self.leaving.discard(number)
        Pool.crash(self, number)

    def restart(self, number):
        if number in self.retired:
            self.instances[number].crashes -= 1
        else:
            Pool.restart(self, number)

    def retire(self, number):
        self.retired.add(number)
        super().retire(number)

    # What a change does.

    def _become(self, settings):
        if settings.workers != self.workers:
            self._hire(settings.workers)
        for _ in range(len(self.members), settings.instances):
            self._add()
        for number in self.members[settings.instances :][::-1]:
            self.retire(number)
        self.service.go_on()

    def _add(self):
        instance = Instance(len(self.instances))
        instance.down = 1  # until it starts, like one that was away
        self.instances.append(instance)
        self.members.append(instance.number)
        self.away.add(instance.number)
        self._born(instance)
        self._ready(instance)
        for fault in self.lasting:
            fault.befall(self.service, instance.number)
        self.service.readers_changed()
        self.service.start(instance.number, is_new=True)

    def _hire(self, workers):
        before, self.workers = self.workers, workers
        gone = [worker for worker in self.free if worker % self.width >= workers]
        for worker in gone:
            self.free.remove(worker)
        held = self.service.held()
        for number in self.members if workers > before else ():
            if number not in self.away:
                new = self.workers_of(number)[before:]
                self.free.extend(worker for worker in new if worker not in held)
        self.service.readers_changed()
