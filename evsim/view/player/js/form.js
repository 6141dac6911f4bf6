/* On the left of a stage: the page that the customer sees, with a stopwatch that runs in simulated time. */

import { h, put, say } from "./dom.js";
import { customerAt } from "./state.js";
import { duration } from "./words.js";

export class Form {
  constructor() {
    this.who = h("span", { class: "ev-form-who" });
    this.watch = h("span", { class: "ev-watch" });
    this.screen = h("span", { class: "ev-screen" });
    this.page = h("div", { class: "ev-form" }, this.who, this.watch, this.screen);
    this.all = h("p", { class: "ev-all" });
    this.node = h("div", {}, this.page, this.all);
  }

  draw(index, t, request, who, { arrived, yes, no, error }) {
    const found = request === undefined ? null : customerAt(index, request, t);
    const now = screen(found, request, who);
    put(this.page, "data-state", now.state);
    say(this.who, request === undefined ? "the page" : who);
    say(this.watch, found ? duration((found.told?.time ?? t) - found.asked) : "0 s");
    say(this.screen, now.text);
    say(this.all, `${arrived} asked: ${yes} yes${no ? `, ${no} no` : ""}${error ? `, ${error} error` : ""}`);
  }
}

function screen(found, request) {
  if (request === undefined) return { state: "empty", text: "nobody chosen" };
  if (!found) return { state: "empty", text: "not here yet" };
  if (!found.told) return { state: "waits", text: "please wait" };
  const { word, outcome } = found.told;
  if (word === "yes") return { state: "yes", text: "registered" };
  if (word === "no") return { state: "no", text: "no: taken" };
  return { state: "no", text: { timeout: "gave up", rejected: "refused" }[outcome] ?? "error" };
}
