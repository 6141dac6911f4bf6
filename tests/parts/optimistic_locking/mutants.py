"""Ways to break optimistic locking on purpose."""

from evsim.parts.optimistic_locking.engine import Versions
from tests.books.breaking import Once, mutant

WRITE = {"name": "job", "if_unchanged": True}
RIVALS = {"workers": 3, "handle": [{"read": "job"}, {"work": 0.5}, {"effect": WRITE}]}


@mutant("job was written over what was not read", worker=RIVALS, keys=1)
def a_write_does_not_look_at_the_version(patch):
    patch.setattr(Versions, "of", lambda self, key: 0)


@mutant("refused for a conflict, and nothing had changed", worker=RIVALS, keys=10_000)
def a_version_rises_by_itself(patch):
    original, once = Versions.of, Once()
    patch.setattr(Versions, "of", lambda self, key: original(self, key) - once())
