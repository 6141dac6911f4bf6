"""Outboxes, stores of what is done, unique rows and versions: what is there at which moment."""

from tests.rules.rule import JUST, Rule, column, nano, outcomes, system

LOOKS = "it looks at every whole multiple of `poll` while the service runs, sends what it finds"
OLDEST = "after a refusal the relay tries the oldest message at each look until it is taken."


def outbox(comes, work=0, faults=(), latency=0, front=None, **network):
    """Messages by an outbox that is looked into each second."""
    step = {"publish": {"channel": "jobs", "outbox": {"poll": 1}}}
    services = {"front": {"workers": 9, "handle": [{"work": work}, step], **(front or {})},
                "back": {"subscribe": "jobs", "handle": [{"work": 1}]}}  # fmt: skip
    wires = {"links": {"wire": {"between": ["front", "jobs"], "latency": latency}}, **network}
    return system(
        services, [("front", at) for at in comes], channels={"jobs": "queue"}, faults=list(faults), network=wires
    )


def sendings(run):
    return sorted([nano(each.sent) for message in range(len(run.tables.messages["cause"]))
                   for each in run.tables.sendings[message]])  # fmt: skip


def refused(until):
    """The channel is down until then."""
    return outbox((0.5, 0.5, 0.5), faults=[{"outage": "jobs", "at": 0, "for": until}])


def unheard(at):
    """A confirmation that comes at 3 s, while the service is down from then on; the message was sent at 1 s."""
    return outbox((0.5,), latency=1, faults=[{"outage": "front", "at": at, "for": 2}])


def once(window, second):
    """Two messages of one key; the first is stored when its effect is made, at 1 s."""
    services = {"front": {"handle": [{"publish": {"channel": "jobs", "key": "a"}}]},
                "back": {"workers": 2, "subscribe": "jobs", "idempotent": {"by": "key", "window": window},
                         "handle": [{"work": 1}, {"effect": "row"}]}}  # fmt: skip
    return system(services, [("front", 0), ("front", second)], channels={"jobs": "queue"})


def effects(run):
    return [nano(each) for each in run.tables.effects["time"]]


def unique(undone_at):
    """Two customers of one key want its row at 2 s and 4 s; the row of the first is undone meanwhile."""
    steps = [{"work": 2}, {"effect": {"name": "row", "unique": True}}, {"work": undone_at - 2}, {"undo": "row"}]
    other = [{"work": 4}, {"effect": {"name": "row", "unique": True}}]
    return system({"front": {"handle": steps}, "side": {"handle": other}}, [("front", 0), ("side", 0)])


def versions(second):
    """Two read at 0 s; one writes at 2 s, the other one reads again at that time."""
    first = [{"read": "account"}, {"work": 2}, {"effect": {"name": "account", "if_unchanged": True}}]
    other = [{"work": second}, {"read": "account"}, {"work": 2}, {"effect": {"name": "account", "if_unchanged": True}}]
    return system({"front": {"handle": first}, "side": {"handle": other}}, [("front", 0), ("side", 0)])


def takers(count):
    """So many customers want the one key that there is."""
    front = {"handle": [{"effect": {"name": "row", "unique": True}}]}
    return system({"front": front}, [("front", 0, {"key": {"uniform": 1}})] * count)


RULES = [
    Rule("Of an effect there is one for each key at most", takers, outcomes, on=(1, ["ok"]),
         beyond=(2, ["ok", "declined"])),
    Rule(LOOKS, lambda at: outbox((at,)), column("sent"), on=(1, [2]), beyond=(1 - JUST, [1])),
    Rule(LOOKS, lambda at: outbox((0.5,), faults=[{"outage": "front", "at": at, "for": 1.5}]), column("sent"),
         on=(1, [3]), beyond=(1 + JUST, [1])),
    Rule(OLDEST, refused, column("appended"), on=(3, [3, 3, 3]), beyond=(3 + JUST, [4, 4, 4])),
    Rule(OLDEST, refused, lambda run: len(sendings(run)), on=(2, 6), beyond=(2 + JUST, 7)),
    Rule("forgets it when the channel has confirmed it.", unheard, sendings, on=(3, [1, 6]), beyond=(3 + JUST, [1])),
    Rule("What is lost on the way is sent again after the network's `give_up`",
         lambda give_up: outbox((0.5,), faults=[{"partition": ["front", "jobs"], "at": 0, "for": 2}], give_up=give_up),
         sendings, on=(2, [1, 4]), beyond=(2 - JUST, [1, 3])),
    Rule("after `window` the store forgets.", lambda at: once(5, at), effects, on=(6, [1, 7]), beyond=(6 - JUST, [1])),
    Rule("the key of a unique row is free again.", unique, outcomes, on=(4, ["ok", "declined"]), beyond=(4 - JUST,
         ["ok", "ok"])),
    Rule("is made only if that is so still; else the attempt fails with the reason *conflict*", versions, outcomes,
         on=(2, ["ok", "ok"]), beyond=(2 - JUST, ["ok", "error"])),
]  # fmt: skip
