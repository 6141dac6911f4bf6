/* Picture B beside the player: a column for each customer, filled as what they were told and what is true comes about. */

import { h, put, say } from "./dom.js";
import { upTo } from "./intervals.js";
import { customerOf } from "./lane.js";
import { Promises, number } from "./promise.js";
import { SHAPES } from "./shapes.js";
import { customerName, verdictOf } from "./words.js";

const [MOST_COLUMNS, BINS] = [2000, 500]; // more customers than that are drawn in so many bins
const MOST_EFFECTS = 6;
const LEAST = 0.3; // height of the smallest bar in a bin: one customer in a thousand is to be seen
const [TOLD, EFFECT, ODD, MARK] = [38, 27, 18, 9]; // heights of the rows, and of the mark of who is chosen
const READ_AGAIN = 1000; // ms, after which colours may be others: a page may change from light to dark
const HELP =
  "Click a column to see that customer's way. Keys: arrows go from customer to customer, page keys to the next one for whom promise and truth differ.";

export function mount(element, film, selection, player) {
  const lanes = film.futures[0].lanes.map((lane, number) => new Columns(film, selection, player, number));
  element.append(...lanes.map(({ node }) => node), h("p", { class: "ev-help" }, HELP));
  const follow = (state, changed) => {
    if (changed.has("future")) for (const lane of lanes) lane.show();
    for (const lane of lanes) lane.draw();
  };
  const end = selection.subscribe(follow);
  for (const lane of lanes) lane.show();
  const resizing = new ResizeObserver(() => lanes.forEach((lane) => lane.resize()));
  resizing.observe(element);
  return () => {
    end();
    resizing.disconnect();
  };
}

/* The customers of one design. */
class Columns {
  constructor(film, selection, player, lane) {
    Object.assign(this, { film, selection, player, lane, cache: [], read: -Infinity });
    const { name } = film.futures[0].lanes[lane];
    this.drawn = this.promised(0).worst(MOST_EFFECTS);
    this.rows = [
      { name: "told", height: TOLD, bulb: bulb("o", film.marks.told) },
      ...this.drawn.map((effect) => ({
        name: film.effects[effect].name,
        height: EFFECT,
        bulb: bulb(film.effects[effect].marker, film.effects[effect].colour),
      })),
      { name: "not as told", height: ODD, bulb: null },
    ];
    this.height = MARK + this.rows.reduce((sum, row) => sum + row.height, 0);
    const middle = ({ name }) => (name === "told" ? " middle" : "");
    const label = (row) =>
      h(
        "div",
        { class: `ev-pr-label${middle(row)}`, style: `height: ${row.height}px` },
        row.bulb,
        h("span", {}, row.name),
      );
    this.counts = this.rows.map((row) =>
      h("div", { class: `ev-pr-count${middle(row)}`, style: `height: ${row.height}px` }),
    );
    this.canvas = h("canvas", {
      class: "ev-pr-columns",
      tabindex: "0",
      role: "slider",
      "data-own-keys": true,
      "aria-label": `customers of ${name}`,
      "aria-valuemin": "0",
      style: `height: ${this.height}px`,
      onclick: (event) => this.choose(this.placeAt(event), true),
      onkeydown: (event) => this.key(event),
      onpointermove: (event) => {
        this.under = this.placeAt(event);
      },
    });
    this.canvas.words = () => this.describe(this.under);
    this.sum = h("p", { class: "ev-pr-sum" });
    this.books = h("p", { class: "ev-help ev-pr-books" });
    const heading = film.futures[0].lanes.length > 1 ? h("p", { class: "ev-panel-lane" }, name) : null;
    this.node = h(
      "div",
      { class: "ev-pr" },
      heading,
      h(
        "div",
        { class: "ev-pr-grid" },
        h("div", { style: `padding-top: ${MARK}px` }, this.rows.map(label)),
        this.canvas,
        h("div", { style: `padding-top: ${MARK}px` }, this.counts),
      ),
      this.sum,
      this.books,
    );
  }

  promised(future) {
    return (this.cache[future] ??= new Promises(this.player.lanes(future)[this.lane]));
  }

  /* Show the chosen future. */
  show() {
    const { future } = this.selection.get();
    this.promises = this.promised(future);
    this.index = this.promises.index;
    const { length } = this.promises.order;
    this.size = length <= MOST_COLUMNS ? 1 : Math.ceil(length / BINS);
    put(this.canvas, "aria-valuemax", String(Math.max(0, length - 1)));
    say(this.books, this.index.lane.books);
    this.draw();
  }

