/* Hands on a player: pointers that drag and click, keys on panels, narrow pages, frames of a clock. Each gives the page
   afterwards. One player after the other, as they share what a page is. */

import { createHash } from "node:crypto";
import { PANELS } from "../../../evsim/view/player/js/panels.js";
import { mountPlayer } from "../../../evsim/view/player/js/player.js";
import { branchesOf } from "../../../evsim/view/player/js/stored.js";
import { fakePage } from "./fake-page.js";

const FRAME = 160; // ms
const LONG = /-?\d+\.\d{7,}(e-?\d+)?/g;
let last = Promise.resolve();

/* [what was done, a hash of the page then] of each step; film.whole: the page itself. steps: names of `known` ones. */
export function handled(film, steps, known = STEPS) {
  last = last.then(() => handle(film, steps, known));
  return last;
}

async function handle(film, steps, known) {
  const hands = new Hands(film);
  for (const step of steps) await known[step](hands);
  hands.player.close();
  return hands.pages;
}

const nearest = (node, fits) => node && (fits(node) ? node : nearest(node.parentNode, fits));

function isOne(node, selector) {
  if (selector[0] === "[") return node.hasAttribute(selector.slice(1, -1));
  return selector[0] === "." ? node.classList.contains(selector.slice(1)) : node.tagName === selector;
}

/* A page as text, with what its marks say. */
function written(node) {
  if (!node.tagName) return node.textContent;
  const looks = Object.entries(node.style).filter(([, value]) => typeof value !== "function");
  const others = [node.hidden, node.value, node.open, node.disabled, node.checked, node.words?.()];
  const its = JSON.stringify([[...node.attributes].sort(), looks.sort(), others]);
  return `<${node.tagName} ${its}>${node.nodes.map(written).join("")}</>`;
}

class Hands {
  constructor(film) {
    Object.assign(this, { film, body: fakePage(), frames: [], pages: [] });
    Object.defineProperty(globalThis, "performance", { value: { now: () => 0 }, configurable: true });
    globalThis.requestAnimationFrame = (frame) => this.frames.push(frame);
    this.body.constructor.prototype.closest = function (selectors) {
      return nearest(this, (node) => selectors.split(", ").some((each) => isOne(node, each))) ?? null;
    };
    const another = async ({ fault, at, future }) => {
      if (fault.crash) throw new Error(`no crash of ${fault.crash}`);
      const id = `${JSON.stringify(fault)} ${at}`;
      return { ...film.futures.at(-1), id, label: "another", origin: future, fault, at };
    };
    const branch = film.breaks.length ? (branchesOf(film) ?? another) : null;
    this.player = mountPlayer(this.body, film, { panels: PANELS, branch });
    this.lane = this.player.lanes()[0].lane;
    this.many = this.lane.requests.number.length;
  }

  all(selector) {
    return this.body.querySelectorAll(selector);
  }

  who(share) {
    const { workload, number } = this.lane.requests;
    const place = Math.floor(share * this.many);
    return this.many ? { workload: this.lane.workloads[workload[place]], number: number[place] } : null;
  }

  /* Do something, let so many frames of the clock go by, and keep the page. */
  async after(what, act, frames = 0) {
    try {
      await act();
    } catch (error) {
      this.pages.push([`${what}: refused`, String(error)]);
    }
    for (let tick = 0; tick < 4; tick++) await null;
    for (let tick = 1; tick <= frames; tick++) for (const frame of this.frames.splice(0)) frame(tick * FRAME);
    this.player.clock.stop();
    this.frames.length = 0;
    this.keep(what);
  }

  keep(what) {
    const { player, film } = this;
    player.bar.paint();
    const { time, customer, future } = player.selection.get();
    const text = written(this.body) + JSON.stringify([time, customer, future, player.pace, player.speed]);
    const page = text.replace(LONG, (number) => Number(number).toPrecision(9));
    this.pages.push([what, film.whole ? page : createHash("sha256").update(page).digest("hex")]);
  }

  async keys(what, node, names, more = {}) {
    for (const key of names) await this.after(`${what}: ${key}`, () => node.happen("keydown", { key, ...more }));
  }

