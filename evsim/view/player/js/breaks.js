/* Break it here: choose a fault, and begin it at this moment or drop it on the bar; and the futures there are. */

import { h, put, say } from "./dom.js";
import { SHAPES } from "./shapes.js";
import { moment } from "./words.js";

let instances = 0;

// What faults are about, those of a kind together.
const ABOUT = {
  outage: "down",
  crash: "crashed",
  slowdown: "slow",
  error_rate: "failing",
  leader_failure: "without its leader",
  partition: "the network: cut",
  latency: "the network: slow",
  loss: "the network: losing",
  duplication: "the network: repeating",
};

/* The options of some faults, in their order: a group for each kind. */
function grouped(faults) {
  const groups = new Map();
  for (const { fault, label } of faults) {
    const about = ABOUT[Object.keys(fault).find((name) => name in ABOUT)] ?? "";
    groups.set(about, [...(groups.get(about) ?? []), h("option", {}, label)]);
  }
  return [...groups].map(([about, options]) => h("optgroup", { label: about }, options));
}

export class Breaks {
  /* `faults`: those of the film's breaks that can be chosen; `bar`: where one can be dropped.
     acts: {breakAt(fault, time), future(number)}; shown: whether one can choose here. */
  constructor(faults, bar, acts, shown) {
    Object.assign(this, { faults, bar, acts, shown, busy: false, radios: new Map() });
    this.group = `ev-futures-${++instances}`;
    const choice = { class: "ev-select", autocomplete: "off", "aria-label": "fault", onchange: () => this.mark() };
    this.choice = h("select", choice, grouped(faults));
    this.diamond = h(
      "span",
      {
        class: "ev-handle",
        title: "drop this on the bar",
        "aria-hidden": "true",
        onpointerdown: (event) => this.drag(event),
      },
      h("svg", { viewBox: "-1.2 -1.2 2.4 2.4" }, h("path", { d: SHAPES.D })),
    );
    this.length = h("input", {
      class: "ev-number-input",
      type: "number",
      min: "0.1",
      step: "any",
      autocomplete: "off",
      "aria-label": "seconds that it lasts",
    });
    this.lasts = h("label", {}, "for ", this.length, " s");
    this.button = h(
      "button",
      { type: "button", class: "ev-button ev-break", onclick: () => this.busy || this.here(this.time) },
      "break it here",
    );
    this.note = h("span", { class: "ev-note", role: "status" });
    this.node = h(
      "div",
      { class: "ev-group" },
      this.diamond,
      h("label", {}, "fault ", this.choice),
      this.lasts,
      this.button,
      h("span", { class: "ev-soft" }, "or drag the diamond onto the bar"),
      this.note,
    );
    this.node.hidden = !faults.length;
    this.futures = h("div", { class: "ev-futures", role: "radiogroup", "aria-label": "futures" });
    if (faults.length) this.mark();
  }

  /* Show on the bar when the chosen fault can begin, and beside it how long it lasts. */
  mark() {
    const { fault, moments } = this.faults[this.choice.selectedIndex];
    this.bar.mark(this.shown ? (moments ?? []) : []);
    this.lasts.hidden = typeof fault.for !== "number";
    this.length.value = fault.for;
    this.length.disabled = moments !== null;
  }

  /* The chosen fault begins at `time`, or at the moment nearest to it of those there are. */
  here(time) {
    const { fault, moments } = this.faults[this.choice.selectedIndex];
    if (moments) {
      this.acts.breakAt(fault, nearest(moments, time));
      return;
    }
    const length = this.length.valueAsNumber;
    this.acts.breakAt(length > 0 ? { ...fault, for: length } : fault, Math.round(time));
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

  /* The choice of futures: as it was, and those that were looked at. */
  show(futures, chosen) {
    for (const number of new Set([0, chosen])) if (!this.radios.has(number)) this.radio(number, futures[number]);
    this.futures.hidden = this.radios.size < 2;
    for (const [number, radio] of this.radios) radio.checked = number === chosen;
  }

  radio(number, { label, at }) {
    const act = { type: "radio", name: this.group, autocomplete: "off", onchange: () => this.acts.future(number) };
    const radio = h("input", act);
    this.radios.set(number, radio);
    const after = [...this.radios].filter(([other]) => other > number).map(([, other]) => other.parentNode)[0];
    this.futures.insertBefore(h("label", {}, radio, ` ${label}${at === null ? "" : ` at ${moment(at)}`}`), after ?? null);
  }

  draw(time) {
    this.time = time;
  }

  say(words, busy = false) {
    say(this.note, words);
    this.busy = busy;
    put(this.button, "aria-disabled", busy ? "true" : null); // and keeps the focus
  }
}

function nearest(moments, time) {
  return moments.reduce((one, other) => (Math.abs(other - time) < Math.abs(one - time) ? other : one));
}
