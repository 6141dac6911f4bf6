/* A plug on each part: pull it out and the part is down; put it back, or after a while somebody else does. */

import { h, put, say } from "./dom.js";

export class Plugs {
  /* `parts`: names; `called`: a function from a name to what people call it; acts: {pull(part), back(out)}. */
  constructor({ parts }, called, acts) {
    this.out = null; // {part, at, until (microseconds)}: the one that was pulled
    Object.assign(this, { called, acts });
    const button = (part) => h("button", { type: "button", class: "ev-button ev-plug", onclick: () => this.press(part) });
    this.buttons = new Map(parts.map((part) => [part, button(part)]));
    this.note = h("span", { class: "ev-note", role: "status" });
    this.node = h("div", { class: "ev-group" }, [...this.buttons.values()], this.note);
  }

  press(part) {
    if (!this.out) this.acts.pull(part);
    else if (this.out.part === part && this.time < this.out.until) this.acts.back(this.out);
  }

  refuse() {
    say(this.note, "What follows from this is not on this page.");
  }

  draw(time) {
    this.time = time;
    const { out } = this;
    for (const [part, button] of this.buttons) {
      const mine = out?.part === part && time < out.until;
      put(button, "data-out", String(mine));
      put(button, "aria-disabled", out && !mine ? "true" : null);
      say(button, mine && time >= out.at ? `put the plug of ${this.called(part)} back` : `pull the plug of ${this.called(part)}`);
    }
    const second = (micro) => Math.round(micro / 1e5) / 10;
    if (!out) say(this.note, "");
    else if (time < out.at) say(this.note, `out at second ${second(out.at)} ...`);
    else if (time < out.until) say(this.note, `back by itself at second ${second(out.until)}`);
    else say(this.note, "It is back. Start over to pull again.");
  }
}

const [SIZE, OUT] = [13, 9];

/* A plug at the left of a box, in or pulled out: items for a layer. Whoever has no pointer has the buttons. */
export function plugMarks({ x, y, height }, part, out) {
  const [left, middle] = [x - SIZE - 5 - (out ? OUT : 0), y + height - 14];
  const words = () => (out ? `put the plug of ${part} back` : `pull the plug of ${part}`);
  const its = { "data-part": part, words };
  return [
    { tag: "path", class: "ev-plug-cable", d: `M${left},${middle}c-9,0 -7,11 -14,11`, ...its },
    { tag: "path", class: "ev-plug-prongs", d: `M${left + SIZE},${middle - 3.5}h6m-6,7h6`, ...its },
    { tag: "rect", class: `ev-plug-head${out ? " out" : ""}`, x: left, y: middle - 6.5, width: SIZE, height: SIZE, rx: 3, ...its },
    { tag: "rect", class: "ev-plug-reach", x: x - 36, y: middle - 14, width: 36, height: 28, ...its },
  ];
}
