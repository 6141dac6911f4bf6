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
    types = {word(each.get("name")): word(each.get("type")) for each in map(mapping, sequence(data.get("exchanges")))}
    names = {word(each["name"]) for each in queues}
    streams = 0
    for queue in queues:
        arguments = {**_policy(policies, queue, sketch, name), **mapping(queue.get("arguments"))}
        settings = {
            "like": "rabbitmq-classic"
            if arguments.get("queue-type", arguments.get("x-queue-type")) == "classic"
            else "rabbitmq"
        }
        if (arguments.get("x-queue-type") or arguments.get("queue-type")) == "stream":
            streams += 1
            sketch.channel(slug(queue["name"]), {"log": {"partitions": 1}}, said)
            continue
        settings |= _settings(
            {key.removeprefix("x-"): value for key, value in arguments.items()}, types, bindings, names
        )
        sketch.channel(slug(queue["name"]), {"queue": settings}, said)
    sketch.count(streams, "stream", f"of {name} is taken for a log of one partition")
    _exchanges(types, bindings, names, said, sketch)


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
        return re.compile(pattern) is not None and not SLOW.search(pattern)
    except (re.error, OverflowError, RecursionError):
        return False


def _settings(arguments, types, bindings, names):
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
    letters = _letter_box(arguments, bindings, names)
    if letters:
        found["dead_letter"] = slug(letters)
    return found


def _letter_box(arguments, bindings, names):
    """The queue in which dead letters land: by the routing key, or through the bindings of the exchange."""
    if "dead-letter-exchange" not in arguments:
        return None
    exchange, key = word(arguments["dead-letter-exchange"]), word(arguments.get("dead-letter-routing-key"))
    if not exchange:
        return key if key in names else None
    bound = [each for each in bindings if each.get("source") == exchange and each.get("destination") in names]
    fitting = [each for each in bound if not key or each.get("routing_key") in (key, "#")] or bound
    return fitting[0]["destination"] if fitting else None


def _exchanges(types, bindings, names, said, sketch):
    bound, others = defaultdict(list), 0
    for each in bindings:
        if each.get("destination_type") == "queue" and each.get("destination") in names:
            bound[word(each["source"])].append(each)
        else:
            others += 1
    sketch.count(others, "binding", "leads to another exchange, which is left out")
    for exchange, theirs in bound.items():
        kind = types.get(exchange, "direct")
        if kind not in TYPES:
            sketch.note(f"exchange {exchange} is of type {kind}, which evsim has not: taken for a fanout")
            kind = "fanout"
        if kind == "direct" and any({"*", "#"} & set(word(each.get("routing_key"))) for each in theirs):
            sketch.note(f"exchange {exchange} is direct and has a key with a pattern: taken for a topic exchange")
            kind = "topic"
        queues = [
            slug(each["destination"])
            if kind == "fanout"
            else {"queue": slug(each["destination"]), "key": word(each.get("routing_key")) or "-"}
            for each in theirs
        ]
        letters = {settings.get("queue", {}).get("dead_letter") for settings, _ in sketch.channels.values()}
        if all((queue if isinstance(queue, str) else queue["queue"]) in letters for queue in queues):
            continue  # dead letters go straight to their queue
        called = slug(exchange) if slug(exchange) not in sketch.channels else slug(f"{exchange}-exchange")
        sketch.channel(called, {"exchange": {"type": kind, "bindings": queues}}, said)


def _whole(value):
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None
