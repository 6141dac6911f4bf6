/* Pieces of a player alone, on the limits of what they are given: each gives [what it is, what it shows then]. */

import { Bar } from "../../../evsim/view/player/js/bar.js";
import { Bet } from "../../../evsim/view/player/js/bet.js";
import { Breaks } from "../../../evsim/view/player/js/breaks.js";
import { Clock } from "../../../evsim/view/player/js/clock.js";
import { futureFrom } from "../../../evsim/view/player/js/differences.js";
import { h, Layer, put } from "../../../evsim/view/player/js/dom.js";
import { listenToKeys, listenToPointer } from "../../../evsim/view/player/js/hands.js";
import { Plugs } from "../../../evsim/view/player/js/plugs.js";
import { createSelection } from "../../../evsim/view/player/js/selection.js";
import { fitted, short } from "../../../evsim/view/player/js/service.js";
import { advance } from "../../../evsim/view/player/js/pace.js";
import { duration } from "../../../evsim/view/player/js/words.js";
import { placedPage, written } from "./written-page.js";

export function pieces() {
  const made = { bars, bets, breaks, clocks, futures, keys, layers, plugs, pointer, selections, texts };
  return Object.entries(made).flatMap(([name, make]) => make().map(([what, shown]) => [`${name}: ${what}`, shown]));
}

const Q = 250_000; // a quarter of a second

const answers = {
  lane: { faults: [{ start: 2 * Q, end: 3 * Q, words: "desk down" }, { start: 3 * Q, end: 9 * Q, words: "desk slow" }] },
  asked: [0, Q, 2 * Q, 2 * Q, 3 * Q],
  answered: [-1, Q, 2 * Q, 3 * Q, 4 * Q],
  told: (request) => ["nothing", "yes", "no", "error", "yes"][request],
};

function bars() {
  const pages = [];
  for (const [end, wide, since] of [[1e8, 5800, 0], [1e7, 580, 2 * Q], [1e12, 100, null], [1e6, 0, Q]]) {
    placedPage();
    const gone = [];
    const bar = new Bar({ end, marks: { told: "t", no: "n", error: "e" } }, (time) => gone.push(time), wide > 580);
    bar.track.clientWidth = wide;
    bar.mark([end / 4]);
    bar.show([answers], since ? [answers] : null, since);
    for (const [time, request, seen] of [[0, undefined, 0], [2 * Q, 0, 2 * Q], [end / 2, 3, 3 * Q], [Q, 4, 9 * Q]]) {
      bar.draw(time, request, seen);
      bar.paint();
      pages.push([`${end} at ${time}`, written(bar.node)]);
    }
    for (const clientX of [7, 57.3, -9, 6000]) bar.track.happen("pointerdown", { clientX });
    bar.track.happen("pointerup");
    bar.track.happen("pointermove", { clientX: 30 });
    pages.push([`${end} dragged`, gone.join()]);
  }
  return pages;
}

/* Two a quarter of a second come, and from `until` on four are done; until then nobody. */
function betOf({ end = 20 * Q, until = 4 * Q, truth = 12 * Q } = {}) {
  placedPage();
  const heard = [];
  const settings = { effect: 0, from: 2 * Q, until, truth, words: "8 / 2 = 4" };
  const bet = new Bet({ end }, settings, { run: () => heard.push("run"), back: () => heard.push("back") });
  const arrivals = Array.from({ length: 40 }, (_, number) => (number * Q) / 2);
  const done = Array.from({ length: 40 }, (_, number) => until + (number * Q) / 4);
  bet.index = { arrivals, truth: { all: [done] } };
  bet.show(bet.index);
  bet.draw(0);
  return [bet, () => `${heard} ${[...bet.drawn.values()].map((many) => many.toFixed(3))} ${written(bet.node)}`];
}

