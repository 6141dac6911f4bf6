"""Elastic pools: instances that come and go while the system runs. A kind of pool says when."""

from evsim.engine.environment import ANSWER
from evsim.engine.pool import Instance, Pool

__all__ = ["ElasticPool"]


class ElasticPool(Pool):
    """Instances that are called up and retired. Numbers are not given twice, and who has crashed is gone for good.

    ``starting`` and ``there``: how many instances were born and may not work yet, and how many may (``members``). What
    lasts of faults of the whole service (``lasting``) befalls who comes meanwhile, too.
    """

    elastic = True

    def __init__(self, service):
        self.starting, self.leaving, self.lasting = 0, set(), []
        super().__init__(service)

    def open(self):
        """Nobody is there when the run begins."""

    @property
    def there(self):
        return len(self.members)

    @property
    def is_up(self):
        return not any(fault.stops for fault in self.lasting)

    @property
    def readers(self):
        """For how many instances channels hand messages out."""
        return self.there

    # What a kind of pool calls.

    def call_up(self, after):
        """One more instance, which may work `after` so many ticks: its number."""
        instance = Instance(len(self.instances))
        instance.down = 1  # until it is ready
        self.instances.append(instance)
        self.away.add(instance.number)
        self.starting += 1
        self._born(instance)
        for fault in self.lasting:
            fault.befall(self.service, instance.number)
        self.env.call_in(after, self._is_ready, instance, ANSWER)
        return instance.number

    def retire(self, number):
        """The instance takes no more work; it is gone as soon as it has none in hand."""
        self.leaving.add(number)
        self.members.remove(number)
        self.service.share_out(number)
        self.service.stop(number)
        self.service.readers_changed()
        self._leave(number)

    def is_idle(self, number):
        """Whether an instance may work and none of its workers does."""
        return number not in self.away and self.free_of(number) == self.width

    def free_of(self, number):
        return sum(worker // self.width == number for worker in self.free)

    # What a kind of pool may want to know.

    def ready(self, number):
        """The instance may work from now on, and has taken what waited for it."""

    def lost(self, number):
        """The instance has crashed."""

    def release(self, worker):
        super().release(worker)
        number = worker // self.width
        if number in self.leaving:
            self._leave(number)

    # Lives.

    def _is_ready(self, instance):
        if instance.life is None:
            return  # it has crashed meanwhile
        self._ready(instance)
        self.starting -= 1
        self.members.append(instance.number)
        self.service.readers_changed()
        self.service.start(instance.number, is_new=True)
        self.ready(instance.number)

    def _leave(self, number):
        if not any(worker // self.width == number for worker in self.service.held()):
            self.leaving.discard(number)
            self._gone(self.instances[number])

    def crash(self, number):
        instance = self.instances[number]
        if instance.life is not None:
            instance.down += 1  # for ever
            if self.records.instances.ready[instance.life] >= 0:
                if number not in self.leaving:
                    self.members.remove(number)
            else:
                self.starting -= 1
            self.leaving.discard(number)
        super().crash(number)
        self.lost(number)

    def restart(self, number):
        """Who has crashed does not come back; the pool calls up others."""
