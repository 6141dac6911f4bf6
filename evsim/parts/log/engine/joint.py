"""A group that services share by mistake: the broker takes their instances for members of one and the same group.

Each partition belongs to one member, and so each message goes to one of the services, whichever has its partition.
"""

from itertools import islice

from evsim.parts.log.engine.membership import Membership
from evsim.parts.log.engine.owned import OwnedGroup
from evsim.scenario.groups import group_of, shared_groups

__all__ = ["JointGroup"]


class JointGroup(OwnedGroup):
    """What one service does in it; the first of them reads the log, and has the cursors.

    Whoever is asked first to go on with a partition leaves it to the service that has it.
    """

    def __init__(self, kernel, channel, service, subscription):
        group = group_of(service.name, subscription)
        self.first = next((each for each in channel.subscribers if each.group == group), self)
        super().__init__(kernel, channel, service, subscription)

    @property
    def is_first(self):
        return self.first is self

    def _listen(self):
        if self.is_first:
            super()._listen()

    def _enter(self):
        first = self.first
        if self.is_first:
            services = shared_groups(self.kernel.scenario)[self.channel.name, self.group]
            self.membership = Membership(self, self.subscription, len(services))
            self.company = []
        for shared in ("membership", "company", "cursors", "edges", "batches", "stale", "next_commit"):
            setattr(self, shared, getattr(first, shared))
        self.company.append(self)
        self.membership.enter(self.service)

    def reader_of(self, cursor):
        """Who reads a partition, or read it last."""
        member = cursor.last_owner if cursor.owner is None else cursor.owner
        return self.first if member is None else self.company[member % self.membership.services]

    def _address(self, rows):
        """What is ready is for this service."""
        records = self.kernel.records
        for row in rows:
            records.rows.place[row] = self.routes[records.messages.route[records.rows.parent[row]]]

    def open_in(self, message, partition):
        return self.reader_of(self.cursors[partition]).open(message)

    def go_on(self, cursor):
        reader = self.reader_of(cursor)
        reader._address(islice(cursor.store, reader.batch))
        OwnedGroup.go_on(reader, cursor)

    def begins(self, cursor):
        super().begins(cursor)
        self.reader_of(cursor)._address(cursor.store)

    def take_back(self, cursor, verdict):
        OwnedGroup.take_back(self.reader_of(cursor), cursor, verdict)

    def grow(self):
        if self.is_first:
            super().grow()

    def stored(self):
        return super().stored() if self.is_first else []

    def unsettled(self):
        return super().unsettled() if self.is_first else []
