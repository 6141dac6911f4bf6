"""Ways to break changes on purpose."""

from evsim.engine.staffed import StaffedPool
from tests.books.breaking import mutant

FEWER = {"faults": [{"change": "services.worker.instances", "to": 1, "at": 10}], "worker": {"instances": 3}}
LESS = {"faults": [{"change": "services.worker.workers", "to": 1, "at": 10}], "worker": {"workers": 3}}


@mutant("2 instances of worker began work, and it has 1", **FEWER)
def an_instance_too_many_stays(patch):
    original = StaffedPool.retire
    patch.setattr(StaffedPool, "retire", lambda self, number: None if number == 1 else original(self, number))


@mutant("a worker of worker began that nobody is", **LESS)
def a_worker_too_many_stays(patch):
    patch.setattr(StaffedPool, "_hire", lambda self, workers: None)
