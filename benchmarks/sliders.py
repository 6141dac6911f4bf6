"""`python -m benchmarks.sliders`: from a slider's move to the changed picture, in JupyterLab, in ms.

Measured in the page, from the input event to the first frame after the picture changed. It needs Playwright and a
Chromium, as the browser tests do. Beside each figure stands what it was when pictures were drawn as PNG and carried.
"""

import os
import shutil
import tempfile
from pathlib import Path
from statistics import median

from tests.browser.lab import ROOT, Lab, browser, server

LESSONS = {
    "00-press-register": 367, "01-classic-registration": 195, "02-the-mailing-list-is-down": 179,
    "03-event-driven-registration": 204,
}  # fmt: skip
EXPLORE = "import evsim\nevsim.explore(evsim.lesson.lesson_size('events'), ['services.mailing-list.workers'])"
MOVES = 20
MOVE = """([cell, moves]) => new Promise(async (done) => {
    const input = cell.querySelector("input[type=range]");
    const place = cell.querySelector(".evsim-scene");
    const times = [];
    for (let move = 0; move < moves; move++) {
        const many = Number(input.max) + 1;
        input.value = (Number(input.value) + 1 + (move % (many - 1))) % many;
        const seen = new Promise((drawn) => {
            const look = new MutationObserver(() => {
                look.disconnect();
                requestAnimationFrame(() => setTimeout(() => drawn(performance.now())));
            });
            look.observe(place, { childList: true, subtree: true });
        });
        const begin = performance.now();
        input.dispatchEvent(new Event("input", { bubbles: true }));
        times.push(await seen - begin);
        await new Promise((rest) => setTimeout(rest, 200));
    }
    done(times);
})"""


def notebooks(folder):
    """(name, path in the folder, what it took before) of what is measured."""
    import nbformat

    for name, before in LESSONS.items():
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
        yield name, f"{name}.ipynb", before
    cell = nbformat.v4.new_code_cell(EXPLORE)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "explore.ipynb")
    yield "explore (a run for each move)", "explore.ipynb", None


def main():
    print(f"{MOVES} moves of a slider, ms until the picture changed; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':32}{'median':>8}{'longest':>9}{'PNG':>7}")
    with tempfile.TemporaryDirectory() as place, server(Path(place)) as address, browser() as chromium:
        lab = Lab(chromium, address)
        for name, path, before in notebooks(Path(place)):
            lab.load()
            lab.run(path)
            cell = lab.page.locator(".jp-Cell:has(.evsim-scene)").last
            cell.locator(".evsim-scene svg").first.wait_for(state="attached")
            times = lab.page.evaluate(MOVE, [cell.element_handle(), MOVES])
            print(f"{name:32}{median(times):8.1f}{max(times):9.1f}{before or '-':>7}", flush=True)


if __name__ == "__main__":
    main()
