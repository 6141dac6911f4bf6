"""Ways to break bulkheads on purpose."""

from evsim.parts.bulkhead.engine import Bulkhead, Compartment
from tests.books.breaking import LATE, Once, mutant


@mutant("more calls at once than its bulkhead allows", bulkhead=1)
def a_bulkhead_has_a_leak(patch):
    original, once = Bulkhead.enter, Once()

    def enter(self, row, edge):
        if once(row > LATE and self.compartments.of(row).inside):
            edge.send(row)
        else:
            original(self, row, edge)

    patch.setattr(Bulkhead, "enter", enter)


@mutant("open in the records and nowhere to be found", bulkhead={"limit": 1, "queue": 9}, worker={"workers": 1})
def who_waits_at_a_bulkhead_is_forgotten(patch):
    original, once = Compartment._let_in, Once()

    def let_in(self):
        if self.waiting and once(self.waiting[0][0] > LATE):
            self.waiting.popleft()
        original(self)

    patch.setattr(Compartment, "_let_in", let_in)
