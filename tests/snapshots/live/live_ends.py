"""How live runs end that do not end well, and what is found in a PostgreSQL, on a machine whose time is given."""

import re

import evsim
from evsim.testbed.supervisor import LiveError
from tests.snapshots.live.live_ledgers import records_of
from tests.snapshots.live.live_processes import EVENTS, SHARED_QUEUE, journals_of, programs_of
from tests.snapshots.texts import tried
from tests.support.machine.given_machine import GivenMachine

__all__ = ["LIVE_ENDS"]

WORDS = "It counts:\nout of paper\n"
POSTGRES = "postgresql://user:secret@host/name"
STORED = {"services.desk.workers": 3, "services.first.workers": 12, "faults": [], "run.duration": "500ms"}
DRAIN = {"run.drain_limit": "4s"}
KILLED = {"kill": "database@250ms+3s"}
ENDS = {  # what it is like -> (what is so on the machine, what is asked for)
    "one ends by itself": ({"ends": {"database": (0.4, WORDS)}}, {}),
    "one ends, while another is down": ({"ends": {"register": (0.55, "")}}, KILLED),
    "one ends before it begins": ({"ends": {"the customers": (0.0, WORDS)}}, {}),
    "the customers end last": ({"ends": {"the customers": (0.7005, WORDS)}}, {}),
    "one ends before it says a word": ({"ends": {"the customers": (1, WORDS)}, "hangs": ["the customers"]}, {}),
    "one never answers": ({"hangs": ["mailing-list"]}, {}),
    "a server does not start": ({"fail": 5}, {"broker": "redis"}),
    "a server starts at last": ({"fail": 4}, {"broker": "redis"}),
    **{f"nobody is at {url}": ({}, {"broker": url}) for url in (
        "redis://127.0.0.1", "nats://127.0.0.1", "amqp://user:secret@127.0.0.1", "kafka://127.0.0.1")},
    "no database is there": ({}, {"database": "postgresql://user:secret@127.0.0.1/name"}),
    "it stays open": ({}, {"broker": "nats", "kill": "database@250ms+125ms"}),
    "it lasts longer than its customers come": ({}, {"seconds": 0.25, "kill": "database@125ms+3s"}),
}  # fmt: skip


def _ended(on, given):
    with GivenMachine(**on) as machine:
        try:
            said = repr(evsim.live(EVENTS.replace(DRAIN), **{"seconds": 0.5} | given))
        except LiveError as error:
            said = f"LiveError: {error}"
        alive = [each.name for each in machine.programs if each.code is None]
        now = machine.loop.now
    return f"{said} {alive} {now} {machine.loop.broken}\n" + "\n".join(each for each in machine.servers.told)


def _ends():
    for name, (on, given) in ENDS.items():
        yield name, re.sub(r"evsim-live-\S+?(?=[/')])", "FOLDER", _ended(on, given))


def _stored():
    with GivenMachine() as machine:
        run = evsim.live(
            SHARED_QUEUE.replace(STORED), database=POSTGRES, mails=["second", "desk"], broker="redis://host"
        )
    yield "itself", f"{run!r} {run.database} {tried(run.audit)} {machine.loop.broken}"
    yield "journals", "\n".join(journals_of(machine))
    yield "programs", "\n".join(programs_of(machine))
    yield "servers", "\n".join([*machine.servers.told, *machine.servers.asked])
    yield from records_of(run)


LIVE_ENDS = {"ends of live runs": _ends, "effects in a PostgreSQL": _stored}
