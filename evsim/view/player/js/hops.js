/* Everything that travels in a lane: requests, answers, messages, deliveries, acknowledgements. */

import { NEVER } from "./film.js";

export const [ASK, ANSWER, PUBLISH, CONFIRM, DELIVER, ACKNOWLEDGE] = [0, 1, 2, 3, 4, 5];
export const HOP_WORDS = ["request", "answer", "message", "confirmation", "delivery", "acknowledgement"];
export const BACK = new Set([ANSWER, CONFIRM, ACKNOWLEDGE]); // drawn hollow

/* How a hop ends. */
export const [FINE, BAD, LOST, LATE, REFUSED] = [0, 1, 2, 3, 4];
export const astray = (end) => end >= LOST; // nobody gets it

const ENDS = { open: FINE, truncated: FINE, aborted: FINE, lost: LOST, refused: REFUSED }; // of a message, by its fate
const [WAY_LOST, ANSWER_LOST, UNWANTED] = [1, 2, 4]; // the film's column `astray`

/* All hops as {kind, ref, request, from, to, leave, arrive, end, over}; ref: the attempt, or the message of a publish.
   `arrive` is NEVER where it did not come or nobody wrote it down; `over`: when it was taken back on its way. */
export function hopsOf(lane, codes) {
  const hops = [];
  const { attempts, messages, sendings } = lane;
  const add = (kind, ref, request, from, to, leave, arrive, end, over = NEVER) => {
    if (leave !== NEVER && leave !== arrive) hops.push({ kind, ref, request, from, to, leave, arrive, end, over });
  };
  for (let row = 0; row < attempts.count; row++) {
    const place = lane.places[attempts.place[row]];
    if (place && !neverSent(codes, attempts, row)) hopsOfAttempt(add, attempts, row, place, codes);
  }
  const troubled = new Set(sendings.message);
  for (let number = 0; number < messages.count; number++) {
    const [from, to] = endsOfMessage(lane, number);
    const request = messages.request[number];
    const [sent, appended] = [messages.sent[number], messages.appended[number]];
    const end = ENDS[codes.fate[messages.fate[number]]] ?? REFUSED;
    if (!troubled.has(number)) add(PUBLISH, number, request, from, to, sent, appended, end);
    const seen = messages.acknowledged[number];
    if (seen !== NEVER) add(CONFIRM, number, request, to, from, messages.confirmed[number], seen, FINE);
  }
  for (let sending = 0; sending < sendings.count; sending++) {
    const number = sendings.message[sending];
    const [from, to] = endsOfMessage(lane, number);
    const end = ENDS[sendings.fates[sendings.fate[sending]]] ?? FINE;
    add(
      PUBLISH,
      number,
      messages.request[number],
      from,
      to,
      sendings.sent[sending],
      sendings.arrived[sending],
      end,
    );
  }
  return hops;
}

/* Whether the caller itself refused to call. */
export function neverSent(codes, { outcome, reason }, row) {
  return codes.outcome[outcome[row]] === "refused" && codes.unsent.includes(codes.reason[reason[row]]);
}

/* [sender, channel] of a message; a channel sends dead letters, an exchange copies. */
export function endsOfMessage({ services, channels, messages }, number) {
  const sender = messages.sender[number];
  const part = sender < services.length ? services[sender] : channels[sender - services.length];
  return [part.name, channels[messages.channel[number]].name];
}

function hopsOfAttempt(add, attempts, row, place, codes) {
  const delivery = place.kind === "delivery";
  const [from, to] = [place.source, place.service];
  const request = attempts.request[row];
  const astray = attempts.astray[row];
  const leave = delivery ? attempts.granted[row] : attempts.asked[row];
  const ask = delivery ? DELIVER : ASK;
  const way = astray & WAY_LOST ? LOST : FINE;
  add(ask, row, request, from, to, leave, attempts.arrived[row], way, attempts.ended[row]);
  const verdict = codes.verdict[attempts.verdict[row]];
  const good = codes.outcome[attempts.outcome[row]] === "ok";
  const back = delivery ? ACKNOWLEDGE : ANSWER;
  const [gone, settled] = [attempts.replied[row], attempts.settled[row]];
  if (astray & ANSWER_LOST) add(back, row, request, to, from, gone, NEVER, LOST);
  else if (astray & UNWANTED) add(back, row, request, to, from, gone, attempts.late[row], LATE);
  else if (settled === NEVER || settled >= gone) {
    const fine = good || verdict === "done"; // an early reply was good whatever came then
    add(back, row, request, to, from, gone, settled, verdict === "orphaned" ? LATE : fine ? FINE : BAD);
  }
}
