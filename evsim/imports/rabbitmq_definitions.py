"""RabbitMQ's exported definitions: queues with their arguments and policies, exchanges, bindings.

Source: RabbitMQ, definition export; arguments of queues.
"""

import re
from collections import defaultdict

from evsim.imports.json_data import load_json, mapping, sequence, word
from evsim.imports.sketch import slug
from evsim.scenario.textfile import wrong
from evsim.scenario.units import write_time

__all__ = ["read"]

OVERFLOW = {"drop-head": "drop_head", "reject-publish": "reject_publish", "reject-publish-dlx": "reject_publish"}
TYPES = ("direct", "fanout", "topic")
MOST = 1_000_000_000
LONGEST = 100  # characters of a pattern, and of a name
SLOW = re.compile(r"\)[*+{?]|([*+{?].*){4}", re.S)  # patterns that may take a search for ever


def read(text, name, sketch):
    data = mapping(load_json(text, name))
    queues = [each for each in map(mapping, sequence(data.get("queues"))) if word(each.get("name"))]
    if not queues:
        raise wrong(name, "has no queues")
    said = f"measured: {name}"
    policies = [each for each in map(mapping, sequence(data.get("policies"))) if each.get("apply-to") != "exchanges"]
    bindings = [each for each in map(mapping, sequence(data.get("bindings"))) if word(each.get("source"))]
    exchanges = {_place(each): word(each.get("type")) for each in map(mapping, sequence(data.get("exchanges")))}
    fed = {_place(each, "destination") for each in bindings if each.get("destination_type") == "queue"}
    called = _names(queues, name, sketch)
    streams = fed_streams = 0
    for queue in queues:
        arguments = {**_policy(policies, queue, sketch, name), **mapping(queue.get("arguments"))}
        kind = arguments.get("x-queue-type") or arguments.get("queue-type")
        if kind == "stream" and _place(queue) not in fed:
            streams += 1
            sketch.channel(called[_place(queue)], {"log": {"partitions": 1}}, said)
            continue
        fed_streams += kind == "stream"
        settings = {"like": "rabbitmq-classic" if kind == "classic" else "rabbitmq"}
        settings |= _settings(
            {key.removeprefix("x-"): value for key, value in arguments.items()},
            bindings,
            called,
            word(queue.get("vhost")),
        )
        sketch.channel(called[_place(queue)], {"queue": settings}, said)
    one, several = f"of {name} is taken for a", f"of {name} are taken for"
    sketch.count(streams, "stream", f"{one} log of one partition", f"{several} logs of one partition each")
    why = "as an exchange here hands on to queues alone"
    sketch.count(fed_streams, "stream", f"{one} queue, {why}", f"{several} queues, {why}")
    _exchanges(exchanges, bindings, called, said, sketch)


def _place(entry, key="name"):
    """(virtual host, name): names are told apart within a virtual host only."""
    return word(entry.get("vhost")), word(entry.get(key))


def _names(queues, name, sketch):
    """(virtual host, queue) -> its name here; with that of its host where another host has one that is called so."""
    called, taken = {}, {}
    for place in map(_place, queues):
        short = slug(place[1])
        if taken.setdefault(short, place) != place:
            short = slug(f"{place[0]}-{place[1]}")
            sketch.note(f"{name} has several queues {place[1]}: that of the virtual host {place[0]} is called {short}")
        called[place] = short
    return called


def _policy(policies, queue, sketch, name):
    """The definition of the policy that applies: the one of highest priority whose pattern fits."""
    fitting = []
    for policy in policies:
        pattern = word(policy.get("pattern"))[:LONGEST]
        if not _may_be_tried(pattern):
            sketch.note(f"the pattern of a policy of {name} is not tried: {pattern[:40]}")
            continue
        fits = re.search(pattern, word(queue["name"])[:LONGEST])
        priority = policy.get("priority")
        if fits and policy.get("vhost") == queue.get("vhost"):
            fitting.append((priority if isinstance(priority, int) else 0, mapping(policy.get("definition"))))
    return max(fitting, key=lambda each: each[0])[1] if fitting else {}


def _may_be_tried(pattern):
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return not SLOW.search(pattern)


def _settings(arguments, bindings, called, host):
    found: dict = {}
    ttl, length = _whole(arguments.get("message-ttl")), _whole(arguments.get("max-length"))
    if ttl is not None:
        found["ttl"] = write_time(ttl / 1000)
    if length:
        found["max_length"] = length
    if arguments.get("overflow") in OVERFLOW:
        found["overflow"] = OVERFLOW[arguments["overflow"]]
    limit = _whole(arguments.get("delivery-limit"))
    if limit is not None:
        found["delivery_limit"] = limit
    if arguments.get("single-active-consumer") is True:
        found["single_active_consumer"] = True
    if _whole(arguments.get("max-priority")):
        found["priorities"] = min(255, arguments["max-priority"])
    letters = _letter_box(arguments, bindings, called, host)
    if letters:
        found["dead_letter"] = called[letters]
    return found


def _letter_box(arguments, bindings, called, host):
    """The queue in which dead letters land: by the routing key, or through the bindings of the exchange."""
    if "dead-letter-exchange" not in arguments:
        return None
    exchange, key = word(arguments["dead-letter-exchange"]), word(arguments.get("dead-letter-routing-key"))
    if not exchange:
        return (host, key) if (host, key) in called else None
    bound = [each for each in bindings if _place(each, "source") == (host, exchange)]
    bound = [each for each in bound if _place(each, "destination") in called]
    fitting = [each for each in bound if not key or each.get("routing_key") in (key, "#")] or bound
    return _place(fitting[0], "destination") if fitting else None


def _exchanges(types, bindings, called, said, sketch):
    bound, others = defaultdict(list), 0
    for each in bindings:
        if each.get("destination_type") == "queue" and _place(each, "destination") in called:
            bound[_place(each, "source")].append(each)
        else:
            others += 1
    to_none = "to no queue of the file, and"
    sketch.count(others, "binding", f"leads {to_none} is left out", f"lead {to_none} are left out")
    for place, theirs in bound.items():
        exchange, kind = place[1], types.get(place) or "direct"
        if kind not in TYPES:
            sketch.note(f"exchange {exchange} is of type {kind}, which evsim has not: taken for a fanout")
            kind = "fanout"
        if kind == "direct" and any({"*", "#"} & set(word(each.get("routing_key"))) for each in theirs):
            sketch.note(f"exchange {exchange} is direct and has a key with a pattern: taken for a topic exchange")
            kind = "topic"
        queues = [
            called[_place(each, "destination")]
            if kind == "fanout"
            else {"queue": called[_place(each, "destination")], "key": word(each.get("routing_key")) or "-"}
            for each in theirs
        ]
        letters = {settings.get("queue", {}).get("dead_letter") for settings, _ in sketch.channels.values()}
        if all((queue if isinstance(queue, str) else queue["queue"]) in letters for queue in queues):
            continue  # dead letters go straight to their queue
        free = slug(exchange) not in sketch.channels
        sketch.channel(
            slug(exchange) if free else slug(f"{exchange}-exchange"),
            {"exchange": {"type": kind, "bindings": queues}},
            said,
        )


def _whole(value):
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None
