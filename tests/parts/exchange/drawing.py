"""Random exchanges, for :mod:`tests.books.systems`."""

from hypothesis import strategies as st

from evsim.parts.exchange.settings import ExchangeSettings

__all__ = ["ROUTING_KEYS", "exchange", "leads_to"]

ROUTING_KEYS = st.sampled_from(["a", "a.1", "a.{key}", "{key}.b", "c"])
KEYS = {
    "direct": st.sampled_from(["a", "a.1", "1.b"]),
    "topic": st.sampled_from(["#", "a.#", "*.1", "#.b", "a", "*.*"]),
    "fanout": st.none(),
}


def exchange(draw, queues, others, risky):
    """One that is bound to some `queues`, or none; `others` are exchanges that may stand behind it."""
    kind = draw(st.sampled_from(["direct", "topic", "topic", "fanout"]))
    binding = st.fixed_dictionaries({"queue": st.sampled_from(queues), "key": KEYS[kind]})
    bindings = draw(st.lists(binding, max_size=4, unique_by=lambda each: (each["queue"], each["key"])))
    settings = {"type": kind, "bindings": bindings}
    if risky and draw(st.booleans()):
        return settings | {"unroutable": draw(st.sampled_from(["drop", "return"]))}
    return settings | {"alternate": draw(st.sampled_from([None, *queues, *others]))}


def leads_to(exchanges, name):
    """Names of the queues that a message for the exchange may come to."""
    settings = ExchangeSettings.model_validate({"kind": "exchange", **exchanges[name]})
    further = settings.alternate
    behind = leads_to(exchanges, further) if further in exchanges else [further] if further else []
    return [*(binding.queue for binding in settings.bindings), *behind]
