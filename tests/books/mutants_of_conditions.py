"""Ways to break what is promised about effects with a condition."""

from evsim.engine import unique
from evsim.engine.versions import Versions
from tests.books.breaking import LATE, Once, mutant

UNIQUE_JOB = {"workers": 2, "handle": [{"work": 0.3}, {"effect": {"name": "job", "unique": True}}]}


@mutant("job is unique, and was made twice for one key", worker=UNIQUE_JOB, keys=20)
def a_constraint_lets_a_second_row_in(patch):
    patch.setattr(unique, "is_new", lambda system, place, name: lambda row: True)


@mutant("refused as taken, and the key was free", worker=UNIQUE_JOB, keys=10_000)
def a_constraint_refuses_a_key_that_is_free(patch):
    original, once = unique.is_new, Once()

    def wrong(system, place, name):
        may_write = original(system, place, name)
        return lambda row: not once(row > LATE) and may_write(row)

    patch.setattr(unique, "is_new", wrong)


WRITE = {"name": "job", "if_unchanged": True}
RIVALS = {"workers": 3, "handle": [{"read": "job"}, {"work": 0.5}, {"effect": WRITE}]}


@mutant("job was written over what was not read", worker=RIVALS, keys=1)
def a_write_does_not_look_at_the_version(patch):
    patch.setattr(Versions, "of", lambda self, key: 0)


@mutant("refused for a conflict, and nothing had changed", worker=RIVALS, keys=10_000)
def a_version_rises_by_itself(patch):
    original, once = Versions.of, Once()
    patch.setattr(Versions, "of", lambda self, key: original(self, key) - once())
