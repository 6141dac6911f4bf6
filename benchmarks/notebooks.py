"""`python -m benchmarks.notebooks`: from "run all" to the last cell of each notebook, in JupyterLab, in s.

Measured in the page, with a kernel that has started and has imported nothing. Each notebook is run three times. It
needs Playwright and a Chromium, as the browser tests do. The aim is 5 s on a quiet machine.
"""

import os
import shutil
import tempfile
from pathlib import Path
from statistics import median

from tests.browser.lab import ROOT, Lab, browser, server

TIMES = 3
RUN_ALL = """async () => {
    const begin = performance.now();
    await jupyterapp.commands.execute('notebook:run-all-cells');
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    return (performance.now() - begin) / 1000;
}"""


def main():
    print(f"s from 'run all' to the last cell, {TIMES} times; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':42}{'median':>8}{'longest':>9}")
    with tempfile.TemporaryDirectory() as place, server(Path(place)) as address, browser() as chromium:
        lab = Lab(chromium, address)
        for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
            shutil.copy(source, place)
            seconds = []
            for _ in range(TIMES):
                lab.load()
                lab.open(source.name)
                seconds.append(lab.ask(RUN_ALL))
            print(f"{source.stem:42}{median(seconds):8.1f}{max(seconds):9.1f}", flush=True)


if __name__ == "__main__":
    main()
