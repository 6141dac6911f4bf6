/* Picture D beside the player: arrived, told, done as cumulative steps; brackets give the gaps at the cursor. */

import { h, put, say } from "./dom.js";
import { gapAt, lackingAt, linesOf, slowestAt, stepPath } from "./flow.js";
import { upTo } from "./intervals.js";
import { number } from "./promise.js";
import { SHAPES } from "./shapes.js";
import { duration, moment } from "./words.js";

const [LEFT, RIGHT, TOP, BOTTOM, HEIGHT] = [46, 14, 12, 22, 190];
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]; // seconds between ticks
const DASHES = { s: "10 3", "^": "10 3 2 3", v: "6 3 2 3 2 3", P: "16 4", "*": "4 2", p: "12 2 4 2", _: "12 4" };
let instances = 0;

export function mount(element, film, selection, player) {
  const charts = film.futures[0].lanes.map((lane, number) => new Chart(film, selection, player, number));
  element.append(...charts.map(({ node }) => node));
  const follow = (state, changed) => {
    if (changed.has("future")) show();
    for (const chart of charts) chart.draw();
  };
  const show = () => {
    const most = Math.max(1, ...player.lanes().map(({ arrivals }) => arrivals.length));
    for (const chart of charts) chart.show(most);
  };
  const end = selection.subscribe(follow);
  show();
  const resizing = new ResizeObserver(show);
  resizing.observe(element);
  return () => {
    end();
    resizing.disconnect();
  };
}

