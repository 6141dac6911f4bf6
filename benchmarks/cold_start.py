"""`python -m benchmarks.cold_start [--write]`: from an empty process to the end of `evsim run registration-events`.

Beside it what the libraries alone take that evsim stands on: nothing of evsim can be quicker. Turns alternate. It is
processor time, which Windows does not tell: one waits as long on a quiet machine, and on a busy one it changes less.
"""

import os
import subprocess
import sys
from statistics import median

from .readme import write

TURNS = 15
LIBRARIES = "numpy, pydantic, simpy, yaml"
COMMAND = "import sys; sys.argv = ['evsim', *{}]; from evsim.__main__ import main; main()"
SUBJECTS = {
    "python": "",
    f"import {LIBRARIES}": f"import {LIBRARIES}",
    "a run in Python": "import evsim; print(evsim.load('registration-events').run().summary())",
    "evsim list": COMMAND.format(["list"]),
    "evsim run registration-events": COMMAND.format(["run", "registration-events"]),
}


def seconds(program):
    """Processor time of a fresh process that runs this program, with all modules compiled beforehand."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = _used()
    subprocess.run([sys.executable, "-c", program], env=environment, stdout=subprocess.DEVNULL, check=True)
    return _used() - before


def _used():
    """Processor time of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def table(times):
    """name -> s of each turn, as a table in Markdown."""
    libraries = median(times[f"import {LIBRARIES}"])
    yield "| a fresh process | s | least | times the libraries |"
    yield "|---|---|---|---|"
    for name, used in times.items():
        yield f"| {name} | {median(used):.2f} | {min(used):.2f} | {median(used) / libraries:.1f} |"


def main():
    for program in SUBJECTS.values():
        seconds(program)
    times = {name: [] for name in SUBJECTS}
    for _ in range(TURNS):
        for name, program in SUBJECTS.items():
            times[name].append(seconds(program))
    text = "\n".join(table(times))
    print(text)
    if "--write" in sys.argv[1:]:
        write(text, "cold start")


if __name__ == "__main__":
    main()
