"""What `evsim live` says and leaves on a machine whose time is given."""

import re
from functools import partial

from evsim.cli.live import BROKER_VARIABLE, DATABASE_VARIABLE
from tests.snapshots.files.commands import shell
from tests.snapshots.live.live_processes import EVENTS
from tests.support.machine.given_machine import GivenMachine

__all__ = ["LIVE_COMMANDS"]

SHORT = EVENTS.replace({"run.duration": "1s"})
LIVE = "live events.yaml --seconds 0.5"
ASKED = {
    "plain": LIVE, "as JSON": f"{LIVE} --json --seed 4 --set 'objectives={{response_mean: 1us, errors: 0}}'",
    "killed": "live events.yaml --seconds 1.25 --kill mailing-list@750ms+125ms --kill register@250ms+125ms "
              "--pause database@500ms+125ms --broker redis",
    "saved": f"{LIVE} --save out --seed 5",
    "no claim": f"{LIVE} --broker redis --no-claim",
    "calibrated": f"{LIVE} --calibrate -j 1",
    "with a password": f"{LIVE} --broker redis://user:secret@host:1234/0",
    "with a password to a database": f"{LIVE} --database postgresql://user:secret@host/name",
    "without one": f"{LIVE} --broker redis://host:1234/0", "wrong": "live events.yaml --kill nobody@1s --seconds 0.5",
}  # fmt: skip


def _asked(name):
    with GivenMachine():
        said = shell(ASKED[name], events__yaml=SHORT.to_yaml())
    yield name, re.sub(r'("system"|"python"): "[^"]*"', r"\1", said)  # of the machine that runs the test


def _variables():
    yield "variables", f"{BROKER_VARIABLE} {DATABASE_VARIABLE}"


LIVE_COMMANDS = {f"evsim live, {name}": partial(_asked, name) for name in ASKED} | {
    "variables of evsim live": _variables
}