/* The lines of one design. */
class Chart {
  constructor(film, selection, player, lane) {
    Object.assign(this, { film, selection, player, lane, picked: null });
    const { name } = film.futures[0].lanes[lane];
    this.hatch = `ev-flow-hatch-${++instances}`;
    this.bands = h("g");
    this.grid = h("g");
    this.lines = h("g");
    this.shade = h("rect", { class: "ev-fl-shade" });
    this.predicted = h("g");
    this.cursor = h("line", { class: "ev-fl-cursor" });
    this.brackets = h("g", { class: "ev-fl-brackets" });
    const stripes = h(
      "pattern",
      { id: this.hatch, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      h("rect", { width: 3, height: 8, class: "ev-hatch-line" }),
    );
    this.svg = h(
      "svg",
      { class: "ev-fl", role: "img", height: HEIGHT, onclick: (event) => this.point(event) },
      h("defs", {}, stripes),
      this.bands,
      this.grid,
      this.lines,
      this.shade,
      this.predicted,
      this.cursor,
      this.brackets,
    );
    this.chips = h("div", {
      class: "ev-fl-chips",
      role: "group",
      "aria-label": `lines of ${name}: which one is measured`,
    });
    this.sentence = h("p", { class: "ev-fl-sentence" });
    const heading = film.futures[0].lanes.length > 1 ? h("p", { class: "ev-panel-lane" }, name) : null;
    this.node = h(
      "div",
      { class: "ev-flow" },
      h("div", { class: "ev-fl-head" }, heading, this.chips),
      this.svg,
      this.sentence,
    );
  }

  /* Show the chosen future; `most`: how many came in the design with most. */
  show(most) {
    this.index = this.player.lanes()[this.lane];
    this.all = linesOf(this.index);
    this.most = most;
    this.width = Math.max(260, this.svg.parentNode.clientWidth || 600);
    put(this.svg, "width", this.width);
    put(this.svg, "viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.paint();
    this.chips.replaceChildren(...this.all.slice(1).map((line) => this.chip(line)));
    this.arrivedChip = h("span", { class: "ev-fl-chip" });
    this.chips.prepend(h("span", { class: "ev-fl-chip" }, sample("arrived", null, null), this.arrivedChip));
    this.draw();
  }

  x = (time) => LEFT + (time / this.film.end) * (this.width - LEFT - RIGHT);
  y = (count) => HEIGHT - BOTTOM - (count / this.most) * (HEIGHT - TOP - BOTTOM);

  look({ kind, effect }) {
    if (kind === "effect") return this.film.effects[effect];
    return {
      told: { colour: this.film.marks.told, marker: "o" },
      no: { colour: this.film.marks.no, marker: "_" },
      error: { colour: this.film.marks.error, marker: "x" },
    }[kind];
  }

  /* What does not change with the time. */
  paint() {
    const { lane } = this.index;
    const { end } = this.film;
    const height = HEIGHT - TOP - BOTTOM;
    this.bands.replaceChildren(
      ...lane.faults.map(({ start, end, words }) => {
        const shape = { x: this.x(start), y: TOP, width: Math.max(1, this.x(end) - this.x(start)), height };
        const band = h("rect", { ...shape, fill: `url(#${this.hatch})`, class: "ev-fl-band" });
        band.words = () => `${words}, from ${moment(start)}`;
        return band;
      }),
    );
    this.grid.replaceChildren(...this.axes());
    this.lines.replaceChildren(
      ...this.all.map((line) => {
        const { colour, marker } = this.look(line) ?? {};
        const path = h("path", {
          d: stepPath(line, this.x, this.y, end),
          class: `ev-fl-line ${line.kind}`,
          stroke: colour,
          "stroke-dasharray": DASHES[marker] ?? null,
        });
        path.words = () =>
          `${line.name}: ${number(upTo(line.times, this.selection.get().time))} by now, ${number(line.times.length)} in the end`;
        return path;
      }),
    );
    this.predicted.replaceChildren(...lane.catch_ups.map((each) => this.catchUp(each)));
  }

  axes() {
    const seconds = this.film.end / 1e6;
    const step = STEPS.find((each) => (each / seconds) * (this.width - LEFT - RIGHT) >= 58) ?? seconds;
    const found = [
      h("path", { class: "ev-fl-axis", d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${this.width - RIGHT}` }),
    ];
    for (let time = 0; time <= seconds + 1e-9; time += step) {
      found.push(
        h(
          "text",
          { x: this.x(time * 1e6), y: HEIGHT - 6, "text-anchor": "middle" },
          `${+time.toFixed(3)}${time ? "" : " s"}`,
        ),
      );
    }
    const whole = [1, 2, 5]
      .flatMap((digit) => [1, 10, 100, 1000, 10000, 100000].map((ten) => digit * ten))
      .sort((a, b) => a - b);
    const rise = whole.find((each) => (each / this.most) * (HEIGHT - TOP - BOTTOM) >= 34) ?? this.most;
    for (let count = 0; count <= this.most; count += rise) {
      found.push(h("path", { class: "ev-fl-grid", d: `M${LEFT},${this.y(count)}H${this.width - RIGHT}` }));
      found.push(h("text", { x: LEFT - 5, y: this.y(count) + 4, "text-anchor": "end" }, number(count)));
    }
    return found;
  }

  /* The dotted line of a catch-up, known before it happens: what waits / (what can be done - what comes). */
  catchUp({ end, done, capacity, predicted, words }) {
    const time = Math.min(predicted, this.film.end - end);
    const path = h("path", {
      class: "ev-fl-predicted",
      d: `M${this.x(end)},${this.y(done)}L${this.x(end + time)},${this.y(done + (capacity * time) / 1e6)}`,
    });
    path.words = () => `predicted catch-up: ${words}`;
    return path;
  }

  chip(line) {
    const { colour, marker } = this.look(line);
    const text = h("span");
    const button = h(
      "button",
      { type: "button", class: "ev-fl-chip", "aria-pressed": "false", onclick: () => this.pick(line.name) },
      sample(line.kind, colour, marker),
      text,
    );
    button.line = line;
    button.text = text;
    return button;
  }

  pick(name) {
    this.picked = this.picked === name ? null : name;
    this.draw();
  }

  // What changes with the time.

  draw() {
    if (!this.all) return;
    const { time } = this.selection.get();
    const line = this.all.find(({ name }) => name === this.picked) ?? slowestAt(this.all, time);
    const gap = gapAt(this.all, line, time);
    say(this.arrivedChip, `${number(gap.come)} arrived`);
    for (const button of this.chips.querySelectorAll("button")) {
      say(button.text, `${number(upTo(button.line.times, time))} ${button.line.name}`);
      put(button, "aria-pressed", String(button.line.name === this.picked));
      button.classList.toggle("measured", button.line === line);
    }
    const [x, bottom] = [this.x(time), HEIGHT - BOTTOM];
    for (const [name, value] of Object.entries({
      x,
      y: TOP - 6, // the highest line has a width
      width: Math.max(0, this.width - RIGHT - x + 3),
      height: bottom - TOP + 6,
    }))
      put(this.shade, name, value);
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: TOP - 6, y2: bottom }))
      put(this.cursor, name, value);
    const lacking = line.first ? lackingAt(this.index, line, time) : null;
    this.bracket(x, time, lacking?.never ? { ...gap, wait: null } : gap); // a wait is nobody's where some never have it
    const words = gapWords(line, gap, lacking, time, this.index.lane.complete);
    say(this.sentence, words);
    put(
      this.svg,
      "aria-label",
      `${this.index.lane.name}, counts of customers against time. ${moment(time)}: ${words}`,
    );
  }

  bracket(x, time, { come, done, backlog, wait }) {
    const [high, low] = [this.y(come), this.y(done)];
    const parts = [];
    if (backlog) {
      parts.push(h("path", { d: `M${x - 5},${high}H${x}V${low}H${x - 5}` }));
      const middle = Math.min((high + low) / 2 + 5, HEIGHT - BOTTOM - 3);
      parts.push(
        h("text", { x: x - 8, y: middle, "text-anchor": "end", class: "ev-fl-number backlog" }, number(backlog)),
      );
    }
    if (wait) {
      const until = this.x(time + wait);
      parts.push(h("path", { d: `M${x},${high - 5}V${high}H${until}V${high - 5}` }));
      const right = until > this.width - 90;
      parts.push(
        h(
          "text",
          {
            x: right ? until : Math.max(until, x + 4),
            y: Math.max(TOP, high - 7),
            "text-anchor": right ? "end" : "start",
            class: "ev-fl-number wait",
          },
          duration(wait),
        ),
      );
    }
    this.brackets.replaceChildren(...parts);
  }

  point({ clientX }) {
    const { left } = this.svg.getBoundingClientRect();
    const share = (clientX - left - LEFT) / (this.width - LEFT - RIGHT);
    this.player.goTo(Math.round(share * this.film.end));
  }
}

/* "94 arrived, 78 have subscription: 16 do not. 12 of them never will; the last of the others does 3.2 s from now." */
function gapWords({ name, kind }, { come, done, backlog }, lacking, time, complete) {
  if (!come) return "Nobody has come yet.";
  const has = { told: ["is told yes", "are told yes"], no: ["is told no", "are told no"], error: ["is told an error", "are told an error"] };
  const [one, many] = has[kind] ?? [`has ${name}`, `have ${name}`];
  const all = `${number(come)} arrived, ${number(done)} ${done === 1 ? one : many}`;
  if (!backlog || !lacking) return `${all}.`;
  const { never, last } = lacking;
  const gap = `${all}: ${number(backlog)} ${backlog === 1 ? "lacks it" : "lack it"}`;
  const will = `${complete ? "never" : "not within this run"}`;
  if (last === null) return `${gap}, ${never === 1 ? "and" : "all of them"} ${will}.`;
  const when = `${duration(last - time)} from now`;
  if (!never) return `${gap}. ${backlog === 1 ? "It comes" : "The last of them has it"} ${when}.`;
  return `${gap}, ${number(never)} of them ${will}. The last of the others has it ${when}.`;
}

function sample(kind, colour, marker) {
  const line = h("path", {
    d: "M1,8H27",
    class: `ev-fl-line ${kind}`,
    stroke: colour,
    "stroke-dasharray": DASHES[marker] ?? null,
  });
  const spot = marker
    ? h("path", { d: SHAPES[marker], transform: "translate(14 8) scale(4.5)", fill: colour })
    : null;
  return h("svg", { viewBox: "0 0 28 16", class: "ev-fl-sample", "aria-hidden": "true" }, line, spot);
}
