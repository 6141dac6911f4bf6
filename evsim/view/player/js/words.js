/* What happens, in plain words. */

import { NEVER } from "./film.js";
import { endsOfMessage, neverSent } from "./hops.js";
import { isAgain } from "./events.js";
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
  STARTED,
} from "./kinds.js";
import { customerOf } from "./lane.js";
import { customerAt } from "./state.js";

/* A time in microseconds as people say it: two digits, as evsim.view.words does. */
export function duration(micro) {
  if (Math.abs(micro) < 0.9995e-3) return "0 s"; // nothing takes less than a nanosecond
  if (micro < 0) return `-${duration(-micro)}`;
  if (micro < 999_500) return `${digits((micro / 1e6) * 1000)} ms`;
  if (micro < 600e6) return `${digits(micro / 1e6)} s`;
  const [hours, minutes] = [Math.floor(Math.round(micro / 60e6) / 60), Math.round(micro / 60e6) % 60];
  return !hours ? `${minutes} min` : minutes ? `${hours} h ${minutes} min` : `${hours} h`;
}

function digits(value) {
  if (value >= 9.95) return fixed(value, 0);
  if (value >= 0.995) return fixed(value, 1).replace(/\.0$/, "");
  return String(Number(value >= 0.1 ? fixed(value, 2) : value.toPrecision(2)));
}

/* As toFixed, but what lies exactly between two is rounded to the even one, as Python does it. */
function fixed(value, places) {
  const scaled = value * 10 ** places;
  const low = Math.floor(scaled);
  const half = scaled - low === 0.5 && (2 * low + 1) % 5 ** places === 0; // else it is not exact: of x.05 to x.95, x.25 and x.75 are
  return half && low % 2 === 0 ? (low / 10 ** places).toFixed(places) : value.toFixed(places);
}

export function number(value) {
  return value.toLocaleString("en-US");
}

/* "1 message", "1,200 messages". */
export function counted(value, thing, things = `${thing}s`) {
  return `${number(value)} ${value === 1 ? thing : things}`;
}

/* A moment: seconds to the millisecond. */
export function moment(micro) {
  return `${(micro / 1e6).toFixed(3)} s`;
}

export function customerName({ workload, number }, film) {
  return film.workloads.length > 1 ? `${workload} ${number}` : `customer ${number}`;
}

