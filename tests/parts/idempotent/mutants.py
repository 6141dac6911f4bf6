"""Ways to break an idempotent service on purpose."""

from evsim.parts.idempotent.engine import Idempotent
from tests.books.breaking import mutant

FORGETFUL = {"idempotent": True, "handle": [{"effect": "job"}, {"work": 0.3}]}


@mutant("worker is idempotent, and did it twice", faults=[{"crash": "worker", "at": 15, "for": 1}], worker=FORGETFUL)
def an_idempotent_service_does_not_look(patch):
    patch.setattr(Idempotent, "is_of_another", lambda self, identity, row: False)
