/* Picture C beside the player: the chosen customer's way through every design, time downwards and to scale. */

import { h, put, say } from "./dom.js";
import { NEVER } from "./film.js";
import { livesOf } from "./lives.js";
import { SHAPES } from "./shapes.js";
import { customerName, duration, moment } from "./words.js";

const [LEFT, RIGHT, BOTTOM, HEIGHT] = [78, 24, 10, 470];
const [WIDE, BETWEEN] = [13, 0.9]; // width of a bar in pixels; distance of two designs in distances of lifelines
const [NARROW, TURNED] = [64, 90]; // pixels between lifelines, below which names are turned, and what the last one needs
const STEPS = [1, 2, 5]
  .flatMap((digit) => [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].map((ten) => digit * ten))
  .sort((a, b) => a - b);
const LENGTH = "1s"; // of a crash that no break of the film describes
let instances = 0;

export function mount(element, film, selection, player) {
  const panel = new Lives(element, film, selection, player);
  element.closest(".ev-panel")?.setAttribute("data-panel", "lives");
  const end = selection.subscribe((state, changed) => panel.follow(changed));
  const resizing = new ResizeObserver(() => panel.show());
  resizing.observe(element);
  return () => {
    end();
    resizing.disconnect();
  };
}

class Lives {
  constructor(element, film, selection, player) {
    Object.assign(this, { element, film, selection, player, close: false });
    this.hatch = `ev-lives-hatch-${++instances}`;
    this.captions = h("div", { class: "ev-lv-captions" });
    this.zoom = h(
      "button",
      { type: "button", class: "ev-button", "aria-pressed": "false", onclick: () => this.closer() },
      "up to the answer",
    );
    this.svg = h("svg", {
      class: "ev-lv",
      role: "group",
      height: HEIGHT,
      onclick: ({ target }) => this.point(target),
    });
    this.frame = h(
      "div",
      { class: "ev-lv-frame", tabindex: "0", role: "group", "aria-label": "space-time diagram" },
      this.svg,
    );
    this.empty = h(
      "p",
      { class: "ev-help" },
      "Choose a customer: press Register, click a column above, or anything on the stage.",
    );
    this.help = h("p", { class: "ev-help" });
    element.append(this.empty, this.captions, h("div", {}, this.zoom), this.frame, this.help);
    this.show();
  }

  follow(changed) {
    if (changed.has("customer") || changed.has("future")) this.show();
    else this.draw();
  }

  closer() {
    this.close = !this.close;
    put(this.zoom, "aria-pressed", String(this.close));
    this.show();
  }

  /* Show the chosen customer. */
  show() {
    const { customer, future } = this.selection.get();
    const lanes = this.player.lanes(future);
    const requests = lanes.map((index) => (customer ? index.requestOf(customer) : undefined));
    this.lives = livesOf(lanes, requests);
    const there = this.lives.filter((life) => life);
    this.empty.hidden = there.length > 0;
    for (const node of [this.captions, this.zoom, this.frame, this.help]) node.hidden = !there.length;
    if (!there.length) return;
    this.arrange(there);
    const points = this.points();
    const words = this.say(customer, future);
    this.svg.replaceChildren(
      h("title", {}, `${customerName(customer, this.film)}, time downwards. ${words}`),
      this.definitions(),
      ...this.axis(),
      h(
        "svg",
        {
          x: 0,
          y: this.top - 4,
          width: this.width,
          height: HEIGHT - this.top + 4,
          viewBox: `0 ${this.top - 4} ${this.width} ${HEIGHT - this.top + 4}`,
        },
        this.lives.flatMap((life, lane) => (life ? this.life(life, lane) : [])),
        points,
      ),
      ...this.lives.flatMap((life, lane) => (life ? this.heads(life, lane) : [])),
      (this.cursor = h("line", { class: "ev-fl-cursor" })),
    );
    say(
      this.help,
      points.length
        ? "A diamond is a moment at which a crash makes a difference: choose one to crash there. A click on a mark goes to its moment."
        : "A click on a mark goes to its moment.",
    );
    this.draw();
  }

