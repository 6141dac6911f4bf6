"""AsyncAPI 2 and 3: the channels of one program, and whether it sends or receives there.

In version 2 ``publish`` is what others may publish, so the program receives it; in version 3 it says ``receive``.
Sources: AsyncAPI 2.6 and 3.0, with their bindings for Kafka and AMQP.
"""

from evsim.imports.described import load_description
from evsim.imports.json_data import mapping, word
from evsim.imports.measured import GUESSED_WORK
from evsim.imports.sketch import GUESSED, slug
from evsim.scenario.textfile import wrong

__all__ = ["read"]

RANK = 2
LOGS = ("kafka", "kafka-secure", "pulsar", "kinesis")
TITLES = (" service", " api", " application", " events")
PARTITIONS = 6


def read(text, name, sketch):
    data = load_description(text, name)
    program = slug(_title(mapping(data.get("info")).get("title")), "program")
    operations = _of_version_3(data) if word(data.get("asyncapi")).startswith("3") else _of_version_2(data)
    if not operations:
        raise wrong(name, "has no channel on which something is sent or received")
    protocols = {word(mapping(each).get("protocol")) for each in mapping(data.get("servers")).values()}
    box, sends, receives, replies = sketch.box(program), [], [], 0
    for address, channel, sending, operation in operations:
        channel_name = slug(address)
        bindings = mapping(channel.get("bindings"))
        settings, origin = _settings(bindings, protocols, name)
        sketch.channel(channel_name, settings, origin)
        replies += "reply" in operation
        if sending:
            sends.append(channel_name)
            continue
        receives.append(channel_name)
        box.subscribes.setdefault(channel_name, {})
    work = [({"work": GUESSED_WORK}, GUESSED)]
    effects = [({"effect": f"{each} handled"}, GUESSED) for each in receives[:1]]
    sketch.handle(
        program, [*work, *effects, *(({"publish": each}, f"measured: {name}") for each in dict.fromkeys(sends))], RANK
    )
    received, sent = (
        ", ".join(dict.fromkeys(address for address, _, sending, _ in operations if sending is way)) or "nothing"
        for way in (False, True)
    )
    box.words = f"receives {received}; sends {sent} ({name})"
    left_out = "which is left out: requests here are calls"
    sketch.count(replies, "operation", f"of {name} has a reply, {left_out}", f"of {name} have a reply, {left_out}")


def _title(title):
    text = word(title).lower()
    return next((text.removesuffix(end) for end in TITLES if text.endswith(end)), text)


def _of_version_2(data):
    """(address, channel, whether the program sends, operation) of each operation."""
    found = []
    for address, channel in mapping(data.get("channels")).items():
        for verb, sending in (("publish", False), ("subscribe", True)):
            if verb in mapping(channel):
                found.append((address, channel, sending, mapping(channel[verb])))
    return found


def _of_version_3(data):
    channels, found = mapping(data.get("channels")), []
    for operation in map(mapping, mapping(data.get("operations")).values()):
        reference = word(mapping(operation.get("channel")).get("$ref")).rpartition("/")[2]
        channel = mapping(channels.get(reference))
        address = word(channel.get("address")) or reference
        if address and operation.get("action") in ("send", "receive"):
            found.append((address, channel, operation["action"] == "send", operation))
    return found


def _settings(bindings, protocols, name):
    """(settings of the channel, origin), by its bindings, or else by the protocol of the servers."""
    kafka, amqp = mapping(bindings.get("kafka")), mapping(bindings.get("amqp"))
    if kafka or protocols & set(LOGS):
        count = kafka.get("partitions")
        known = isinstance(count, int) and not isinstance(count, bool) and 0 < count <= 10_000
        return {"log": {"partitions": count if known else PARTITIONS}}, f"measured: {name}" if known else GUESSED
    if amqp or any(each.startswith("amqp") for each in protocols):
        return {"queue": {"like": "rabbitmq"}}, f"measured: {name}"
    return {"queue": {}}, GUESSED
