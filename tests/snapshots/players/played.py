"""What players show while somebody uses them, mounted in Node on an imitation of a page, as fingerprints."""

import evsim
from evsim.lesson import lesson_size
from evsim.lesson.toys import TOYS
from evsim.view.player.branching import Branches, breaks
from evsim.view.player.film import film
from tests.player.node import ask

__all__ = ["PLAYERS", "played"]

MODULES = {
    "player": ["mountPlayer"], "panels": ["PANELS"], "stored": ["branchesOf"],
    "../../../../tests/player/js/fake-page": ["fakePage"],
}  # fmt: skip
USE = """async (film) => {
    const { createHash } = await import("node:crypto");
    const body = fakePage();
    const another = async ({fault, at, future}) =>
        ({...film.futures.at(-1), id: `${JSON.stringify(fault)} ${at}`, label: "another", origin: future, fault, at});
    const branch = film.breaks.length ? branchesOf(film) ?? another : null;
    const player = mountPlayer(body, film, {panels: PANELS, branch});
    const inOrder = (pairs) => (pairs.length > 1 ? pairs.sort(([one], [other]) => (one < other ? -1 : 1)) : pairs);
    const write = (node) => {
        if (!node.tagName) return node.textContent;
        const looks = inOrder(Object.entries(node.style));
        const others = [node.hidden, node.value, node.open, node.disabled, node.chosen, node.pen?.painted.splice(0)];
        let text = `<${node.tagName} ${JSON.stringify([inOrder([...node.attributes]), looks, others])}>`;
        for (const each of node.nodes) text += write(each);
        return text + "</>";
    };
    const pages = [];
    const shown = (what) => {
        player.bar.paint();
        const text = write(body).replace(/-?\\d+\\.\\d{7,}(e-?\\d+)?/g, (number) => Number(number).toPrecision(9));
        pages.push([what, film.whole ? text : createHash("sha256").update(text).digest("hex")]);
    };
    const customers = film.futures[0].lanes[0].requests.number.length;
    const {lane} = player.lanes()[0];
    const customer = (place) =>
        ({workload: lane.workloads[lane.requests.workload[place]], number: lane.requests.number[place]});
    shown("at first");
    for (const [share, place] of [[0, 0], [0.1, 0.05], [0.3, 0.25], [0.5, 0.4], [0.8, 0.7], [1, 0.95]]) {
        const who = customers ? customer(Math.floor(place * customers)) : null;
        player.goTo(Math.round(share * film.end), {customer: share === 0.3 ? null : who});
        shown(`at ${share}`);
    }
    for (const [key, shiftKey] of [["ArrowLeft", false], ["ArrowLeft", true], ["PageUp", false], ["ArrowRight", true],
        ["PageDown", false], ["ArrowRight", false], ["Escape", false], ["Home", false], ["End", false]]) {
        player.root.happen("keydown", {key, shiftKey});
        shown(`after the key ${shiftKey ? "Shift " : ""}${key}`);
    }
    player.goTo(Math.round(film.end / 3));
    const visible = (node) => !node || (!node.hidden && !node.disabled && visible(node.parentNode));
    for (const [place, button] of body.querySelectorAll("button").entries()) {
        if (!visible(button)) continue;
        button.happen("click");
        for (let tick = 0; tick < 3; tick += 1) await null;
        if (player.clock.running) player.clock.forward(400);
        player.clock.stop();
        shown(`after button ${place}`);
    }
    for (const future of film.futures.keys()) {
        player.goTo(Math.round(film.end * 0.7), {future, customer: customers ? customer(customers - 1) : null});
        shown(`in future ${future}`);
    }
    for (const [place, choice] of body.querySelectorAll("select").entries()) {
        if (!visible(choice)) continue;
        choice.selectedIndex = choice.options.length - 1;
        choice.value = choice.options.at(-1)?.getAttribute("value");
        choice.happen("change");
        shown(`after choice ${place}`);
    }
    player.close();
    return pages;
}"""


def played(films, whole=False):
    """For each film: (what was done, a hash of the page then) of each step; whole: the page itself."""
    return ask([film | {"whole": whole} for film in films], USE, MODULES, awaits=True)


def _toys():
    yield from _named({name: evsim.toy(name).film for name in TOYS})


def _designs():
    """Designs one above the other, what can be broken there, and futures of futures in which it was."""
    found = {}
    for names in (("classic", "events"), ("events", "hybrid", "monolith")):
        runs = {name: lesson_size(name).run(until=12) for name in names}
        made = film(*runs.values(), labels=list(runs)) | {"breaks": breaks(list(runs.values()))}
        branches = Branches(runs, [each["name"] for each in made["effects"]])
        first = branches({"outage": "mailing-list", "for": 3}, 4)
        second = branches({"outage": "database", "for": 2}, 6, first["id"])
        found[" and ".join(names)] = made | {"futures": [*made["futures"], first, second]}
    yield from _named(found)


def _named(films):
    for name, pages in zip(films, played(films.values()), strict=True):
        for what, page in pages:
            yield f"{name}: {what}", page


PLAYERS = {"toys in a player": _toys, "designs in a player": _designs}
