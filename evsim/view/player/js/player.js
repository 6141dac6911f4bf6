/* The player: two counters, one clock. */

import { Bar } from "./bar.js";
import { Breaks } from "./breaks.js";
import { Clock } from "./clock.js";
import { Controls } from "./controls.js";
import { h, put, say } from "./dom.js";
import { eventsOf, following, latest, preceding } from "./events.js";
import { endOf, readFuture } from "./film.js";
import { Form } from "./form.js";
import { arrange, LEAST_WIDTH } from "./geometry.js";
import { upTo } from "./intervals.js";
import { Lamps } from "./lamps.js";
import { customerOf, indexLane } from "./lane.js";
import { createSelection } from "./selection.js";
import { Stage } from "./stage.js";
import { customerAt } from "./state.js";
import { countWords, customerName, moment, tell, verdictOf } from "./words.js";

const [ONE_LINE, TWO_LINES] = [100, 200]; // letters

/* Show a film (as readFilm gives it) in an element. options: {branch, panels, selection}; see evsim/view/player. */
export function mountPlayer(element, film, options = {}) {
  return new Player(element, film, options);
}

class Player {
  constructor(element, film, { branch = null, panels = [], selection = createSelection() }) {
    Object.assign(this, { film, branch, selection, pace: "every", speed: 1, cache: [] });
    this.futures = [...film.futures];
    this.clock = new Clock({ read: () => this.read(), go: (time) => this.goTo(time), changed: () => this.draw() });
    this.build(element);
    this.followers = [selection.subscribe((state, changed) => this.follow(changed))];
    this.takeAway = panels.map(({ title, mount }) => this.panel(title, mount));
    this.show();
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

  // The page.

  build(element) {
    const { film } = this;
    const arrangement = arrange(film);
    const choose = (customer) => this.selection.set({ customer });
    const names = film.futures[0].lanes.map(({ name }) => name);
    this.register = h("button", { type: "button", class: "ev-button ev-register", onclick: () => this.come() }, "Register");
    this.me = h("p", { class: "ev-me" });
    this.hands = h("output", { class: "ev-clock", "aria-label": "time" });
    this.rows = names.map((name) => {
      const row = { form: new Form(), stage: new Stage(film, arrangement, choose), lamps: new Lamps(film), words: h("span") };
      const wide = arrangement.width > LEAST_WIDTH; // it scrolls, and whoever has no pointer must get there
      row.node = h("section", { class: "ev-lane", "aria-label": name },
        h("div", { class: "ev-customer" }, h("p", { class: "ev-lane-name" }, name), row.form.node),
        h("div", { class: "ev-stage-frame", tabindex: wide ? "0" : null }, row.stage.svg), row.lamps.node);
      row.line = h("p", { class: "ev-line" }, names.length > 1 ? h("b", {}, name) : null, row.words);
      return row;
    });
    this.bar = new Bar(film, (time) => this.goTo(time), (time) => this.describe(time));
    this.controls = new Controls(film, {
      play: () => this.clock.toggle(), step: (forward, mine) => this.step(forward, mine), start: () => this.goTo(0),
      pace: (pace) => this.change({ pace }), speed: (speed) => this.change({ speed }),
      jump: ({ time, customer }) => this.goTo(time, customer ? { customer } : {}), choose: (number) => this.find(number),
    });
    const faults = film.breaks.filter(({ moments }) => moments || this.branch);
    this.breaks = new Breaks(faults, this.bar, {
      breakAt: (fault, at) => this.breakAt(fault, at), future: (future) => this.selection.set({ future }),
    });
    this.live = h("p", { class: "ev-live", role: "status" });
    this.panels = h("div", { class: "ev-panels" });
    this.root = h("section", { class: "ev-player", "aria-label": `player: ${names.join(" and ")}` },
      h("div", { class: "ev-top" }, this.register, this.me, this.hands),
      this.rows.map(({ node }) => node),
      h("div", { class: "ev-words" }, this.rows.map(({ line }) => line)),
      this.live, this.bar.node, this.controls.node, this.breaks.futures, this.panels);
    this.controls.node.children[1].after(this.breaks.node);
    this.tip = h("div", { class: "ev-tip", "aria-hidden": "true" });
    this.root.append(this.tip);
    // JupyterLab takes keys for itself, unless the very element that has the focus forbids it.
    this.root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("pointermove", (event) => this.hover(event));
    this.root.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.tip.hidden = true;
    element.append(this.root);
  }

  panel(title, mount) {
    const body = h("div", { class: "ev-panel-body" });
    this.panels.append(h("section", { class: "ev-panel", "aria-label": title }, h("p", { class: "ev-panel-title" }, title), body));
    return mount(body, this.film, this.selection, this);
  }

  /* Take everything away. */
  close() {
    this.clock.stop();
    this.bar.close();
    for (const end of [...this.followers, ...this.takeAway]) end?.();
    this.root.remove();
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
    lanes.forEach((index, row) => this.rows[row].stage.show(index));
    this.bar.show(lanes, future ? this.lanes(0) : null, this.futures[future].at);
    this.controls.show(lanes);
    this.breaks.show(this.futures, future);
  }

  draw() {
    const { time, customer, future } = this.selection.get();
    const lanes = this.lanes();
    const requests = lanes.map((index) => (customer ? index.requestOf(customer) : undefined));
    const who = customer ? customerName(customer, this.film) : "";
    this.rows.forEach(({ form, stage, lamps }, row) => {
      const index = lanes[row];
      const { counts } = stage.draw(time, requests[row]);
      put(stage.svg, "aria-label", `${index.lane.name} at ${moment(time)}: ${countWords(this.film, counts)}`);
      form.draw(index, time, requests[row], who, counts);
      lamps.draw(index, time, requests[row], counts, who, future && customer ? this.before(row, customer) : null);
    });
    say(this.hands, moment(time));
    this.drawWords(time, customer, requests);
    this.bar.draw(time, requests[0]);
    this.breaks.draw(time);
    this.controls.draw({ playing: this.clock.running, pace: this.pace, speed: this.speed, chosen: Boolean(customer) });
  }

  /* What became of a customer as it was, before another future was chosen. */
  before(row, customer) {
    const index = this.lanes(0)[row];
    const request = index.requestOf(customer);
    return request === undefined ? null : customerAt(index, request, Infinity);
  }

  /* For each design: what happened last (to me, at my pace). The line of a design where nothing happens now is faint. */
  drawWords(time, customer, requests) {
    const lanes = this.lanes();
    const events = this.events();
    const swift = this.clock.running && this.pace === "true";
    const said = lanes.map((index, row) => {
      if (swift) return { text: countWords(this.film, this.rows[row].stage.state.counts), now: true };
      const last = latest(events, time, row, this.pace === "mine" ? requests[row] : undefined);
      const now = last.length > 0 && last[0].time === time;
      const age = last.length && !now ? `${moment(last[0].time)}: ` : "";
      return { text: last.length ? `${age}${tell(index, last, requests[row], lanes.length > 1 ? ONE_LINE : TWO_LINES)}` : "nothing has happened yet", now };
    });
    said.forEach(({ text, now }, row) => {
      say(this.rows[row].words, text);
      put(this.rows[row].line, "data-now", String(now));
    });
    say(this.me, this.meWords(time, customer, requests));
    if (!this.clock.running) {
      const names = lanes.length > 1;
      say(this.live, said.filter(({ now }) => now).map(({ text }, row) => (names ? `${lanes[row].lane.name}: ${text}` : text)).join(" "));
    }
  }

  meWords(time, customer, requests) {
    const lanes = this.lanes();
    if (!customer) return "Press Register: you become the next customer.";
    const verdicts = lanes.map((index, row) => verdictOf(index, requests[row], time));
    const same = new Set(verdicts).size === 1;
    const each = same ? verdicts[0] : verdicts.map((words, row) => `${lanes[row].lane.name}: ${words}`).join("; ");
    return `You are ${customerName(customer, this.film)}. ${each[0].toUpperCase()}${each.slice(1)}.`;
  }

  /* A time in words, for those who hear the bar. */
  describe(time) {
    return `${moment(time)} of ${moment(this.film.end)}`;
  }

  // Going through time.

  goTo(time, changes = {}) {
    this.selection.set({ ...changes, time: Math.min(Math.max(0, time), this.film.end) });
  }

  /* To the next event (or mine), or to the one before. */
  step(forward, mine) {
    this.clock.stop();
    const { time, customer } = this.selection.get();
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
      say(this.me, "Nobody comes any more; go back in time to register.");
      return;
    }
    const asked = index.arrivals[place];
    this.selection.set({ time: asked, customer: customerOf(index.lane, index.asked.indexOf(asked)) });
    this.change({ pace: "mine" });
    this.clock.start();
  }

