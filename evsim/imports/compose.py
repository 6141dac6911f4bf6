"""Compose files: the boxes and how many there are of each. Who calls whom is guessed.

It is guessed from ``depends_on``, and from the hosts that variables name.

Source: Compose Specification.
"""

import re

from evsim.imports.described import load_description
from evsim.imports.json_data import mapping, sequence, word
from evsim.imports.measured import GUESSED_WORK
from evsim.imports.sketch import GUESSED, slug
from evsim.scenario.textfile import wrong
from evsim.scenario.units import UnitError, whole

__all__ = ["read"]

RANK = 1
LOGS = ("kafka", "redpanda", "pulsar", "kinesis")
QUEUES = ("rabbitmq", "activemq", "artemis", "nats", "elasticmq", "localstack", "sqs", "mosquitto")
BESIDE = ("zookeeper", "prometheus", "grafana", "jaeger", "zipkin", "otel", "opentelemetry", "loki", "tempo",
          "kibana", "elastic-agent", "fluentd", "fluent-bit", "adminer", "pgadmin", "kafka-ui", "akhq",
          "schema-registry")  # fmt: skip
STORES = (
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "memcached",
    "cassandra",
    "elasticsearch",
    "mssql",
    "cockroach",
)
CHANNEL = re.compile(r".*(TOPIC|QUEUE|CHANNEL|EXCHANGE)(_NAME)?", re.I)
OWN = re.compile(r"(consumer|producer|worker|service|api|app)\b")  # a program, whatever it is called after
URL = re.compile(r"[a-z][a-z0-9+.:-]*://([^@/]*@)?(?P<host>[A-Za-z][A-Za-z0-9._-]*)", re.I)
HOST_AND_PORT = re.compile(r"(?P<host>[A-Za-z][A-Za-z0-9._-]*):[0-9]+")
HOST = re.compile(r".*(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVERS|BROKER|BROKERS|URL|URI|ENDPOINT)", re.I)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{1,80}")
PARTITIONS = 6
MOST = 1000  # instances that a service may have
FRONT = "open to the outside"


def read(text, name, sketch):
    services = {key: mapping(each) for key, each in mapping(load_description(text, name).get("services")).items()}
    if not services:
        raise wrong(name, "names no services")
    kinds = {key: _kind(key, each) for key, each in services.items()}
    none = [key for key, entry in services.items() if _replicas(entry) == 0]
    left_out = [key for key, kind in kinds.items() if kind == "beside" and key not in none]
    kinds |= dict.fromkeys(none, "beside")
    if none:
        do = "it does" if len(none) == 1 else "they do"
        sketch.note(f"{', '.join(none)} of {name}: left out, with 0 replicas {do} not run")
    if left_out:
        take = "it takes" if len(left_out) == 1 else "they take"
        sketch.note(f"{', '.join(left_out)} of {name}: left out, {take} no part in a request")
    needs = {
        key: [each for each in _needs(entry) if kinds.get(each) not in (None, "beside")]
        for key, entry in services.items()
    }
    for key in (key for key, kind in kinds.items() if kind == "program"):
        for each in _hosts(services[key]):
            if kinds.get(each) not in (None, "beside") and key not in _reached(needs, each):
                needs[key] += [each] if each not in needs[key] else []
    alone = [key for key, kind in kinds.items() if kind == "broker" and not _users(key, kinds, needs)]
    if alone:
        them = "it" if len(alone) == 1 else "them"
        uses = f"no service says by depends_on or by a variable that it uses {them}"
        sketch.note(f"{', '.join(alone)} of {name}: left out, {uses}")
    called = {each for key, theirs in needs.items() if kinds[key] == "program" for each in theirs}
    channels = _channels(services, kinds, needs, sketch)
    for key, entry in services.items():
        if kinds[key] in ("program", "store"):
            box = sketch.box(slug(key))
            box.words = box.words or _words(entry, kinds[key], key in called)
            count = _replicas(entry)
            if count and 0 < count <= MOST:
                box.instances = count, f"measured: {name}"
            elif count:
                sketch.note(f"{key} of {name}: one instance is taken, its replicas are no number from 1 to {MOST:,}")
            calls = [each for each in needs[key] if kinds[each] in ("program", "store")]
            steps = [({"work": GUESSED_WORK}, GUESSED), *(({"call": slug(each)}, GUESSED) for each in calls)]
            reads = [channel for channel, (readers, _) in channels.items() if key in readers]
            if box.rank <= RANK:
                box.subscribes.update({channel: {} for channel in reads if channel in sketch.channels})
            if reads:
                steps.append(({"effect": f"{slug(key)} done"}, GUESSED))
            else:
                mine = (channel for channel, (readers, users) in channels.items() if readers and key in users)
                steps += [({"publish": channel}, GUESSED) for channel in mine]
            sketch.handle(slug(key), steps, RANK)


