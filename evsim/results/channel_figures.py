"""Figures of each channel and subscribing service, and of each partition of a log."""

from functools import cached_property

import numpy as np

from evsim.figures import CHANNEL, LESS, MORE, PARTITION, Figure, Over
from evsim.results.confirmations import waited_for
from evsim.results.deliveries import DELIVERY_STATES
from evsim.results.fairness import spread
from evsim.results.intervals import highest, inside
from evsim.ticks import elapsed

__all__ = ["FIGURES", "Entries", "of_channels", "of_partitions"]


class Entries:
    """The entries of the ledger of a ``run`` for one ``channel`` and one ``service`` that subscribes to it.

    What a queue has not yet granted counts for each of its consumers. With a ``partition``, those of it alone.
    """

    def __init__(self, run, channel, service, partition=None):
        self.run, self.channel, self.service, self.partition = run, channel, service, partition
        self.ledger, self.window = run.tables.deliveries, (run.scenario.run_settings.warmup, run.tables.measured_until)
        self.settings, self.number = run.scenario.channels[channel], list(run.scenario.channels).index(channel)
        ledger, subscriber = self.ledger, self.ledger.names.index((channel, service))
        self.granted = ledger.subscriber == subscriber
        self.mine = self.granted | ((ledger.subscriber < 0) & (ledger.channel == self.number))
        if partition is not None:
            self.mine &= run.tables.messages["partition"][ledger.message] == partition
        self.counted = self.mine & ledger.cohort

    @property
    def words(self):
        """The words of the parts that the channel, and the way in which the service reads it, are written with."""
        its = (each for each in self.run.scenario.services[self.service].subscribe if each.channel == self.channel)
        return {self.settings.kind, *self.settings.policies}.union(*(each.policies for each in its))

    def count(self, mask):
        return int(mask[self.counted].sum())

    def in_state(self, state):
        return int(self._states[DELIVERY_STATES.index(state)])

    @cached_property
    def _states(self):
        return np.bincount(self.ledger.state[self.counted], minlength=len(DELIVERY_STATES))

    @property
    def kept(self):
        """When each was appended and settled."""
        return self.ledger.born[self.mine], self.ledger.settled[self.mine], self.window

    @property
    def age_max(self):
        born, settled, (left, right) = self.kept
        seen = np.where(np.isnan(settled), right, settled)
        overlapping = (born < right) & (seen >= left)
        return float(elapsed(np.minimum(seen, right)[overlapping], born[overlapping]).max(initial=0.0))

    @cached_property
    def waited(self):
        """How long those who published to the channel waited until it had their message."""
        run, mine = self.run, waited_for(self.run)
        messages = run.tables.messages
        mine = mine[
            (messages["channel"][mine] == self.number) & run.tables.requests.cohort[run.tables.message_requests[mine]]
        ]
        waited = elapsed(messages["acknowledged"], messages["published"])[mine]
        return waited[~np.isnan(waited)]

    @cached_property
    def spread(self):
        """How the messages of a channel are spread over its partitions."""
        if not self.settings.partitioned:
            return spread([])
        counted = self.granted & self.ledger.cohort
        partition = self.run.tables.messages["partition"][self.ledger.message[counted]]
        return spread(np.bincount(partition, minlength=self.settings.partitions_at_last))


def of_channels(run):
    """(channel, service) -> its :class:`Entries`."""
    return {names: Entries(run, *names) for names in run.tables.deliveries.names}


def of_partitions(run):
    """(log, service, partition) -> its :class:`Entries`."""
    return {
        (channel, service, number): Entries(run, channel, service, number)
        for channel, service in run.tables.deliveries.names
        for number in range(run.scenario.channels[channel].partitions_at_last)
    }


BOTH = CHANNEL, PARTITION
FIGURES = (
    Figure("published", "count", "messages that were to be delivered", lambda its: int(its.counted.sum()), None, BOTH),
    Figure("delivered", "count", "deliveries that were handed out", lambda its: its.count(its.ledger.handed_out > 0),
           MORE, BOTH, shown=()),
    Figure("done", "count", "deliveries that were handled once", lambda its: its.in_state("done"), MORE, BOTH),
    Figure("redelivered", "count", "deliveries that were handed out again",
           lambda its: its.count(its.ledger.handed_out > 1), LESS, BOTH),
    Figure("duplicated", "count", "deliveries that were handled more than once", lambda its: its.in_state("duplicate"),
           LESS, BOTH),
    Figure("reordered", "count", "deliveries that were done with after a later message of their key",
           lambda its: its.count(its.ledger.reordered), LESS, BOTH, shown=(), adds="not"),
    Figure("expired", "count", "deliveries that were too old when their turn came", lambda its: its.in_state("expired"),
           LESS, BOTH, shown=()),
    Figure("dropped", "count", "deliveries that the channel dropped, as it was full",
           lambda its: its.in_state("dropped"),
           LESS, BOTH, shown=()),
    Figure("dead", "count", "deliveries that became dead letters", lambda its: its.in_state("dead"), LESS, BOTH),
    Figure("lost", "count", "deliveries that ended without having been handled, and nobody has them",
           lambda its: its.in_state("lost"), LESS, BOTH),
    Figure("pending", "count", "deliveries that had not ended when the run did", lambda its: its.in_state("pending"),
           LESS, BOTH),
    Figure("replayed", "count", "deliveries that were read again on request",
           lambda its: int((its.mine & its.ledger.replayed).sum()), None, BOTH, shown=()),
    Figure("lag_mean", "count", "messages kept and not yet settled, on average over the window",
           lambda its: float(inside(*its.kept).sum() / its.run.tables.window), LESS, BOTH),
    Figure("lag_max", "count", "the most messages kept and not yet settled at one time of the window",
           lambda its: highest(*its.kept), LESS, BOTH, adds="not"),
    Figure("age_max", "s", "the highest age of a message that was not yet settled",
           lambda its: its.age_max, LESS, BOTH, adds="largest"),
    Figure("blocked_mean", "s", "how long publishers waited until the channel had their message, on average",
           lambda its: float(its.waited.mean()) if len(its.waited) else 0.0, LESS, (CHANNEL,), shown=(),
           adds=Over(lambda its: len(its.waited))),
    Figure("blocked_max", "s", "the longest that a publisher waited until the channel had its message",
           lambda its: float(its.waited.max(initial=0.0)), LESS, (CHANNEL,), shown=(), adds="largest"),
    Figure("busiest_share", "share", "the share of the busiest partition in the messages of a log",
           lambda its: its.spread["busiest_share"], LESS, (CHANNEL,), shown=()),
    Figure("fairness", "ratio",
           "Jain's index of the messages of the partitions: 1 if all have as many, 1/n if one has all",
           lambda its: its.spread["fairness"], MORE, (CHANNEL,), shown=()),
)  # fmt: skip