  find(number) {
    const [index] = this.lanes();
    const workload = this.selection.get().customer?.workload ?? index.lane.workloads[0];
    const request = index.requestOf({ workload, number });
    if (request === undefined) say(this.me, `There is no customer ${number} of ${workload}.`);
    else this.goTo(index.asked[request], { customer: { workload, number } });
  }

  change(settings) {
    Object.assign(this, settings);
    this.draw();
  }

  /* What the clock needs to know. */
  read() {
    const { time, customer } = this.selection.get();
    const moments = { every: this.events().moments, mine: this.events().mine(customer), true: null }[this.pace];
    return { time, moments, speed: this.speed, end: this.film.end };
  }

  // Another future.

  async breakAt(fault, at) {
    this.clock.stop();
    const known = this.futures.findIndex((each) => each.at === at && JSON.stringify(each.fault) === JSON.stringify(fault));
    if (known >= 0) {
      this.goTo(at, { future: known });
      return;
    }
    this.breaks.say("the run is repeated up to here ...", true);
    try {
      const future = await this.branch({ fault, at, future: this.selection.get().future });
      this.futures.push(readFuture(future));
      this.film.end = Math.max(this.film.end, endOf(this.futures.at(-1)));
      this.breaks.say("");
      this.goTo(at, { future: this.futures.length - 1 });
    } catch (refusal) {
      this.breaks.say(refusal.message ?? String(refusal));
    }
  }

  // Keys and pointer.

  key(event) {
    const { key, shiftKey, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || target.closest("select, input, textarea, [data-own-keys]")) return;
    const page = this.film.end / 20;
    const { time } = this.selection.get();
    const acts = {
      ArrowRight: () => this.step(true, shiftKey && this.selection.get().customer),
      ArrowLeft: () => this.step(false, shiftKey && this.selection.get().customer),
      Home: () => this.goTo(0),
      End: () => this.goTo(this.film.end),
      PageUp: () => this.goTo(Math.round(time - page)),
      PageDown: () => this.goTo(Math.round(time + page)),
      " ": () => this.clock.toggle(),
    };
    if (!acts[key] || (key === " " && target.closest("button"))) return;
    event.preventDefault();
    event.stopPropagation();
    acts[key]();
  }

  hover({ target, clientX, clientY }) {
    const words = target.words?.();
    this.tip.hidden = !words;
    if (!words) return;
    say(this.tip, words);
    const { left, top, width } = this.root.getBoundingClientRect();
    const x = Math.min(clientX - left + 14, width - this.tip.offsetWidth - 4);
    Object.assign(this.tip.style, { left: `${Math.max(0, x)}px`, top: `${clientY - top + 18}px` });
  }
}
