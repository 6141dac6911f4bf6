/* A lane made ready for questions: what is open when, what is counted by when, and what became of each request. */

import { NEVER } from "./film.js";
import { astray, endsOfMessage, hopsOf } from "./hops.js";
import { intervals, range } from "./intervals.js";

/* Whether a message of a channel goes to one of those who read. */
const competing = ({ keeps, partitions }) => keeps && !partitions;

/* The index of one lane of a film. Everything that is asked of it later is a function of the time. */
export function indexLane(film, lane) {
  const { attempts, messages, requests } = lane;
  const rows = range(0, attempts.count);
  const kinds = rows.map((row) => lane.places[attempts.place[row]]?.kind ?? "delivery");
  const delivered = rows.filter((row) => kinds[row] === "delivery");
  const copy = film.codes.verdict.indexOf("copy"); // made by a link
  const hops = hopsOf(lane, film.codes);
  const glimpse = typicalHop(hops);
  const index = {
    film,
    lane,
    kinds,
    hops,
    glimpse,
    service: (row) => lane.places[attempts.place[row]]?.service,
    channelOf: (row) => lane.channels[messages.channel[attempts.parent[row]]].name,
    requestOf: numbersOfRequests(lane),
    flying: intervals(
      range(0, hops.length),
      (hop) => hops[hop].leave,
      (hop) => endOfHop(hops[hop], glimpse),
    ),
    held: intervals(
      rows,
      (row) => attempts.started[row],
      (row) => attempts.ended[row],
    ),
    inbox: intervals(
      rows.filter((row) => attempts.arrived[row] !== NEVER),
      (row) => attempts.arrived[row],
      (row) => first(attempts.started[row], attempts.ended[row]),
    ),
    shelf: intervals(
      delivered,
      (row) => attempts.asked[row],
      (row) => first(attempts.granted[row], attempts.ended[row], attempts.settled[row]),
    ),
    leases: intervals(
      delivered.filter((row) => attempts.verdict[row] !== copy),
      (row) => attempts.granted[row],
      (row) => attempts.settled[row],
    ),
    calls: intervals(
      rows.filter((row) => kinds[row] === "call" && attempts.verdict[row] !== copy), // nobody waits for a copy's answer
      (row) => attempts.asked[row],
      (row) => attempts.settled[row],
    ),
    outbox: intervals(
      range(0, messages.count).filter((number) => messages.sent[number] !== messages.published[number]),
      (number) => messages.published[number],
      (number) => messages.sent[number],
    ),
    publishes: intervals(awaited(lane), (number) => messages.published[number], publishEnd(lane)),
  };
  index.called = calledOf(film, lane);
  index.presses = pressesOf(film, lane);
  index.truth = truthOf(film, index);
  index.groups = groupsOf(index, delivered);
  index.kept = lane.channels.map((_, code) => keptOf(messages, code));
  const [asked, answered] = [new Float64Array(requests.count), new Float64Array(requests.count)];
  for (let request = 0; request < requests.count; request++) {
    asked[request] = attempts.asked[requests.row[request]];
    answered[request] = attempts.settled[requests.row[request]];
  }
  index.asked = asked;
  index.answered = answered;
  index.arrivals = Float64Array.from(asked).sort();
  index.told = (request) => film.told[requests.told[request]];
  const times = (word) =>
    Float64Array.from(
      range(0, requests.count).filter((request) => index.told(request) === word),
      (request) => answered[request],
    ).sort();
  index.yes = times("yes");
  index.no = times("no");
  index.error = times("error");
  index.stateAt = statesOf(lane);
  return index;
}

function first(...times) {
  return times.find((time) => time !== NEVER) ?? NEVER;
}

function typicalHop(hops) {
  const lengths = hops.filter((hop) => hop.arrive !== NEVER).map((hop) => hop.arrive - hop.leave);
  return lengths.length ? Math.max(1000, lengths.sort((one, other) => one - other)[lengths.length >> 1]) : 1000;
}

/* What never arrives is seen for a moment, or until it is taken back. */
function endOfHop(hop, glimpse) {
  if (hop.arrive !== NEVER) return hop.arrive;
  return astray(hop.end) ? hop.leave + 4 * glimpse : hop.over;
}

/* A function from a customer {workload, number} to the index of their request in this lane; undefined if none. */
function numbersOfRequests({ workloads, requests }) {
  const found = Object.fromEntries(workloads.map((name) => [name, new Map()]));
  for (let request = 0; request < requests.count; request++) {
    found[workloads[requests.workload[request]]].set(requests.number[request], request);
  }
  return ({ workload, number }) => found[workload]?.get(number);
}

/* A function of a name: what people call it. In a toy a channel that a broker keeps is the broker. */
function calledOf({ toy }, { channels }) {
  const brokers = channels.filter(({ broker }) => broker).map(({ name }) => name);
  return (name) => (toy?.name && brokers.length === 1 && brokers[0] === name ? "the broker" : name);
}

