/* Break it here: choose a fault, and begin it at this moment or drop it on the bar; and the futures there are. */

import { h, put, say } from "./dom.js";
import { SHAPES } from "./shapes.js";
import { moment } from "./words.js";

let instances = 0;

export class Breaks {
  /* acts: {breakAt(fault, time), future(number)}; `bar`: where a fault can be dropped. */
  constructor(film, bar, acts) {
    Object.assign(this, { film, bar, acts });
    this.group = `ev-futures-${++instances}`;
    this.faults = h("select", { class: "ev-select", "aria-label": "fault" }, film.breaks.map(({ label }) => h("option", {}, label)));
    this.diamond = h("span", { class: "ev-handle", title: "drop this on the bar", "aria-hidden": "true", onpointerdown: (event) => this.drag(event) },
      h("svg", { viewBox: "-1.2 -1.2 2.4 2.4" }, h("path", { d: SHAPES.D })));
    this.button = h("button", { type: "button", class: "ev-button ev-break", onclick: () => this.here(this.time) }, "break it here");
    this.note = h("span", { class: "ev-note", role: "status" });
    this.futures = h("div", { class: "ev-futures", role: "radiogroup", "aria-label": "futures" });
    this.node = h("div", { class: "ev-breaks" },
      h("div", { class: "ev-group" }, this.diamond, h("label", {}, "fault ", this.faults), this.button, this.note), this.futures);
    this.node.hidden = !film.breaks.length && film.futures.length < 2;
    this.node.firstChild.hidden = !film.breaks.length;
  }

  /* The chosen fault begins at `time`, or at the moment nearest to it of those there are. */
  here(time) {
    const { fault, moments } = this.film.breaks[this.faults.selectedIndex];
    this.acts.breakAt(fault, moments ? nearest(moments, time) : time);
  }

  drag(event) {
    event.preventDefault();
    const handle = this.diamond;
    const { left, top } = handle.getBoundingClientRect();
    handle.setPointerCapture(event.pointerId);
    const move = ({ clientX, clientY }) => {
      handle.style.transform = `translate(${clientX - left - 10}px, ${clientY - top - 10}px)`;
    };
    const drop = ({ clientX, clientY, type }) => {
      handle.style.transform = "";
      handle.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) handle.removeEventListener(name, drop);
      const { top, bottom } = this.bar.track.getBoundingClientRect();
      if (type === "pointerup" && clientY >= top && clientY <= bottom) this.here(this.bar.timeAt(clientX));
    };
    handle.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, drop);
  }

  /* The choice of futures. */
  show(futures, chosen) {
    put(this.node, "hidden", this.film.breaks.length || futures.length > 1 ? null : "");
    this.futures.hidden = futures.length < 2;
    this.futures.replaceChildren(...futures.map(({ label, at }, number) => {
      const radio = h("input", { type: "radio", name: this.group, onchange: () => this.acts.future(number) });
      radio.checked = number === chosen;
      return h("label", {}, radio, ` ${label}${at === null ? "" : ` at ${moment(at)}`}`);
    }));
  }

  draw(time) {
    this.time = time;
  }

  say(words, busy = false) {
    say(this.note, words);
    this.button.disabled = busy;
  }
}

function nearest(moments, time) {
  return moments.reduce((one, other) => (Math.abs(other - time) < Math.abs(one - time) ? other : one));
}
