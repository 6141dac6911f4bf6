"""Ways to break pollers on purpose."""

from functools import partial

from evsim.engine.service import Service
from evsim.parts.pollers.engine import Pollers
from evsim.parts.pollers.settings import PollersSettings
from tests.books.breaking import Once, mutant
from tests.parts.pollers.test_pollers import polled

RUSH = {"profile": {"points": [[0, "5/s"], [20, "1/s"]]}}


def rush(comes=RUSH, **settings):
    """More than the pollers of a small function can do, for a minute."""
    return polled({"growth": "1/s", "least": 2, "start": 3, "most": 20, "quiet": 4, **settings}, most=4, until="60s",
                  comes=comes, work="2s",
                  queue={"visibility_timeout": "5s", "max_receive_count": 3})  # fmt: skip


of = partial(mutant, of=rush)


@of("grew faster than they may")
def they_grow_twice_as_fast(patch):
    original = Pollers.__init__

    def init(self, *given):
        original(self, *given)
        self.gap //= 2

    patch.setattr(Pollers, "__init__", init)


@of("grew and nothing waited", comes={"constant": "0.7/s"})
def they_grow_without_need(patch):
    patch.setattr(Pollers, "_is_short", lambda self: self.number < self.settings.most)


@of("more or less than may be")
def there_is_one_more_than_may_be(patch):
    patch.setattr(Pollers, "_is_short", lambda self: self.seat.credit <= 0 and len(self.channel.store) > 0)


@of("more or less than may be", comes={"burst": {"count": 30, "at": 0}})
def too_many_go(patch):
    original = Pollers._become
    patch.setattr(Pollers, "_become", lambda self, number: original(self, number if number > self.number else 1))


@of("had more in hand than they may|does not make|credit", concurrency=5)
def the_concurrency_is_forgotten(patch):
    original = PollersSettings.in_hand
    patch.setattr(Pollers, "_credit_for", lambda self, readers: original(self.settings, self.number) + 2)


@of("worked all the same|never worked|lease|started")
def what_was_let_go_is_worked(patch):
    patch.setattr(Service, "turn_back", Service._never_worked)


@of("let go before its time|visible again before its time|lease")
def what_waits_is_let_go_too_soon(patch):
    original, once = Pollers.follow, Once()

    def follow(self):
        original(self)
        if self.service.inbox and once(self.kernel.env._now > 0):
            self.run_out(self.service.inbox[0])

    patch.setattr(Pollers, "follow", follow)


@of("begin with another number")
def the_first_number_is_not_noted(patch):
    original, once = Pollers._note, Once()
    patch.setattr(Pollers, "_note", lambda self: None if once() else original(self))
