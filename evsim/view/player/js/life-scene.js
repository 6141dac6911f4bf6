/* A customer's lives on lifelines, time downwards and to scale: picture C as a scene, as evsim.view.lives makes it. */

import { names, times } from "./axes.js";
import { NEVER } from "./film.js";
import { bar, dots, line, text } from "./marks.js";
import { duration } from "./words.js";

export const BETWEEN = 0.9; // more distance between two designs, in distances of lifelines
const [WIDTH, LETTERS] = [0.2, 10]; // of a bar, in distances of lifelines; of a line of a name
const [SMALL, LARGE] = [0.12, 0.15]; // inches across: crosses, effects
const NEAR = 0.035; // of the time: words that would stand on others are left out

/* {scene, places}: the scene of some lives (null: not there) for so many microseconds; `places`: of a life's lifelines. */
export function livesScene(film, lives, span) {
  const [marks, heads, places] = [[], [], []];
  let left = 0;
  for (const life of lives) {
    const first = left;
    places.push((place) => first + place);
    if (!life) continue;
    life.names.forEach((name, place) => heads.push([first + place, folded(name)]));
    marks.push(...new Lifelines(film, life, first, span).marks);
    left += life.names.length + BETWEEN;
  }
  const right = heads.at(-1)[0] + 0.8;
  const end = span / 1e6;
  const y = { ...times(0, end, "time since the customer asked"), low: end, high: -0.09 * end };
  const legend = legendOf(film, lives.filter(Boolean));
  return { scene: { name: "lives", x: names(-0.6, right, heads, { over: true }), y, marks, legend, least: 0.9 + 0.5 * left }, places };
}

/* One design: marks in layers, from below. */
class Lifelines {
  constructor(film, life, first, span) {
    Object.assign(this, { film, life, first, span, looks: film.looks });
    this.words = [];
    const last = first + life.names.length - 1;
    const [left, right] = [first - 0.35, last + 0.45];
    this.name = text(life.lane.name, first - 0.3, (-0.045 * span) / 1e6, { size: 12, bold: true, halo: false });
    const ground = life.names.map((_, place) => line("", [first + place, first + place], [0, span / 1e6], this.looks.lifeline));
    const bars = life.bars.map((each) => this.bar(each)).filter(Boolean);
    const below = bars.filter(({ name }) => name === "in line");
    const signs = [...life.effects.map((each) => this.effect(each)), ...life.crosses.map((each) => this.cross(each))];
    this.marks = [
      ...ground, ...this.faults(), ...this.untrue(left, right), ...below, ...bars.filter((each) => !below.includes(each)),
      ...life.lines.map((each) => this.line(each)), ...this.told(left, right), this.name, ...this.words, ...signs,
    ].filter(Boolean); // prettier-ignore
  }

  y(time) {
    return Math.min(Math.max(0, time - this.life.begin), this.span) / 1e6;
  }

  shown(time) {
    return time - this.life.begin <= this.span;
  }

  says(words, time) {
    return { words: `${words}; ${duration(time - this.life.begin)} after the customer asked`, time };
  }

  box(name, left, right, from, until, look, more) {
    return this.shown(from) && this.y(until) > this.y(from) ? bar(name, left, right, this.y(from), this.y(until), look, more) : null;
  }

  bar({ x, from, until, look, words }) {
    const [name, at] = [look === "line" ? "in line" : look, this.first + x];
    return this.box(name, at - WIDTH / 2, at + WIDTH / 2, from, until, this.looks[name], this.says(words, from));
  }

  /* An arrow; what does not arrive within the picture ends at its edge. */
  line({ from, leave, to, arrive, look, words }) {
    if (!this.shown(leave)) return null;
    const side = (Math.sign(to - from) * WIDTH) / 2;
    const [x1, x2] = [this.first + from + side, this.first + to - side];
    const share = this.shown(arrive) ? 1 : (this.life.begin + this.span - leave) / (arrive - leave);
    const head = share < 1 ? "" : look === "message" ? "solid" : "open";
    const name = look === "message" ? "message" : "answer";
    return line(name, [x1, x1 + share * (x2 - x1)], [this.y(leave), this.y(arrive)], this.looks[look], { head, ...this.says(words, leave) });
  }

  told(left, right) {
    const { told, answered } = this.life;
    if (told === "nothing" || !this.shown(answered)) return [];
    const y = this.y(answered);
    return [line(`told ${told}`, [left, right], [y, y], this.looks[`said ${told}`], this.says(`told ${told}`, answered))];
  }

  /* From a yes on, what is not true yet. */
  untrue(left, right) {
    const { told, answered, completed, begin } = this.life;
    const until = completed === NEVER ? begin + this.span : completed;
    const words = { words: "told yes, and not all of it is true yet", time: answered };
    return told === "yes" ? [this.box("not true yet", left, right, answered, until, this.looks.untrue, words)] : [];
  }

  faults() {
    return this.life.lane.faults.map(({ target, start, end, words }) => {
      const place = this.life.place.get(target.split("/")[0]);
      if (place === undefined) return null;
      const at = this.first + place;
      return this.box(words, at - 0.42, at + 0.42, start, end, this.looks.band, { words, time: start });
    });
  }

  effect({ x, time, effect, words }) {
    if (!this.shown(time)) return null;
    const [at, { name, look }] = [this.first + x, this.film.effects[effect]];
    const near = ({ x, y }) => Math.abs(x - at) <= 0.5 && Math.abs(y - this.y(time)) <= (NEAR * this.span) / 1e6;
    if (!this.words.some(near)) this.words.push(text(duration(time - this.life.begin), at, this.y(time), { dx: 9 }));
    return dots(name, [at], [this.y(time)], { ...look, dash: [], edge: "#ffffff", width: 1 }, LARGE, { words, time });
  }

  cross({ x, time, words }) {
    return this.shown(time) ? dots("", [this.first + x], [this.y(time)], this.looks.cross, SMALL, this.says(words, time)) : null;
  }
}

/* A name in short lines. */
function folded(name) {
  const lines = [];
  for (const part of name.split(/(?<=-)/)) {
    if (lines.length && (lines.at(-1) + part).length <= LETTERS) lines[lines.length - 1] += part;
    else lines.push(part);
  }
  return lines.join("\n");
}

function legendOf({ looks, effects }, lives) {
  const said = [...new Set(lives.map(({ told }) => told))].filter((told) => told !== "nothing");
  const made = new Set(lives.flatMap((life) => life.effects.map(({ effect }) => effect)));
  return [
    ["works", looks.works], ["waits, and is held", looks.held], ["waits in line", looks["in line"]], ["message", looks.message],
    ["answer", looks.answer], ...said.map((told) => [`told ${told}`, looks[`said ${told}`]]),
    ...effects.flatMap(({ name, look }, effect) => (made.has(effect) ? [[name, { ...look, dash: [], width: 0, edge: "#ffffff" }]] : [])),
  ]; // prettier-ignore
}