  // What is drawn. Sizes and colours are not asked for at every moment: the page would have to be laid out each time.

  resize() {
    const scale = window.devicePixelRatio || 1;
    Object.assign(this, { width: this.canvas.clientWidth, scale });
    Object.assign(this.canvas, { width: Math.round(this.width * scale), height: Math.round(this.height * scale) });
    this.draw();
  }

  readColours() {
    const look = getComputedStyle(this.canvas);
    this.colours = Object.fromEntries(
      ["ink", "soft", "edge", "fault", "focus"].map((name) => [name, look.getPropertyValue(`--ev-${name}`)]),
    );
    this.read = performance.now();
  }

  draw() {
    const { time, customer } = this.selection.get();
    const { width, scale } = this;
    if (!width) return;
    if (performance.now() > this.read + READ_AGAIN) this.readColours();
    const pen = this.canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, this.height);
    this.bands(pen, width);
    this.columns(pen, width, time);
    this.chosen(pen, width, customer);
    this.say(time, customer);
  }

  x(place, width) {
    return (place * width) / Math.max(1, this.promises.order.length);
  }

  /* Faults: stripes behind those who came while they lasted. */
  bands(pen, width) {
    pen.fillStyle = this.colours.fault;
    for (const { start, end } of this.index.lane.faults) {
      const [left, right] = [start, end].map((time) => this.x(upTo(this.promises.asked, time), width));
      pen.globalAlpha = 0.16;
      pen.fillRect(left, MARK, Math.max(1, right - left), this.height - MARK);
      pen.globalAlpha = 0.7;
      pen.fillRect(left, MARK, 1, this.height - MARK);
    }
    pen.globalAlpha = 1;
  }

  columns(pen, width, time) {
    const known = this.promises.known(time);
    const { length } = this.promises.order;
    let top = MARK;
    for (const row of this.rows) {
      const base = row.name === "told" ? top + row.height / 2 : top + row.height - 2;
      pen.fillStyle = this.colours.edge;
      pen.fillRect(0, base, width, 1);
      top += row.height;
    }
    const wide = this.x(this.size, width);
    const gap = wide >= 5 ? 1.5 : wide >= 3 ? 0.75 : 0;
    for (let place = 0; place < known; place += this.size) {
      const last = Math.min(place + this.size, known);
      const left = this.x(place, width);
      this.column(pen, place, last, Math.min(this.size, length - place), left, Math.max(0.6, wide - gap), time);
    }
  }

  /* One column: customers from `place` to before `last`, of `many` that will be there. */
  column(pen, place, last, many, left, wide, time) {
    const { promises } = this;
    const share = (counted) => (counted ? Math.max(LEAST, counted / many) : 0);
    const tally = (wanted) => {
      let sum = 0;
      for (let each = place; each < last; each++) sum += wanted(each);
      return sum;
    };
    const bar = (colour, low, height) => {
      if (!height) return;
      pen.fillStyle = colour;
      pen.fillRect(left, low - Math.max(0, height), wide, Math.abs(height));
    };
    const middle = MARK + TOLD / 2;
    const told = (word) => share(tally((each) => promises.state(each, time).told === word));
    bar(this.colours.soft, middle, 3 * Number(told("nothing") > 0));
    bar(this.film.marks.told, middle, (TOLD / 2 - 3) * told("yes"));
    const error = -(TOLD / 2 - 3) * told("error");
    bar(this.film.marks.error, middle, error);
    bar(this.film.marks.no, middle - error, -(TOLD / 2 - 3) * 0.6 * told("no"));
    let base = MARK + TOLD;
    this.drawn.forEach((effect) => {
      const { colour } = this.film.effects[effect];
      base += EFFECT;
      const once = share(tally((each) => promises.done(effect, each, time) > 0));
      const twice = share(tally((each) => promises.done(effect, each, time) > 1));
      const half = EFFECT / 2 - 2.5;
      bar(colour, base - 2, half * once);
      bar(colour, base - 2 - half - 1.5, half * twice);
    });
    base += ODD;
    bar(this.colours.ink, base - 2, (ODD - 5) * share(tally((each) => promises.state(each, time).odd)));
  }

  /* A frame around the chosen customer, with a flag above. */
  chosen(pen, width, customer) {
    const place = this.placeOf(customer);
    if (place === undefined) return;
    const first = place - (place % this.size);
    const [left, right] = [this.x(first, width), this.x(first + this.size, width)];
    pen.strokeStyle = pen.fillStyle = this.colours.focus;
    pen.lineWidth = 1.5;
    pen.strokeRect(left - 1, MARK, right - left + 1, this.height - MARK - 0.75);
    const middle = (left + right) / 2;
    pen.beginPath();
    pen.moveTo(middle - 5, 0);
    pen.lineTo(middle + 5, 0);
    pen.lineTo(middle, MARK - 1);
    pen.fill();
  }

  // What is said.

  say(time, customer) {
    const { promises } = this;
    const known = promises.known(time);
    const count = (wanted) => {
      let sum = 0;
      for (let place = 0; place < known; place++) sum += Number(wanted(place));
      return sum;
    };
    const told = (word) => count((place) => promises.state(place, time).told === word);
    const answers = [[told("yes"), "yes \u25b2"], [told("no"), "no \u25be"], [told("error"), "error \u25bc"]];
    const words = [counts(...answers, [told("nothing"), "waiting"])];
    this.drawn.forEach((effect) => {
      const { due } = promises.effects[effect];
      const times = [1, 2].map((many) => count((place) => promises.done(effect, place, time) === many));
      const missing = count((place) => due[place] && !promises.done(effect, place, time));
      const never = time >= this.index.lane.end && this.index.lane.complete ? "never" : "not there";
      words.push(counts([times[0], "once"], [times[1], "twice or more"], [missing, never]));
    });
    words.push(number(count((place) => promises.state(place, time).odd)));
    this.counts.forEach((node, row) => say(node, words[row]));
    const left = this.film.effects.length - this.drawn.length;
    say(
      this.sum,
      `${promises.sum(time)}.${left ? ` (${left} of ${this.film.effects.length} effects have no row.)` : ""}`,
    );
    const place = this.placeOf(customer);
    put(this.canvas, "aria-valuenow", String(place ?? 0));
    put(this.canvas, "aria-valuetext", place === undefined ? "no customer chosen" : this.describe(place));
  }

  describe(place) {
    const { time } = this.selection.get();
    const request = this.promises.order[place];
    if (request === undefined) return "";
    if (this.size === 1) return `${this.name(place)}: ${verdictOf(this.index, request, time)}`;
    const first = place - (place % this.size);
    const last = Math.min(first + this.size, this.promises.order.length) - 1;
    return `${this.name(first)} to ${this.name(last)}; ${this.name(place)}: ${verdictOf(this.index, request, time)}`;
  }

  name(place) {
    return customerName(customerOf(this.index.lane, this.promises.order[place]), this.film);
  }

  // Who is chosen.

  placeOf(customer) {
    const request = customer ? this.index.requestOf(customer) : undefined;
    return request === undefined ? undefined : this.promises.place.get(request);
  }

  placeAt({ clientX }) {
    const { left, width } = this.canvas.getBoundingClientRect();
    const place = Math.floor(((clientX - left) / width) * this.promises.order.length);
    return Math.min(Math.max(0, place), this.promises.order.length - 1);
  }

  choose(place, look = false) {
    const request = this.promises.order[place];
    if (request === undefined) return;
    this.selection.set({ customer: customerOf(this.index.lane, request), design: this.lane });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const panel = look ? this.node.closest(".ev-panels")?.querySelector("[data-panel=lives]") : null;
    panel?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  key(event) {
    const { time, customer } = this.selection.get();
    const { length } = this.promises.order;
    const place = this.placeOf(customer) ?? -1;
    const nextOdd = (step) => {
      for (let each = place + step; each >= 0 && each < length; each += step)
        if (this.promises.state(each, time).odd) return each;
      return place;
    };
    const acts = {
      ArrowRight: () => Math.min(place + 1, length - 1),
      ArrowLeft: () => Math.max(place - 1, 0),
      Home: () => 0,
      End: () => length - 1,
      PageDown: () => nextOdd(1),
      PageUp: () => nextOdd(-1),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(acts[event.key]());
  }
}

/* "281 yes, 3 waiting": those that are not none. */
function counts(...groups) {
  return groups
    .filter(([many]) => many)
    .map(([many, words]) => `${number(many)} ${words}`.replaceAll(" ", "\u00a0"))
    .join(", ");
}

function bulb(shape, colour) {
  const path = h("path", { d: SHAPES[shape], transform: "translate(8 8) scale(6)", fill: colour });
  return h("svg", { viewBox: "0 0 16 16", class: "ev-pr-bulb", "aria-hidden": "true" }, path);
}
