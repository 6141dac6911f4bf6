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
  RESUMED,
  SENT,
  SETTLED,
  STARTED,
} from "./kinds.js";
import { upTo } from "./intervals.js";

/* {count, time, kind, ref, lane, request, mine, moments}: columns in order.
   ref: an attempt, message, sending, effect or fault. request: its index in the lane, -1 for a fault.
   moments: the times at which something happens, each once. mine(customer): those of one customer, in all lanes. */
export function eventsOf(lanes) {
  const found = [];
  lanes.forEach((index, lane) =>
    collect(index, (time, kind, ref, request) => {
      if (time !== NEVER) found.push({ time, kind, ref, lane, request });
    }),
  );
  found.sort(
    (one, other) => one.time - other.time || one.kind - other.kind || one.lane - other.lane || one.ref - other.ref,
  );
  const moments = distinct(found);
  const cache = new Map();
  return {
    list: found,
    moments,
    times: Float64Array.from(found, (event) => event.time),
    mine(customer) {
      if (!customer) return moments;
      const key = `${customer.workload} ${customer.number}`;
      if (!cache.has(key)) {
        const requests = lanes.map((index) => index.requestOf(customer));
        cache.set(
          key,
          distinct(found.filter((event) => event.request >= 0 && event.request === requests[event.lane])),
        );
      }
      return cache.get(key);
    },
  };
}

function distinct(events) {
  const times = [];
  for (const { time } of events) if (time !== times[times.length - 1]) times.push(time);
  return Float64Array.from(times);
}

function collect({ lane, kinds }, add) {
  const { attempts, messages, sendings, effects } = lane;
  for (let row = 0; row < attempts.count; row++) {
    const request = attempts.request[row];
    const delivery = kinds[row] === "delivery";
    const [arrived, started] = [attempts.arrived[row], attempts.started[row]];
    const again = delivery && attempts.first[row] !== NEVER;
    if (!delivery || again) add(attempts.asked[row], ASKED, row, request); // the first time, KEPT says it
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
  lane.notes.forEach((note, number) => add(note.time, NOTE, number, NEVER));
  lane.faults.forEach((fault, number) => {
    add(fault.start, FAULT, number, NEVER);
    if (fault.end < lane.end) add(fault.end, FAULT_ENDS, number, NEVER);
  });
}

/* Whether a sending is not the first one of its message. */
export function isAgain(sendings, sending) {
  return sending > 0 && sendings.message[sending - 1] === sendings.message[sending];
}

/* The first of some times after t; null after the last. */
export function following(times, t) {
  const place = upTo(times, t);
  return place < times.length ? times[place] : null;
}

/* The last of some times before t; null before the first. */
export function preceding(times, t) {
  let place = upTo(times, t);
  while (place && times[place - 1] >= t) place--;
  return place ? times[place - 1] : null;
}

/* The events of the last moment up to t at which something happens in a lane, or to one request of it. */
export function latest({ list, times }, t, lane, request) {
  const counts = (event) => event.lane === lane && (request === undefined || event.request === request);
  let last = upTo(times, t) - 1;
  while (last >= 0 && !counts(list[last])) last--;
  const found = [];
  for (let place = last; place >= 0 && times[place] === times[last]; place--)
    if (counts(list[place])) found.unshift(list[place]);
  return found;
}
