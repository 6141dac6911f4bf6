"""One measurement in a fresh process: `python -m benchmarks.measure NAME WORKLOAD MESSAGES SEED` prints JSON.

The clock covers building the model, running it and writing its records; it covers no import, because a small
run comes first. Memory is the peak of the resident set less what was resident when the clock started.
"""

import gc
import json
import os
import resource
import subprocess
import sys
from time import perf_counter, process_time

from .implementations import IMPLEMENTATIONS
from .outcome import batch_means
from .workloads import WORKLOADS

WARM_UP = 500  # messages
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def measure(name, workload, messages, seed):
    """A dict of what was measured, or ``{"missing": why}`` where the implementation cannot be had."""
    try:
        run = IMPLEMENTATIONS[name].load()
        run(workload, WARM_UP, seed)
    except (ImportError, NotImplementedError) as error:
        return {"missing": str(error)}
    gc.collect()
    memory, wall, cpu = resident(), perf_counter(), process_time()
    outcome = run(workload, messages, seed)
    wall, cpu, memory = perf_counter() - wall, process_time() - cpu, resident(peak=True) - memory
    done, waits = outcome.read()
    result = {"messages": done, "wall": wall, "cpu": cpu, "bytes": memory}
    if outcome.comparable:
        result["rows"], result["waits"] = len(waits), batch_means(waits, int(workload.batch * workload.rows))
    return result


def resident(peak=False):
    """Bytes of memory resident now, or at most since the process began."""
    try:
        with open("/proc/self/status") as status:
            field = "VmHWM" if peak else "VmRSS"
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field))
    except OSError:  # not Linux: only the peak is known
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size if sys.platform == "darwin" else size * 1024


def fresh(*arguments):
    """Run this interpreter on `arguments` with thread pools of one; its last line of output, parsed."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", **dict.fromkeys(POOLS, "1")}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measure_fresh(name, workload, messages, seed):
    """:func:`measure` in a process of its own."""
    return fresh("-m", "benchmarks.measure", name, workload.name, messages, seed)


def import_time(module):
    """Seconds that ``import module`` takes in a fresh process."""
    clock = "time.perf_counter()"
    return fresh("-c", f"import time; start = {clock}; import {module}; print({clock} - start)")


if __name__ == "__main__":
    name, workload, messages, seed = sys.argv[1:]
    print(json.dumps(measure(name, WORKLOADS[workload], int(messages), int(seed))))