  wide(width) {
    this.player.root.clientWidth = width;
    this.player.fit();
  }
}

function drag(node, xs, end = "pointerup", y = 50) {
  node.happen("pointerdown", { pointerId: 1, clientX: xs[0], clientY: y });
  for (const clientX of xs) node.happen("pointermove", { clientX, clientY: y });
  node.happen(end, { clientX: xs.at(-1), clientY: y, type: end });
  node.happen("pointermove", { clientX: 1, clientY: 1 });
}

async function looking(hands) {
  const { player, film } = hands;
  for (const share of [0.05, 0.3, 0.5, 0.95]) {
    const customer = hands.who(0.9 * share);
    await hands.after(`at ${share}`, () => player.goTo(Math.round(share * film.end), { customer }));
  }
  const told = hands.body.all().filter(({ words }) => words);
  for (const [place, target] of [told[0], told.at(-1), hands.body].entries()) {
    const where = { target, clientX: 990 * place, clientY: 9 };
    await hands.after(`pointer ${place}`, () => player.root.happen("pointermove", where));
  }
  await hands.after("pointer away", () => player.root.happen("pointerleave"));
  for (const width of [900, 350, 0, 1000]) await hands.after(`${width} wide`, () => hands.wide(width));
}

async function time(hands) {
  const { player, film } = hands;
  const { clock } = player;
  await hands.after("bar", () => drag(player.bar.track, [250, -50, 1200, 500]));
  await hands.after("bar let go", () => drag(player.bar.track, [900, 700], "pointercancel"));
  for (const held of ["alt", "ctrl", "meta"])
    await hands.keys(held, player.root, ["End", "Home"], { [`${held}Key`]: true });
  await hands.keys("other keys", player.root, ["x", " ", "Tab"]);
  await hands.after("focus", () => player.root.happen("focusin"));
  for (const value of ["2", "99999", ""]) {
    player.controls.number.value = value;
    await hands.after(`find ${value}`, () => hands.all("form")[0]?.happen("submit"));
  }
  for (const [pace, calm] of [["every", false], ["mine", false], ["true", false], ["every", true], ["true", true]]) {
    player.goTo(Math.round(film.end / 4));
    matchMedia().matches = calm;
    player.change({ pace, speed: 4 });
    await hands.after(`${pace} ${calm}`, () => clock.toggle(), 9);
  }
  matchMedia().matches = false;
  player.goTo(film.end - 1);
  await hands.after("to the end", () => [clock.start(), clock.start()], 3);
  player.goTo(film.end);
  await hands.after("from the end", () => clock.toggle(), 3);
  player.goTo(0);
  await hands.after("stopped", () => [clock.start(), clock.toggle(), clock.stop()], 1);
}

async function panels(hands) {
  const { player, film } = hands;
  const moves = ["Home", "ArrowRight", "PageDown", "PageUp", "End", "ArrowLeft", "x"];
  for (const [place, node] of hands.all(".ev-pr-columns").entries()) {
    for (const clientX of [-9, 700])
      for (const what of ["pointermove", "click"])
        await hands.after(`${what} on column ${place} at ${clientX}`, () => node.happen(what, { clientX, clientY: 9 }));
    await hands.keys(`column ${place}`, node, moves);
  }
  for (const chart of hands.all(".ev-flow").flatMap((node) => node.querySelectorAll(".evsim-scene")))
    for (const clientX of [250])
      await hands.after(`chart at ${clientX}`, () => chart.happen("click", { clientX, clientY: 9 }));
  await hands.after("somebody", () => player.goTo(Math.round(film.end / 2), { customer: hands.who(0.5) }));
  const timed = hands.body.all().filter((node) => node.time !== undefined);
  const isLives = (node) => node.getAttribute("aria-label")?.startsWith("space-time");
  const lives = hands.all("div").find(isLives);
  for (const target of [timed[0], timed.at(-1), hands.body])
    if (target) await hands.after(`mark at ${target.time}`, () => lives?.happen("click", { target }));
  for (const key of ["x", "Enter", " "])
    await hands.after(`crash by ${key}`, () => hands.all(".ev-lv-crash").at(0)?.happen("keydown", { key }));
  await hands.after("crash by pointer", () => hands.all(".ev-lv-crash").at(-1)?.happen("click"));
  for (const panel of hands.all("details")) await hands.after("folded", () => panel.happen("toggle"));
}

