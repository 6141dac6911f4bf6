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
