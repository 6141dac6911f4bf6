/* A service on the stage: its name, its workers as slots, who waits in its inbox as tickets, what it has written. */

import { FEW, LETTER, SLOTS } from "./geometry.js";
import { mark, round } from "./shapes.js";
import { counted, duration, list } from "./words.js";

const PAD = 9;
const [SLOT_TOP, SLOT_HEIGHT] = [25, 21];
const TICKET_TOP = 49;
const [TICKET_WIDTH, TICKET_HEIGHT] = [30, 17];
const TICKETS = 4;
const BAR = 50; // units, of many workers
export const [DIGIT, BOLD, PLAIN] = [0.64, 0.62, 0.54]; // widths of letters, in their size

/* What of a service never changes: items for a layer. */
export function frameOf(box, name, kind = "") {
  const { x, y, width, height } = box;
  const room = width - 2 * PAD - (kind ? 0 : 60);
  const text = fitted(short(name, Math.floor((1.3 * room) / LETTER / BOLD)), room, BOLD);
  return [
    { tag: "rect", class: `ev-box ${kind}`, x, y, width, height, rx: kind ? 3 : 8 },
    { tag: "text", class: "ev-name", x: x + PAD, y: y + 18, ...text, words: () => name },
  ];
}

export function short(text, letters) {
  return text.length > letters ? `${text.slice(0, letters - 1)}\u2026` : text;
}

/* The items of a service at a moment. `stage`: what all parts of a stage know (js/stage.js). */
export function serviceMarks(stage, service, state) {
  const { name } = service;
  const box = stage.boxes[name];
  const held = new Map(); // worker -> what it works on; of a batch, whoever waits, or else the first
  for (const job of state.busy) {
    const known = held.get(job.worker);
    if (!known || (job.waits.length && !known.waits.length)) held.set(job.worker, job);
  }
  return [
    ...faultMarks(box, state.faults, service),
    ...written(stage, box, name, state.written),
    ...(service.workers > SLOTS ? crowd : slots)(stage, box, service, { ...state, held }),
    ...tickets(stage, box, service, state),
    ...faultWords(box, state.faults, state.busy.length),
  ];
}

const STILL = ["outage", "crash", "pause"]; // faults in which nothing begins

/* What a fault has brought to a standstill is hatched: a box, or the workers of one instance. */
export function faultMarks(box, faults, { workers = 0, instances = 1 } = {}) {
  return faults
    .filter(({ kind }) => STILL.includes(kind))
    .map((fault) => {
      const words = () => `fault: ${fault.words}`;
      const { x, y, width, height } = box;
      const instance = Number(fault.target.split("/")[1] ?? 0);
      const hatch = { tag: "rect", class: "ev-hatch", words };
      if (!instance || workers > SLOTS) return { ...hatch, x, y, width, height, rx: 8 };
      const each = workers / instances;
      const [first, last] = [
        slotAt(box, workers, (instance - 1) * each),
        slotAt(box, workers, instance * each - 1),
      ];
      return {
        ...hatch,
        x: first.x - 3,
        y: first.y - 3,
        width: last.x + last.width - first.x + 6,
        height: SLOT_HEIGHT + 6,
        rx: 4,
      };
    });
}

/* A diamond and what is wrong, on the lower edge of a box. An outage lets the work in hand end. */
export function faultWords(box, faults, busy = 0) {
  if (!faults.length) return [];
  const said = faults.map(({ words, target, finishes }) => {
    const instance = target.split("/")[1];
    const ends = finishes && busy ? "; ends what it has begun" : "";
    return `${instance ? `instance ${instance} ` : ""}${words.replace(/^\S+ /, "")}${ends}`;
  });
  const words = () => `fault: ${faults.map((fault) => fault.words).join(", ")}`;
  return faultLabel(box.x + PAD, box.y + box.height + 2, said.join(", "), words, box.width - PAD);
}

export function faultLabel(x, y, said, words, room = Infinity) {
  const width = round(Math.min(room, 36 + 10.6 * said.length));
  return [
    { tag: "rect", class: "ev-fault-label", x, y: y - 11, width, height: 20, rx: 3, words },
    mark("D", x + 11, y - 1, 7, { class: "ev-fault", words }),
    { tag: "text", class: "ev-fault-words", x: x + 22, y: y + 4.5, ...fitted(said, width - 28, BOLD), words },
  ];
}

/* How often each effect of this service has happened: on the right of its name. */
function written(stage, box, name, times) {
  const mine = stage.effectsOf[name];
  let right = box.x + box.width - PAD;
  return [...mine].reverse().flatMap((effect) => {
    const { name: what, colour, marker } = stage.film.effects[effect];
    const text = String(times[effect]);
    const x = right;
    right -= 11 * text.length + 26;
    const words = () => `${name} has written ${what} ${counted(times[effect], "time")}`;
    return [
      { tag: "text", class: "ev-count", x, y: box.y + 18, text, words },
      mark(marker, x - 11 * text.length - 10, box.y + 12.5, 7, { class: `ev-mark ev-effect-${effect}`, fill: colour, words }),
    ];
  });
}

/* Where the slot of one of so many workers is. */
export function slotAt(box, workers, worker) {
  const step = (box.width - 2 * PAD + 3) / (workers > FEW ? SLOTS : FEW);
  return {
    x: round(box.x + PAD + worker * step),
    y: box.y + SLOT_TOP,
    width: round(step - 3),
    height: SLOT_HEIGHT,
  };
}