export function list(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

const REASONS = {
  none: "it failed",
  "fail step": "it failed",
  "error rate": "a fault made it fail",
  timeout: "no answer in time",
  limit: "it is full",
  unreachable: "it is unreachable",
  link: "the network lost it",
  crash: "it crashed",
  dependency: "what it needs failed",
  stale: "nobody waits any more",
  nobody: "nobody is there",
  overflow: "there is no room to wait",
  breaker: "the circuit breaker is open",
  bulkhead: "as many calls as may be are under way",
  throttled: "its function takes no more now",
};

export function reasonOf(index, row) {
  const word = index.film.codes.reason[index.lane.attempts.reason[row]];
  return REASONS[word] ?? index.film.reasons[word] ?? word;
}

/* Of which of several messages of one step an event tells: an index into the lane's items; NEVER of anything else. */
function itemOf({ attempts, messages, sendings, remarks }, kind, ref) {
  if ([EFFECT, FAULT, FAULT_ENDS, NOTE].includes(kind)) return NEVER; // an effect has it in its name
  if (kind === REMARK) return attempts.item[remarks.row[ref]];
  if (kind === SENT || kind === CAME) return messages.item[sendings.message[ref]];
  return [PUBLISHED, RELAYED, KEPT, CONFIRMED].includes(kind) ? messages.item[ref] : attempts.item[ref];
}

/* The sentence about one event of a lane, without its end; `customer` is how the customer is called there. */
export function sentence(index, event, customer) {
  const { kind, ref } = event;
  const { lane, film } = index;
  const item = itemOf(lane, kind, ref);
  const who = item === NEVER ? customer : `item ${lane.items[item]} of ${customer}`;
  if (kind === FAULT) return `fault: ${lane.faults[ref].words}`;
  if (kind === FAULT_ENDS) return `the fault of ${lane.faults[ref].target} ends`;
  if (kind === NOTE) return `${lane.notes[ref].kind}: ${lane.notes[ref].what}`;
  if (kind === REMARK) {
    const { row, says, words } = lane.remarks;
    return `${index.service(row[ref])}, ${who}: ${words[says[ref]]}`;
  }
  if (kind === EFFECT) {
    const { row, name } = lane.effects;
    return `${index.service(row[ref])}: ${film.effects[name[ref]].name} of ${who} is written`;
  }
  if (kind === SENT || kind === CAME) return ofSending(index, kind, ref, who);
  if ([PUBLISHED, RELAYED, KEPT, CONFIRMED].includes(kind)) return ofMessage(index, kind, ref, who);
  return ofAttempt(index, kind, ref, who);
}

function ofMessage({ lane, called, film: { codes } }, kind, number, who) {
  const { attempts, messages } = lane;
  const [sender, channel] = endsOfMessage(lane, number).map(called);
  const place = lane.channels[messages.channel[number]].waits_in;
  if (kind === PUBLISHED) {
    const maker = lane.channels[messages.sender[number] - lane.services.length];
    if (maker?.routes) return `${sender} hands a copy about ${who} on to ${channel}`;
    if (maker) {
      const back = codes.reason[attempts.reason[messages.cause[number]]] === "redriven";
      return back ? `${sender} gives ${who} back to ${channel}` : `${sender} moves ${who} to ${channel}: a dead letter`;
    }
    if (messages.sent[number] === messages.published[number]) return `${sender} publishes a message about ${who}`;
    return `${sender} writes a message about ${who} into its ${place}`;
  }
  if (kind === RELAYED) return `the message about ${who} leaves the ${place} of ${sender}`;
  if (kind === CONFIRMED) return `${sender} knows that the message about ${who} is kept`;
  const inPartition = lane.channels[messages.channel[number]].partitions > 0;
  const where = inPartition ? ` (partition ${messages.partition[number]}, offset ${messages.offset[number]})` : "";
  return `${channel} keeps the message about ${who}${where}`;
}

function ofSending({ lane, called }, kind, sending, who) {
  const { sendings } = lane;
  const [sender, channel] = endsOfMessage(lane, sendings.message[sending]).map(called);
  const fate = sendings.fates[sendings.fate[sending]];
  if (kind === CAME) {
    return fate === "refused"
      ? `${channel} refuses the message about ${who}`
      : `${channel} has the message about ${who} already`;
  }
  if (!isAgain(sendings, sending)) return `the network loses the message about ${who}`;
  return `${sender} sends the message about ${who} again${fate === "lost" ? "; the network loses it" : ""}`;
}

function ofAttempt(index, kind, row, who) {
  const { lane } = index;
  const { attempts } = lane;
  const place = lane.places[attempts.place[row]];
  if (!place) return ofNobody(index, kind, row, who);
  const service = place.service;
  const source = index.called(place.source);
  const again = attempts.attempt[row] > 1 ? ` (attempt ${attempts.attempt[row]})` : "";
  const request = place.kind === "request";
  const delivery = place.kind === "delivery";
  switch (kind) {
    case ASKED:
      if (index.film.codes.verdict[attempts.verdict[row]] === "copy")
        return `the network makes a second one of what ${source} sends to ${service} for ${who}`;
      if (delivery && attempts.first[row] === NEVER)
        return `${service} may have the message about ${who} from ${source}`;
      if (delivery) return `the message about ${who} waits in ${source} again`;
      if (neverSent(index.film.codes, attempts, row)) return `${source} is about to call ${service} for ${who}${again}`;
      return request ? `${who} asks ${service}` : `${source} calls ${service} for ${who}${again}`;
    case GRANTED:
      return `${source} hands ${who} to ${service}${again}`;
    case ARRIVE:
      if (attempts.started[row] === attempts.arrived[row]) return `${who} arrives at ${service}`;
      return waitingWords(index, row, service, who);
    case STARTED:
      return `a worker of ${service} begins with ${who}`;
    case RESUMED: {
      const waited = duration(attempts.started[row] - attempts.arrived[row]);
      return `a worker of ${service} begins with ${who}, who waited ${waited}`;
    }
    case ANSWER_EARLY: {
      if (!delivery) return `${service} answers ${who} and works on`;
      const early = attempts.replied[row] < attempts.ended[row] ? ", before it works" : "";
      return `${service} tells ${source} that it is done with ${who}${early}`;
    }
    case LATE_NEWS:
      return `an answer of ${service} for ${who} reaches ${source} too late: nobody waits for it`;
    case ENDED:
      if (neverSent(index.film.codes, attempts, row)) return `${source} does not call ${service} for ${who}: ${reasonOf(index, row)}`;
      return endWords(index, row, place, who);
    default:
      return settledWords(index, row, place, who);
  }
}

/* Of a message that nobody has been granted. */
function ofNobody(index, kind, row, who) {
  const channel = index.called(index.channelOf(row));
  if (kind === ASKED) return `the message about ${who} waits in ${channel} again`;
  const reason = index.film.codes.reason[index.lane.attempts.reason[row]];
  if (reason === "redriven") return `${channel} gives the message about ${who} back to where it died`;
  return `${channel} drops the message about ${who}${reason === "none" ? "" : `: ${reason}`}`;
}

function waitingWords(index, row, service, who) {
  const outcome = index.film.codes.outcome[index.lane.attempts.outcome[row]];
  return outcome === "refused" ? `${who} reaches ${service}` : `${who} waits at ${service} for a free worker`;
}

function endWords(index, row, { kind, service, source: from }, who) {
  const source = index.called(from);
  const { attempts } = index.lane;
  const then = { request: ` and answers ${who}`, call: ` and answers ${source}`, delivery: "" }[kind];
  switch (index.film.codes.outcome[attempts.outcome[row]]) {
    case "ok":
      return `${service} is done with ${who}${attempts.replied[row] === attempts.ended[row] ? then : ""}`;
    case "failed":
      return `${service} fails for ${who}: ${reasonOf(index, row)}`;
    case "crashed":
      return `${service} crashes: its work for ${who} is lost`;
    case "refused":
      return `${service} refuses ${who}: ${reasonOf(index, row)}`;
    case "lost":
      return `the network loses what ${source} sent to ${service} for ${who}`;
    default:
      return `${service} drops the work for ${who}: ${reasonOf(index, row)}`;
  }
}

function settledWords(index, row, { kind, service, source: from }, who) {
  const source = index.called(from);
  const { attempts } = index.lane;
  const took = duration(attempts.settled[row] - attempts.asked[row]);
  const verdict = index.film.codes.verdict[attempts.verdict[row]];
  const heard =
    attempts.replied[row] !== NEVER && attempts.replied[row] <= attempts.settled[row] && !attempts.astray[row];
  if (kind === "delivery") {
    const said = {
      done: `${source} knows that ${service} is done with ${who}`,
      dead: `${source} gives up on ${who}: a dead letter`,
      revoked: `${source} takes ${who} away from ${service}`,
      expired: `${source} drops the message about ${who}: it is too old`,
      dropped: `${source} drops the message about ${who}`,
    };
    return said[verdict] ?? `${source} takes ${who} back from ${service}`;
  }
  if (kind === "request") {
    if (verdict === "done") return `${who} is told yes, after ${took}`;
    if (verdict === "declined") return `${who} is told no, after ${took}`;
    return heard ? `${who} is told an error, after ${took}` : `${who} gives up after ${took}`;
  }
  if (verdict === "done") return `${source} has the answer of ${service} for ${who}`;
  if (verdict === "beaten") return `${source} needs this answer of ${service} for ${who} no more: another attempt was faster`;
  if (verdict === "orphaned")
    return `an answer of ${service} for ${who} reaches ${source}, where nobody waits for it`;
  return heard
    ? `${source} hears of an error of ${service} for ${who}`
    : `${source} gives up on ${service} for ${who} after ${took}`;
}

/* The events of one moment of a lane as sentences, those of the chosen request first; what goes beyond so many letters
   is counted. */
export function tell(index, events, mine, letters) {
  const first = events.filter(({ request }) => request === mine);
  const others = events.filter(({ request }) => request !== mine);
  const told = [];
  for (const event of [...first, ...others]) {
    const who = event.request < 0 ? "" : customerName(customerOf(index.lane, event.request), index.film);
    const words = sentence(index, event, who);
    if (told.length && told.join("; ").length + words.length > letters) break;
    told.push(words);
  }
  const rest = events.length - told.length;
  return `${capital([...told, ...(rest ? [`and ${rest} more`] : [])].join("; "))}.`;
}

export function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/* How many came, were told what, and have what, in words. */
export function countWords(film, { arrived, yes, no, error, effects }) {
  const written = film.effects.map(({ name }, effect) => `${effects[effect]} ${name}`);
  const told = `${yes} told yes${no ? `, ${no} told no` : ""}${error ? `, ${error} told an error` : ""}`;
  return `${arrived} have asked, ${told}${written.length ? `; written: ${list(written)}` : ""}`;
}

/* What has become of a customer at t, without a dot. */
export function verdictOf(index, request, t) {
  const found = request === undefined ? null : customerAt(index, request, t);
  if (!found) return "not here yet";
  const { asked, state, told, effects } = found;
  if (!told) {
    const names = index.film.effects.map(({ name }) => name);
    const done = names.filter((_, effect) => effects[effect].times.length);
    const there = done.length ? `, and ${list(done)} ${done.length === 1 ? "is" : "are"} there already` : "";
    return `waiting for ${duration(t - asked)}${there}`;
  }
  const said = `told ${told.word === "error" ? "an error" : told.word} after ${duration(told.time - asked)}`;
  return `${said}${truthOf(index, request, state, t >= index.lane.end && index.lane.complete)}`;
}

/* What is true for a customer in a state, to be said after what they were told; `final`: nothing more can happen. */
export function truthOf(index, request, { true: isTrue, truth, last, also }, final) {
  if (!isTrue || !index.film.effects.some((_, effect) => index.truth.due(effect, request))) return final ? last : truth;
  const lag = index.lane.requests.true[request] - index.answered[request];
  return `${lag > 0 ? `; it was true ${duration(lag)} later` : ", and it was true"}${also}`;
}
