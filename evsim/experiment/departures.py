"""How irregularly requests and messages come to a service that gets them from others.

A busy service hands on what it gets as irregularly as its work takes. ``scv``: the squared coefficient of variation of
the gaps; 1 if they come at random moments. The approximations for superposition, splitting and departures are those
of Whitt, The Queueing Network Analyzer, Bell System Technical Journal 62 (1983); of one worker they are Marshall's
formula with the wait of heavy traffic.
"""

import math

from evsim import theory
from evsim.experiment.mishaps import RARE
from evsim.experiment.station_theory import own_work

__all__ = ["Gaps"]

ROUNDS = 50  # of messages that go round
THROUGH = "what comes to it comes through"
FAR, REGULAR = 1.25, 0.9  # times as long a wait: more is not near, and less is a bound


class Gaps:
    """The gaps between what comes to each service, from the rates and ways of a :class:`FlowRates`."""

    def __init__(self, scenario, flow, held):
        self._scenario, self._flow, self._held = scenario, flow, held
        self._scv = dict.fromkeys(flow.rates, 1.0)
        for _ in range(ROUNDS):
            found = {name: self._together(name) for name in flow.rates}
            if found == self._scv:
                break
            self._scv = found

    def said(self, name):
        """(why no formula tells how long one waits for a service, notes on what is only near)."""
        longer, source = self._longer(name), self._source(name)
        regular = source if longer < REGULAR else None
        near = [each for each, _ in self._ways_to(name) if each != regular]
        notes = [f"{THROUGH} {each}, so that the gaps are only nearly random" for each in near]
        if regular:
            notes.insert(0, f"{THROUGH} {regular} more regularly than at random: it is at most this")
        never = []
        if source and longer > FAR and not self._has_plenty(name):
            never = [f"{THROUGH} {source} in bursts, and no formula here tells how long one waits then"]
        return never, [*notes, *self._flow.notes[name]]

    def _ways_to(self, name):
        """(service, what goes from it to this one a second)."""
        return [(source, rate) for (source, to), rate in self._flow.ways.items() if to == name]

    def _longer(self, name):
        """How many times as long one waits, about, as if all came at random moments (Kingman; Allen and Cunneen)."""
        mean, variance = own_work(self._scenario.services[name])
        spread = variance / mean**2 if mean else math.inf
        if not math.isfinite(spread):
            return 1.0
        load, workers = self._load(name), self._workers(name)
        wait = theory.erlang_c(workers, load * workers) if load < 1 else 1.0
        batches = self._flow.sent_before(name) * 2 * (1 - load) / (wait * (1 + spread)) if wait else 0.0
        return (self._scv[name] + spread) / (1 + spread) + batches

    def _has_plenty(self, name):
        """Whether almost nobody waits there all the same: Hayward's approximation for what comes in bursts."""
        bursts, load, workers = (
            self._scv[name] + 2 * self._flow.sent_before(name),
            self._flow.rates[name] * self._held[name],
            self._workers(name),
        )
        if not load:
            return True
        if not math.isfinite(bursts) or load >= workers or workers < bursts:
            return False
        return theory.erlang_c(int(workers / bursts), load / bursts) < RARE

    def _source(self, name):
        """Through whom most of what is not random comes; None if all comes from customers."""
        total, before = self._flow.rates[name], self._flow.sent_before
        apart = {
            source: rate * abs(self._leaving(source) - 1) + 2 * total * before(name, source)
            for source, rate in self._ways_to(name)
        }
        return max(apart, key=apart.__getitem__, default=None)

    def _together(self, name):
        """The scv of all that comes to a service, each stream thinned to the part that it gets."""
        streams = [(rate, 1.0 if at_random else 0.0) for rate, at_random in self._flow.customers.get(name, ())]
        for source, rate in self._ways_to(name):
            if rate:
                part = min(1.0, rate / self._flow.rates[source])
                streams.append((rate, 1 + part * (self._leaving(source) - 1)))
        total = sum(rate for rate, _ in streams)
        if not total:
            return 1.0
        mean = sum(rate / total * scv for rate, scv in streams)
        alike = 1 / sum((rate / total) ** 2 for rate, _ in streams)  # of so many equal streams
        return 1 + (mean - 1) / (1 + 4 * (1 - self._load(name)) ** 2 * (alike - 1))

    def _leaving(self, name):
        """The scv of what a service hands on; of many workers no more is theirs than what had to wait for them."""
        load, held, workers = self._load(name), self._held[name], self._workers(name)
        if not load:
            return self._scv[name]
        spread = own_work(self._scenario.services[name])[1] / held**2
        wait = theory.erlang_c(workers, load * workers) if load < 1 else 1.0
        theirs = load * min(wait, load / math.sqrt(workers))
        return 1 + (1 - load**2) * (self._scv[name] - 1) + theirs * (spread - 1)

    def _load(self, name):
        return min(1.0, self._flow.rates[name] * self._held[name] / self._workers(name))

    def _workers(self, name):
        service = self._scenario.services[name]
        return service.most_instances * service.workers
