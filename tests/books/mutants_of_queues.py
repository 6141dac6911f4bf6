"""Ways to break a queue on purpose that the audit must see: dead letters, leases that are void, limits."""

from evsim.engine.letters import Letters
from tests.books.breaking import LATE, Once, mutant

FLAWED = {"reader": {"subscribe": {"channel": "facts", "dead_letter": "spoilt", "retry": {"attempts": 1}}}}


@mutant("a message is dead and has no dead letter", **FLAWED)
def a_dead_letter_is_forgotten(patch):
    original, once = Letters.send, Once()
    patch.setattr(Letters, "send", lambda self, row: None if once(row > LATE) else original(self, row))


@mutant("two dead letters of one message", **FLAWED)
def a_dead_letter_is_sent_twice(patch):
    original, once = Letters.send, Once()

    def send(self, row):
        original(self, row)
        if once(row > LATE):
            original(self, row)

    patch.setattr(Letters, "send", send)


@mutant("neither kept nor lost nor refused", **FLAWED)
def a_dead_letter_never_comes(patch):
    patch.setattr(Letters, "_arrived", lambda self, letter: None)
