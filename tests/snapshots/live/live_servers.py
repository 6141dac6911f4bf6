"""What the processes of live runs do where the broker is a server that somebody else has written.

The servers are given: what they are asked, and how they are started, is told with all that the processes note.
"""

from functools import partial

import evsim
from tests.snapshots.live.live_ledgers import records_of
from tests.snapshots.live.live_processes import EVENTS, FEW, WORKS, journals_of
from tests.snapshots.texts import tried
from tests.support.machine.given_machine import GivenMachine

__all__ = ["LIVE_SERVERS"]

FIRST, SECOND = "first@250ms+250ms", "second/1@500ms+125ms"
WORKS = WORKS.replace({"run.duration": "875ms", "run.drain_limit": "90s", "services.desk.instances": 1})
LOG = WORKS.replace(
    {"channels.jobs": {"log": {"partitions": 2}}, "services.second.workers": 2, "services.second.instances": 3}
)
AT = {"seconds": 1}
RUNS = {
    **{f"{kind}, in order and not": (WORKS, {"broker": kind, "kill": [FIRST, SECOND]})
       for kind in ("redis", "rabbitmq", "nats")},
    "kafka, in order": (LOG, {"broker": "kafka", "kill": [FIRST, SECOND]}),
    **{f"{kind}, killed": (EVENTS, AT | {"broker": kind, "kill": "customer-registered@250ms+250ms"})
       for kind in ("redis", "rabbitmq")},
    "nats, killed": (EVENTS.replace({"run.drain_limit": "60s"}), AT | {
        "broker": "nats", "kill": "customer-registered@250ms+250ms"}),
    "redis without a claim": (FEW, {"broker": "redis", "claim": False, "kill": "clerk@250ms+250ms"}),
    "nats, a reader that stands still": (FEW, {"broker": "nats", "pause": "clerk@250ms+125ms"}),
    **{f"{url}": (FEW.replace({"run.duration": "500ms"}), {"broker": url}) for url in (
        "redis://user:secret@host:1234/0", "nats://token@host", "amqp://user:secret@host")},
    "kafka://user:secret@host": (EVENTS, {"broker": "kafka://user:secret@host", "seconds": 0.5}),
    "kafka://host:1234": (EVENTS, {"broker": "kafka://host:1234", "seconds": 0.25}),
}  # fmt: skip


def _servers(name):
    scenario, given = RUNS[name]
    with GivenMachine(fail=0 if "://" in name else 2, haste=10) as machine:
        run = evsim.live(scenario, **given)
    yield "itself", f"{run!r} {run.broker} {tried(run.audit)} {run.summary()} {machine.loop.broken}"
    yield "journals", "\n".join(journals_of(machine))
    yield "servers", "\n".join([*machine.servers.told, *machine.servers.asked])
    yield from records_of(run)


LIVE_SERVERS = {f"servers of {name}": partial(_servers, name) for name in RUNS}