/* A function of a request: what the same person has asked up to it, where persons press again in a film. */
function pressesOf({ toy }, { requests }) {
  if (!toy?.again) return (request) => [request];
  return (request) =>
    range(0, requests.count).filter(
      (each) => requests.key[each] === requests.key[request] && requests.number[each] <= requests.number[request],
    );
}

/* The customer {workload, number} of a request of a lane. */
export function customerOf({ workloads, requests }, request) {
  return { workload: workloads[requests.workload[request]], number: requests.number[request] };
}

/* Messages for whose confirmation their publisher waits. */
function awaited(lane) {
  const { messages } = lane;
  return range(0, messages.count).filter((number) => {
    const [sender] = endsOfMessage(lane, number);
    return lane.channels[messages.channel[number]].confirms.includes(sender);
  });
}

function publishEnd(lane) {
  const { attempts, messages } = lane;
  return (number) => first(messages.acknowledged[number], attempts.ended[messages.cause[number]]);
}

/* What became true: {times(effect, request) -> times in order, without those of replays; all[effect] -> times; by[service][effect] -> those of
   one service; due(effect, request)}. */
function truthOf(film, index) {
  const { attempts, effects, requests } = index.lane;
  const times = film.effects.map(() => new Map());
  const all = film.effects.map(() => []);
  const by = Object.fromEntries(index.lane.services.map(({ name }) => [name, film.effects.map(() => [])]));
  for (let effect = 0; effect < effects.count; effect++) {
    const its = times[effects.name[effect]];
    const request = attempts.request[effects.row[effect]];
    const before = its.get(request) ?? [];
    all[effects.name[effect]].push(effects.time[effect]);
    by[index.service(effects.row[effect])][effects.name[effect]].push(effects.time[effect]);
    if (!effects.replay[effect] || !before.length) its.set(request, [...before, effects.time[effect]]);
  }
  return {
    times: (effect, request) => times[effect].get(request) ?? [],
    all: all.map((each) => Float64Array.from(each)),
    by,
    due: (effect, request) => Boolean(requests.due[effect][request]),
  };
}

/* A function of a request and a time: the number of the state of its customer then. */
function statesOf({ history, requests }) {
  const begin = new Int32Array(requests.count + 1);
  for (let change = 0; change < history.count; change++) begin[history.request[change] + 1]++;
  for (let request = 0; request < requests.count; request++) begin[request + 1] += begin[request];
  return (request, t) => {
    let [low, high] = [begin[request], begin[request + 1]];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (history.time[middle] <= t) low = middle;
      else high = middle;
    }
    return history.state[low];
  };
}

/* Messages that a channel has kept, in order: {ids, at}. */
function keptOf(messages, channel) {
  const ids = range(0, messages.count)
    .filter((number) => messages.channel[number] === channel && messages.appended[number] !== NEVER)
    .sort((one, other) => messages.appended[one] - messages.appended[other]);
  return { ids, at: Float64Array.from(ids, (number) => messages.appended[number]) };
}

/* [{channel, service (null: all who compete for a queue), rows, of, closed, open}], one for each group.
   `row` gives the first attempt at delivering a message, `closed` when the channel knew that it was over. */
function groupsOf(index, delivered) {
  const { lane, kinds } = index;
  const { attempts, messages } = lane;
  const closed = new Float64Array(attempts.count).fill(Infinity);
  const back = index.film.codes.verdict.indexOf("given back"); // another attempt follows
  const copy = index.film.codes.verdict.indexOf("copy"); // made by a link, it settles nothing
  const last = new Int32Array(attempts.count).fill(NEVER);
  for (const row of delivered) {
    if (attempts.verdict[row] === copy) continue;
    const obligation = attempts.first[row] === NEVER ? row : attempts.first[row];
    last[obligation] = row;
    const settled = attempts.settled[row];
    closed[obligation] = attempts.verdict[row] === back || settled === NEVER ? Infinity : settled;
  }
  const groups = new Map();
  for (const channel of lane.channels) {
    for (const { service, group } of competing(channel) ? [{ service: null }] : channel.groups) {
      groups.set(keyOf(channel.name, service), { channel: channel.name, service, group, rows: [] });
    }
  }
  for (const row of delivered) {
    if (attempts.first[row] !== NEVER) continue;
    const channel = lane.channels[messages.channel[attempts.parent[row]]];
    const service = competing(channel) ? null : index.service(row);
    groups.get(keyOf(channel.name, service))?.rows.push(row);
  }
  return [...groups.values()].map((group) => ({
    ...group,
    of: byMessage(attempts, group.rows),
    closed,
    open: intervals(
      group.rows,
      (row) => attempts.asked[row],
      (row) => (closed[row] === Infinity ? NEVER : closed[row]),
    ),
  }));
}

/* message -> its rows, more than one where it was replayed. */
function byMessage(attempts, rows) {
  const found = new Map();
  for (const row of rows) found.set(attempts.parent[row], [...(found.get(attempts.parent[row]) ?? []), row]);
  return found;
}

function keyOf(channel, service) {
  return `${channel} ${service}`;
}
