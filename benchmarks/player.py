"""`python -m benchmarks.player`: how long a film takes to make, how large it is, what a frame of it costs a browser.

Needs Playwright and a Chromium, as the browser tests do. A frame is what the player's script does between two
pictures (state, words and elements; the browser's own layout and painting come on top). At 60 pictures a second there
are 16.7 ms for all of it.
"""

import json
import tempfile
import time
from pathlib import Path

import evsim
from evsim.lesson import lesson_size
from tests.browser.lab import browser

DESIGNS = ("classic", "events")
FRAMES = 400
MEASURE = """([pace, speed, from, frames]) => {
    player.goTo(from);
    player.change({pace, speed});
    const costs = [];
    for (let frame = 0; frame < frames; frame++) {
        const begin = performance.now();
        player.clock.forward(1000 / 60);
        costs.push(performance.now() - begin);
    }
    return costs.sort((one, other) => one - other);
}"""
INDEX = """() => {
    const data = document.getElementById("film").textContent;
    const place = document.createElement("div");
    const begin = performance.now();
    page.show(place, JSON.parse(data)).close();
    return performance.now() - begin;
}"""
PACES = {"event pace": ("every", 1), "true pace": ("true", 1), "true pace, 10 times slower": ("true", 0.1)}


def films():
    """(words, runs, when to look) of what is measured: while the mailing list is down, and many wait."""
    down = {"faults": [{"outage": "mailing-list", "at": "8s", "for": "5s"}]}
    yield "lesson size", [lesson_size(name).replace(down).run() for name in DESIGNS], 10
    down = {"faults": [{"outage": "mailing-list", "at": "20s", "for": "10s"}]}
    yield "flagship", [evsim.load(f"registration-{name}").replace(down).run() for name in DESIGNS], 25


def main():
    with browser() as chromium, tempfile.TemporaryDirectory() as folder:
        for words, runs, look in films():
            begin = time.perf_counter()
            player = evsim.play(*runs)
            made = time.perf_counter() - begin
            size = len(json.dumps(player.film, separators=(",", ":")))
            file = Path(folder) / "player.html"
            player.to_html(file)
            page = chromium.new_page(viewport={"width": 1280, "height": 720})
            page.goto(file.as_uri())
            page.locator(".ev-player").wait_for()
            events = page.evaluate("player.events().list.length")
            customers = sum(len(run.tables.requests.row) for run in runs)
            print(f"{words}: {customers:,} customers in {len(runs)} designs, {events:,} events")
            ready = page.evaluate(INDEX)
            print(f"  film made in {1000 * made:.0f} ms, {size / 1000:,.0f} kB; page ready after {ready:.0f} ms")
            for name, (pace, speed) in PACES.items():
                costs = page.evaluate(MEASURE, [pace, speed, look * 1_000_000, FRAMES])
                median, most, worst = (costs[int(share * (len(costs) - 1))] for share in (0.5, 0.99, 1))
                print(f"  a frame at {name}: median {median:.1f} ms, 99 of 100 {most:.1f} ms, longest {worst:.1f} ms")


if __name__ == "__main__":
    main()
