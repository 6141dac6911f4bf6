/* The player: two counters, one clock. */

import { Bar } from "./bar.js";
import { Breaks } from "./breaks.js";
import { Clock } from "./clock.js";
import { Controls } from "./controls.js";
import { h, put, say } from "./dom.js";
import { eventsOf, following, preceding } from "./events.js";
import { endOf, readFuture } from "./film.js";
import { SMALL, SMALLEST, arrange } from "./geometry.js";
import { listenToKeys, listenToPointer } from "./hands.js";
import { range, upTo } from "./intervals.js";
import { customerOf, indexLane } from "./lane.js";
import { Row } from "./row.js";
import { STYLE } from "./scene.js";
import { createSelection } from "./selection.js";
import { customerAt } from "./state.js";
import { Toybox } from "./toybox.js";
import { settingsOf } from "./toy.js";
import { customerName, list, moment, verdictOf } from "./words.js";

const [NARROW, BORDERS] = [640, 19]; // pixels: as in style.css; beside what is in a player
const HELP =
  "Keys: \u2190 \u2192 an event, with shift one of mine; space to play; page up and down, home, end; escape: nobody.";

/* Show a film (as readFilm gives it) in an element. options: {branch, panels, folded (the panels, at first)}; see
   evsim/view/player. */
export function mountPlayer(element, film, options = {}) {
  return new Player(element, film, options);
}

class Player {
  constructor(element, film, { branch = null, panels = [], folded = false }) {
    const selection = createSelection();
    const settings = settingsOf(film);
    Object.assign(this, { film, branch, selection, settings, pace: settings.pace, speed: settings.speed, cache: [] });
    Object.assign(this, { logins: new Map(), seen: [] });
    this.futures = [...film.futures];
    this.clock = new Clock({ read: () => this.read(), go: (time) => this.goTo(time), changed: () => this.draw() });
    this.build(element);
    this.followers = [selection.subscribe((state, changed) => this.follow(changed))];
    this.takeAway = [];
    for (const { id, title, mount } of panels) if (!id || settings.has(id)) this.panel(title, mount, folded);
    this.show();
    if (settings.begins) this.goTo(settings.begins);
    this.draw();
  }

  /* The indices of a future's lanes, and its events; made once. */
  lanes(future = this.selection.get().future) {
    return this.made(future).lanes;
  }

  events(future = this.selection.get().future) {
    return this.made(future).events;
  }

  made(future) {
    if (!this.cache[future]) {
      const lanes = this.futures[future].lanes.map((lane) => indexLane(this.film, lane));
      this.cache[future] = { lanes, events: eventsOf(lanes) };
    }
    return this.cache[future];
  }

  /* How much of the chosen future may be seen: all of it, or what has been played where the rest is hidden. */
  until() {
    return this.settings.hides ? (this.seen[this.selection.get().future] ?? 0) : Infinity;
  }

  // The page.

