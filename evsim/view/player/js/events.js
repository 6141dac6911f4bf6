/* Everything that happens in the lanes of a future, in order of time and cause, and the moments to step through. */

import { NEVER } from "./film.js";
import {
  ANSWER_EARLY,
  ARRIVE,
  ASKED,
  CAME,
  CONFIRMED,
  EFFECT,
  ENDED,
  FAULT,
  FAULT_ENDS,
  GRANTED,
  KEPT,
  LATE_NEWS,
  NOTE,
  PUBLISHED,
  RELAYED,
  REMARK,
  RESUMED,
  SENT,
  SETTLED,
  STARTED,
} from "./kinds.js";
import { upTo } from "./intervals.js";

/* {list, moments, lanes, of(customer), mine(customer)}.

   list: all events {time, kind, ref, lane, request}, in order; ref: an attempt, message, sending, effect, fault, note;
   request: its index in the lane, -1 for what is nobody's. moments: the times at which something happens, each once.
   lanes: the events of each lane, {list, times}. of(customer): the same {list, moments, lanes} of one customer;
   mine(customer): the moments of it, or of all for nobody. */
export function eventsOf(lanes) {
  const list = [];
  lanes.forEach((index, lane) =>
    collect(index, (time, kind, ref, request) => {
      if (time !== NEVER) list.push({ time, kind, ref, lane, request });
    }),
  );
  list.sort(
    (one, other) => one.time - other.time || one.kind - other.kind || one.lane - other.lane || one.ref - other.ref,
  );
  const all = sorted(list, lanes.length);
  const known = new Map();
  const of = (customer) => {
    const key = `${customer.workload} ${customer.number}`;
    if (!known.has(key)) {
      const requests = lanes.map((index) => index.requestOf(customer));
      const its = list.filter(({ request, lane }) => request === requests[lane]);
      known.set(key, sorted(its, lanes.length));
    }
    return known.get(key);
  };
  return { ...all, of, mine: (customer) => (customer ? of(customer) : all).moments };
}

/* Events that are in order, as a whole and by lanes. */
function sorted(list, count) {
  const lanes = Array.from({ length: count }, (_, number) => list.filter(({ lane }) => lane === number));
  return {
    list,
    moments: distinct(list),
    lanes: lanes.map((its) => ({ list: its, times: Float64Array.from(its, ({ time }) => time) })),
  };
}

function distinct(events) {
  const times = [];
  for (const { time } of events) if (time !== times[times.length - 1]) times.push(time);
  return Float64Array.from(times);
}

function collect({ lane, kinds }, add) {
  const { attempts, messages, sendings, effects, remarks } = lane;
  for (let row = 0; row < attempts.count; row++) {
    const request = attempts.request[row];
    const delivery = kinds[row] === "delivery";
    const [arrived, started] = [attempts.arrived[row], attempts.started[row]];
    // A delivery that is born when its message is kept is told by KEPT.
    const kept =
      delivery && attempts.first[row] === NEVER && attempts.asked[row] === messages.appended[attempts.parent[row]];
    if (!kept) add(attempts.asked[row], ASKED, row, request);
    add(attempts.granted[row], GRANTED, row, request);
    add(arrived, ARRIVE, row, request);
    add(started, started > arrived ? RESUMED : STARTED, row, request);
    add(attempts.ended[row], ENDED, row, request);
    if (attempts.replied[row] !== attempts.ended[row]) add(attempts.replied[row], ANSWER_EARLY, row, request);
    if (!delivery || attempts.settled[row] !== attempts.ended[row])
      add(attempts.settled[row], SETTLED, row, request);
    add(attempts.late[row], LATE_NEWS, row, request);
  }
  for (let number = 0; number < messages.count; number++) {
    const request = messages.request[number];
    add(messages.published[number], PUBLISHED, number, request);
    if (messages.sent[number] !== messages.published[number]) add(messages.sent[number], RELAYED, number, request);
    add(messages.appended[number], KEPT, number, request);
    add(messages.acknowledged[number], CONFIRMED, number, request);
  }
  for (let sending = 0; sending < sendings.count; sending++) {
    const request = messages.request[sendings.message[sending]];
    const fate = sendings.fates[sendings.fate[sending]];
    if (isAgain(sendings, sending) || fate === "lost") add(sendings.sent[sending], SENT, sending, request);
    if (fate !== "kept") add(sendings.arrived[sending], CAME, sending, request);
  }
  for (let effect = 0; effect < effects.count; effect++) {
    add(effects.time[effect], EFFECT, effect, attempts.request[effects.row[effect]]);
  }
  for (let remark = 0; remark < remarks.count; remark++) {
    add(remarks.time[remark], REMARK, remark, attempts.request[remarks.row[remark]]);
  }
  lane.notes.forEach((note, number) => add(note.time, NOTE, number, NEVER));
  lane.faults.forEach((fault, number) => {
    add(fault.start, FAULT, number, NEVER);
    if (fault.end < lane.end) add(fault.end, FAULT_ENDS, number, NEVER);
  });
}

/* Whether a sending is not the first one of its message. */
export function isAgain(sendings, sending) {
  return sendings.message[sending - 1] === sendings.message[sending];
}

/* The first of some times after t; null after the last. */
export function following(times, t) {
  const place = upTo(times, t);
  return place < times.length ? times[place] : null;
}

/* The last of some times before t; null before the first. */
export function preceding(times, t) {
  let place = upTo(times, t);
  while (times[place - 1] >= t) place--;
  return place ? times[place - 1] : null;
}

/* The events {list, times} of the last moment up to t. */
export function latest({ list, times }, t) {
  const end = upTo(times, t);
  let first = end;
  while (first && times[first - 1] === times[end - 1]) first--;
  return list.slice(first, end);
}
