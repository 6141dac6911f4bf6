"""Ways to break functions on purpose."""

from functools import partial

from evsim.parts.function.engine import Environments, Tokens
from evsim.scenario import Scenario
from evsim.ticks import SECOND
from tests.books.breaking import Once, mutant


def demand(count=8, work=0.4, faults=(), **settings):
    """Bursts of customers of one function, and some who come between them."""
    bursts = {
        f"burst-{at}": {"target": "server", "arrivals": {"burst": {"count": count, "at": at}}} for at in (2, 6, 14)
    }
    drip = {"drip": {"target": "server", "arrivals": {"poisson": 3}}}
    service = {"function": {"init": 0.2, "keep_alive": 1.5} | settings, "handle": [{"work": work}, {"effect": "row"}]}
    return Scenario.from_dict(
        {"name": "demand", "workloads": bursts | drip, "services": {"server": service}, "faults": list(faults),
         "run": {"duration": 25}}
    )  # fmt: skip


of = partial(mutant, of=demand)


@of("had more environments than may be", most=4)
def one_more_than_may_be_is_started(patch):
    original = Environments.open

    def open_one_wider(self):
        self.settings = self.settings.model_copy(update={"most": self.settings.most + 1})
        original(self)

    patch.setattr(Environments, "open", open_one_wider)


@of("faster than its ramp", ramp={"environments": 2, "every": 4})
def the_ramp_saves_up(patch):
    original = Tokens.__init__
    patch.setattr(Tokens, "__init__", lambda self, env, size, rate: original(self, env, size + 1, rate))


@of("not started for it|for nobody|wait for nothing")
def a_cold_start_is_not_bound_to_its_environment(patch):
    original = Environments.bind

    def bind(self, row):
        done = original(self, row)
        self.service.affinity.pop(row, None)
        return done

    patch.setattr(Environments, "bind", bind)


@of("for nobody")
def two_environments_are_started_for_one(patch):
    original, once = Environments._begin_one, Once()

    def begin(self):
        if once(True):
            original(self)
        return original(self)

    patch.setattr(Environments, "_begin_one", begin)


@of("before or after its time|had to be gone")
def an_environment_stays_too_long(patch):
    original = Environments._watch
    patch.setattr(Environments, "_watch", lambda self, number, time: original(self, number, time + 10))


@of("before or after its time")
def an_environment_goes_too_soon(patch):
    original = Environments.__init__

    def init(self, service, settings):
        original(self, service, settings)
        self.keep_alive /= 2

    patch.setattr(Environments, "__init__", init)


@of("might have started an environment", most=6)
def somebody_is_throttled_for_nothing(patch):
    original, once = Environments.bind, Once()

    def bind(self, row):
        return not once(self.env._now % SECOND and self.there + self.starting < 3) and original(self, row)

    patch.setattr(Environments, "bind", bind)
