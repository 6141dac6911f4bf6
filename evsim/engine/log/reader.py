"""What all groups of a log have in common: they open a row for each message, grant it, and hear of its commit."""

from evsim.engine.delivery import Subscriber
from evsim.engine.environment import ANSWER
from evsim.results.records import Verdict

__all__ = ["Reader"]


class Reader(Subscriber):
    """A consumer group: at most one message of a partition is in process at a time, and a failed one holds it."""

    def __init__(self, system, channel, service, subscription):
        super().__init__(system, channel, service, subscription)
        self.news = (self._committed,)

    def open(self, message):
        """The row of a message that is ready for this group now."""
        rows, messages = self.system.records.rows, self.system.records.messages
        row = rows.new()
        rows.place[row] = self.routes[messages.route[message]]
        rows.luck[row], rows.parent[row] = messages.luck[message], message
        if self.system.enter_round is not None:
            self.system.enter_round(row)
        rows.born[row] = rows.ready[row] = self.system.env._now
        return row

    def partition_of(self, row):
        return self.system.records.messages.partition[self.system.records.rows.parent[row]]

    def edge_of(self, row):
        return self.edges[self.system.records.rows.place[row]]

    def grant(self, row):
        self.system.records.rows.leased[row] = self.system.env._now
        self.edge_of(row).send(row)

    def acknowledgement_lost(self, edge, row):
        """A commit that is lost is sent again when its sender has waited `give_up`."""
        self.system.env.call_in(self.system.scenario.network.give_up, self._committed, row, ANSWER)

    def _committed(self, row):
        rows = self.system.records.rows
        if not rows.verdict[row]:
            rows.settled[row], rows.verdict[row] = self.system.env._now, Verdict.DONE