function bets() {
  const pages = [];
  const drags = [[[600, 400, 800], -60], [[990, 100], 500], [[1500, -60], 60], [[557, 557], 40], [[550, 560], 70]];
  for (const [xs, clientY] of drags) {
    const [bet, now] = betOf();
    bet.svg.happen("pointerdown", { clientX: xs[0], clientY });
    for (const clientX of xs.slice(1)) bet.svg.happen("pointermove", { clientX, clientY: clientY + 9 });
    pages.push([`drawn ${xs}`, now()]);
    bet.svg.happen("pointerup", { type: "pointerup" });
    pages.push([`let go ${xs}`, now()]);
    bet.show(bet.index); // another future: what is drawn stays
    pages.push([`drawn ${xs}, in another future`, now()]);
  }
  const [bet, now] = betOf();
  for (const [low, high] of [[8.5, 10.5], [8.51, 10.49], [6, 6], [9, 7]]) {
    bet.between({ time: low * Q, many: 4 }, { time: high * Q, many: 2 });
    pages.push([`between ${low} and ${high}`, now()]);
  }
  bet.drawn.set(9 * Q, 0.5);
  pages.push(["half a customer", String(bet.end)]);
  for (const key of ["PageUp", "PageUp", "ArrowUp", "PageDown", "PageDown", "ArrowDown", "ArrowRight", "Enter"]) {
    bet.handle.happen("keydown", { key });
    pages.push([key, now()]);
  }
  for (const [times, made] of [[[19, 20, 21], betOf()], [[19, 20], betOf({ truth: 15 * Q })], [[0, 4, 5], betOf({ end: 40 * Q })]]) {
    for (const time of times) {
      made[0].draw(time * Q);
      pages.push([`at ${time} of ${made[0].film.end}, ${made[0].settings.truth}`, made[1]()]);
    }
  }
  for (const upright of [true, false]) {
    bet.fit(upright);
    bet.button.happen("click");
    pages.push([`upright: ${upright}`, now()]);
  }
  return pages;
}

const BREAKS = [
  { label: "desk down", fault: { outage: "desk", for: 2 }, moments: [4 * Q, 8 * Q, 2 * Q] },
  { label: "shop slow", fault: { slowdown: "shop", factor: 5, for: 1 }, moments: null },
  { label: "shop down", fault: { outage: "shop", for: 1 }, moments: null },
  { label: "desk stands", fault: { pause: "desk" }, moments: null },
];

function breaks() {
  placedPage();
  const pages = [];
  const track = h("div", {});
  const heard = [];
  const bar = { track, mark: (moments) => heard.push(["mark", moments]), timeAt: (x) => x * 1000 };
  const acts = { breakAt: (fault, time) => heard.push([fault, time]), future: (number) => heard.push(["future", number]) };
  const its = new Breaks(BREAKS, bar, acts, true);
  const now = (what) => pages.push([what, `${JSON.stringify(heard.splice(0))} ${written(its.node)} ${written(its.futures)}`]);
  for (const place of BREAKS.keys()) {
    its.choice.selectedIndex = place;
    its.choice.happen("change");
    for (const [time, length] of [[6 * Q, 0.1], [5.9 * Q, 0], [3.2 * Q, 2], [2.5, NaN]]) {
      its.length.valueAsNumber = length;
      its.draw(time);
      its.button.happen("click");
      now(`${place} at ${time} for ${length}`);
    }
  }
  its.say("it is repeated", true);
  its.button.happen("click");
  now("busy");
  its.say("");
  its.button.happen("click");
  now("not busy any more");
  for (const clientY of [2, 3, 50, 103, 104]) {
    its.diamond.happen("pointerdown", { clientX: 20, clientY: 30 });
    its.diamond.happen("pointermove", { clientX: 40, clientY });
    now(`held at ${clientY}`);
    its.diamond.happen("pointerup", { clientX: 40, clientY, type: "pointerup" });
    its.diamond.happen("pointermove", { clientX: 90, clientY });
    now(`dropped at ${clientY}`);
  }
  const futures = [null, Q, 0, 3 * Q].map((at, number) => ({ label: `future ${number}`, at }));
  for (const chosen of [0, 3, 2, 1, 3]) {
    its.show(futures, chosen);
    now(`future ${chosen}`);
  }
  its.futures.querySelectorAll("input")[1].happen("change");
  now("future chosen");
  const none = new Breaks([], bar, acts, false);
  const away = new Breaks(BREAKS, bar, acts, false);
  pages.push(["none, and not shown", `${JSON.stringify(heard)} ${written(none.node)} ${written(away.node)}`]);
  return pages;
}

