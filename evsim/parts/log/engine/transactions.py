"""Transactions inside logs: what a handler publishes and the commit of what it read become visible together.

A message that a handler with ``commit: transaction`` publishes to a log gets its place there at once, and nobody reads
it, nor anything behind it in its partition, before the commit has arrived. Where the lease of the handling ends in any
other way it is thrown away. Kafka calls the first such place the last stable offset, and such readers read-committed.
A group that reads uncommitted sees everything at once, also what is thrown away later.
"""

from collections import deque

from evsim.parts.log.engine.commits import OwnedDelivery
from evsim.results.endings import Fate, Verdict

__all__ = ["Isolation", "TransactionalDelivery", "Transactions", "transactions_of"]


def transactions_of(kernel):
    """What all logs of a system share; None where no handling is a transaction."""
    readers = [each for service in kernel.scenario.services.values() for each in service.subscribe]
    if not any(each.is_atomic for each in readers):
        return None
    return kernel.shared(Transactions, lambda: Transactions(kernel))


class Transactions:
    """The handlings whose messages wait for a commit."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.places = set()  # numbers of those where handlings are transactions
        self.waiting = {}  # row -> (isolation, partition) where something waits for it

    def verdict(self, message):
        """How the handling ended that published a message inside a transaction; DONE for any other message."""
        messages, rows = self.kernel.records.messages, self.kernel.records.rows
        row = messages.cause[message]
        if messages.origin[message] >= 0 or rows.place[row] not in self.places:
            return Verdict.DONE
        outside = self.kernel.destination(message).site.step.relayed_by is not None
        return Verdict.DONE if outside else rows.verdict[row]

    def end(self, row):
        """The lease of a handling has ended, well or not."""
        for isolation, partition in self.waiting.pop(row, ()):
            isolation.go_on(partition)


class Isolation:
    """What a log keeps from its readers, by partition, in order."""

    def __init__(self, log):
        self.log, self.kernel, self.transactions = log, log.kernel, transactions_of(log.kernel)
        self.held, self.thrown_away = {}, {}

    def take(self, message, partition):
        held = self.held.setdefault(partition, deque())
        held.append(message)
        if self.transactions.verdict(message) == Verdict.OPEN:
            row = self.kernel.records.messages.cause[message]
            self.transactions.waiting.setdefault(row, []).append((self, partition))
        self.go_on(partition)

    def go_on(self, partition):
        """Readers see the messages up to the first whose handling is open."""
        held = self.held[partition]
        while held and (verdict := self.transactions.verdict(held[0])) != Verdict.OPEN:
            message = held.popleft()
            if verdict == Verdict.DONE:
                self.log.reveal(message, partition)
            else:
                self.kernel.records.messages.fate[message] = Fate.ABORTED
                self.thrown_away.setdefault(partition, []).append(message)

    def forget(self, message, partition):
        """A message is lost with its broker; whether it was held here."""
        held = self.held.get(partition, ())
        if message not in held:
            return False
        held.remove(message)
        self.go_on(partition)
        return True

    def kept_back(self, partition):
        """What only those see who read uncommitted, in any order: it is held, or was thrown away."""
        fate = self.kernel.records.messages.fate
        there = [message for message in self.thrown_away.get(partition, ()) if fate[message] == Fate.ABORTED]
        return [*there, *self.held.get(partition, ())]

    def hidden(self):
        return [message for held in self.held.values() for message in held]


class TransactionalDelivery(OwnedDelivery):
    """A handling that is a transaction: it ends with its lease."""

    def __init__(self, kernel, place, subscriber):
        super().__init__(kernel, place, subscriber)
        self.transactions = transactions_of(kernel)
        self.transactions.places.add(place.number)

    def _settle(self, row, verdict):
        super()._settle(row, verdict)
        self.transactions.end(row)