async function faults(hands) {
  const { player, film } = hands;
  const { breaks } = player;
  const third = Math.round(film.end / 3);
  for (const place of new Set([0, 1, film.breaks.length - 1])) {
    if (!film.breaks[place]) continue;
    breaks.choice.selectedIndex = place;
    await hands.after(`fault ${place}`, () => breaks.choice.happen("change"));
    for (const seconds of [0, 0.25]) {
      player.goTo(third);
      breaks.length.valueAsNumber = seconds;
      await hands.after(`for ${seconds}`, () => breaks.button.happen("click"), 1);
    }
    player.goTo(0, { future: 0 });
    await hands.after("once more", () => breaks.here(third));
    await hands.after("dropped", () => drag(breaks.diamond, [100, 400]));
    await hands.after("dropped beside", () => drag(breaks.diamond, [100, 400], "pointerup", 400));
    await hands.after("not dropped", () => drag(breaks.diamond, [100, 400], "pointercancel"));
  }
  await hands.after("not here", () => player.breakAt({ outage: "nothing", for: 1 }, 5));
}

async function toy(hands) {
  const { player, film } = hands;
  const { toybox } = player;
  const { stage } = player.rows[0];
  const radios = hands.all("input").filter((node) => node.getAttribute("type") === "radio");
  for (const [place, radio] of radios.entries()) await hands.after(`future ${place}`, () => radio.happen("change"), 1);
  for (const width of [350, 1000]) await hands.after(`toy of ${width}`, () => hands.wide(width));
  const person = { dataset: {}, customer: hands.who(0) };
  await hands.after("on the stage", () => stage.svg.happen("click", { target: person }));
  for (const part of toybox.plugs ? player.settings.plugs.parts : []) await plug(hands, part);
  if (toybox.bet) await bet(hands);
  for (const name of ["come", "comeAgain", "login", "comeAgain"]) await hands.after(name, () => player[name](), 6);
  await hands.after("my end", () => player.goTo(film.end));
  player.selection.set({ customer: null, time: film.end });
  for (const name of ["come", "comeAgain", "login"]) await hands.after(`nobody: ${name}`, () => player[name](), 1);
  await hands.after("no step of mine", () => player.step(true, true));
}

async function plug(hands, part) {
  const { player, film } = hands;
  const { plugs } = player.toybox;
  const pull = (time) => {
    player.restart();
    player.goTo(time);
    plugs.press(part);
  };
  await hands.after(`pull ${part}`, () => pull(Math.round(film.end / 5)), 2);
  await hands.after("press another", () => plugs.press("another"));
  player.goTo(plugs.out.at + 700_000);
  const target = { dataset: { part } };
  await hands.after("put it back", () => player.rows[0].stage.svg.happen("click", { target }), 2);
  player.goTo(film.end);
  await hands.after("it is over", () => plugs.press(part));
  await hands.after("too late", () => pull(film.end), 1);
}

async function bet(hands) {
  const { bet: its } = hands.player.toybox;
  await hands.keys("bet", its.handle, ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "x"]);
  await hands.after("drawn", () => drag(its.svg, [300, 500, 450, 800], "pointerup", 80));
  await hands.after("drawn to the end", () => drag(its.svg, [100, 990], "pointercancel", 20));
  await hands.after("a key", () => its.handle.happen("keydown", { key: "ArrowLeft" }));
  await hands.after("drawn to the end again", () => drag(its.svg, [100, 990], "pointercancel", 20));
  await hands.after("run", () => its.button.happen("click"), 3);
  await hands.after("locked", () => drag(its.svg, [300, 500]));
  await hands.after("a key that is locked", () => its.handle.happen("keydown", { key: "ArrowLeft" }));
  await hands.after("at the end", () => hands.player.goTo(hands.film.end));
  await hands.after("again", () => its.button.happen("click"));
}

const STEPS = { looking, time, panels, faults, toy };
