/* The telephone of my customer, on the left of a stage: what the page says, with a stopwatch that runs in simulated time;
   what a log-in finds; what mail has come. */

import { h, put, say } from "./dom.js";
import { customerAt } from "./state.js";
import { duration } from "./words.js";

export class Phone {
  /* `settings`: a player's; login(): somebody asks whether they are known. */
  constructor(film, settings, login) {
    const { login: row, mail } = settings.phone;
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

  /* As phoneAt; `who`: the name of my customer. */
  draw(index, t, request, who, counts, logins) {
    const now = phoneAt(index, t, request, counts, logins, this);
    put(this.page, "data-state", now.state);
    say(this.who, request === undefined ? "the page" : who);
    say(this.watch, now.watch);
    say(this.screen, now.screen);
    say(this.all, now.all);
    if (this.button) {
      put(this.button, "aria-disabled", now.here ? null : "true");
      say(this.answer, now.answer);
    }
    if (this.inbox) {
      put(this.inbox, "data-mail", String(now.mails));
      say(this.inbox, now.inbox);
    }
  }
}

/* What the telephone says at t: {here, state, watch, screen, all, answer, mails, inbox}. request: my customer's, or undefined;
   logins: when (microseconds) they have logged in; row, mail: the effects that a log-in finds and that are mail, or null. */
export function phoneAt(index, t, request, { arrived, yes, no, error }, logins, { row, mail }) {
  const found = request === undefined ? null : customerAt(index, request, t);
  const { state, text } = screen(found, request);
  const last = found ? logins.filter((time) => time <= t && time >= found.asked).at(-1) : undefined;
  const known = last === undefined || row === null ? null : timesOf(index, request, row, last);
  const mine = found && mail !== null ? timesOf(index, request, mail, t) : [];
  return {
    here: Boolean(found),
    state,
    watch: found ? duration((found.told?.time ?? t) - found.asked) : "0 s",
    screen: text,
    all: `${arrived} asked: ${yes} yes${no ? `, ${no} no` : ""}${error ? `, ${error} error` : ""}`,
    answer: known ? knows(known, last - found.asked) : "",
    mails: mine.length,
    inbox: mine.length ? mails(mine, found.asked) : "no mail",
  };
}

/* When an effect has happened by t, for the customer or by another press of the same person. */
function timesOf(index, request, effect, t) {
  return index.presses(request).flatMap((each) => customerAt(index, each, t)?.effects[effect].times ?? []);
}

function knows(times, since) {
  const found = { 0: "we do not know you", 1: "welcome" }[times.length] ?? `welcome: ${times.length} rows have your name`;
  return `after ${duration(since)}: ${found}`;
}

function mails(times, asked) {
  const last = duration(Math.max(0, times.at(-1) - asked));
  return times.length === 1 ? `a mail after ${last}` : `${times.length} mails, last ${last}`;
}

function screen(found, request) {
  if (request === undefined) return { state: "empty", text: "press Register" };
  if (!found) return { state: "empty", text: "not here yet" };
  if (!found.told) return { state: "waits", text: "please wait" };
  const { word, outcome } = found.told;
  if (word === "yes") return { state: "yes", text: "registered" };
  if (word === "no") return { state: "no", text: "no: taken" };
  return { state: "no", text: { timeout: "gave up", rejected: "refused" }[outcome] ?? "error" };
}
