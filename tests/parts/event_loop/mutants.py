"""Ways to break event loops and cores on purpose."""

from functools import partial

from evsim.parts.event_loop.cores import Share, Urgent
from evsim.parts.event_loop.loops import Lane
from evsim.scenario import Scenario
from tests.books.breaking import Once, mutant
from tests.parts.event_loop.test_preemption import urgent_first
from tests.truth.systems import poisson


def loop(**settings):
    """A busy event loop, or cores that are shared."""
    handle = [{"work": 0.05}, {"blocking": 0.03}, {"wait": 0.1}, {"work": 0.05}, {"effect": "row"}]
    return Scenario.from_dict(
        {"name": "loop", "workloads": {"people": {"target": "web", "arrivals": {"poisson": 8}}},
         "services": {"web": {"workers": 100, "handle": handle, **settings}}, "run": {"duration": 20}}
    )  # fmt: skip


on_loop = partial(mutant, of=loop, event_loop={"pool": 1})
on_cores = partial(mutant, of=loop, cores=1)


@on_loop("did two pieces at once")
def a_loop_does_not_wait_for_its_piece(patch):
    original = Lane._start
    patch.setattr(Lane, "take", lambda self, piece: original(self, piece))

    def over(self, row):
        for noted in self.records.pieces:
            if noted[6] == row and noted[1] != noted[1]:
                noted[1] = self.env._now
        self.piece[2](row)

    patch.setattr(Lane, "over", over)


@on_loop("rested while a piece waited")
def a_loop_rests_for_a_while(patch):
    original, once = Lane._start, Once()

    def start(self, piece):
        if self.line and self.number == 0 and once(self.env._now > 5e9):
            self.piece = piece
            self.env.call_in(1e6, lambda _: original(self, piece))
        else:
            original(self, piece)

    patch.setattr(Lane, "_start", start)


@on_cores("cores of web did|less than it takes alone")
def cores_are_not_shared(patch):
    original = Share._update

    def update(self):
        self.count = 1000
        original(self)

    patch.setattr(Share, "_update", update)


@on_cores("less than it takes alone")
def a_piece_is_done_too_soon(patch):
    original, once = Share.begin, Once()

    def begin(self, row, time, over):
        original(self, row, time, over)
        if once(self.env._now > 5e9):
            self.pieces[-1][0] = 0.0
            self.next = 0.0
            self._expect()

    patch.setattr(Share, "begin", begin)


@on_cores("did .* s of work and had")
def a_core_rests(patch):
    original, once = Share._update, Once()

    def update(self):
        if once(self.env._now > 5e9 and self.pieces):
            self.updated = self.env._now
        original(self)

    patch.setattr(Share, "_update", update)


@mutant("sooner or later than its urgency says", of=lambda: urgent_first(0.5, poisson(0.5), poisson(0.8), 60))
def the_urgent_share_with_all_others(patch):
    patch.setattr(Urgent, "at_work", Share.at_work)


@mutant("sooner or later than its urgency says", of=lambda: urgent_first(0.5, poisson(0.5), poisson(0.8), 60))
def whoever_has_the_core_keeps_it(patch):
    patch.setattr(Urgent, "at_work", lambda self: (self.pieces[: self.count], 1.0))
