"""The reference: idiomatic SimPy, a process a message, `Resource`, one small tuple a row.

A hop is a timeout in the process of its message. A hop that nobody waits for (an answer, an acknowledgement)
is a timeout with a callback that notes its time, not a process: that is both the plain way and the fast one.
"""

import random
from functools import partial

import simpy

from .outcome import Outcome


def run(workload, messages, seed, environment=simpy.Environment):
    """Run `messages` messages of `workload` to the end on an `environment`."""
    env = environment()
    if workload.groups:
        build = log
    elif len(workload.servers) > 1:
        build = chain
    else:
        build = station
    records = build(env, workload, messages, random.Random(seed))
    env.run()
    return Outcome(lambda: (messages, [start - ready for *_, ready, start, end in records["rows"]]))


def station(env, workload, messages, rng):
    """W1, W2. Rows: arrival, start, end."""
    rows = []
    servers = simpy.Resource(env, workload.servers[0])
    rate = 1 / workload.service[0]

    def customer():
        arrival = env.now
        with servers.request() as turn:
            yield turn
            start = env.now
            yield env.timeout(rng.expovariate(rate))
        rows.append((arrival, start, env.now))

    def source():
        for _ in range(messages):
            yield env.timeout(rng.expovariate(workload.rate))
            env.process(customer())

    env.process(source())
    return {"rows": rows}


class Link:
    """A hop that keeps order, as TCP does: nothing arrives before what was sent before it."""

    def __init__(self, env, draw):
        self.env, self.draw, self.last = env, draw, 0.0

    def travel(self):
        self.last = max(self.last, self.env.now + self.draw())
        return self.env.timeout(self.last - self.env.now)


def note(env, notes, number, event):
    """Callback of a hop that nobody waits for."""
    notes.append((number, env.now))


def chain(env, workload, messages, rng):
    """W3. Rows: station, message, ready, start, end. Also noted: when answers and acknowledgements arrive."""
    draw = partial(rng.expovariate, 1 / workload.hop)
    servers = [simpy.Resource(env, capacity) for capacity in workload.servers]
    rates = [1 / service for service in workload.service]
    into, out, back = ([Link(env, draw) for _ in servers] for _ in range(3))
    rows, answers, acknowledged = [], [], []

    def message(number):
        yield env.timeout(draw())
        ready = env.now
        for place, server in enumerate(servers):
            if place:
                yield into[place].travel()
                ready = env.now
                yield out[place].travel()
            with server.request() as turn:
                yield turn
                start = env.now
                yield env.timeout(rng.expovariate(rates[place]))
            rows.append((place, number, ready, start, env.now))
            if place:
                back[place].travel().callbacks.append(partial(note, env, acknowledged, number))
            else:
                env.timeout(draw()).callbacks.append(partial(note, env, answers, number))

    def source():
        for number in range(messages):
            yield env.timeout(rng.expovariate(workload.rate))
            env.process(message(number))

    env.process(source())
    return {"rows": rows, "answers": answers, "acknowledged": acknowledged}


def log(env, workload, messages, rng):
    """W4, W4L. Rows: message, group, attempt, ready, start, end. Also noted: appends and the rest."""
    draw = partial(rng.expovariate, 1 / workload.hop)
    rate = 1 / workload.service[0]
    groups = range(workload.groups)
    workers = [simpy.Resource(env, workload.servers[0]) for _ in groups]
    there, back = ([Link(env, draw) for _ in groups] for _ in range(2))
    serial = workload.partitions if workload.keys else 0
    partitions = [[simpy.Resource(env) for _ in range(serial)] for _ in groups]
    rows, appended, acknowledged, effects, dead = [], [], [], [], []

    def attempts(number, group, ready):
        """Work on one delivery until it succeeds or is dead."""
        for attempt in range(1, workload.attempts + 1):
            yield there[group].travel()
            with workers[group].request() as turn:
                yield turn
                start = env.now
                yield env.timeout(rng.expovariate(rate))
            rows.append((number, group, attempt, ready, start, env.now))
            if rng.random() >= workload.failure:
                if serial:
                    effects.append((number, group, env.now))
                break
            if attempt == workload.attempts:
                dead.append((number, group, env.now))
                break
            yield env.timeout(workload.backoff)
            ready = env.now

    def delivery(number, group, partition):
        ready = env.now
        if serial:
            with partitions[group][partition].request() as turn:
                yield turn
                yield from attempts(number, group, ready)
        else:
            yield from attempts(number, group, ready)
        yield back[group].travel()
        acknowledged.append((number, group, env.now))

    def publication(number, producer, partition):
        born = env.now
        yield producer.travel()
        appended.append((number, partition, born, env.now))
        for group in groups:
            env.process(delivery(number, group, partition))

    def source(first):
        producer = Link(env, draw)
        for number in range(first, messages, workload.producers):
            yield env.timeout(rng.expovariate(workload.rate / workload.producers))
            partition = rng.randrange(workload.keys) % serial if serial else 0
            env.process(publication(number, producer, partition))

    for first in range(workload.producers):
        env.process(source(first))
    notes = {"appended": appended, "acknowledged": acknowledged, "effects": effects, "dead": dead}
    return {"rows": rows, **notes}
