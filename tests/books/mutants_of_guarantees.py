"""Ways to break what is promised about effects: unique ones."""

from evsim.engine import unique
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