function clocks() {
  const pages = [];
  const walls = [[false, [0.5, 1, 1.5, 3, 4]], [true, [699, 700, 1399, 1400, 1401]]];
  for (const [calm, times] of walls) {
    for (const moments of [null, [0, Q, 2 * Q]]) {
      const { frames, cancelled } = placedPage();
      const [gone, state] = [[], { time: 0, moments, speed: 1, end: 4 * Q }];
      const go = (time) => (gone.push(time), (state.time = time));
      const clock = new Clock({ read: () => state, go, changed: () => gone.push("changed") });
      matchMedia().matches = calm;
      clock.stop();
      clock.start();
      for (const now of times) for (const frame of frames.splice(0)) frame(now);
      clock.toggle();
      frames[0]?.(9e9);
      clock.forward(1e6);
      pages.push([`calm: ${calm}, ${moments}`, `${gone} | ${cancelled} | ${clock.running}`]);
    }
  }
  return pages;
}

/* Attempts and messages that moved: whoever refers to them follows, also a delivery that nobody has been granted. */
function futures() {
  const at = (...numbers) => Int32Array.from(numbers);
  const base = {
    places: [{ kind: "request" }, { kind: "call" }, { kind: "delivery" }],
    attempts: { count: 6, place: at(0, 1, 2, -1, -1, 2), parent: at(-1, 0, 0, 1, 2, 3), first: at(-1, -1, -1, -1, 2, 2) },
    messages: { count: 4, cause: at(0, 1, 1, 5) },
    requests: { count: 1, row: at(5), key: ["a"] },
    sendings: { count: 2, message: at(0, 3), fates: ["kept"] },
    effects: { count: 1, row: at(2) },
    history: { count: 1, request: at(0) },
    remarks: { count: 1, row: at(4), words: [] },
  };
  const changes = {
    none: {},
    attempts: { attempts: { count: 7, runs: [-1, 2, 1, 5], columns: { place: { count: 2, at: 1, value: 2 }, first: "=place" } } },
    messages: { messages: { count: 3, runs: [1, 3] }, requests: { count: 1, columns: { key: ["b"], row: { count: 1, at: 0, value: 3 } } } },
    both: { attempts: { count: 5, runs: [1, 5] }, messages: { count: 5, runs: [-1, 1, 0, 4] }, remarks: { count: 1, columns: { words: ["late"] } } },
  };
  const plain = (_, value) => (ArrayBuffer.isView(value) ? [...value] : value);
  return Object.entries(changes).map(([name, change]) => {
    const made = futureFrom({ id: name, lanes: [change] }, { lanes: [base] });
    return [name, JSON.stringify(made, plain)];
  });
}

function keys() {
  placedPage();
  const pages = [];
  const root = h("section", {});
  const inside = { button: h("button", {}, h("span", {})), own: h("div", { "data-own-keys": "" }, h("i", {})), select: h("select", {}) };
  Object.assign(inside, { input: h("input", {}), textarea: h("textarea", {}), div: h("div", {}) });
  root.append(...Object.values(inside));
  const heard = [];
  const act = (name) => (shift) => heard.push(`${name} ${shift}`);
  listenToKeys(root, { " ": act("space"), Enter: act("enter"), Home: act("home") });
  const targets = { ...inside, "in a button": inside.button.children[0], "in its own": inside.own.children[0], root };
  const how = { preventDefault: () => heard.push("prevented"), stopPropagation: () => heard.push("stopped"), shiftKey: true };
  for (const [name, target] of Object.entries(targets)) {
    for (const key of [" ", "Enter", "Home", "x"]) root.happen("keydown", { key, target, ...how });
    root.happen("focusin", { target });
    pages.push([name, `${heard.splice(0)} ${written(target)}`]);
  }
  for (const held of ["altKey", "ctrlKey", "metaKey"]) root.happen("keydown", { key: "Home", ...how, [held]: true });
  return [...pages, ["held", heard.join()]];
}

