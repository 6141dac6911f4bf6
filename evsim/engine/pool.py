"""A pool: the workers of a service by instance, who of them is free to begin, and which instances are there.

Worker numbers count through the instances: worker w belongs to instance ``w // width``. Fixed threads are the first
kind. A part of the socket ``service`` may bring another (:meth:`evsim.engine.service_policy.ServicePolicy.pool`), such
as an :class:`evsim.engine.elastic.ElasticPool`.
"""

from collections import deque

from evsim.engine.instances_in_turn import Turns

__all__ = ["Instance", "Pool"]


class Instance:
    """One instance of a service, and what faults do to it. It keeps its number when it comes back after a crash."""

    def __init__(self, number):
        self.number = number
        self.life = None  # its row in the table of instances; None while it does not exist
        self.down = 0  # faults that stop it from starting work
        self.crashes = 0  # those of them for which it does not exist
        self.frozen = None  # a list of what waits for the end of a pause
        self.frozen_until = 0.0
        self.factors = []  # of the slowdowns that last
        self.error_rates = []
        self.poisons = []  # keys that fail

    @property
    def is_well(self):
        return not self.down and self.frozen is None


class Pool:
    """Fixed threads: all instances are there from the beginning, with as many workers each.

    ``width``: how many numbers of workers an instance has, of which ``workers`` have somebody. ``free``: workers that
    may begin, the next one first. ``away``: instances whose workers nobody may take. ``up``: how many instances may
    start work. ``members``: the instances that may be given work, whether a fault has befallen them or not, in the
    order in which they came.
    """

    elastic = False  # whether instances come and go by themselves

    def __init__(self, service):
        self.service, self.width, self.workers = service, service.settings.most_workers, service.settings.workers
        self.env, self.records = service.kernel.env, service.kernel.records
        self.instances, self.members = [], []  # every one that there was, by its number; who belongs to it now
        self.free, self.away, self.up = self._nobody(), set(), 0
        self.open()

    def _nobody(self):
        """Nobody is free. Instances whose workers share what does the work take turns, so that all have their share."""
        settings = self.service.settings
        share = any(each.workers_share for each in settings.policies.values())
        return Turns(self.width) if share and settings.most_instances > 1 else deque()

    def open(self):
        """Make the instances with which the run begins."""
        for _ in range(self.service.settings.instances):
            self.begin()

    def __len__(self):
        """How many workers there are."""
        return self.width * len(self.instances)

    @property
    def is_up(self):
        """Whether anybody may start work, now or as soon as it is needed."""
        return self.up > 0

    @property
    def readers(self):
        """For how many instances channels hand messages out."""
        return len(self.instances)

    # What a kind of pool may decide otherwise.

    def release(self, worker):
        """The work of a worker is over."""
        if worker // self.width not in self.away:
            self.free.append(worker)

    def needed(self, waiting):
        """So many wait for whom nobody is free."""

    # Lives.

    def begin(self):
        """One more instance, which is there and may start work."""
        instance = Instance(len(self.instances))
        self.instances.append(instance)
        self.members.append(instance.number)
        self.up += 1
        self._born(instance)
        self._ready(instance)
        self.free.extend(self.workers_of(instance.number))
        return instance

    def _born(self, instance):
        lives = self.records.instances
        instance.life = life = next(lives.new)
        lives.service[life], lives.instance[life], lives.born[life] = (
            self.service.number,
            instance.number,
            self.env._now,
        )

    def _ready(self, instance):
        self.records.instances.ready[instance.life] = self.env._now

    def _gone(self, instance):
        if instance.life is not None:
            self.records.instances.ended[instance.life] = self.env._now
            instance.life = None

    def workers_of(self, number):
        """The numbers of the workers of an instance."""
        return range(number * self.width, (number + 1) * self.width)

    # What faults do.

    def stop(self, number):
        """The instance starts nothing new."""
        instance = self.instances[number]
        instance.down += 1
        if instance.down == 1:
            self.up -= 1
        self._take(number)

    def start(self, number, held):
        """The end of a :meth:`stop`: workers that are not `held` are free. Whether the instance starts work again."""
        instance = self.instances[number]
        instance.down -= 1
        if instance.down:
            return False
        self.up += 1
        self._give_back(instance, held)
        return True

    def crash(self, number):
        """The instance does not exist until as many :meth:`restart` as there were crashes."""
        self._gone(self.instances[number])
        self.instances[number].crashes += 1
        self.stop(number)

    def restart(self, number):
        """The end of a crash, but for its stop."""
        instance = self.instances[number]
        instance.crashes -= 1
        if not instance.crashes:
            self._born(instance)
            self._ready(instance)

    def pause(self, number, length):
        """The instance freezes for a `length` of time: how much longer than it would anyway."""
        instance, now = self.instances[number], self.env._now
        longer = now + length - max(now, instance.frozen_until)
        if longer > 0:
            instance.frozen_until = now + length
        return longer

    def freeze(self, number):
        self.instances[number].frozen = []
        self._take(number)

    def wake(self, number, held):
        """The end of a pause: what has waited for it."""
        instance = self.instances[number]
        waiting, instance.frozen = instance.frozen, None
        if not instance.down:
            self._give_back(instance, held)
        return waiting

    def absent(self):
        """Workers of instances that a fault has taken away for now."""
        return [worker for each in self.instances if not each.is_well for worker in self.workers_of(each.number)]

    def _take(self, number):
        if number not in self.away:
            self.away.add(number)
            kept = [worker for worker in self.free if worker // self.width != number]
            self.free.clear()
            self.free.extend(kept)

    def _give_back(self, instance, held):
        if instance.frozen is None:
            self.away.discard(instance.number)
            self.free.extend(worker for worker in self.workers_of(instance.number) if worker not in held)
