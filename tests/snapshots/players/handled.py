"""What players show while hands are on them (``tests/player/js/hands.js``), and how they say and count times.

``played`` goes through time and presses all buttons; hands drag, click on panels, use keys and narrow the page.
"""

import json

import evsim
from evsim.lesson import lesson_size
from evsim.view.player.branching import breaks
from evsim.view.player.film import film
from evsim.view.player.widget import Player
from tests.player.node import MODULES, ask, node
from tests.snapshots.runs.single_runs import CLASSIC, EVENTS, TROUBLES, WHOLE
from tests.snapshots.telling import DESK, WORK, WORKERS, plain
from tests.view import runs, troubles

__all__ = ["HANDLED", "by_module"]

HANDS = {"../../../../tests/player/js/hands": ["handled"]}
SHORT = {"run.duration": "2s"}
PLAYED_WITH = "a line forms", "break it", "it recovers", "press again", "look too early", "two ways"


def by_module(files, function, given):
    """What a JavaScript function of some data gives; `files`: path of a module -> what to import from it."""
    imports = "\n".join(
        f"import {{ {', '.join(what)} }} from {json.dumps(path.as_uri())};" for path, what in files.items()
    )
    script = f"""{imports}
import {{ readFileSync }} from "node:fs";
process.stdout.write(JSON.stringify(({function})(JSON.parse(readFileSync(0, "utf-8")))));
"""
    return json.loads(node("--input-type=module", "--eval", script, text=json.dumps(given)))


def _handled(films, *steps):
    data = [film if "steps" in film else film | {"steps": steps} for film in films.values()]
    found = ask(data, "(film) => handled(film, film.steps)", HANDS, awaits=True)
    for name, pages in zip(films, found, strict=True):
        for number, (what, page) in enumerate(pages):
            yield f"{name}: {number} {what}", page


def _films():
    """Designs that can be broken here, those of a page, one whose future is hidden, many customers, and nobody."""
    both = [lesson_size(name).run(until=3) for name in ("classic", "events")]
    page = Player(*(each.replace(SHORT).run() for each in (EVENTS, CLASSIC)))
    many = DESK.replace({"workloads.callers.arrivals": {"constant": "2002/s"}, WORK: "1ms", WORKERS: 20,
                         "run.duration": "1s"}).run()  # fmt: skip
    return {
        "here": film(*both) | {"breaks": breaks(both), "steps": ["looking", "panels", "faults", "toy"]},
        "page": json.loads(json.dumps(page.stored((0.5, 1.5)))) | {"steps": ["panels", "faults"]},
        "hidden": Player(CLASSIC.replace(SHORT).run(), hides=True).film | {"window": "This is the beginning.",
                                                                           "steps": ["time", "panels"]},
        "many": film(many) | {"steps": ["panels"]},
        "nobody": film(runs.nobody()) | {"steps": ["time", "panels", "toy"]},
    }  # fmt: skip


def _of_players():
    yield from _handled(_films())


def _of_toys():
    kept = json.loads(json.dumps(evsim.toy("break the broker").stored((2, 4), (1, 2, 3))))
    yield from _handled({name: evsim.toy(name).film for name in PLAYED_WITH} | {"on a page": kept}, "toy")


def _of_a_large_system():
    run = runs.shop()
    yield from _handled({"shop": film(run) | {"breaks": breaks([run])}}, "looking")


SAID = """({micros, frames, films}) => [
    ...micros.flatMap((micro) => [duration(micro), moment(micro), number(micro)]),
    ...micros.slice(1).map((micro) => [times(0, micro / 1e3), counts(0, micro), times(micro / 2e6, micro / 1e6)]),
    ...frames.map((each) => advance(...each)),
    ...films.map((film) => { try { return typeof readFilm(film); } catch (error) { return error.message; } }),
]"""
MICROS = (
    *(-5, 0, 1, 9949, 9950, 999_499, 999_500, 1_000_000, 9_949_999, 599_999_999, 600_000_000, 3_599_999_999),
    *(3_600_000_000, 7_260_000_000, 61_000_000_000_000, 63_000_000_000_000),
)
SECONDS = [0, 1e6, 2e6]
FRAMES = (  # time, milliseconds that go by, moments, speed, end
    [0, 100, None, 2, 1e6], [0, 9e9, None, 2, 1e6], [0, 125, SECONDS, 1, 2e6], [1e6, 9e5, SECONDS, 0.5, 2e6],
    [2e6, 100, SECONDS, 1, 2e6], [5e5, 250, [1e6, 1.1e6], 4, 2e6], [0, 0, [1e6], 1, 1e6],
)  # fmt: skip


def _said():
    whole = film(CLASSIC.run(until=0.1))
    films = [{"format": "film"}, whole | {"version": 2}, whole, {}]
    said = {"words": ["duration", "moment", "number"], "axes": ["times", "counts"], "pace": ["advance"]}
    names = {MODULES / f"{name}.js": what for name, what in (said | {"film": ["readFilm"]}).items()}
    found = by_module(names, SAID, {"micros": MICROS, "frames": FRAMES, "films": films})
    yield "times, and what is no film", "\n".join(map(json.dumps, found))


SENTENCES = """(film, lanes) => {
    const [index] = lanes;
    const {list, moments: times} = eventsOf(lanes);
    const moments = [...times];
    const customers = [...index.asked.keys()].flatMap((request) => [
        ...moments.slice(0, 400).filter((_, place) => place % 97 === 0).map((time) => verdictOf(index, request, time)),
        verdictOf(index, request, film.end), mine(index, request), twice(index, request, film.end)]);
    const events = list.map((event) => sentence(index, event, `customer ${event.request}`));
    const at = (time) => list.filter((event) => event.time === time);
    const together = moments.slice(0, 40).map((time) => tell(index, at(time), 1, 90));
    return [...events, ...customers, ...together, all(index, film.end), all(index, film.end / 2)].join("\\n");
}"""
SAYING = {"events": ["eventsOf"], "words": ["sentence", "tell", "verdictOf"], "payoff": ["all", "mine", "twice"]}
SAYS = {name: each.run for name, each in TROUBLES.items()} | {
    "lossy": troubles.lossy, "refused": runs.refused, "doubled": runs.doubled, "hung": WHOLE["hung"],
}  # fmt: skip


def _sentences():
    """All that is said of everything that happens, of each customer, and of all of them."""
    films = {name: film(make()) for name, make in SAYS.items()}
    yield from zip(films, map(plain, ask(list(films.values()), SENTENCES, SAYING)), strict=True)


HANDLED = {
    "hands on players": _of_players, "hands on toys": _of_toys, "a large system in a player": _of_a_large_system,
    "times in a player": _said, "sentences of players": _sentences,
}  # fmt: skip
