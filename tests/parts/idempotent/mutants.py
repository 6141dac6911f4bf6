"""Ways to break an idempotent service on purpose."""

from evsim.parts.idempotent.engine import Idempotent, Once
from tests.books.breaking import mutant

FORGETFUL = {"idempotent": True, "handle": [{"effect": "job"}, {"work": 0.3}]}


@mutant("worker is idempotent, and did it twice", faults=[{"crash": "worker", "at": 15, "for": 1}], worker=FORGETFUL)
def an_idempotent_service_does_not_look(patch):
    patch.setattr(Idempotent, "is_of_another", lambda self, identity, row: False)


TWICE_AT_ONCE = {"workers": 2, "idempotent": True}


@mutant("worker is idempotent, and did it twice", jobs={"queue": {"visibility_timeout": 0.2}}, worker=TWICE_AT_ONCE)
def an_idempotent_service_looks_only_before_the_handling(patch):
    look = Once.writing

    def beginning(self, first, fail):
        patch.setattr(Once, "writing", look)
        begun = original(self, first, fail)
        patch.setattr(Once, "writing", lambda self, then: then)
        return begun

    original = Once.beginning
    patch.setattr(Once, "writing", lambda self, then: then)
    patch.setattr(Once, "beginning", beginning)
