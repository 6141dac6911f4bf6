"""`python -m benchmarks.cold_start [--write]`: from an empty process to the end of `evsim run registration-events`.

Beside it what the libraries alone take that evsim stands on: nothing of evsim can be quicker. Turns alternate, and the
ratios are of processor time, in which a busy machine shows less.
"""

import os
import subprocess
import sys
from statistics import median
from time import perf_counter

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
    """How long a fresh process takes to run this program, and its processor time; modules are compiled beforehand."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin, used = perf_counter(), _used()
    subprocess.run([sys.executable, "-c", program], env=environment, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - begin, _used() - used


def _used():
    """Processor time of all children that have ended; 0 on Windows."""
    times = os.times()
    return times.children_user + times.children_system


def table(times):
    """name -> (s, s of a processor) of each turn, as a table in Markdown."""
    libraries = median(used for _, used in times[f"import {LIBRARIES}"])
    yield "| a fresh process | s | least | s of a processor | times the libraries |"
    yield "|---|---|---|---|---|"
    for name, turns in times.items():
        taken, used = zip(*turns, strict=True)
        times_as_long = f"{median(used) / libraries:.1f}" if libraries else "-"
        yield f"| {name} | {median(taken):.2f} | {min(taken):.2f} | {median(used):.2f} | {times_as_long} |"


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
