/* The bar below the stages: all of the time at once, with answers as ticks and faults as bands, and where one is. */

import { h, put, say } from "./dom.js";
import { SHAPES } from "./shapes.js";
import { moment } from "./words.js";

const STRIP = 18; // pixels a lane
const TOP = 1.3; // for the words of faults, in letters
const STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600,
];

export class Bar {
  /* go(time) is called when somebody picks a time; hides: what is to come is not shown. */
  constructor(film, go, hides) {
    Object.assign(this, { film, go, hides, seen: 0 });
    this.canvas = h("canvas", { class: "ev-ticks", "aria-hidden": "true" });
    this.bands = h("div", { class: "ev-bands" });
    this.mine = h("div", { class: "ev-mine" });
    this.head = h("div", { class: "ev-head" }, h("span", { class: "ev-head-time" }));
    this.axis = h("div", { class: "ev-axis", "aria-hidden": "true" });
    this.moments = [];
    this.track = h(
      "div",
      {
        class: "ev-track",
        role: "slider",
        tabindex: "0",
        "aria-label": "time",
        "aria-valuemin": "0",
      },
      this.canvas,
      this.bands,
      this.mine,
      this.head,
    );
    this.node = h("div", { class: "ev-bar" }, this.track, this.axis);
    this.track.addEventListener("pointerdown", (event) => this.drag(event));
    this.resizing = new ResizeObserver(() => this.paint());
    this.resizing.observe(this.track);
  }

  /* The time (whole microseconds) at a place on the page. */
  timeAt(x) {
    const { left, width } = this.track.getBoundingClientRect();
    return Math.round(this.film.end * Math.min(1, Math.max(0, (x - left) / width)));
  }

  drag(event) {
    const move = ({ clientX }) => this.go(this.timeAt(clientX));
    const end = () => {
      this.track.removeEventListener("pointermove", move);
      this.track.removeEventListener("pointerup", end);
      this.track.removeEventListener("pointercancel", end);
    };
    this.track.setPointerCapture(event.pointerId);
    this.track.addEventListener("pointermove", move);
    this.track.addEventListener("pointerup", end);
    this.track.addEventListener("pointercancel", end);
    move(event);
  }

  /* Show the lanes of a future; `ghost`: those of the one that was left, or null; `since`: when they part. */
  show(lanes, ghost, since) {
    Object.assign(this, { lanes, ghost, since });
    put(this.track, "aria-valuemax", (this.film.end / 1e6).toFixed(3));
    this.track.style.height = `calc(${TOP}em + ${STRIP * lanes.length + 4}px)`;
    const bands = new Map();
    for (const { lane } of lanes) for (const fault of lane.faults) bands.set(JSON.stringify(fault), fault);
    this.bands.replaceChildren(...[...bands.values()].map((fault) => this.band(fault)));
    this.paint();
  }

  band({ start, end, words }) {
    const diamond = h("svg", { viewBox: "-1.2 -1.2 2.4 2.4", class: "ev-diamond" }, h("path", { d: SHAPES.D }));
    const node = h("div", { class: "ev-band", title: words }, diamond, h("span", {}, words));
    node.style.left = this.percent(start);
    node.style.width = `${(100 * (end - start)) / this.film.end}%`;
    node.start = start;
    return node;
  }

  /* Show diamonds at some times. */
  mark(moments) {
    this.moments = moments;
    this.paint();
  }

  percent(time) {
    return `${(100 * time) / this.film.end}%`;
  }

  /* `seen`: how far the future that is shown has been played. */
  draw(time, request, seen) {
    if (this.hides && seen !== this.seen) {
      this.seen = seen;
      this.paint();
    }
    for (const band of this.bands.children) band.hidden = this.hides && band.start > seen;
    this.head.style.left = this.percent(time);
    put(this.head, "data-side", time > 0.5 * this.film.end ? "left" : "right");
    say(this.head.firstChild, moment(time));
    put(this.track, "aria-valuenow", (time / 1e6).toFixed(3));
    put(this.track, "aria-valuetext", `${moment(time)} of ${moment(this.film.end)}`);
    const [index] = this.lanes;
    const asked = request === undefined ? null : index.asked[request];
    this.mine.hidden = asked === null;
    if (asked !== null) this.mine.style.left = this.percent(asked);
  }

  /* Ticks: a line of them for each lane, up to the end of the film. They change only with the future and the width. */
  paint() {
    if (!this.lanes) return; // nothing to show yet
    const width = this.track.clientWidth;
    const height = this.track.clientHeight;
    const scale = window.devicePixelRatio;
    Object.assign(this.canvas, { width: width * scale, height: height * scale });
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    const { color: ink, fontSize } = getComputedStyle(this.track);
    this.lanes.forEach((index, row) => {
      const top = TOP * parseFloat(fontSize) + row * STRIP;
      if (this.ghost) {
        pen.globalAlpha = 0.25;
        ticks(pen, this.ghost[row], this.film, width, top, this.since, this.until);
        pen.globalAlpha = 1;
      }
      pen.fillStyle = ink;
      pen.globalAlpha = 0.25;
      pen.fillRect(0, top + STRIP - 3, width, 1);
      pen.globalAlpha = 1;
      ticks(pen, index, this.film, width, top, 0, this.until);
    });
    this.scale(width);
  }

  get until() {
    return this.hides ? this.seen : Infinity;
  }

  scale(width) {
    const whole = this.film.end / 1e6;
    const step = STEPS.find((each) => (each / whole) * width >= 58) ?? whole;
    const marks = [];
    for (let place = 0; place * step <= whole + 1e-9; place++) {
      const node = h("span", {}, `${+(place * step).toFixed(3)}${place === 0 ? " s" : ""}`);
      node.style.left = this.percent(place * step * 1e6);
      if (place * step > 0.97 * whole) node.style.transform = "translateX(-100%)"; // stays inside
      marks.push(node);
    }
    const places = this.moments.map((time) => {
      const node = h("svg", { viewBox: "-1.2 -1.2 2.4 2.4", class: "ev-moment" }, h("path", { d: SHAPES.D }));
      node.style.left = this.percent(time);
      return node;
    });
    this.axis.replaceChildren(...marks, ...places);
  }

  close() {
    this.resizing.disconnect();
  }
}

/* Answers: yes stands high and thin, a no and an error low and thick. */
function ticks(pen, { answered, told }, film, width, top, since, until) {
  for (let request = 0; request < answered.length; request++) {
    const time = answered[request];
    if (time < since || time > until) continue; // NEVER is before all times
    const yes = told(request) === "yes";
    pen.fillStyle = film.marks[{ yes: "told", no: "no" }[told(request)] ?? "error"];
    const x = (time / film.end) * width;
    if (yes) pen.fillRect(x, top + 2, 1, STRIP - 6);
    else pen.fillRect(x - 0.5, top + STRIP - 9, 2, 9);
  }
}
