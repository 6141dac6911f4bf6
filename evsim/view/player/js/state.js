/* What is on the screen at a moment: a function of a lane's index and the time, whatever was shown before. */

import { NEVER } from "./film.js";
import { BACK, endsOfMessage } from "./hops.js";
import { upTo } from "./intervals.js";

/* {counts, services, channels, dots} of a lane at the time t (microseconds). What happens at t has happened. */
export function stateOf(index, t) {
  return {
    counts: countsAt(index, t),
    services: servicesAt(index, t),
    channels: Object.fromEntries(
      index.lane.channels.map((channel, code) => [channel.name, channelAt(index, code, t)]),
    ),
    dots: dotsAt(index, t),
  };
}

/* arrived, yes, no, error, waiting customers; effects: how often each happened; backlog: messages kept and not yet settled,
   by channel and group. */
export function countsAt(index, t) {
  const [arrived, yes, no, error] = [index.arrivals, index.yes, index.no, index.error].map((times) => upTo(times, t));
  const backlog = index.groups.map(({ channel, service, open }) => ({
    channel,
    service,
    count: open.at(t).length,
  }));
  return {
    arrived,
    yes,
    no,
    error,
    waiting: arrived - yes - no - error,
    effects: index.truth.all.map((times) => upTo(times, t)),
    backlog,
  };
}

/* Which workers a service has at t, as a function of their numbers, and how many: {has, many}. */
export function thereAt({ workers, instances, lives }, t) {
  if (!lives) return { has: () => true, many: workers };
  const each = workers / Math.max(1, instances);
  const now = new Set(lives.filter(([, from, until]) => from <= t && t < until).map(([instance]) => instance));
  return { has: (worker) => now.has(Math.floor(worker / each)), many: each * now.size };
}

/* name -> {busy, line, outbox, there, written, faults}. busy: the workers that are, as {row, worker, request, waits (names of those it
   waits for)}, in order of their numbers; line: attempts in the inbox, in order of their arrival; outbox: messages. */
function servicesAt(index, t) {
  const { lane, service } = index;
  const { attempts } = lane;
  const waits = waitsAt(index, t);
  const found = {};
  for (const service of lane.services) {
    const written = index.truth.by[service.name].map((times) => upTo(times, t)); // how often each effect
    const faults = faultsAt(lane, service.name, t);
    found[service.name] = { busy: [], line: [], outbox: [], there: thereAt(service, t), written, faults };
  }
  for (const row of index.held.at(t)) {
    const [worker, request] = [attempts.worker[row], attempts.request[row]];
    found[service(row)].busy.push({ row, worker, request, waits: waits.get(row) ?? [] });
  }
  for (const row of index.inbox.at(t)) found[service(row)].line.push(row);
  for (const number of index.outbox.at(t)) found[endsOfMessage(lane, number)[0]].outbox.push(number);
  for (const { busy } of Object.values(found)) busy.sort((one, other) => one.worker - other.worker);
  return found;
}

/* attempt -> names of the services it has called and the channels it has published to, without an answer so far. */
function waitsAt(index, t) {
  const { attempts, messages, channels } = index.lane;
  const waits = new Map();
  const add = (row, name) => waits.set(row, [...(waits.get(row) ?? []), name]);
  for (const row of index.calls.at(t)) add(attempts.parent[row], index.service(row));
  for (const number of index.publishes.at(t)) add(messages.cause[number], channels[messages.channel[number]].name);
  return waits;
}

/* Faults that last at t, of a service (or an instance of it), a channel or a link. */
export function faultsAt(lane, name, t) {
  return lane.faults.filter(({ target, start, end }) => start <= t && t < end && target.split("/")[0] === name);
}

/* {kept: how many, faults, groups: [{service, behind, oldest (a message), open (obligations)}]}. */
function channelAt(index, code, t) {
  const { lane, kept } = index;
  const { name } = lane.channels[code];
  const groups = index.groups.filter((group) => group.channel === name);
  return {
    kept: upTo(kept[code].at, t),
    faults: faultsAt(lane, name, t),
    groups: groups.map((group) => {
      const open = group.open.at(t);
      const oldest = open.length ? lane.attempts.parent[open[0]] : null;
      return { service: group.service, behind: open.length, oldest, open };
    }),
  };
}

/* How far a group is with a message at t: "none" (it is not for it, or not yet), "waits", "handed" or "over". */
export function progress(index, group, message, t) {
  const { asked, granted } = index.lane.attempts;
  const row = group.of.get(message)?.findLast((each) => asked[each] <= t);
  if (row === undefined) return "none";
  if (group.closed[row] <= t) return "over";
  return granted[row] !== NEVER && granted[row] <= t ? "handed" : "waits";
}

/* What travels at t: {hop, share (of the way), back}. */
function dotsAt(index, t) {
  return index.flying.at(t).map((number) => {
    const hop = index.hops[number];
    const length = hop.arrive === NEVER ? 4 * index.glimpse : hop.arrive - hop.leave;
    return { number, hop, share: Math.min(1, (t - hop.leave) / length), back: BACK.has(hop.kind) };
  });
}

/* What one customer knows and what is true for them at t; null before they come:
   {asked, state (of the lane's), told: null or {time, word, outcome}, effects: [{times, due}]}. */
export function customerAt(index, request, t) {
  const { lane, truth } = index;
  const asked = index.asked[request];
  if (asked > t) return null;
  const answered = index.answered[request];
  const outcome = lane.requests.outcomes[lane.requests.outcome[request]];
  const known = answered !== NEVER && answered <= t;
  return {
    asked,
    state: lane.states[index.stateAt(request, t)],
    told: known ? { time: answered, word: index.told(request), outcome } : null,
    effects: index.film.effects.map((_, effect) => ({
      times: truth.times(effect, request).filter((time) => time <= t),
      due: truth.due(effect, request),
    })),
  };
}
