"""CloudEvents 1.0 in the JSON batch format: one event for each published message.

``id`` is the number of the message, ``source`` who published it, ``subject`` the customer whose request caused it.
Extensions: ``partitionkey``, ``sequence`` (the place among the events of its source, as text that sorts) and
``traceparent`` (the span of the OTLP export that sent it).

Source: CloudEvents 1.0.2, its JSON event format and its documented extensions.
"""

from evsim.results.export.destination import write_list
from evsim.results.export.identity import rfc3339
from evsim.results.export.moments import Facts

__all__ = ["ONE_FILE", "write"]

ONE_FILE = True


def write(run, chosen, path):
    write_list(path, events(Facts(run, chosen)))


def events(facts):
    """One dict a message, in the order of publishing."""
    run = facts.run
    sent = {}  # source -> how many events it has published
    places = []
    for sender in run.tables.message_senders.tolist():
        sent[sender] = sent.get(sender, 0) + 1
        places.append(sent[sender])
    for message in facts.messages():
        request = message.request
        data = {
            "workload": request.workload,
            "request": request.number,
            "channel": message.channel,
            "kept": message.appended is not None,
        }
        if message.appended is not None:
            data |= {"partition": message.partition, "offset": message.offset}
        if message.item:
            data["item"] = message.item
        span = facts.identity.span("send", message.number)
        yield {
            "specversion": "1.0",
            "id": str(message.number),
            "source": f"/{run.scenario.name}/seed-{run.seed}/{message.sender}",
            "type": f"evsim.{message.channel}",
            "subject": f"{request.workload}/{request.number}",
            "time": rfc3339(message.published),
            "datacontenttype": "application/json",
            "partitionkey": message.key,
            "sequence": f"{places[message.number]:010d}",
            "traceparent": f"00-{request.trace}-{span}-01",
            "data": data,
        }
