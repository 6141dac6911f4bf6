/* A bet by drawing: how many wait, up to now; draw how that goes on, and the run is laid over it. */

import { h, put, say } from "./dom.js";
import { upTo } from "./intervals.js";
import { duration } from "./words.js";

const [WIDE, NARROW, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [900, 360, 210, 44, 14, 16, 26];
const STEP = 250_000; // microseconds between two points of what is drawn
const NONE = 0.5; // fewer than that is nobody

export class Bet {
  /* `settings`: {effect, from, until, truth, words} of a toy; run() lets time go by, back() goes to where one draws. */
  constructor(film, settings, { run, back }) {
    Object.assign(this, { film, settings, locked: false, drawn: new Map(), width: WIDE });
    this.band = h("rect", { class: "ev-bet-band" });
    [this.known, this.mine, this.truth] = ["known", "mine", "truth"].map((name) => h("path", { class: `ev-bet-line ${name}` }));
    this.axes = h("g", { class: "ev-bet-axes" });
    this.handle = h("circle", {
      class: "ev-bet-handle", r: 11, tabindex: "0", role: "slider", "data-own-keys": "", "aria-label": "when nobody waits any more",
      onkeydown: (event) => this.key(event),
    }); // prettier-ignore
    this.svg = h(
      "svg",
      { class: "ev-bet-chart", role: "group", "aria-label": "how many are told yes and not on the list yet, against time" },
      this.band, this.axes, this.known, this.mine, this.truth, this.handle,
    ); // prettier-ignore
    this.svg.addEventListener("pointerdown", (event) => this.draws(event));
    this.button = h("button", { type: "button", class: "ev-button ev-next", onclick: () => this.press(run, back) });
    this.words = h("p", { class: "ev-payoff", role: "status" });
    this.node = h(
      "div",
      { class: "ev-bet" },
      h("p", {}, "Draw with the pointer how the line goes on, or move its end with the arrow keys. Then let it run."),
      this.svg,
      h("div", { class: "ev-group" }, this.button),
      this.words,
    );
  }

  show(index) {
    const { effect, until } = this.settings;
    Object.assign(this, { index, done: index.truth.all[effect], peak: 0 });
    this.peak = this.backlog(until);
    this.most = Math.ceil((this.peak * 1.6) / 20) * 20;
    this.scale();
    if (!this.drawn.size) this.straight(until + (this.film.end - until) / 2);
  }

  fit(upright) {
    this.width = upright ? NARROW : WIDE;
    this.scale();
  }

  backlog(t) {
    return upTo(this.index.arrivals, t) - upTo(this.done, t);
  }

  x(time) {
    return LEFT + (time / this.film.end) * (this.width - LEFT - RIGHT);
  }

  y(many) {
    return HEIGHT - BOTTOM - (many / this.most) * (HEIGHT - TOP - BOTTOM);
  }

  scale() {
    const { from, until } = this.settings;
    const band = { x: this.x(from), width: this.x(until) - this.x(from), y: TOP, height: HEIGHT - TOP - BOTTOM };
    for (const [name, value] of Object.entries(band)) put(this.band, name, value);
    put(this.svg, "viewBox", `0 0 ${this.width} ${HEIGHT}`);
    const marks = [h("path", { d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${this.width - RIGHT}`, fill: "none", class: "ev-wire" })];
    for (let time = 0; time <= this.film.end; time += 5e6)
      marks.push(h("text", { x: this.x(time), y: HEIGHT - 8, "text-anchor": "middle" }, `${time / 1e6}${time ? "" : " s"}`));
    for (let many = 0; many <= this.most; many += 20)
      marks.push(h("text", { x: LEFT - 6, y: this.y(many) + 4, "text-anchor": "end" }, String(many)));
    marks.push(
      h("text", { x: this.x(from) + 4, y: TOP + 12 }, "list down"),
      h("text", { x: this.width - RIGHT, y: TOP + 4, "text-anchor": "end" }, "told yes, and not on the list yet"));
    this.axes.replaceChildren(...marks);
  }

  // What is drawn.

  /* A straight way down, from the end of the outage to nobody at `end`. */
  straight(end) {
    const { until } = this.settings;
    this.drawn.clear();
    for (let time = until; time <= this.film.end; time += STEP)
      this.drawn.set(time, Math.max(0, this.peak * (1 - (time - until) / (end - until))));
  }

  /* When what is drawn has come down to nobody; null if it does not. */
  get end() {
    return [...this.drawn].find(([, many]) => many <= NONE)?.[0] ?? null;
  }

  draws(event) {
    if (this.locked) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    let before = null;
    const move = ({ clientX, clientY }) => {
      const { left, top, width, height } = this.svg.getBoundingClientRect();
      const time = (((clientX - left) / width) * this.width - LEFT) / (this.width - LEFT - RIGHT) * this.film.end; // prettier-ignore
      const share = (HEIGHT - BOTTOM - ((clientY - top) / height) * HEIGHT) / (HEIGHT - TOP - BOTTOM);
      const here = { time, many: Math.max(0, Math.min(this.most, share * this.most)) };
      this.between(before ?? here, here);
      before = here;
      this.paint();
    };
    const end = () => {
      this.svg.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) this.svg.removeEventListener(name, end);
      const { end: over } = this;
      for (const time of this.drawn.keys()) if (over !== null && time > over) this.drawn.set(time, 0);
      this.paint();
    };
    this.svg.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, end);
    move(event);
  }

  /* A piece of a hand's way, on the points that there are. */
  between(one, other) {
    const [low, high] = one.time <= other.time ? [one, other] : [other, one];
    for (const time of this.drawn.keys()) {
      if (time < low.time - STEP / 2 || time > high.time + STEP / 2) continue;
      const share = high.time === low.time ? 0 : Math.max(0, Math.min(1, (time - low.time) / (high.time - low.time)));
      this.drawn.set(time, low.many + share * (high.many - low.many));
    }
  }

  key(event) {
    const step = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageUp: 8 * STEP, PageDown: -8 * STEP }[event.key];
    if (!step || this.locked) return;
    event.preventDefault();
    event.stopPropagation();
    const least = this.settings.until + STEP;
    this.straight(Math.min(this.film.end, Math.max(least, (this.end ?? this.film.end) + step)));
    this.paint();
  }

  /* Let it run, or draw again. */
  press(run, back) {
    this.locked = !this.locked;
    (this.locked ? run : back)();
  }

  // Drawing.

  draw(time) {
    this.time = time;
    say(this.button, this.locked ? "draw it again" : "let it run");
    this.paint();
    say(this.words, time >= Math.min(this.film.end, this.settings.truth + 2e6) ? this.verdict() : "");
  }

  paint() {
    const { until } = this.settings;
    put(this.known, "d", this.path(0, Math.min(this.time, until)));
    put(this.truth, "d", this.time > until ? this.path(until, this.time) : "");
    const points = [...this.drawn].map(([time, many]) => `${this.x(time).toFixed(1)},${this.y(many).toFixed(1)}`);
    put(this.mine, "d", `M${points.join("L")}`);
    const end = this.end ?? this.film.end;
    put(this.handle, "cx", this.x(end));
    put(this.handle, "cy", this.y(this.end === null ? [...this.drawn.values()].at(-1) : 0));
    put(this.handle, "aria-valuemin", until / 1e6);
    put(this.handle, "aria-valuemax", this.film.end / 1e6);
    put(this.handle, "aria-valuenow", end / 1e6);
    put(this.handle, "aria-valuetext", `second ${end / 1e6}`);
  }

  path(from, until) {
    const parts = [];
    for (let time = from; time <= until; time += 50_000)
      parts.push(`${this.x(time).toFixed(1)},${this.y(this.backlog(time)).toFixed(1)}`);
    return `M${parts.join("L")}`;
  }

  verdict() {
    const { until, truth, words } = this.settings;
    const drew = this.end === null ? "You drew no end" : `You drew the end at second ${this.end / 1e6}`;
    return `${drew}; it was second ${(truth / 1e6).toFixed(1)}, ${duration(truth - until)} after the list was back. The arithmetic: ${words}.`;
  }
}