function layers() {
  placedPage();
  const layer = new Layer(h("svg", {}), { class: "x" });
  const pages = [];
  const drawings = [
    [{ tag: "rect", x: 1, y: 2 }, { tag: "text", x: 3, text: "one" }], [{ tag: "rect", x: 1, rx: 4 }, { tag: "circle", r: 3 }],
    [{ tag: "text", text: "two" }], [], [{ tag: "text", text: "two", words: () => "it is two" }],
  ];
  for (const [place, items] of drawings.entries()) {
    layer.draw(items);
    pages.push([place, written(layer.group)]);
  }
  const node = h("input", { hidden: true, title: 0, class: "" }, null, "a", [h("b", {}), null]);
  for (const value of ["1", 1, null, null, 0, ""]) {
    put(node, "value", value);
    pages.push([`put ${value}`, written(node)]);
  }
  return pages;
}

function plugs() {
  placedPage();
  const heard = [];
  const acts = { pull: (part) => heard.push(`pull ${part}`), back: ({ part }) => heard.push(`back ${part}`) };
  const its = new Plugs({ parts: ["list", "database"] }, (part) => `the ${part}`, acts);
  const pages = [];
  const now = (what) => pages.push([what, `${heard.splice(0)} ${written(its.node)}`]);
  its.draw(0);
  its.press("list");
  now("nothing is out");
  its.out = { part: "list", at: 1_250_000, until: 3_340_000 };
  for (const time of [1_249_999, 1_250_000, 3_339_999, 3_340_000, 3_340_001]) {
    its.draw(time);
    for (const part of ["list", "database"]) its.press(part);
    now(`at ${time}`);
  }
  return pages;
}

function pointer() {
  placedPage();
  const root = h("section", {});
  listenToPointer(root);
  const [mark, silent] = [h("i", {}), h("i", {})];
  [mark.words, silent.words] = [() => "a mark", () => ""];
  const tip = root.children[0];
  const pages = [];
  for (const [target, clientX, wide] of [[mark, 100, 50], [silent, 100, 50], [mark, 990, 50], [mark, 0, 2000], [root, 5, 50], [mark, 5, 50]]) {
    tip.offsetWidth = wide;
    root.happen("pointermove", { target, clientX, clientY: 40 });
    pages.push([`at ${clientX}, ${wide} wide`, written(root)]);
  }
  root.happen("pointerleave");
  return [...pages, ["away", written(root)]];
}

function selections() {
  const selection = createSelection({ time: 3, customer: { workload: "page", number: 1 } });
  const heard = [];
  selection.set({ time: 4 });
  const end = selection.subscribe((state, changed, before) => heard.push([state, [...changed], before.time]));
  selection.set({ customer: { workload: "page", number: 1 }, time: 4 });
  selection.set({ customer: { workload: "page", number: 2 }, time: 5 });
  selection.set({ customer: { workload: "desk", number: 2 } });
  selection.set({ customer: null, design: 0 });
  selection.set({ customer: { workload: "desk", number: 2 } });
  end();
  selection.set({ time: 9 });
  return [["heard", JSON.stringify([heard, selection.get()])]];
}

/* Words and numbers that are as long as there is room. */
function texts() {
  const rooms = [33.4, 33.3, 33.5].map((room) => JSON.stringify(fitted("1234", room, 0.5)));
  const cut = [3, 4, 5].map((letters) => short("desk", letters));
  const times = [9_949_999, 9_950_000, 9_950_001, 99_500, 995_000].map(duration);
  const paces = [[5 * Q, 250], [4 * Q, 1000], [4 * Q, 0]].map(([t, wall]) => advance(t, wall, [0, 4 * Q, 8 * Q], 1, 9 * Q));
  return [["as long as there is room", [rooms, cut, times, paces].join(" | ")]];
}