function slots(stage, box, { name, workers }, { held, there }) {
  const items = [];
  for (let worker = 0; worker < workers; worker++) {
    const size = { ...slotAt(box, workers, worker), rx: 4 };
    const job = held.get(worker);
    if (!job && !there.has(worker)) continue; // of an instance that is not there now
    if (!job) {
      items.push({ tag: "rect", class: "ev-slot", ...size, words: () => `${name}: this worker is free` });
      continue;
    }
    const customer = stage.customer(job.request);
    const words = () => `${stage.who(job.request)}: ${name} ${doing(stage, job)}`;
    items.push(...slot(stage, job, size, words));
  }
  return items;
}

function doing(stage, { row, waits }) {
  const since = duration(stage.time - stage.index.lane.attempts.started[row]);
  return waits.length ? `waits for ${list(awaited(stage, waits))}, held for ${since}` : `works, for ${since} so far`;
}

/* Names of whom a worker waits for, one for each answer, in words: "2 answers of stock". */
function awaited(stage, waits) {
  const services = new Set(stage.index.lane.services.map(({ name }) => name));
  return [...new Set(waits)].map((name) => {
    const times = waits.filter((each) => each === name).length;
    return times === 1 ? name : `${times} ${services.has(name) ? "answers" : "confirmations"} of ${name}`;
  });
}

function slot(stage, job, size, words) {
  const customer = stage.customer(job.request);
  const look = `${job.waits.length ? "waits" : "works"}${stage.isMine(job.request) ? " mine" : ""}`;
  const at = { x: round(size.x + size.width / 2), y: size.y + 15.5 };
  const text = fitted(customer.number, size.width - 3);
  return [
    { tag: "rect", class: `ev-slot ${look}`, ...size, words, customer },
    { tag: "text", class: `ev-number ${look}`, ...at, ...text, words, customer },
  ];
}

/* A text that is pressed together where it would be wider than there is room. */
export function fitted(words, room, letter = DIGIT) {
  const text = String(words);
  return text.length * LETTER * letter > room
    ? { text, textLength: round(room), lengthAdjust: "spacingAndGlyphs" }
    : { text };
}

/* Many workers: how many are busy, as a bar; mine has a slot of its own. */
function crowd(stage, box, { name }, { busy, held, there: { many } }) {
  const [x, y, width] = [box.x + PAD, box.y + SLOT_TOP + 4, BAR];
  const words = () => `${name}: ${held.size} of ${many} workers ${held.size === 1 ? "is" : "are"} busy`;
  const waiting = [...held.values()].filter(({ waits }) => waits.length).length;
  const share = (count) => round((width * count) / Math.max(many, held.size, 1));
  const bar = { y, height: 13, rx: 3, words };
  const items = [
    { tag: "rect", class: "ev-slot", x, width, ...bar },
    { tag: "rect", class: "ev-slot works", x, width: share(held.size - waiting), ...bar },
    {
      tag: "rect",
      class: "ev-slot waits",
      x: round(x + share(held.size - waiting)),
      width: share(waiting),
      ...bar,
    },
    {
      tag: "text",
      class: "ev-small",
      x: x + width + 7,
      y: y + 12,
      ...fitted(`${held.size} of ${many} busy`, box.width - width - 2 * PAD - 7, PLAIN),
      words,
    },
  ];
  const mine = busy.find(({ request }) => stage.isMine(request));
  if (mine) {
    const size = {
      x: box.x + box.width - PAD - 36,
      y: box.y + TICKET_TOP - 2,
      width: 36,
      height: SLOT_HEIGHT,
      rx: 4,
    };
    items.push(...slot(stage, mine, size, () => `${stage.who(mine.request)}: ${name} ${doing(stage, mine)}`));
  }
  return items;
}

/* Those who wait for a worker, the first of them on the left; and how many messages wait in the outbox. */
function tickets(stage, box, { name }, { line, outbox }) {
  const [x, y] = [box.x + PAD, box.y + TICKET_TOP];
  const { attempts } = stage.index.lane;
  const items = [];
  const most = outbox.length ? TICKETS - 2 : TICKETS;
  const at = (place) => x + place * (TICKET_WIDTH + 3);
  line.slice(0, most).forEach((row, place) => {
    const request = attempts.request[row];
    const since = () => duration(stage.time - attempts.arrived[row]);
    const words = () => `${stage.who(request)} waits at ${name} for a worker, for ${since()} so far`;
    items.push(...ticket(at(place), y, stage.customer(request), stage.isMine(request), words));
  });
  if (line.length > most) {
    const words = () => `${line.length} wait at ${name} for a worker`;
    items.push({
      tag: "text",
      class: "ev-small strong",
      x: at(most) + 1,
      y: y + 13,
      text: `+${line.length - most}`,
      words,
    });
  }
  if (outbox.length) {
    const { channels, messages } = stage.index.lane;
    const place = channels[messages.channel[outbox[0]]].waits_in;
    const words = () => `${counted(outbox.length, "message waits", "messages wait")} in the ${place} of ${name}`;
    const right = { x: box.x + box.width - PAD, "text-anchor": "end" };
    items.push({
      tag: "text",
      class: "ev-small strong",
      ...right,
      y: y + 13,
      text: `${place} ${outbox.length}`,
      words,
    });
  }
  return items;
}

export function ticket(x, y, customer, mine, words, width = TICKET_WIDTH) {
  const look = mine ? " mine" : "";
  return [
    { tag: "rect", class: `ev-ticket${look}`, x, y, width, height: TICKET_HEIGHT, rx: 2, words, customer },
    {
      tag: "text",
      class: `ev-number${look}`,
      x: x + width / 2,
      y: y + 13,
      ...fitted(customer.number, width - 2),
      words,
      customer,
    },
  ];
}