  build(element) {
    const { film, selection, settings } = this;
    const only = (name, ...nodes) => (settings.has(name) ? nodes : []);
    const choose = (customer, design) => selection.set({ customer, design });
    const names = film.futures[0].lanes.map(({ name }) => name);
    const login = () => this.login();
    const its = { arrangement: arrange(film), choose, alone: names.length === 1, settings, login };
    this.upright = false;
    this.rows = names.map((_, number) => new Row(film, number, its));
    const come = { type: "button", class: "ev-button ev-register", onclick: () => this.come() };
    const again = { type: "button", class: "ev-button ev-again", onclick: () => this.comeAgain() };
    this.again = settings.has("again") ? h("button", again, "Register again") : null;
    this.me = h("p", { class: "ev-me" });
    this.time = h("output", { class: "ev-clock", "aria-label": "time" });
    this.bar = new Bar(film, (time) => this.goTo(time), settings.hides);
    this.controls = new Controls(film, {
      play: () => this.clock.toggle(),
      step: (forward, mine) => this.step(forward, mine),
      start: () => this.restart(),
      pace: (pace) => this.change({ pace }),
      speed: (speed) => this.change({ speed }),
      jump: ({ time, customer }) => this.goTo(time, customer ? { customer } : {}),
      find: (number) => this.find(number),
    }, settings.has);
    const faults = film.breaks.filter(({ moments }) => moments || this.branch);
    this.breaks = new Breaks(faults, this.bar, {
      breakAt: (fault, at) => this.breakAt(fault, at),
      future: (future) => selection.set({ future }),
    }, settings.has("fault"));
    if (settings.has("fault")) this.controls.add(this.breaks.node);
    this.toybox = new Toybox(this);
    if (this.toybox.plugs) this.controls.add(this.toybox.plugs.node);
    this.changed = h("p", { class: "ev-changed" });
    this.live = h("p", { class: "ev-live", role: "status" });
    this.panels = h("div", { class: "ev-panels" }, h("style", {}, STYLE));
    const lines = this.rows.map(({ line }) => line);
    this.root = h(
      "section",
      { class: `ev-player${settings.hides ? " hides" : ""}`, "aria-label": settings.name ? `toy: ${settings.name}` : `player: ${list(names)}` },
      h("div", { class: "ev-top" }, only("register", h("button", come, "Register")), this.again, only("register", this.me), this.time),
      film.window ? h("p", { class: "ev-window" }, film.window) : null,
      this.rows.map(({ node }) => node),
      only("words", h("div", { class: "ev-words" }, lines)),
      this.live,
      only("bar", this.bar.node),
      this.controls.node,
      only("fault", this.breaks.futures),
      this.toybox.nodes,
      settings.pays ? null : this.changed,
      only("help", h("p", { class: "ev-help" }, HELP)),
      this.panels,
    );
    this.resizing = new ResizeObserver(() => this.fit());
    this.resizing.observe(this.root);
    listenToPointer(this.root);
    listenToKeys(this.root, this.keys());
    element.append(this.root);
  }

  keys() {
    const now = () => this.selection.get();
    const page = () => this.film.end / 20;
    return {
      ArrowRight: (shift) => this.step(true, shift && now().customer),
      ArrowLeft: (shift) => this.step(false, shift && now().customer),
      Home: () => this.restart(),
      End: () => this.goTo(this.film.end),
      PageUp: () => this.goTo(Math.round(now().time - page())),
      PageDown: () => this.goTo(Math.round(now().time + page())),
      Escape: () => this.selection.set({ customer: null }),
      " ": () => this.clock.toggle(),
    };
  }

  /* A panel that folds; it is made when it is first unfolded. */
  panel(title, mount, folded) {
    const body = h("div", { class: "ev-panel-body" });
    const panel = h("details", { class: "ev-panel" }, h("summary", { class: "ev-panel-title" }, title), body);
    const make = () => this.takeAway.push(mount(body, this.film, this.selection, this));
    this.panels.append(panel);
    panel.open = !folded;
    if (folded) panel.addEventListener("toggle", make, { once: true });
    else make();
  }

  /* Take everything away. */
  close() {
    this.clock.stop();
    this.resizing.disconnect();
    this.bar.close();
    for (const row of this.rows) row.close();
    for (const end of [...this.followers, ...this.takeAway]) end?.();
    this.root.remove();
  }

  /* A stage that is too wide to stand between telephone and lamps has a line of its own; one that is too wide for that
     goes from above to below, and so do all on a telephone. */
  fit() {
    const { clientWidth } = this.root;
    if (!clientWidth) return;
    const wide = arrange(this.film);
    const em = parseFloat(getComputedStyle(this.rows[0].node).fontSize);
    this.root.classList.toggle("ev-wide", clientWidth < wide.width * SMALL + BORDERS + (this.settings.has("lamps") ? 19.6 : 10.4) * em);
    const upright = clientWidth < Math.max(NARROW, wide.width * SMALLEST + BORDERS);
    if (upright === this.upright) return;
    this.upright = upright;
    this.root.classList.toggle("ev-upright", upright);
    for (const row of this.rows) row.arrange(upright ? arrange(this.film, row.number) : wide);
    this.toybox.fit(upright);
    this.draw();
  }

  // What is shown.

  follow(changed) {
    if (changed.has("future")) this.show();
    this.draw();
  }

  /* Show the chosen future. */
  show() {
    const { future } = this.selection.get();
    const lanes = this.lanes();
    this.rows.forEach((row, number) => row.show(lanes[number]));
    this.bar.show(lanes, future ? this.lanes(this.origin(future)) : null, this.futures[future].at);
    this.controls.show(lanes);
    this.breaks.show(this.futures, future);
    this.toybox.show();
  }

