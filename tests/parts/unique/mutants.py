"""Ways to break a unique constraint on purpose."""

from evsim.parts.unique.engine import Unique
from tests.books.breaking import LATE, Once, mutant

UNIQUE_JOB = {"workers": 2, "handle": [{"work": 0.3}, {"effect": {"name": "job", "unique": True}}]}


@mutant("job is unique, and was made twice for one key", worker=UNIQUE_JOB, keys=20)
def a_constraint_lets_a_second_row_in(patch):
    patch.setattr(Unique, "is_new", lambda self, place: lambda row: True)


@mutant("refused as taken, and the key was free", worker=UNIQUE_JOB, keys=10_000)
def a_constraint_refuses_a_key_that_is_free(patch):
    original, once = Unique.is_new, Once()

    def wrong(self, place):
        may_write = original(self, place)
        return lambda row: not once(row > LATE) and may_write(row)

    patch.setattr(Unique, "is_new", wrong)
