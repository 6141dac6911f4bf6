/* Picture B beside the player: a column for each customer, filled as what they were told and what is true comes about. */

import { h, put, say } from "./dom.js";
import { customerOf } from "./lane.js";
import { Picture } from "./picture.js";
import { Promises, promiseScene, sizeOf } from "./promise.js";
import { customerName, verdictOf } from "./words.js";

const MOST_EFFECTS = 6;
const HELP =
  "Click a column to see that customer's way. Keys: arrows go from customer to customer, page keys to the next one for whom promise and truth differ.";

export function mount(element, film, selection, player) {
  const lanes = film.futures[0].lanes.map((lane, number) => new Columns(element, film, selection, player, number));
  element.append(...lanes.map(({ node }) => node), h("p", { class: "ev-help" }, HELP));
  const end = selection.subscribe((state, changed) => {
    for (const lane of lanes) changed.has("future") ? lane.show() : lane.draw();
  });
  for (const lane of lanes) lane.show();
  const resizing = new ResizeObserver(() => lanes.forEach((lane) => lane.draw()));
  resizing.observe(element);
  return () => {
    end();
    resizing.disconnect();
  };
}

/* The customers of one design. */
class Columns {
  constructor(element, film, selection, player, lane) {
    Object.assign(this, { element, film, selection, player, lane, cache: [], picture: new Picture() });
    const { name } = film.futures[0].lanes[lane];
    this.effects = this.promised(0).worst(MOST_EFFECTS);
    this.columns = h(
      "div",
      {
        class: "ev-pr-columns",
        tabindex: "0",
        role: "slider",
        "data-own-keys": true,
        "aria-label": `customers of ${name}`,
        "aria-valuemin": "0",
        onclick: (event) => this.choose(this.placeAt(event), true),
        onkeydown: (event) => this.key(event),
        onpointermove: (event) => {
          this.under = this.placeAt(event);
        },
      },
      this.picture.node,
    );
    this.sum = h("p", { class: "ev-pr-sum" });
    this.books = h("p", { class: "ev-help ev-pr-books" });
    const heading = film.futures[0].lanes.length > 1 ? h("p", { class: "ev-panel-lane" }, name) : null;
    this.node = h("div", { class: "ev-pr" }, heading, this.columns, this.sum, this.books);
  }

  promised(future) {
    return (this.cache[future] ??= new Promises(this.player.lanes(future)[this.lane]));
  }

  /* Show the chosen future. */
  show() {
    this.promises = this.promised(this.selection.get().future);
    this.index = this.promises.index;
    this.size = sizeOf(this.promises.order.length);
    put(this.columns, "aria-valuemax", String(Math.max(0, this.promises.order.length - 1)));
    say(this.books, this.index.lane.books);
    this.draw();
  }

  draw() {
    const { time, customer } = this.selection.get();
    const width = this.element.clientWidth;
    if (!width) return;
    const sum = `${this.promises.sum(time)}.`;
    const scene = promiseScene(this.promises, this.effects, time, this.player.until());
    this.picture.show({ ...scene, alt: sum }, width, () => this.describe(this.under ?? 0));
    this.picture.svg.words = () => this.describe(this.under ?? 0);
    const place = this.placeOf(customer);
    this.picture.over.replaceChildren(...(place === undefined ? [] : this.chosen(place)));
    say(this.sum, sum);
    put(this.columns, "aria-valuenow", String(place ?? 0));
    put(this.columns, "aria-valuetext", place === undefined ? "no customer chosen" : this.describe(place));
  }

  /* A frame around the chosen customer, with a flag above. */
  chosen(place) {
    const { made } = this.picture;
    const first = place - (place % this.size);
    const [left, right] = [made.x(first), made.x(first + this.size)];
    const middle = (left + right) / 2;
    return [
      h("rect", { class: "ev-pr-frame", x: left - 1, y: made.top, width: right - left + 2, height: made.bottom - made.top }),
      h("path", { class: "ev-pr-flag", d: `M${middle - 5},${made.top - 8}h10l-5,8Z` }),
    ];
  }

  // What is said.

  describe(place) {
    const { time } = this.selection.get();
    const request = this.promises.order[place];
    if (request === undefined) return "";
    if (this.size === 1) return `${this.name(place)}: ${verdictOf(this.index, request, time)}`;
    const first = place - (place % this.size);
    const last = Math.min(first + this.size, this.promises.order.length) - 1;
    return `${this.name(first)} to ${this.name(last)}; ${this.name(place)}: ${verdictOf(this.index, request, time)}`;
  }

  name(place) {
    return customerName(customerOf(this.index.lane, this.promises.order[place]), this.film);
  }

  // Who is chosen.

  placeOf(customer) {
    const request = customer ? this.index.requestOf(customer) : undefined;
    return request === undefined ? undefined : this.promises.place.get(request);
  }

  placeAt(event) {
    const { made } = this.picture;
    const share = (this.picture.across(event) - made.left) / (made.right - made.left);
    const { length } = this.promises.order;
    return Math.min(Math.max(0, Math.floor(share * length)), length - 1);
  }

  choose(place, look = false) {
    const request = this.promises.order[place];
    if (request === undefined) return;
    this.selection.set({ customer: customerOf(this.index.lane, request), design: this.lane });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const panel = look ? this.node.closest(".ev-panels")?.querySelector("[data-panel=lives]") : null;
    panel?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  key(event) {
    const { time, customer } = this.selection.get();
    const { length } = this.promises.order;
    const place = this.placeOf(customer) ?? -1;
    const nextOdd = (step) => {
      for (let each = place + step; each >= 0 && each < length; each += step)
        if (this.promises.state(each, time).odd) return each;
      return place;
    };
    const acts = {
      ArrowRight: () => Math.min(place + 1, length - 1),
      ArrowLeft: () => Math.max(place - 1, 0),
      Home: () => 0,
      End: () => length - 1,
      PageDown: () => nextOdd(1),
      PageUp: () => nextOdd(-1),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(acts[event.key]());
  }
}
