"""Ways to break an exchange on purpose."""

from evsim.parts.exchange.engine import Exchange
from evsim.results.endings import Fate
from evsim.scenario import Scenario
from tests.books.breaking import END, LATE, Once, mutant


def sorted_shop(alternate=None):
    """`front` publishes orders to the exchange `events`: by key to `left` or `right`, all to `ledger`."""
    bindings = [{"queue": "left", "key": "order.0"}, {"queue": "right", "key": "order.1"},
                {"queue": "ledger", "key": "order.#"}, {"queue": "ledger", "key": "#"}]  # fmt: skip
    reader = {"handle": [{"work": 0.1}, {"effect": "seen"}]}
    queues = ("left", "right", "ledger")
    return Scenario.from_dict(
        {
            "name": "sorted-shop",
            "workloads": {
                "customers": {"target": "front", "arrivals": {"constant": 5}, "key": {"uniform": 3}},
            },
            "services": {
                "front": {"handle": [{"publish": {"channel": "events", "routing_key": "order.{key}"}},
                                     {"publish": {"channel": "others", "routing_key": "order.{key}"}}]},
                **{f"{name}-reader": {"subscribe": name, **reader} for name in queues},
            },
            "channels": {
                "events": {"exchange": {"type": "topic", "bindings": bindings}},
                "others": {"exchange": {"type": "direct", "bindings": bindings[:2], "alternate": alternate}},
                **dict.fromkeys(queues, "queue"),
            },
            "network": {"latency": 0.01},
            "run": {"duration": END},
        }
    )  # fmt: skip


def change_ways(patch, change):
    original, once = Exchange._ways, Once()

    def ways(self, message):
        found = original(self, message)
        return change(self, found) if once(message > LATE and len(found) == 2) else found

    patch.setattr(Exchange, "_ways", ways)


@mutant("an exchange handed a message on wrongly", of=sorted_shop)
def a_queue_that_is_bound_is_left_out(patch):
    change_ways(patch, lambda self, found: found[1:])


@mutant("an exchange handed a message on wrongly", of=sorted_shop)
def a_queue_that_is_bound_twice_gets_two_copies(patch):
    change_ways(patch, lambda self, found: [*found, found[-1]])


@mutant("an exchange handed a message on wrongly", of=sorted_shop)
def a_message_goes_to_a_queue_of_another_key(patch):
    names = {"left": "right", "right": "left"}
    change_ways(patch, lambda self, found: [self.channels[names[found[0].name]], found[1]])


@mutant("a message was copied wrongly", of=sorted_shop, alternate="ledger")
def the_alternate_is_forgotten(patch):
    original = Exchange._ways

    def ways(self, message):
        return [each for each in original(self, message) if self.name == "events" or each.name != "ledger"]

    patch.setattr(Exchange, "_ways", ways)


@mutant("a message was copied wrongly", of=sorted_shop)
def what_leads_nowhere_is_not_written_down(patch):
    patch.setattr(Exchange, "_drop", lambda self, message: None)


@mutant("neither kept nor lost nor refused", of=sorted_shop)
def a_copy_never_comes(patch):
    original, once = Exchange._offer, Once()

    def offer(self, copy):
        if once(copy > LATE):
            self._decided(copy, Fate.OPEN)
        else:
            original(self, copy)

    patch.setattr(Exchange, "_offer", offer)