  draw() {
    const { time, customer, future } = this.selection.get();
    const requests = this.lanes().map((index) => (customer ? index.requestOf(customer) : undefined));
    const who = customer ? customerName(customer, this.film) : "";
    const logins = (customer && this.logins.get(this.key(customer))) ?? [];
    this.seen[future] = Math.max(this.seen[future] ?? 0, time);
    this.rows.forEach((row, number) => {
      row.draw(time, requests[number], who, future && customer ? this.before(number, customer, future) : null, logins);
    });
    this.tell(time, requests);
    say(this.changed, time < this.film.end ? "" : this.changedWords(future));
    say(this.time, moment(time));
    say(this.me, this.meWords(time, customer, requests));
    if (this.again) put(this.again, "aria-disabled", customer && this.nextPress() !== undefined ? null : "true");
    this.bar.draw(time, requests[0], this.seen[future]);
    this.toybox.draw(time, requests);
    this.breaks.draw(time);
    const [playing, chosen] = [this.clock.running, Boolean(customer)];
    this.controls.draw({ playing, chosen, pace: this.pace, speed: this.speed, until: this.until() });
  }

  /* What became of a customer in the future that was left for this one. */
  before(number, customer, future) {
    const index = this.lanes(this.origin(future))[number];
    const request = index.requestOf(customer);
    return request === undefined ? null : customerAt(index, request, Infinity);
  }

  /* What happens, for those who see and, where it stands still, for those who listen. */
  tell(time, requests) {
    if (this.clock.running && this.pace === "true" && this.settings.stops !== "mine") {
      for (const row of this.rows) row.count();
      return;
    }
    const { customer } = this.selection.get();
    const events = customer && this.pace === "mine" ? this.events().of(customer) : this.events();
    const told = this.rows.map((row, number) => {
      const words = row.tell(events.lanes[number], time, requests[number]);
      return words && (this.rows.length > 1 ? `${row.index.lane.name}: ${words}` : words);
    });
    if (!this.clock.running) say(this.live, told.filter(Boolean).join(" "));
  }

  /* What a future changed for customers, for whoever has come to the end of it. */
  changedWords(future) {
    return this.futures[future].changed.map((words, number) => `${this.rows[number].index.lane.name}: ${words}`).join(" ");
  }

  meWords(time, customer, requests) {
    const lanes = this.lanes();
    if (!customer) return "Press Register: you become the next customer.";
    if (this.settings.pays === "mine") {
      const over = time >= this.lastOfMine(customer);
      return `You are ${customerName(customer, this.film)}.${over ? "" : " On its way \u2026"}`;
    }
    const verdicts = lanes.map((index, row) => verdictOf(index, requests[row], time));
    const same = new Set(verdicts).size === 1;
    const each = same ? verdicts[0] : verdicts.map((words, row) => `${lanes[row].lane.name}: ${words}`).join("; ");
    const twice = lanes[0].presses(requests[0]).length > 1 ? ` ${this.toybox.presses(requests)}` : "";
    return `You are ${customerName(customer, this.film)}. ${each[0].toUpperCase()}${each.slice(1)}.${twice}`;
  }

  // A person.

  key({ workload, number }) {
    return `${workload} ${number}`;
  }

  /* My customer asks whether they are known. */
  login() {
    const { customer, time } = this.selection.get();
    if (!customer) return;
    const key = this.key(customer);
    this.logins.set(key, [...(this.logins.get(key) ?? []), time].sort((one, other) => one - other));
    const [index] = this.lanes();
    this.toybox.looks?.add(time - index.asked[index.requestOf(customer)]);
    this.draw();
  }

  /* When the last thing happens to a customer, in any design. */
  lastOfMine(customer) {
    return this.events().mine(customer).at(-1) ?? 0;
  }

  /* When a toy's story is over. */
  last() {
    const { stops } = this.settings;
    return typeof stops === "number" ? stops : this.film.end;
  }

  // Going through time.

  /* To the beginning, with nothing broken where that was the toy's own doing. */
  restart() {
    this.toybox.restart();
    this.goTo(this.settings.begins, this.settings.has("plugs") ? { future: 0 } : {});
  }

  goTo(time, changes = {}) {
    this.selection.set({ ...changes, time: Math.min(Math.max(0, time), this.film.end) });
  }

