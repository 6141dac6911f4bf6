"""Spans of a trace, whoever wrote them: who did what, asked by whom, from when to when (in nanoseconds)."""

from dataclasses import dataclass, field

__all__ = ["CLIENT", "CONSUMER", "INTERNAL", "PRODUCER", "SERVER", "TraceSpan", "known_kind"]

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = "internal", "server", "client", "producer", "consumer"
_KINDS = (INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER)
SETTLING = ("settle", "ack", "nack", "commit", "reject")
SENDING = ("send", "publish", "create")


def known_kind(word):
    """The kind of a span by its word; what nobody knows is internal."""
    return word if word in _KINDS else INTERNAL


@dataclass(slots=True)
class TraceSpan:
    trace: str
    id: str
    parent: str
    service: str
    instance: str
    name: str
    kind: str
    start: int
    end: int
    error: bool
    about: dict
    links: list = field(default_factory=list)  # ids of spans
    events: list = field(default_factory=list)  # (moment, name, attributes)

    @property
    def operation(self):
        """What it does with a message: send, process, settle ..."""
        about = self.about
        return str(about.get("messaging.operation.type") or about.get("messaging.operation") or "")

    @property
    def channel(self):
        """The name of the channel of its message."""
        about = self.about
        for key in ("messaging.destination.name", "messaging.destination", "message_bus.destination"):
            if about.get(key):
                return str(about[key])
        return ""

    @property
    def is_about_messages(self):
        """Whether a consumer fetches or settles with it, and neither works nor asks anybody."""
        settles = self.operation in SETTLING or str(self.about.get("messaging.operation.name", "")) in SETTLING
        return settles or (self.kind == CLIENT and self.operation == "receive")

    @property
    def publishes(self):
        return self.kind == PRODUCER or (self.kind == CLIENT and self.operation in SENDING and bool(self.channel))

    @property
    def leaves(self):
        """Whether it asks somebody else, or publishes."""
        return self.kind in (CLIENT, PRODUCER)

    @property
    def consumes(self):
        """Whether it handles a message."""
        return self.kind == CONSUMER

    @property
    def handles(self):
        """Whether somebody asked for it from outside."""
        return self.kind in (SERVER, CONSUMER)

    @property
    def peer(self):
        """The name of whoever is asked, as far as who asks knows it."""
        about = self.about
        for key in ("peer.service", "server.address", "net.peer.name", "db.name", "db.namespace", "rpc.service"):
            text = str(about.get(key) or "")
            if text and not text.replace(".", "").replace(":", "").isdigit():
                return text
        return str(about.get("db.system.name") or about.get("db.system") or self.name)
