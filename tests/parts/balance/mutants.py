"""Ways to break a balancer on purpose."""

from evsim.parts.balance.engine import Inboxes
from evsim.scenario import Scenario
from tests.books.breaking import LATE, Once, crowd, mutant


def comes_and_goes():
    """A burst behind a balancer, for which instances come, and after which they go while others ask."""
    scaling = {"by": "concurrency", "target": 2, "every": 2, "start": 1, "most": 5}
    service = {"autoscale": scaling, "balance": "round_robin", "handle": [{"work": 0.5}]}
    workloads = {"burst": {"target": "it", "arrivals": {"burst": {"count": 20, "at": 2}}},
                 "rest": {"target": "it", "arrivals": {"constant": 2}}}  # fmt: skip
    run = {"duration": 40}
    return Scenario.from_dict({"name": "tides", "workloads": workloads, "services": {"it": service}, "run": run})


@mutant("sent somebody to an instance that had left", of=comes_and_goes)
def a_balancer_does_not_hear_that_an_instance_has_left(patch):
    known = property(lambda self: [each.number for each in self.service.instances])
    patch.setattr(Inboxes, "known", known)


def behind(by):
    return {"instances": 3, "balance": by, "handle": [{"work": {"exponential": 0.1}}]}


@mutant("left out a turn", of=crowd, **behind("round_robin"))
def a_balancer_leaves_out_a_turn(patch):
    original, once = Inboxes._round_robin, Once()

    def wrong(self, row):
        if once(row > LATE):
            self.turn += 1
        return original(self, row)

    patch.setattr(Inboxes, "_round_robin", wrong)


@mutant("picked one with more to do", of=crowd, **behind("least_busy"))
def a_balancer_picks_the_busiest(patch):
    patch.setattr(Inboxes, "_least_busy", lambda self, row: max(self.known, key=self.to_do))


@mutant("picked one with more to do", of=crowd, **behind("power_of_two"))
def a_balancer_looks_at_one_instead_of_two(patch):
    patch.setattr(Inboxes, "_power_of_two", Inboxes._random)


@mutant("picked one with more to do", of=crowd, **behind("least_busy"))
def a_balancer_does_not_count_those_in_work(patch):
    patch.setattr(Inboxes, "to_do", lambda self, instance: len(self.of[instance]))