  /* Where lifelines and moments stand. */
  arrange(there) {
    const columns =
      this.lives.reduce((sum, life) => sum + (life ? life.names.length : 0), 0) + BETWEEN * (there.length - 1);
    const room = this.element.clientWidth || 600;
    this.right = (room - LEFT - RIGHT) / columns < NARROW ? TURNED : RIGHT;
    this.width = Math.max(room, LEFT + this.right + 46 * columns);
    this.apart = (this.width - LEFT - this.right) / columns;
    let left = LEFT + this.apart / 2;
    this.left = this.lives.map((life) => {
      const here = left;
      if (life) left += (life.names.length + BETWEEN) * this.apart;
      return here;
    });
    const longest = Math.max(...there.map(({ begin, end }) => end - begin));
    const answers = there.filter(({ told }) => told !== "nothing").map(({ begin, answered }) => answered - begin);
    this.zoom.hidden = !answers.length || 1.3 * Math.max(...answers) > 0.8 * longest;
    this.span = this.close && !this.zoom.hidden ? 1.3 * Math.max(...answers) : longest * 1.03;
    const lines =
      this.apart < NARROW
        ? 5
        : Math.max(...there.flatMap(({ names }) => names.map((name) => this.lines(name).length)));
    this.top = (this.lives.length > 1 ? 40 : 20) + 15 * (lines - 1) + 6;
    put(this.svg, "width", this.width);
    put(this.svg, "viewBox", `0 0 ${this.width} ${HEIGHT}`);
  }

  x(lane, place) {
    return this.left[lane] + place * this.apart;
  }

  y(life, time) {
    return this.top + ((time - life.begin) / this.span) * (HEIGHT - this.top - BOTTOM);
  }

