"""What comes to each service before a run, if all goes well; and where not all of it goes on, or some comes again."""

from evsim.experiment.mishaps import Mishaps, of_both
from evsim.scenario.channel_rules import readers
from evsim.scenario.offered_load import holding_times, sent_by_step
from evsim.scenario.routing import homes, is_routed_by_key

__all__ = ["RESULTS", "FlowRates", "Unknown"]

SMALLEST = 1e-9  # customers a second: less is not followed further
RESULTS = "results of the windows of {} come to it, and how many is not known before a run"


class Unknown(Exception):
    """Why something can't be said before a run."""


class FlowRates:
    """``rates``: service -> what comes a second, if all goes well; ``notes``: why its gaps are not random;
    ``batches``: service -> who sends it several at a time; ``results``: service -> whose windows send theirs;
    ``unclear``: service -> why less or more than its rate comes to it; ``behind``: service -> who before it is full;
    ``longer``: services whose workers wait longer than once for an answer, as they ask again; ``customers``: service ->
    [(so many a second, whether at random)]; ``ways``: (from, to) -> what goes from one service to the other a second.

    full: names of services to which more comes than they can do; late: of those for whose answer not all wait.
    """

    def __init__(self, scenario, full=frozenset(), late=frozenset()):
        self._scenario, self._held, self._full = scenario, holding_times(scenario), full
        self.mishaps = Mishaps(scenario, self._held, late)
        self.rates = dict.fromkeys(scenario.services, 0.0)
        self.notes: dict = {name: [] for name in scenario.services}
        self.unknown, self.batches, self.results = "", {}, {}
        self.customers: dict = {}
        self.ways: dict = {}
        self._published: dict = {}
        self.unclear, self.behind, self.longer = {}, {}, set()
        try:
            if self.mishaps.network_loses:
                raise Unknown("the network loses some of what is sent")
            for name, workload in scenario.workloads.items():
                rate = workload.arrivals.customers_per_second
                if rate is None:
                    raise Unknown("customers do not come at a constant rate")
                if not workload.arrivals.at_random:
                    self.notes[workload.target] = ["its customers do not come at random moments: it is at most this"]
                if workload.arrivals.in_groups:
                    self.batches.setdefault(workload.target, name)
                stream = rate * workload.admitted, workload.arrivals.at_random
                self.customers.setdefault(workload.target, []).append(stream)
                self._come(workload.target, stream[0], "", "")
        except Unknown as reason:
            self.unknown = str(reason)

    def _come(self, name, rate, unclear, full):
        """So much more comes to a service; unclear: why it is not so much; full: who before it can do no more."""
        if rate < SMALLEST:
            return
        self.rates[name] += rate
        unclear = of_both(unclear, self.mishaps.comes_again(name))
        if unclear:
            self.unclear[name] = of_both(self.unclear.get(name, ""), unclear)
        if full:
            self.behind.setdefault(name, full)
        unclear = of_both(unclear, self.mishaps.turns_away(name, self.rates[name]))
        self._go(name, self._scenario.services[name].handle, rate, unclear, full or name * (name in self._full))

    def _go(self, name, steps, rate, unclear, full):
        if callable(steps):
            raise Unknown(f"the handler of {name} is a Python function")
        for step in steps:
            if step.by_way:
                raise Unknown(f"what {name} does depends on the operation that it is asked for")
            if step.kind == "publish" and is_routed_by_key(step):
                raise Unknown(f"where {name} publishes to depends on the key")
            for channel in homes(self._scenario, step) if step.gathers else ():
                self.results |= dict.fromkeys(readers(self._scenario, channel), name)
            for other, share in sent_by_step(self._scenario, step, self._pace):
                if step.times.most > 1 or name in self.batches or self._works_on_batches(name):
                    self.batches.setdefault(other, name)
                sent = rate * step.times.mean * share
                self.ways[name, other] = self.ways.get((name, other), 0.0) + sent
                if step.kind == "publish":
                    self._publishes(name, step, rate * step.times.mean, other, share)
                why = self.mishaps.on_the_way(step, other, self.rates[other] + sent)
                if self.mishaps.asks_again(step, other):
                    self.longer.add(name)
                self._come(other, sent, of_both(unclear, why), full)
            for where, inner, by_chance in step.inside:
                self._go(name, inner, rate * _share(step, where, by_chance), unclear, full)
            rate *= 1 - step.fails
            unclear = of_both(unclear, self.mishaps.ends_here(step))

    def _publishes(self, name, step, rate, other, share):
        """So many messages a second of a step, of which a share goes to another service."""
        before = self._published.setdefault((name, step, other), [0.0, 0.0])
        before[0] += rate
        before[1] += rate * share

    def sent_before(self, other, source=None):
        """How many messages come to a service together with one and before it, on average; those of one source."""
        found = 0.0
        for (name, step, to), (rate, sent) in self._published.items():
            if to == other and source in (None, name):
                of_one = rate / self._scenario.services[name].most_instances
                keepers = self._scenario.channels[step.channel], *step.policies.values()
                found += sent * sum(each.sent_before(of_one) for each in keepers)
        return found / self.rates[other] if self.rates[other] else 0.0

    def _works_on_batches(self, name):
        return any(each.takes_several for each in self._scenario.services[name].subscribe)

    def _pace(self, name):
        """Messages a second of a service that is never without one."""
        service = self._scenario.services[name]
        return service.most_instances * service.workers / max(self._held[name], SMALLEST)


def _share(step, where, by_chance):
    """How often steps inside a step are taken; what only follows a failure is not."""
    if not by_chance:
        return 1.0
    probability = getattr(step, "probability", None)
    if probability is None:
        return 0.0
    return probability if where == ("then",) else 1 - probability
