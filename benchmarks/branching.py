"""`python -m benchmarks.branching`: from a fault's drop on the bar to its future on the screen, in a browser, in ms.

Two designs of lesson size; the page asks Python for the future, as in a notebook, without the notebook's own messages.
It needs Playwright and a Chromium, as the browser tests do.
"""

import os
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

import evsim
from evsim.lesson import lesson_size
from evsim.view.player.page import page as html
from tests.browser.lab import browser

DROPS = 7
DROP = """async (drops) => {
    player.branch = ({ fault, at, future }) => window.ask(fault, at / 1e6, future);
    const fault = player.film.breaks.find(({ fault }) => fault.outage === "mailing-list").fault;
    const times = [];
    for (let drop = 0; drop < drops; drop++) {
        player.selection.set({ future: 0 });
        const begin = performance.now();
        await player.breakAt(fault, (5 + drop) * 1e6);
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        times.push(performance.now() - begin);
    }
    return [times, player.selection.get().future];
}"""


def drops():
    """(ms from each drop to the picture of its future, ms of processor time that Python takes for each)."""
    player = evsim.play(*(lesson_size(name).run() for name in ("classic", "events")))
    worked = []

    def ask(fault, at, future):
        begin = process_time()
        found = player.branch(fault, at, future)
        worked.append(1000 * (process_time() - begin))
        return found

    with tempfile.TemporaryDirectory() as place, browser() as chromium:
        path = Path(place) / "player.html"
        path.write_text(html(player.film, "drops"), encoding="utf-8")
        page = chromium.new_page()
        page.expose_function("ask", ask)
        page.goto(path.as_uri())
        page.locator(".ev-player").wait_for()
        times, future = page.evaluate(DROP, DROPS)
        if future != DROPS:
            raise RuntimeError(f"{DROPS} faults led to {future} futures")
        return times, worked


def main():
    times, worked = drops()
    load = os.getloadavg()[0]
    print(f"{DROPS} drops, ms until the future is drawn; load of the machine {load:.1f}")
    print(f"median {median(times):.0f}, longest {max(times):.0f}; processor time in Python {median(worked):.0f}")


if __name__ == "__main__":
    main()
