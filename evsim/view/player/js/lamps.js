/* On the right of a stage: what the chosen customer was told and what is true for them; below, how many of all. */

import { h, put, say } from "./dom.js";
import { SHAPES } from "./shapes.js";
import { customerAt } from "./state.js";
import { duration } from "./words.js";

const MANY = 4; // effects, from which on each takes one line

export class Lamps {
  constructor(film) {
    this.film = film;
    this.heading = h("p", { class: "ev-lamps-who" });
    this.told = lamp("Told", "o", film.marks.told, "told");
    this.effects = film.effects.map(({ name, marker, colour }, effect) => lamp(name, marker, colour, effect));
    const list = h(
      "ul",
      { class: "ev-lamp-list" },
      [this.told, ...this.effects].map(({ node }) => node),
    );
    this.node = h("div", { class: `ev-lamps${film.effects.length > MANY ? " many" : ""}` }, this.heading, list);
  }

  /* As lampsAt; `who`: the name of the chosen customer. */
  draw(index, t, request, counts, who, before) {
    say(this.heading, request === undefined ? "all customers" : who);
    const [told, ...effects] = lampsAt(index, t, request, counts, before);
    this.told.show(told);
    this.effects.forEach((lamp, number) => lamp.show(effects[number]));
  }
}

/* [{state, text, was}] of the lamps at t: told, and each effect. index: of the lane; request: the chosen one, or undefined
   for all; before: what became of the customer in the future that was left (as customerAt), or null. */
export function lampsAt(index, t, request, counts, before) {
  const names = index.film.effects;
  if (request === undefined) {
    const all = (count) => ({ state: "off", text: `${count} of ${counts.arrived}`, was: "" });
    return [all(counts.yes + counts.no + counts.error), ...names.map((_, effect) => all(counts.effects[effect]))];
  }
  const found = customerAt(index, request, t);
  const over = t >= index.lane.end;
  const was = found ? before : null; // only of those who are here
  const lamp = (now, then) => ({ ...now, was: was ? ghost(now, then()) : "" });
  return [
    lamp(toldLamp(found, over), () => toldLamp(was, true)),
    ...names.map((_, effect) =>
      lamp(effectLamp(found?.effects[effect], found, over), () => effectLamp(was.effects[effect], was, true)),
    ),
  ];
}

/* What was before, where it is not the same. */
function ghost(now, before) {
  return now.text === before.text ? "" : `was: ${before.text}`;
}

function toldLamp(found, over) {
  if (!found) return { state: "off", text: "" };
  if (!found.told) return { state: "wait", text: over ? "no answer" : "waits" };
  const took = duration(found.told.time - found.asked);
  const { word, outcome } = found.told;
  const said = { timeout: "gave up", rejected: "refused" }[outcome] ?? word;
  return { state: word === "yes" ? "on" : "bad", text: `${said}, ${took}` };
}

function effectLamp(effect, found, over) {
  if (!effect) return { state: "off", text: "" };
  const [first] = effect.times;
  // Whoever was told an error is owed nothing: what is not there may come, and nobody has promised it.
  const open = found.told && found.told.word !== "yes" ? "not there" : "not yet";
  if (first === undefined) return { state: "off", text: !effect.due ? "not due" : over ? "never" : open };
  const times = effect.times.length > 1 ? `, ${effect.times.length} times` : "";
  return { state: "on", text: `${duration(first - found.asked)}${times}` };
}

function lamp(name, shape, colour, what) {
  const bulb = h("path", { d: SHAPES[shape], transform: "translate(14 14) scale(10.5)" });
  const picture = h("svg", { viewBox: "0 0 28 28", class: "ev-bulb", "aria-hidden": "true" }, bulb);
  const [text, ghost] = ["ev-lamp-text", "ev-lamp-ghost"].map((each) => h("span", { class: each }));
  const node = h("li", { class: "ev-lamp", "data-what": what }, picture, h("span", { class: "ev-lamp-name" }, name), text, ghost);
  node.style.setProperty("--ev-colour", colour);
  return {
    node,
    show(now) {
      put(node, "data-state", now.state);
      put(bulb, "d", SHAPES[now.state === "bad" ? "x" : shape]);
      say(text, now.text);
      say(ghost, now.was);
    },
  };
}
