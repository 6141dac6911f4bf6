/* Picture C beside the player: the chosen customer's way through every design, time downwards and to scale. */

import { h, put, say } from "./dom.js";
import { livesScene } from "./life-scene.js";
import { livesOf } from "./lives.js";
import { Picture } from "./picture.js";
import { SHAPES } from "./shapes.js";
import { customerName, duration, list, moment } from "./words.js";

const [TALL, ASIDE] = [400, 13]; // pixels: the height of a picture, from a lifeline to a diamond beside it
const LENGTH = "1s"; // of a crash that no break of the film describes

export function mount(element, film, selection, player) {
  const panel = new Lives(element, film, selection, player);
  element.closest(".ev-panel")?.setAttribute("data-panel", "lives");
  const end = selection.subscribe((state, changed) => panel.follow(changed));
  const resizing = new ResizeObserver(() => panel.show());
  resizing.observe(element);
  return () => {
    end();
    resizing.disconnect();
  };
}

class Lives {
  constructor(element, film, selection, player) {
    Object.assign(this, { element, film, selection, player, close: false, picture: new Picture("group") });
    this.captions = h("div", { class: "ev-lv-captions" });
    const zoom = { type: "button", class: "ev-button", "aria-pressed": "false", onclick: () => this.closer() };
    this.zoom = h("button", zoom, "up to the answer");
    Object.assign(this.picture.node, { onclick: ({ target }) => this.point(target), tabIndex: 0, role: "group" });
    put(this.picture.node, "aria-label", "space-time diagram");
    this.shade = h("rect", { class: "ev-fl-shade" });
    this.points = h("g");
    this.cursor = h("path", { class: "ev-fl-cursor" });
    this.picture.over.append(this.shade, this.points, this.cursor);
    this.empty = h("p", { class: "ev-help" }, "Choose a customer: press Register, click a column above, or anything on the stage.");
    this.help = h("p", { class: "ev-help" });
    element.append(this.empty, this.captions, h("div", {}, this.zoom), this.picture.node, this.help);
    this.show();
  }

  follow(changed) {
    if (changed.has("customer") || changed.has("future")) this.show();
    else this.draw();
  }

  closer() {
    this.close = !this.close;
    put(this.zoom, "aria-pressed", String(this.close));
    this.show();
  }

  /* Show the chosen customer. */
  show() {
    const { customer, future } = this.selection.get();
    const lanes = this.player.lanes(future);
    const requests = lanes.map((index) => (customer ? index.requestOf(customer) : undefined));
    this.lives = livesOf(lanes, requests);
    const there = this.lives.filter((life) => life);
    this.empty.hidden = there.length > 0;
    for (const node of [this.captions, this.zoom, this.picture.node, this.help]) node.hidden = !there.length;
    if (!there.length) return;
    this.span = this.spanOf(there);
    const { scene, places } = livesScene(this.film, this.lives, this.span);
    this.over = this.isOver();
    this.captions.hidden = !this.over; // what became of them is not told before
    const told = this.say(customer, future);
    const alt = `${customerName(customer, this.film)}, time downwards. ${this.over ? told : ""}`;
    this.picture.show({ ...scene, alt, tall: TALL }, this.element.clientWidth || 600);
    this.diamonds = this.crashes(places);
    this.points.replaceChildren();
    this.draw();
  }

  isOver() {
    return this.lives.every((life) => !life || life.end <= this.player.until());
  }

  /* How much time is shown, and whether a part of it may be chosen. */
  spanOf(there) {
    const longest = Math.max(...there.map(({ begin, end }) => end - begin));
    const answers = there.filter(({ told }) => told !== "nothing").map(({ begin, answered }) => answered - begin);
    const told = Math.max(0, ...answers); // some are told at once
    this.zoom.hidden = !told || 1.3 * told > 0.8 * longest;
    return this.close && !this.zoom.hidden ? 1.3 * told : longest * 1.03;
  }

  // A crash at a chosen moment.

  /* {node, time}: the diamonds of all of them. */
  crashes(places) {
    const { made } = this.picture;
    return this.lives.flatMap((life, lane) =>
      (life ? life.crashPoints() : []).flatMap(({ service, x, time }) => {
        const since = time - life.begin;
        const fault = since > this.span ? null : this.faultAt(service, time);
        if (!fault) return [];
        const words = `crash ${service} here, ${duration(since)} after the customer asked`;
        const act = () => this.player.breakAt(fault, time);
        const key = (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          event.stopPropagation();
          act();
        };
        const place = `translate(${made.x(places[lane](x)) - ASIDE} ${made.y(since / 1e6)}) scale(5.5)`;
        const button = { role: "button", tabindex: "0", "aria-label": words, onclick: act, onkeydown: key };
        const node = h("path", { d: SHAPES.D, transform: place, class: "ev-lv-crash", ...button });
        return [{ node: Object.assign(node, { words: () => words }), time }];
      }),
    );
  }

  /* Show the diamonds of the moments that are known. */
  offer() {
    const known = this.diamonds.filter(({ time }) => time <= this.player.until());
    if (known.length !== this.points.children.length) this.points.replaceChildren(...known.map(({ node }) => node));
    const go = "A click on a mark goes to its moment.";
    const crash = "A diamond is a moment at which a crash makes a difference: choose one to crash there. ";
    say(this.help, known.length ? crash + go : go);
  }

  /* The fault that a crash of a service at a time is, where one can be asked for. */
  faultAt(service, time) {
    const its = this.film.breaks.filter(({ fault }) => fault.crash === service);
    const known = its.find(({ moments }) => (moments ? moments.includes(time) : this.player.branch));
    if (known) return known.fault;
    const fault = { crash: service, for: LENGTH };
    return !its.length && this.player.offers(fault, time) ? fault : null;
  }

  // Words.

  say(customer, future) {
    const left = this.player.lanes(this.player.origin(future)); // the future that this one left
    const before = future
      ? livesOf(
          left,
          left.map((index) => index.requestOf(customer)),
        )
      : [];
    const lines = this.lives.map((life, lane) => {
      if (!life) return null;
      const was =
        before[lane] && before[lane].caption !== life.caption
          ? h("span", { class: "ev-lamp-ghost" }, ` (was: ${before[lane].caption})`)
          : null;
      const name = this.lives.length > 1 ? `${life.lane.name}: ` : "";
      return h("p", {}, h("b", {}, name), life.caption, was);
    });
    this.captions.replaceChildren(...lines.filter((line) => line));
    return this.captions.innerText;
  }

  /* The time of the player, where it falls into what is shown; what is hidden of the future. */
  draw() {
    const life = this.lives.find((each) => each);
    if (!life) return;
    if (this.over !== this.isOver()) return this.show();
    const { time } = this.selection.get();
    const { made } = this.picture;
    const since = time - life.begin;
    const there = since >= 0 && since <= this.span;
    put(this.cursor, "d", there ? `M${made.left - 4},${made.y(since / 1e6)}H${made.right}` : "");
    const known = made.y(Math.min(Math.max(0, this.player.until() - life.begin), this.span) / 1e6);
    const shade = { x: made.left + 1, y: known, width: made.right - made.left, height: Math.max(0, made.bottom - known) };
    for (const [name, value] of Object.entries(shade)) put(this.shade, name, value);
    const names = this.lives.flatMap((each) => (each ? [each.lane.name] : []));
    this.offer();
    put(this.picture.node, "aria-label", `space-time diagram of ${list(names)}; the cursor is at ${moment(time)}`);
  }

  point(target) {
    if (target.time !== undefined) this.player.goTo(target.time);
  }
}