  definitions() {
    const stripes = h(
      "pattern",
      { id: this.hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      h("rect", { width: 2, height: 6, class: "ev-hatch-line" }),
    );
    return h("defs", {}, stripes);
  }

  axis() {
    const step = STEPS.find((each) => (each / this.span) * (HEIGHT - this.top - BOTTOM) >= 34) ?? this.span;
    const found = [];
    for (let time = 0; time <= this.span; time += step) {
      const y = this.top + (time / this.span) * (HEIGHT - this.top - BOTTOM);
      found.push(
        h(
          "text",
          { x: LEFT - 12, y: y + 4, "text-anchor": "end", class: "ev-lv-tick" },
          time ? exactly(time, step) : "0",
        ),
      );
    }
    return found;
  }

  /* The names of the lifelines, and of the design. */
  heads(life, lane) {
    const turned = this.apart < NARROW;
    const named =
      this.lives.length > 1
        ? [h("text", { x: this.x(lane, 0) - 0.45 * this.apart, y: 15, class: "ev-lv-design" }, life.lane.name)]
        : [];
    return named.concat(
      life.names.flatMap((name, place) => {
        const x = this.x(lane, place);
        if (turned)
          return [
            h("text", { transform: `translate(${x + 4} ${this.top - 8}) rotate(-40)`, class: "ev-lv-name" }, name),
          ];
        const lines = this.lines(name);
        const y = (row) => this.top - 9 - 15 * (lines.length - 1 - row);
        return lines.map((line, row) =>
          h("text", { class: "ev-lv-name", "text-anchor": "middle", x, y: y(row) }, line),
        );
      }),
    );
  }

  /* A name in lines that fit between two lifelines. */
  lines(name) {
    const lines = [];
    for (const part of name.split(/(?<=-)/)) {
      const last = lines.length - 1;
      if (last >= 0 && 7.4 * (lines[last] + part).length < this.apart) lines[last] += part;
      else lines.push(part);
    }
    return lines;
  }

  // Marks.

  life(life, lane) {
    const x = (place) => this.x(lane, place);
    const y = (time) => this.y(life, time);
    const parts = life.names.map((_, place) =>
      h("path", { class: "ev-lv-lifeline", d: `M${x(place)},${this.top}V${HEIGHT - BOTTOM}` }),
    );
    parts.push(...this.faults(life, lane), ...this.told(life, lane));
    for (const { x: place, from, until, look, words } of life.bars) {
      const shape = { x: x(place) - WIDE / 2, y: y(from), width: WIDE, height: Math.max(0.5, y(until) - y(from)) };
      parts.push(
        mark(h("rect", { ...shape, class: `ev-lv-bar ${look}` }), `${words}; ${this.since(life, from)}`, from),
      );
      if (look === "held")
        parts.push(h("rect", { ...shape, fill: `url(#${this.hatch})`, class: "ev-lv-stripes" }));
    }
    for (const { from, leave, to, arrive, look, words } of life.lines)
      parts.push(
        ...this.line(x(from), y(leave), x(to), y(arrive), look, `${words}; ${this.since(life, leave)}`, leave),
      );
    if (life.told !== "nothing") {
      const colour = this.film.marks[{ yes: "told", no: "no" }[life.told] ?? "error"];
      const [left, right] = [x(0) - 0.4 * this.apart, x(life.names.length - 1) + 0.4 * this.apart];
      parts.push(
        mark(
          h("path", { class: "ev-lv-told", d: `M${left},${y(life.answered)}H${right}`, stroke: colour }),
          `told ${life.told}, ${this.since(life, life.answered)}`,
          life.answered,
        ),
      );
    }
    for (const { x: place, time, effect, words } of life.effects) {
      const { marker, colour } = this.film.effects[effect];
      parts.push(
        mark(
          h("path", {
            d: SHAPES[marker],
            transform: `translate(${x(place)} ${y(time)}) scale(7)`,
            fill: colour,
            class: "ev-lv-effect",
          }),
          words,
          time,
        ),
      );
      parts.push(
        h("text", { x: x(place) + WIDE, y: y(time) + 4, class: "ev-lv-time" }, duration(time - life.begin)),
      );
    }
    for (const { x: place, time, words } of life.crosses) {
      parts.push(
        mark(
          h("path", {
            d: SHAPES.x,
            transform: `translate(${x(place)} ${y(time)}) scale(6.5)`,
            class: "ev-lv-cross",
          }),
          `${words}; ${this.since(life, time)}`,
          time,
        ),
      );
    }
    return parts;
  }

  since(life, time) {
    return `${duration(time - life.begin)} after the customer asked`;
  }

  faults(life, lane) {
    return life.lane.faults.flatMap(({ target, start, end, words }) => {
      const place = life.place.get(target.split("/")[0]);
      const [from, until] = [Math.max(start, life.begin), Math.min(end, life.begin + this.span)];
      if (place === undefined || from >= until) return [];
      const shape = {
        x: this.x(lane, place) - 0.36 * this.apart,
        width: 0.72 * this.apart,
        y: this.y(life, from),
        height: this.y(life, until) - this.y(life, from),
      };
      return [mark(h("rect", { ...shape, fill: `url(#${this.hatch})`, class: "ev-fl-band" }), words, start)];
    });
  }

  /* From a yes on, what is not true yet. */
  told(life, lane) {
    const until = life.completed === NEVER ? life.begin + this.span : life.completed;
    if (life.told !== "yes" || until <= life.answered) return [];
    const left = this.x(lane, 0) - 0.4 * this.apart;
    const shape = {
      x: left,
      width: this.x(lane, life.names.length - 1) + 0.4 * this.apart - left,
      y: this.y(life, life.answered),
      height: this.y(life, until) - this.y(life, life.answered),
    };
    return [
      mark(
        h("rect", { ...shape, class: "ev-lv-untrue", fill: this.film.marks.told }),
        "told yes, and not all of it is true yet",
        life.answered,
      ),
    ];
  }

  line(x1, y1, x2, y2, look, words, time) {
    const side = Math.sign(x2 - x1) * (WIDE / 2);
    const [from, to] = [x1 + side, x2 - side];
    const length = Math.hypot(to - from, y2 - y1) || 1;
    const [dx, dy] = [(to - from) / length, (y2 - y1) / length];
    const tip = `M${to},${y2}L${to - 9 * dx + 4 * dy},${y2 - 9 * dy - 4 * dx}L${to - 9 * dx - 4 * dy},${y2 - 9 * dy + 4 * dx}Z`;
    return [
      mark(h("path", { class: `ev-lv-line ${look}`, d: `M${from},${y1}L${to},${y2}` }), words, time),
      mark(h("path", { class: `ev-lv-tip ${look}`, d: tip }), words, time),
    ];
  }

  // A crash at a chosen moment.

  points() {
    return this.lives.flatMap((life, lane) =>
      (life ? life.crashPoints() : []).flatMap(({ service, x, time }) => {
        const fault = this.faultAt(service, time);
        if (!fault) return [];
        const words = `crash ${service} here, ${this.since(life, time)}`;
        const act = () => this.player.breakAt(fault, time);
        const key = (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          event.stopPropagation();
          act();
        };
        const place = `translate(${this.x(lane, x) - WIDE} ${this.y(life, time)}) scale(5.5)`;
        const node = h("path", {
          d: SHAPES.D,
          transform: place,
          class: "ev-lv-crash",
          role: "button",
          tabindex: "0",
          "aria-label": words,
          onclick: act,
          onkeydown: key,
        });
        node.words = () => words;
        return [node];
      }),
    );
  }

  /* The fault that a crash of a service at a time is, where one can be asked for. */
  faultAt(service, time) {
    const its = this.film.breaks.filter(({ fault }) => fault.crash === service);
    const known = its.find(({ moments }) => (moments ? moments.includes(time) : this.player.branch));
    if (known) return known.fault;
    const fault = { crash: service, for: LENGTH };
    return !its.length && this.player.offers(fault, time) ? fault : null;
  }

  // Words.

  say(customer, future) {
    const before = future
      ? livesOf(
          this.player.lanes(0),
          this.player.lanes(0).map((index) => index.requestOf(customer)),
        )
      : [];
    const lines = this.lives.map((life, lane) => {
      if (!life) return null;
      const was =
        before[lane] && before[lane].caption !== life.caption
          ? h("span", { class: "ev-lamp-ghost" }, ` (was: ${before[lane].caption})`)
          : null;
      const name = this.lives.length > 1 ? `${life.lane.name}: ` : "";
      return h("p", {}, h("b", {}, name), life.caption, was);
    });
    this.captions.replaceChildren(...lines.filter((line) => line));
    return this.captions.innerText;
  }

  /* The time of the player, where it falls into what is shown. */
  draw() {
    if (!this.lives?.some((life) => life)) return;
    const { time } = this.selection.get();
    const life = this.lives.find((each) => each);
    const share = (time - life.begin) / this.span;
    const y = this.y(life, time);
    const visible = share >= 0 && share <= 1;
    put(this.cursor, "visibility", visible ? "visible" : "hidden");
    if (!visible) return;
    for (const [name, value] of Object.entries({ x1: LEFT - 8, x2: this.width - this.right / 2, y1: y, y2: y }))
      put(this.cursor, name, value);
    put(
      this.frame,
      "aria-label",
      `space-time diagram of ${this.lives
        .filter((each) => each)
        .map(({ lane }) => lane.name)
        .join(" and ")}; the cursor is at ${moment(time)}`,
    );
  }

  point(target) {
    if (target.time !== undefined && target.time !== NEVER) this.player.goTo(target.time);
  }
}

function mark(node, words, time) {
  node.words = () => words;
  node.time = time;
  return node;
}

/* A tick of the axis: whole milliseconds or seconds. */
function exactly(time, step) {
  return step < 1e6 && time < 1e7 ? `${+(time / 1000).toFixed(2)} ms` : `${+(time / 1e6).toFixed(3)} s`;
}
