"""The kernel: all that is there before any service or channel is, and what most of them need."""

from evsim.engine.attempts import Attempts
from evsim.engine.call_graph import CallGraph
from evsim.engine.changing_settings import Changes
from evsim.engine.environment import ExactEnvironment
from evsim.engine.identifiers import Identifiers
from evsim.engine.item_paths import ItemPaths
from evsim.engine.links import Links
from evsim.engine.random_streams import RandomStreams
from evsim.engine.risk import Risk
from evsim.engine.rounds import entering_round
from evsim.engine.size import refuse_too_many
from evsim.results.records import Records
from evsim.results.recycled_records import RecycledRecords

__all__ = ["Kernel", "Notes"]


class Notes(dict):
    """What is known of messages, by number. Notes hold no message: where it is forgotten, they are."""


class Kernel:
    """Clock, records, chance, what was asked for, and what follows from that alone.

    env: the clock. records: what is written down. streams: chance. graph: the ways into the services. identifiers: what
    the numbers in the records stand for. items: which of several messages something belongs to. links: the network.
    risk: what needs a guard. changes: settings that are others later. attempts: further rows for an obligation.
    enter_round(row): counts the rounds of a delivery; None where no way leads back into itself.

    Services and channels are no part of it: who needs some has those, by name. Its slots keep anything else out.
    """

    __slots__ = ("attempts", "changes", "enter_round", "env", "graph", "identifiers", "items", "links", "records",
                 "risk", "scenario", "streams", "_notes", "_shared")  # fmt: skip

    def __init__(self, scenario, seed, guarded=False, summary=False):
        self.scenario, self._shared, self._notes = scenario, {}, []
        self.env = ExactEnvironment()
        self.records = RecycledRecords() if summary else Records(scenario.run_settings.max_rows)
        self.streams, self.graph = RandomStreams(seed, forgetful=summary), CallGraph(scenario)
        if not summary:
            refuse_too_many(self)  # before anything is made of them
        self.items = ItemPaths()
        self.identifiers = Identifiers(self)
        self.links = Links(self)
        self.risk = Risk(self, guarded)
        self.changes = Changes(scenario, self.env)
        self.attempts = Attempts(self)
        self.enter_round = entering_round(self)

    def destination(self, message):
        """Where a message goes: the :class:`evsim.engine.publish_sites.Destination` of its route."""
        return self.identifiers.destinations[self.records.messages.route[message]]

    def shared(self, key, make):
        """What all who ask for it by the same key share, made for the first of them."""
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    def notes(self):
        """New :class:`Notes`."""
        self._notes.append(Notes())
        return self._notes[-1]

    def forget(self, messages):
        """Some messages are there no more."""
        for notes in self._notes:
            for message in messages.tolist():
                notes.pop(message, None)

    def everything_shared(self):
        """All that is shared, for an inventory."""
        return list(self._shared.values())
