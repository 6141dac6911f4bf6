/* A service on the stage: its name, its workers as slots, those who wait in its inbox as tickets, what it has written. */

import { mark, round } from "./shapes.js";
import { duration } from "./words.js";

const SLOTS = 8; // drawn one by one; more are a bar
const [SLOT_WIDTH, SLOT_HEIGHT, SLOT_GAP] = [34, 21, 5];
const [TICKET_WIDTH, TICKET_HEIGHT] = [29, 17];
const TICKETS = 3;
const PAD = 9;

/* What of a service never changes: items for a layer. */
export function frameOf(box, name, kind = "") {
  const { x, y, width, height } = box;
  return [
    { tag: "rect", class: `ev-box ${kind}`, x, y, width, height, rx: kind ? 3 : 8 },
    { tag: "text", class: "ev-name", x: x + PAD, y: y + 19, text: short(name, 17) },
  ];
}

export function short(text, letters) {
  return text.length > letters ? `${text.slice(0, letters - 1)}\u2026` : text;
}

/* The items of a service at a moment. `stage`: what all parts of a stage know (js/stage.js). */
export function serviceMarks(stage, service, state, counts) {
  const { name } = service;
  const box = stage.boxes[name];
  return [
    ...faultMarks(box, state.faults, name),
    ...written(stage, box, name, counts),
    ...(service.workers > SLOTS ? crowd : slots)(stage, box, service, state),
    ...tickets(stage, box, service, state),
  ];
}

/* A box that a fault has hit: hatched, with its diamond and words. */
export function faultMarks(box, faults, name) {
  if (!faults.length) return [];
  const said = faults.map(({ words }) => words.replace(/^\S+ /, "")).join(", ");
  const words = () => `fault: ${faults.map((fault) => fault.words).join(", ")}`;
  const { x, y, width, height } = box;
  return [
    { tag: "rect", class: "ev-hatch", x, y, width, height, rx: 8, words },
    mark("D", x + 1, y - 3, 9, { class: "ev-fault", words }),
    { tag: "text", class: "ev-fault-words", x: x + 14, y: y - 2, text: said, words },
  ];
}

/* How often each effect of this service has happened. */
function written(stage, box, name, counts) {
  const mine = stage.effectsOf[name] ?? [];
  return mine.flatMap((effect, place) => {
    const { name: what, colour, marker } = stage.film.effects[effect];
    const x = box.x + box.width - PAD - 52 * (mine.length - 1 - place);
    const text = String(counts.effects[effect]);
    const words = () => `${name} has written ${what} ${text} times`;
    return [
      { tag: "text", class: "ev-count", x, y: box.y + box.height - 10, text, words },
      mark(marker, x - 9 * text.length - 11, box.y + box.height - 15, 7, { fill: colour, words }),
    ];
  });
}

/* Where the slot of a worker is: the corner. */
export function slotAt(box, worker) {
  return {
    x: box.x + PAD + (worker % 4) * (SLOT_WIDTH + SLOT_GAP),
    y: box.y + 28 + Math.floor(worker / 4) * (SLOT_HEIGHT + 4),
  };
}

function slots(stage, box, { name, workers }, { busy }) {
  const items = [];
  const held = new Map(busy.map((each) => [each.worker, each]));
  for (let worker = 0; worker < workers; worker++) {
    const { x, y } = slotAt(box, worker);
    const size = { x, y, width: SLOT_WIDTH, height: SLOT_HEIGHT, rx: 4 };
    const job = held.get(worker);
    if (!job) {
      items.push({ tag: "rect", class: "ev-slot", ...size, words: () => `${name}: this worker is free` });
      continue;
    }
    const customer = stage.customer(job.request);
    const words = () => `${stage.who(job.request)}: ${name} ${doing(stage, job)}`;
    const look = `${job.waits.length ? "waits" : "works"}${stage.isMine(job.request) ? " mine" : ""}`;
    items.push({ tag: "rect", class: `ev-slot ${look}`, ...size, words, customer });
    items.push({
      tag: "text", class: `ev-number ${look}`, x: x + SLOT_WIDTH / 2, y: y + 15.5, text: String(customer.number), words, customer,
    });
  }
  return items;
}

function doing(stage, { row, waits }) {
  const since = duration(stage.time - stage.index.lane.attempts.started[row]);
  return waits.length ? `waits for ${waits.join(" and ")}, held for ${since}` : `works, for ${since} so far`;
}

/* Many workers: how many are busy, as a bar; mine has a slot of its own. */
function crowd(stage, box, { name, workers }, { busy }) {
  const [x, y, width] = [box.x + PAD, box.y + 28, box.width - 2 * PAD];
  const words = () => `${name}: ${busy.length} of ${workers} workers are busy`;
  const waiting = busy.filter(({ waits }) => waits.length).length;
  const share = (count) => round((width * count) / workers);
  const items = [
    { tag: "rect", class: "ev-slot", x, y, width, height: 13, rx: 3, words },
    { tag: "rect", class: "ev-slot works", x, y, width: share(busy.length - waiting), height: 13, rx: 3, words },
    { tag: "rect", class: "ev-slot waits", x: x + share(busy.length - waiting), y, width: share(waiting), height: 13, rx: 3, words },
    { tag: "text", class: "ev-small", x, y: y + 30, text: `${busy.length} of ${workers} busy`, words },
  ];
  const mine = busy.find(({ request }) => stage.isMine(request));
  if (mine) {
    const size = { x: x + width - SLOT_WIDTH, y: y + 17, width: SLOT_WIDTH, height: SLOT_HEIGHT, rx: 4 };
    const look = mine.waits.length ? "waits mine" : "works mine";
    const said = () => `${stage.who(mine.request)}: ${name} ${doing(stage, mine)}`;
    items.push({ tag: "rect", class: `ev-slot ${look}`, ...size, words: said });
    items.push({
      tag: "text", class: `ev-number ${look}`, x: size.x + SLOT_WIDTH / 2, y: size.y + 15.5,
      text: String(stage.customer(mine.request).number), words: said,
    });
  }
  return items;
}

/* Those who wait for a worker, the first of them on the left. */
function tickets(stage, box, { name }, { line }) {
  if (!line.length) return [];
  const [x, y] = [box.x + PAD, box.y + box.height - 27];
  const { attempts } = stage.index.lane;
  const items = [];
  line.slice(0, TICKETS).forEach((row, place) => {
    const request = attempts.request[row];
    const customer = stage.customer(request);
    const words = () => `${stage.who(request)} waits at ${name} for a worker, for ${duration(stage.time - attempts.arrived[row])} so far`;
    items.push(...ticket(x + place * (TICKET_WIDTH + 3), y, customer, stage.isMine(request), words));
  });
  if (line.length > TICKETS) {
    const words = () => `${line.length} wait at ${name} for a worker`;
    items.push({ tag: "text", class: "ev-small", x: x + TICKETS * (TICKET_WIDTH + 3) + 1, y: y + 13, text: `+${line.length - TICKETS}`, words });
  }
  return items;
}

export function ticket(x, y, customer, mine, words, width = TICKET_WIDTH) {
  const look = mine ? " mine" : "";
  return [
    { tag: "rect", class: `ev-ticket${look}`, x, y, width, height: TICKET_HEIGHT, rx: 2, words, customer },
    {
      tag: "text", class: `ev-number small${look}`, x: x + width / 2, y: y + 13, text: String(customer.number), words, customer,
    },
  ];
}
