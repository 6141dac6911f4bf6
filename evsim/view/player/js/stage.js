/* The stage of one design: who works, who waits for whom, and what is on its way. */

import { channelMarks, grantedBy } from "./channel.js";
import { h, Layer, put } from "./dom.js";
import { NEVER } from "./film.js";
import { LEAST_WIDTH, SMALLEST, wiresOf } from "./geometry.js";
import { plugMarks } from "./plugs.js";
import { ASK, astray, BAD, HOP_WORDS, LATE, LOST } from "./hops.js";
import { customerOf } from "./lane.js";
import { faultLabel, frameOf, serviceMarks, slotAt, SLOTS } from "./service.js";
import { mark, round } from "./shapes.js";
import { faultsAt, stateOf } from "./state.js";
import { customerName, duration } from "./words.js";

const DOTS = 30; // drawn at most
const LABELS = 12; // dots, up to which each has its customer's number
const APART = 5; // units between the two directions of a line
let instances = 0;

export class Stage {
  /* `arrangement` is geometry's; choose(customer) is called when somebody clicks a mark. */
  constructor(film, arrangement, choose) {
    this.film = film;
    const hatch = `ev-hatch-${++instances}`;
    this.svg = h(
      "svg",
      { class: "ev-stage", role: "img" },
      h(
        "defs",
        {},
        h(
          "pattern",
          { id: hatch, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          h("rect", { width: 3, height: 8, class: "ev-hatch-line" }),
        ),
      ),
    );
    this.svg.style.setProperty("--ev-hatch", `url(#${hatch})`);
    this.arrange(arrangement);
    this.svg.addEventListener("click", ({ target }) => {
      if (target.customer) choose(target.customer);
      if (target.dataset.part) this.pulled(target.dataset.part);
    });
    const layers = ["ev-fixed", "ev-lines", "ev-parts", "ev-dots", "ev-plugs"];
    [this.fixed, this.lines, this.parts, this.flying, this.plugs] = layers.map((name) => new Layer(this.svg, { class: name }));
  }

  /* Stand otherwise: what there is must be shown again. */
  arrange(arrangement) {
    Object.assign(this, { arrangement, boxes: arrangement.boxes });
    const { width, height } = arrangement;
    put(this.svg, "viewBox", `0 0 ${width} ${height}`);
    this.svg.style.minWidth = width > LEAST_WIDTH ? `${Math.round(width * SMALLEST)}px` : "";
  }

  /* Show another lane (of another future). */
  show(index) {
    this.index = index;
    const { lane, film } = index;
    this.wires = wiresOf(lane, this.arrangement);
    this.effectsOf = Object.fromEntries(lane.services.map(({ name, effects }) => [name, effects]));
    const boxes = [
      ...lane.services.flatMap(({ name }) => frameOf(this.boxes[name], name)),
      ...lane.channels.flatMap((channel) => {
        const box = this.boxes[channel.name];
        const many = channel.partitions > 1 ? `, ${channel.partitions} partitions` : "";
        const kind = channel.broker && film.toy?.name ? "the broker" : `${channel.broker ? "broker: " : ""}${channel.kind}${many}`;
        const frame = frameOf(box, channel.name, "channel");
        return [...frame, { tag: "text", class: "ev-small", x: box.x + 9, y: box.y + 34, text: kind }];
      }),
    ];
    const wires = this.wires.pairs.map((pair) => ({
      tag: "path",
      class: "ev-wire",
      d: this.wires.way(...pair).path,
    }));
    this.fixed.draw([...wires, ...boxes]);
  }

  /* Draw the moment t; `mine` is the index of the chosen request, or undefined. */
  draw(t, mine) {
    const { index } = this;
    Object.assign(this, { time: t, mine, granted: grantedBy(index.lane.attempts, t), shelf: index.shelf.at(t) });
    const state = (this.state = stateOf(index, t));
    this.parts.draw([
      ...index.lane.channels.flatMap((channel, code) => channelMarks(this, code, state.channels[channel.name])),
      ...index.lane.services.flatMap((service) =>
        serviceMarks(this, service, state.services[service.name], state.counts),
      ),
    ]);
    this.lines.draw([...this.waits(state.services), ...this.brokenLinks(t)]);
    this.flying.draw(this.dots(state.dots));
    return state;
  }

  /* Plugs of some parts of this lane, one of which may be out; pulled(part) is called when somebody clicks one. */
  drawPlugs(parts, out, pulled) {
    this.pulled = pulled;
    const here = parts.filter((part) => [...this.index.lane.services, ...this.index.lane.channels].some(({ name }) => name === part));
    this.plugs.draw(here.flatMap((part) => plugMarks(this.boxes[part], part, part === out)));
  }

  /* A thin line from each worker that waits to whom it waits for; many workers share one. */
  waits(services) {
    const { boxes, index } = this;
    const items = [];
    for (const { name, workers } of index.lane.services) {
      const drawn = new Set();
      for (const { worker, request, waits } of services[name].busy) {
        for (const other of waits) {
          const mine = this.isMine(request);
          const way = this.wires.way(name, other);
          if (!way || (workers > SLOTS && drawn.has(other) && !mine)) continue;
          drawn.add(other);
          const words = () => `${this.who(request)}: a worker of ${name} waits for ${other}`;
          const d = waitPath(boxes[name], workers, worker, way);
          items.push({ tag: "path", class: `ev-wait${mine ? " mine" : ""}`, d, words });
        }
      }
    }
    return items;
  }

  /* Links with a name that a fault has hit. */
  brokenLinks(t) {
    const { lane } = this.index;
    return lane.links.flatMap(({ name, between: [one, other] }) => {
      const faults = faultsAt(lane, name, t);
      const way = this.wires.way(one, other);
      if (!faults.length || !way) return [];
      const words = () => `fault: ${faults.map((fault) => fault.words).join(", ")}`;
      const { x, y } = way.at(0.5);
      return faultLabel(x - 20, y, faults.map((fault) => fault.words).join(", "), words);
    });
  }

  dots(all) {
    const first = (dot) => (this.isMine(dot.hop.request) ? 0 : 1);
    const drawn = [...all]
      .sort((one, other) => first(one) - first(other) || other.number - one.number)
      .slice(0, DOTS);
    const labels = drawn.length <= LABELS;
    const items = drawn.reverse().flatMap((dot) => this.dot(dot, labels));
    if (all.length > DOTS) {
      const text = `and ${all.length - DOTS} more on their way`;
      items.push({ tag: "text", class: "ev-small strong", x: 8, y: 16, text });
    }
    return items;
  }

  dot({ hop, share, back }, labels) {
    const way = this.wires.way(hop.from, hop.to);
    if (!way) return [];
    const gone = astray(hop.end);
    const { x, y } = way.at(gone && hop.arrive === NEVER ? share / 2 : share, APART);
    const mine = this.isMine(hop.request);
    const customer = this.customer(hop.request);
    const words = () => this.hopWords(hop);
    const look = `ev-dot${back ? " back" : ""}${hop.end === BAD ? " bad" : ""}${mine ? " mine" : ""}`;
    const size = mine ? 9 : 6.5;
    const items = [{ tag: "circle", class: look, cx: round(x), cy: round(y), r: size, words, customer }];
    if (gone && share > 0.45) items.push(mark("x", x, y, size + 3, { class: "ev-cross", words, customer }));
    else if (hop.end === BAD) items.push(mark("x", x, y, size - 2, { class: "ev-cross", words, customer }));
    if (mine || labels) {
      const text = {
        tag: "text",
        x: round(x),
        y: round(y) - size - 4,
        text: String(customer.number),
        words,
        customer,
      };
      items.push({ ...text, class: `ev-number small label${mine ? " bold" : ""}` });
    }
    return items;
  }

  hopWords({ kind, from, to, request, end, leave, arrive }) {
    const what =
      { [BAD]: `an error as ${HOP_WORDS[kind]}`, [LATE]: `an ${HOP_WORDS[kind]} that nobody waits for` }[end] ??
      HOP_WORDS[kind];
    const lost = end === LOST ? ", lost on the way" : "";
    const took = arrive === NEVER ? "" : `, ${duration(arrive - leave)}`;
    const page = kind === ASK && this.film.workloads.includes(from);
    return `${this.who(request)}: ${what} from ${page ? "the page" : from} to ${to}${lost}${took}`;
  }

  isMine(request) {
    return request === this.mine;
  }

  customer(request) {
    return customerOf(this.index.lane, request);
  }

  who(request) {
    return customerName(this.customer(request), this.film);
  }

  /* The colour of what a service writes; grey for one that writes nothing. */
  colourOf(service) {
    const [effect] = this.effectsOf[service] ?? [];
    return effect === undefined ? this.film.marks.fault : this.film.effects[effect].colour;
  }
}

/* From below a worker's slot to the side of its service, and along the line to whom it waits for. */
function waitPath(box, workers, worker, way) {
  const [[x, y], ...rest] = way.points;
  const along = rest.map((point) => `L${point.map(round).join(",")}`).join("");
  if (workers > SLOTS) return `M${round(x - 14)},${round(y)}L${round(x)},${round(y)}${along}`;
  const slot = slotAt(box, workers, worker);
  const [middle, bottom] = [round(slot.x + slot.width / 2), slot.y + slot.height];
  if (y >= box.y + box.height) return `M${middle},${bottom}L${round(x)},${round(y)}${along}`;
  return `M${middle},${bottom}V${bottom + 4}H${round(box.x + box.width - 5)}L${round(x)},${round(y)}${along}`;
}