def _replicas(entry):
    """How many there are of a service; None where that is not said, and -1 where it is no number."""
    count = mapping(entry.get("deploy")).get("replicas", entry.get("scale"))
    try:
        return None if count is None else whole(count)
    except UnitError:
        return -1


def _kind(key, entry):
    image = word(entry.get("image")).lower().rpartition("/")[2].partition(":")[0]
    text = image or ("" if "build" in entry else key.lower())
    for kind, words in (("beside", BESIDE), ("broker", (*LOGS, *QUEUES)), ("store", STORES)):
        if re.search(rf"(?<![a-z])({'|'.join(words)})", text) and not OWN.search(text):
            return kind
    return "program"


def _needs(entry):
    """The names of the services that one needs: a list, or a mapping."""
    found = entry.get("depends_on")
    return [word(each) for each in found] if isinstance(found, list) else list(mapping(found))


def _hosts(entry):
    """The hosts that variables name: ``http://stock:8080/v1``, ``db:5432``, and ``stock`` where a name says so."""
    for key, value in _variables(entry):
        for each in word(value).split(","):
            found = URL.match(each.strip()) or HOST_AND_PORT.fullmatch(each.strip())
            if found or (HOST.fullmatch(word(key)) and NAME.fullmatch(each.strip())):
                yield found["host"] if found else each.strip()


def _reached(needs, key):
    """Who is called, at once or by others, when one is called, with itself."""
    found, new = set(), {key}
    while new:
        found |= new
        new = {each for one in new for each in needs.get(one, ())} - found
    return found


def _users(broker, kinds, needs):
    return [key for key, theirs in needs.items() if kinds[key] == "program" and broker in theirs]


def _channels(services, kinds, needs, sketch):
    """channel -> who reads it: those that name it, have no door of their own, and are called by nobody."""
    brokers = [key for key, kind in kinds.items() if kind == "broker"]
    users = {key: [each for each in needs[key] if each in brokers] for key, kind in kinds.items() if kind == "program"}
    called = {each for theirs in needs.values() for each in theirs}
    named = {
        key: _named_channels(services[key]) or [f"{each}-messages" for each in theirs]
        for key, theirs in users.items()
        if theirs
    }
    found: dict = {}
    for channel in dict.fromkeys(each for theirs in named.values() for each in theirs):
        mine = [key for key, theirs in named.items() if channel in theirs]
        broker = next((each for each in brokers if all(each in users[key] for key in mine)), users[mine[0]][0])
        image = f"{broker} {word(services[broker].get('image'))}".lower()
        log = any(each in image for each in LOGS)
        if not any(box.rank > RANK for box in sketch.boxes.values()):
            sketch.channel(slug(channel), {"log": {"partitions": PARTITIONS}} if log else {"queue": {}}, GUESSED)
        found[slug(channel)] = [key for key in mine if key not in called and not services[key].get("ports")], mine
    return found


def _named_channels(entry):
    """Values of variables that name a topic or a queue."""
    pairs = _variables(entry)
    return [word(value) for key, value in pairs if CHANNEL.fullmatch(word(key)) and NAME.fullmatch(word(value))]


def _variables(entry):
    """(name, value) of each variable, from a list or a mapping."""
    variables = entry.get("environment")
    return [word(each).partition("=")[::2] for each in sequence(variables)] or list(mapping(variables).items())


def _words(entry, kind, called):
    doors = (each.get("published") if isinstance(each, dict) else each for each in sequence(entry.get("ports")))
    ports = ", ".join(filter(None, map(word, doors)))
    what = word(entry.get("image")) or "built here"
    front = f"{FRONT}, port {ports}; " if ports and kind == "program" and not called else ""
    return f"{front}{what}"
