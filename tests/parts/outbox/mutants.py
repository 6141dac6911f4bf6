"""Ways to break an outbox on purpose."""

from evsim.parts.outbox.engine import Relay
from evsim.scenario import Scenario
from tests.books.breaking import END, mutant


def registering():
    """A row and its message; the log refuses messages for some seconds."""
    step = {"publish": {"channel": "registered", "outbox": {"poll": 0.5}}}
    return Scenario.from_dict(
        {
            "name": "registering",
            "workloads": {"customers": {"target": "page", "arrivals": {"constant": 5}}},
            "services": {
                "page": {"workers": 4, "handle": [{"work": 0.05}, {"effect": "row"}, step]},
                "list": {"workers": 4, "subscribe": "registered", "handle": [{"work": 0.1}, {"effect": "entry"}]},
            },
            "channels": {"registered": "log"},
            "network": {"latency": 0.01},
            "faults": [{"outage": "registered", "at": 10, "for": 3}],
            "run": {"duration": END},
        }
    )


@mutant("when no relay looked", of=registering)
def a_relay_looks_at_any_time(patch):
    patch.setattr(Relay, "_look_later", lambda self: self.kernel.env.call_in(1e7, self._look, None))


@mutant("let a later message go first", of=registering)
def a_relay_leaves_the_oldest_message_for_later(patch):
    def send_others(self):
        ready = [each for each in self.waiting if each not in self.under_way]
        for message in ready[1:] or ready:
            self.under_way.add(message)
            self.waiting[message].send_now(message)

    patch.setattr(Relay, "_send", send_others)


@mutant("neither kept nor lost nor refused nor under way", of=registering)
def a_relay_forgets_what_was_refused(patch):
    original = Relay.again

    def again(self, message, refused=False):
        if refused:
            self.waiting.pop(message, None)
        original(self, message, refused)

    patch.setattr(Relay, "again", again)