  /* To the next event (or mine), or to the one before. */
  step(forward, mine) {
    this.clock.stop();
    const { time, customer } = this.selection.get();
    if (mine && !customer) return say(this.live, "Press Register first: nobody is you yet.");
    const moments = mine ? this.events().mine(customer) : this.events().moments;
    const next = (forward ? following : preceding)(moments, time);
    if (next !== null) this.goTo(next);
    else if (!forward) this.goTo(0);
  }

  /* Become the next customer who comes. */
  come() {
    const [index] = this.lanes();
    const place = upTo(index.arrivals, this.selection.get().time);
    if (place === index.arrivals.length) {
      say(this.me, place ? "Nobody comes any more; go back in time to register." : "Nobody ever comes.");
      return;
    }
    const asked = index.arrivals[place];
    this.selection.set({ time: asked, customer: customerOf(index.lane, index.asked.indexOf(asked)) });
    if (this.settings.stops !== "mine") this.pace = "mine";
    this.clock.start();
  }

  /* The next request of the person who my customer is, after now. */
  nextPress() {
    const { time, customer } = this.selection.get();
    const [index] = this.lanes();
    const mine = index.requestOf(customer);
    return range(0, index.asked.length).find((each) => index.asked[each] > time && index.presses(each).includes(mine));
  }

  /* My customer presses once more: time goes on to their next request. */
  comeAgain() {
    const next = this.selection.get().customer ? this.nextPress() : undefined;
    if (next === undefined) return say(this.live, "This person does not press again.");
    const [index] = this.lanes();
    this.selection.set({ time: index.asked[next], customer: customerOf(index.lane, next) });
    this.pace = "mine";
    this.clock.start();
  }

  find(number) {
    const [index] = this.lanes();
    const workload = this.selection.get().customer?.workload ?? index.lane.workloads[0];
    const request = index.requestOf({ workload, number });
    this.controls.found(request === undefined ? `there is no customer ${number} of ${workload}` : "");
    if (request !== undefined) this.goTo(index.asked[request], { customer: { workload, number } });
  }

  change(settings) {
    Object.assign(this, settings);
    this.draw();
  }

  /* What the clock needs to know. */
  read() {
    const { time, customer } = this.selection.get();
    const moments = { every: this.events().moments, mine: this.events().mine(customer), true: null }[this.pace];
    const { stops } = this.settings;
    const end = stops === "mine" && customer ? this.lastOfMine(customer) : this.last();
    return { time, moments, speed: this.speed, end: Math.min(end, this.film.end) };
  }

  // Another future.

  /* origin: the future that is left, if not the one that is shown; stay: time stays where it is. */
  async breakAt(fault, at, { origin = this.selection.get().future, stay = false } = {}) {
    this.clock.stop();
    const { id } = this.futures[origin];
    const known = this.futures.findIndex(
      (each) =>
        each.at === at &&
        JSON.stringify(each.fault) === JSON.stringify(fault) &&
        (each.origin === id || !this.branch),
    );
    if (known >= 0) {
      this.enter(known, stay);
      return;
    }
    if (!this.offers(fault, at)) return this.breaks.say("what follows from this is not on this page");
    this.breaks.say("the run is repeated up to here ...", true);
    try {
      const future = await this.branch({ fault, at, future: id });
      const there = this.futures.findIndex((each) => each.id === future.id);
      if (there < 0) this.futures.push(readFuture(future));
      this.film.end = Math.max(this.film.end, endOf(this.futures.at(there)));
      this.enter(there < 0 ? this.futures.length - 1 : there, stay);
    } catch (refusal) {
      this.breaks.say(refusal.message ?? String(refusal));
    }
  }

  /* Whether one can ask for the future in which a fault begins at a time. */
  offers(fault, at) {
    if (!this.branch || !this.branch.offers) return Boolean(this.branch);
    return this.branch.offers(fault, at);
  }

  /* Another future, from the moment on at which it begins. It goes by as time does: event by event takes minutes. */
  enter(future, stay) {
    const { at, note } = this.futures[future];
    const { time, customer } = this.selection.get();
    this.breaks.say(note);
    if (!customer) this.pace = "true";
    this.goTo(stay ? time : at, { future });
  }

  /* The number of the future that this one left. */
  origin(future) {
    const { origin } = this.futures[future];
    return Math.max(0, this.futures.findIndex(({ id }) => id === origin));
  }
}
