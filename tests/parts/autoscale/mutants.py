"""Ways to break autoscaling on purpose."""

from functools import partial

from evsim.parts.autoscale.engine import ScaledPool
from evsim.scenario import Scenario
from tests.books.breaking import Once, mutant


def demand(**settings):
    """Bursts of customers, and instances that come for them."""
    bursts = {f"burst-{at}": {"target": "it", "arrivals": {"burst": {"count": 20, "at": at}}} for at in (2, 30, 50)}
    scaling = {"by": "concurrency", "target": 3, "every": 2, "start": 1, "most": 5} | settings
    return Scenario.from_dict(
        {"name": "demand", "workloads": bursts, "run": {"duration": 80},
         "services": {"it": {"autoscale": scaling, "handle": [{"work": 0.5}, {"effect": "row"}]}}}
    )  # fmt: skip


of = partial(mutant, of=demand)


@of("the rule says otherwise")
def the_decision_is_not_the_rules(patch):
    original = ScaledPool.__init__

    def init(self, service, settings):
        original(self, service, settings)
        decide, once = self.decide, Once()
        self.decide = lambda now, *rest: decide(now, *rest) + once(now > 5)

    patch.setattr(ScaledPool, "__init__", init)


@of("called up .* and was to call up")
def one_more_comes_than_was_decided(patch):
    original, once = ScaledPool._call_up, Once()

    def call_up(self):
        original(self)
        if once(self.env._now > 5e9 and self.wanted > 1):
            self.call_up(0)

    patch.setattr(ScaledPool, "_call_up", call_up)


@of("was to lose")
def one_more_goes_than_was_decided(patch):
    original, once = ScaledPool._look, Once()

    def look(self, _):
        original(self, _)
        if once(self.there > 1):
            self._retire_newest()

    patch.setattr(ScaledPool, "_look", look)
