"""Ways to break a pipe on purpose."""

from evsim.parts.pipe.engine import Pipe
from evsim.scenario import Scenario
from tests.books.breaking import END, LATE, Once, mutant


def programs(**settings):
    """`list` writes to a pipe faster than `sort` reads."""
    return Scenario.from_dict(
        {
            "name": "programs",
            "workloads": {"lines": {"target": "list", "arrivals": {"constant": 5}}},
            "services": {
                "list": {"handle": [{"work": 0.05}, {"publish": "listed"}]},
                "sort": {"subscribe": "listed", "handle": [{"work": 0.3}, {"effect": "sorted"}]},
            },
            "channels": {"listed": {"pipe": 3}},
            "run": {"duration": END, **settings},
        }
    )


@mutant("listed held more than it can", of=programs)
def a_full_pipe_takes_one_more(patch):
    original, once = Pipe._may_enter, Once()

    def may_enter(self, writing):
        there = original(self, writing)
        return there or once(self.offset > LATE)

    patch.setattr(Pipe, "_may_enter", may_enter)


def after_keeping(patch, change):
    original, once = Pipe._keep, Once()

    def keep(self, message, writing):
        original(self, message, writing)
        if once(message > LATE and len(self.ready) > 1):
            change(self.ready)

    patch.setattr(Pipe, "_keep", keep)


@mutant("listed was read out of order", of=programs)
def the_last_message_is_read_first(patch):
    after_keeping(patch, lambda ready: ready.rotate(1))


@mutant("open in the records and nowhere to be found", of=programs)
def a_message_in_the_pipe_is_forgotten(patch):
    after_keeping(patch, lambda ready: ready.pop())


@mutant("neither kept nor lost nor refused", of=programs, drain_limit=0)
def who_waits_for_room_is_forgotten(patch):
    original, once = Pipe.admit, Once()

    def admit(self):
        if once(self.waiting and self.waiting[0][0] > LATE):
            self.waiting.popleft()
        original(self)

    patch.setattr(Pipe, "admit", admit)
