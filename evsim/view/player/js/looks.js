/* A curve that grows out of one's own looks: so long after the press, how many customers were still unknown. */

import { h, say } from "./dom.js";
import { duration } from "./words.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [420, 120, 44, 24, 10];
const LONGEST = 400_000; // microseconds on the axis

export class Looks {
  constructor(effect) {
    this.effect = effect;
    this.marks = h("g");
    this.words = h("p", { class: "ev-payoff", role: "status" }, "Register, then log in. Each look leaves a mark here.");
    const text = (x, y, words, anchor) => h("text", { x, y, "text-anchor": anchor }, words);
    const axes = [
      h("path", { class: "ev-wire", fill: "none", d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}` }),
      text(LEFT - 6, TOP + 8, "all", "end"),
      text(LEFT - 6, HEIGHT - BOTTOM + 2, "none", "end"),
      ...[0, 100, 200, 300].map((ms) => text(x(ms * 1000), HEIGHT - 6, ms ? String(ms) : "0 ms", "middle")),
      text(WIDTH - 8, TOP + 8, "strangers, by time since the press", "end"),
    ];
    const about = { class: "ev-looks-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "strangers by time since the press" };
    this.node = h("div", { class: "ev-looks" }, h("svg", about, axes, this.marks), this.words);
  }

  show(index) {
    const { asked } = index;
    this.after = Array.from(asked, (time, request) => (index.truth.times(this.effect, request)[0] ?? Infinity) - time);
  }

  /* Somebody looked so long (microseconds) after the press. */
  add(since) {
    const strangers = this.after.filter((time) => time > since).length;
    const y = HEIGHT - BOTTOM - (strangers / this.after.length) * (HEIGHT - TOP - BOTTOM);
    this.marks.append(h("circle", { class: "ev-looks-mark", cx: x(Math.min(since, LONGEST)), cy: y, r: 5 }));
    const are = strangers === 1 ? "is still a stranger" : "are still strangers";
    say(this.words, `${duration(since)} after the press, ${strangers} of ${this.after.length} customers ${are}.`);
  }
}

function x(micro) {
  return LEFT + (micro / LONGEST) * (WIDTH - LEFT - 8);
}
