/* The marks of one design at a moment: who works, who waits for whom, and what is on its way. */

import { channelMarks } from "./channel.js";
import { NEVER } from "./film.js";
import { SLOTS, wiresOf } from "./geometry.js";
import { ASK, astray, BAD, HOP_WORDS, LATE, LOST } from "./hops.js";
import { customerOf } from "./lane.js";
import { faultLabel, fitted, frameOf, PLAIN, serviceMarks, slotAt } from "./service.js";
import { mark, round } from "./shapes.js";
import { faultsAt, stateOf } from "./state.js";
import { customerName, duration } from "./words.js";

const DOTS = 30; // drawn at most
const LABELS = 12; // dots, up to which each has its customer's number
const APART = 5; // units between the two directions of a line

export class StageMarks {
  /* `arrangement` is geometry's, `index` that of a lane. */
  constructor(film, arrangement, index) {
    Object.assign(this, { film, index, boxes: arrangement.boxes, wires: wiresOf(index.lane, arrangement) });
    this.effectsOf = Object.fromEntries(index.lane.services.map(({ name, effects }) => [name, effects]));
  }

  /* What never changes. */
  fixed() {
    const { boxes, film, wires } = this;
    const { lane } = this.index;
    const lines = wires.pairs.map((pair) => ({ tag: "path", class: "ev-wire", d: wires.way(...pair).path }));
    const channels = lane.channels.flatMap(({ name, kind, broker, partitions }) => {
      const box = boxes[name];
      const many = partitions > 1 ? `, ${partitions} partitions` : "";
      const text = broker && film.toy?.name ? "the broker" : `${broker ? "broker: " : ""}${kind}${many}`;
      return [...frameOf(box, name, "channel"), { tag: "text", class: "ev-small", x: box.x + 9, y: box.y + 36, ...fitted(text, box.width - 18, PLAIN) }];
    });
    return [...lines, ...lane.services.flatMap(({ name }) => frameOf(boxes[name], name)), ...channels];
  }

  /* {state, parts, lines, flying}: the state of the lane at t and what is drawn of it; `mine` is the index of the chosen
     request, or undefined. */
  at(t, mine) {
    const { index } = this;
    const { services, channels } = index.lane;
    Object.assign(this, { time: t, mine });
    const state = stateOf(index, t);
    const parts = [
      ...channels.flatMap((channel, code) => channelMarks(this, code, state.channels[channel.name])),
      ...services.flatMap((service) => serviceMarks(this, service, state.services[service.name])),
    ];
    const lines = [...this.waits(state.services), ...this.brokenLinks(t)];
    return { state, parts, lines, flying: this.dots(state.dots) };
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
      items.push({ ...text, class: `ev-number label${mine ? " bold" : ""}` });
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
    const [effect] = this.effectsOf[service];
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
