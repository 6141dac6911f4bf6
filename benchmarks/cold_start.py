"""`python -m benchmarks.cold_start`: from an empty process to the last line of `evsim run registration-events`.

Beside it what the libraries alone take that evsim stands on: nothing of evsim can be quicker. Turns alternate.
"""

import os
import subprocess
import sys
from statistics import median
from time import perf_counter

TURNS = 15
SUBJECTS = {
    "python": "",
    "numpy, pydantic, simpy, yaml": "import numpy, pydantic, simpy, yaml",
    "import evsim": "import evsim",
    "evsim list": "import sys; sys.argv = ['evsim', 'list']; from evsim.__main__ import main; main()",
    "evsim run registration-events": (
        "import sys; sys.argv = ['evsim', 'run', 'registration-events']; from evsim.__main__ import main; main()"
    ),
}


def seconds(program):
    """How long a fresh process takes to run this program, with all modules compiled beforehand."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = perf_counter()
    subprocess.run([sys.executable, "-c", program], env=environment, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - begin


def main():
    for program in SUBJECTS.values():
        seconds(program)
    times = {name: [] for name in SUBJECTS}
    for _ in range(TURNS):
        for name, program in SUBJECTS.items():
            times[name].append(seconds(program))
    libraries = median(times["numpy, pydantic, simpy, yaml"])
    print(f"{'':32}{'median':>8}{'least':>8}   times the libraries")
    for name, taken in times.items():
        print(f"{name:32}{median(taken):7.2f}s{min(taken):7.2f}s{median(taken) / libraries:8.1f}")


if __name__ == "__main__":
    main()
