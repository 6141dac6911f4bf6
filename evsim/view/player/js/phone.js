/* The telephone of my customer, on the left of a stage: what the page says, with a stopwatch that runs in simulated time;
   what a log-in finds; what mail has come. */

import { h, put, say } from "./dom.js";
import { customerAt } from "./state.js";
import { duration } from "./words.js";

export class Phone {
  /* `settings`: a player's; login(): somebody asks whether they are known. */
  constructor(film, settings, login) {
    const { login: row, mail } = settings.phone ?? {};
    Object.assign(this, { row: row ?? null, mail: mail ?? null });
    this.who = h("span", { class: "ev-form-who" });
    this.watch = h("span", { class: "ev-watch" });
    this.screen = h("span", { class: "ev-screen" });
    this.page = h("div", { class: "ev-form" }, this.who, this.watch, this.screen);
    if (this.row !== null && settings.has("login")) {
      const act = { type: "button", class: "ev-button ev-login", onclick: login, title: "does the database know me?" };
      this.button = h("button", act, "log in");
      this.answer = h("span", { class: "ev-login-answer", role: "status" });
      this.page.append(h("span", { class: "ev-login-line" }, this.button, this.answer));
    }
    if (this.mail !== null) {
      this.inbox = h("span", { class: "ev-inbox" });
      this.page.append(this.inbox);
    }
    this.all = h("p", { class: "ev-all" });
    const [mine, many] = [settings.has("register"), settings.stops !== "mine"]; // whose toy it is
    this.node = h("div", { class: "ev-phone" }, mine ? this.page : null, many ? this.all : null);
  }

  /* `logins`: when (microseconds) my customer has logged in. */
  draw(index, t, request, who, { arrived, yes, no, error }, logins) {
    const found = request === undefined ? null : customerAt(index, request, t);
    const now = screen(found, request);
    put(this.page, "data-state", now.state);
    say(this.who, request === undefined ? "the page" : who);
    say(this.watch, found ? duration((found.told?.time ?? t) - found.asked) : "0 s");
    say(this.screen, now.text);
    say(this.all, `${arrived} asked: ${yes} yes${no ? `, ${no} no` : ""}${error ? `, ${error} error` : ""}`);
    if (this.button) {
      put(this.button, "aria-disabled", found ? null : "true");
      const last = found ? logins.filter((time) => time <= t && time >= found.asked).at(-1) : undefined;
      say(this.answer, last === undefined ? "" : knows(this.times(index, request, this.row, last), last - found.asked));
    }
    if (this.inbox) {
      const times = found ? this.times(index, request, this.mail, t) : [];
      put(this.inbox, "data-mail", String(times.length));
      say(this.inbox, times.length ? mails(times, found.asked) : "no mail");
    }
  }

  /* When an effect has happened by t, for the customer or by another press of the same person. */
  times(index, request, effect, t) {
    return index.presses(request).flatMap((each) => customerAt(index, each, t)?.effects[effect].times ?? []);
  }
}

function knows(times, since) {
  const found = { 0: "we do not know you", 1: "welcome" }[times.length] ?? `welcome: ${times.length} rows have your name`;
  return `at ${duration(since)}: ${found}`;
}

function mails(times, asked) {
  const last = duration(Math.max(0, times.at(-1) - asked));
  return `${times.length === 1 ? "a mail" : `${times.length} mails`}, ${last}`;
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
