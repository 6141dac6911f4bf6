/* One customer's way through one design, as marks on lifelines against time: the facts of picture C.

   `x` of a mark is the place of its lifeline (0, 1, 2 ...), times are microseconds since the start of the run. */

import { NEVER } from "./film.js";
import { endsOfMessage, neverSent } from "./hops.js";
import { range } from "./intervals.js";
import { duration, reasonOf, truthOf } from "./words.js";

export const CUSTOMER = "customer";
const ASIDE = 0.12; // how far aside a second attempt at one service stands
const [WAY_LOST, ANSWER_LOST] = [1, 2]; // the film's column `astray`

/* {begin, end, answered, told, completed, names, bars, lines, crosses, effects, words} of a request; `names` of the
   lifelines in the order in which they take part, unless given. */
export class Life {
  constructor(index, request, names = null) {
    const { lane, film } = index;
    Object.assign(this, { index, request, lane, film, bars: [], lines: [], crosses: [], effects: [] });
    const { attempts, messages } = lane;
    this.rows = range(0, attempts.count).filter((row) => attempts.request[row] === request);
    this.sent = range(0, messages.count).filter((number) => messages.request[number] === request);
    this.begin = index.asked[request];
    this.answered = index.answered[request];
    this.told = index.told(request);
    this.state = lane.states[index.stateAt(request, lane.end)];
    this.happened();
    this.names = names ?? this.lifelines();
    this.place = new Map(this.names.map((name, place) => [name, place]));
    this.lanes = this.sideBySide();
    this.draw();
  }

  /* What became true, and when the last thing happens. */
  happened() {
    const { attempts, messages, effects } = this.lane;
    const { truth } = this.index;
    const mine = new Set(this.rows);
    const its = range(0, effects.count).filter((effect) => mine.has(effects.row[effect]));
    const named = (effect) => this.film.effects[effects.name[effect]].name;
    its.sort((one, other) => effects.time[one] - effects.time[other] || (named(one) < named(other) ? -1 : 1));
    this.made = its.map((effect) => ({
      row: effects.row[effect],
      effect: effects.name[effect],
      time: effects.time[effect],
    }));
    this.completed = this.lane.requests.true[this.request];
    const times = this.rows.flatMap((row) => [
      attempts.ended[row],
      attempts.settled[row],
      attempts.late[row],
      attempts.started[row],
    ]);
    times.push(
      ...this.sent.flatMap((number) => [
        messages.published[number],
        messages.sent[number],
        messages.appended[number],
        messages.acknowledged[number],
      ]),
    );
    this.end = Math.max(this.begin + 1000, ...times);
  }

  /* Names of lifelines: the customer, then whoever takes part, in order. */
  lifelines() {
    const { attempts, messages, places } = this.lane;
    const first = new Map([[CUSTOMER, this.begin]]);
    const meet = (name, time) => {
      if (name && !this.lane.workloads.includes(name))
        first.set(name, Math.min(first.get(name) ?? Infinity, time));
    };
    for (const row of this.rows) {
      const place = places[attempts.place[row]];
      meet(place ? place.source : this.index.channelOf(row), attempts.asked[row]);
      meet(place?.service, attempts.asked[row]);
    }
    for (const number of this.sent) meet(this.channel(number), messages.published[number]);
    return [...first.keys()].sort((one, other) => first.get(one) - first.get(other));
  }

  channel(number) {
    return this.lane.channels[this.lane.messages.channel[number]].name;
  }

  /* row -> how many others stand between its bar and the lifeline: attempts at one service at a time stand side by side. */
  sideBySide() {
    const { attempts } = this.lane;
    const [lanes, busy] = [new Map(), new Map()];
    const begun = (row) => (attempts.started[row] === NEVER ? Infinity : attempts.started[row]);
    for (const row of [...this.rows].sort((one, other) => begun(one) - begun(other) || one - other)) {
      const service = this.index.service(row);
      const taken = busy.get(service) ?? [];
      const free = taken.findIndex((until) => until <= begun(row));
      const lane = free < 0 ? taken.length : free;
      taken[lane] = attempts.ended[row] === NEVER ? Infinity : attempts.ended[row];
      busy.set(service, taken);
      lanes.set(row, lane);
    }
    return lanes;
  }

  at(row) {
    return this.place.get(this.index.service(row)) + ASIDE * this.lanes.get(row);
  }

  // Marks.

  /* look: works, held, waits, line. */
  bar(x, from, until, look, words) {
    const end = until === NEVER ? this.lane.end : until;
    if (from !== NEVER && end > from) this.bars.push({ x, from, until: end, look, words });
  }

  /* look: message, answer, bad. */
  line(from, leave, to, arrive, look, words) {
    if (leave !== NEVER) this.lines.push({ from, leave, to, arrive, look, words });
  }

  cross(x, time, words) {
    this.crosses.push({ x, time, words });
  }

  draw() {
    this.bar(0, this.begin, this.answered, "waits", "the customer waits");
    for (const row of this.rows) this.attempt(row);
    for (const number of this.sent) this.message(number);
    for (const { row, effect, time } of this.made) {
      const { name } = this.film.effects[effect];
      this.effects.push({ x: this.at(row), time, effect, words: `${name}, ${duration(time - this.begin)}` });
    }
  }

  attempt(row) {
    const { attempts, places } = this.lane;
    const place = places[attempts.place[row]];
    if (!place) {
      const channel = this.index.channelOf(row);
      this.bar(this.place.get(channel), attempts.asked[row], attempts.ended[row], "line", `waits in ${channel}`);
      return;
    }
    const { kind, service, source } = place;
    const x = this.at(row);
    const asker = this.asker(row, kind, source);
    const [granted, arrived, started, ended] = ["granted", "arrived", "started", "ended"].map(
      (name) => attempts[name][row],
    );
    if (neverSent(this.film.codes, attempts, row)) {
      this.cross(asker, ended, `${service} is not asked: ${reasonOf(this.index, row)}`);
      return;
    }
    const again = attempts.attempt[row] > 1 ? `, attempt ${attempts.attempt[row]}` : "";
    if (kind === "delivery") this.bar(asker, attempts.asked[row], granted, "line", `waits in ${source}`);
    const leave = kind === "delivery" ? granted : attempts.asked[row];
    const what =
      { request: "request", call: `call to ${service}`, delivery: `delivery to ${service}` }[kind] + again;
    if (attempts.astray[row] & WAY_LOST) {
      this.line(asker, leave, (x + asker) / 2, leave, "message", `${what}, lost`);
      this.cross((x + asker) / 2, leave, "lost on the way");
    } else if (arrived !== NEVER) {
      this.line(asker, leave, x, arrived, "message", `${what}, on the way for ${duration(arrived - leave)}`);
    }
    this.bar(x, arrived, started === NEVER ? ended : started, "line", `waits at ${service} for a free worker`);
    if (started !== NEVER) this.work(row, x, service);
    this.ending(row, x, service);
    this.answer(row, x, asker, kind);
  }

  /* Where the one stands who asked. */
  asker(row, kind, source) {
    if (kind === "request") return 0;
    return kind === "call" ? this.at(this.lane.attempts.parent[row]) : this.place.get(source);
  }

  /* A bar of work, and on it the times in which the worker is held while it waits for others. */
  work(row, x, service) {
    const { attempts, messages, channels } = this.lane;
    const ended = attempts.ended[row] === NEVER ? this.lane.end : attempts.ended[row];
    this.bar(
      x,
      attempts.started[row],
      ended,
      "works",
      `${service} works, for ${duration(ended - attempts.started[row])}`,
    );
    const held = (from, until, name) => {
      this.bar(x, from, Math.min(until === NEVER ? ended : until, ended), "held", `${service} waits for ${name}`);
    };
    const before = new Map(); // obligation -> when the attempt before was given up
    for (const call of this.callsOf(row)) {
      const obligation = attempts.first[call] === NEVER ? call : attempts.first[call];
      held(before.get(obligation) ?? attempts.asked[call], attempts.settled[call], this.index.service(call));
      before.set(obligation, attempts.settled[call]);
    }
    for (const number of this.sent) {
      const channel = channels[messages.channel[number]];
      if (messages.cause[number] !== row || !channel.confirms.includes(service)) continue;
      held(messages.published[number], messages.acknowledged[number], channel.name);
    }
  }

  /* The calls of an attempt; of what a link made a second one of nobody knows. */
  callsOf(row) {
    const { attempts } = this.lane;
    const copy = this.film.codes.verdict.indexOf("copy");
    return this.rows.filter(
      (call) => this.index.kinds[call] === "call" && attempts.parent[call] === row && attempts.verdict[call] !== copy,
    );
  }

  ending(row, x, service) {
    const { attempts } = this.lane;
    const outcome = this.film.codes.outcome[attempts.outcome[row]];
    const why = this.film.codes.reason[attempts.reason[row]];
    const words = {
      failed: `${service} fails: ${why}`,
      crashed: `${service} crashes`,
      refused: `${service} refuses: ${why}`,
    }[outcome];
    if (words) this.cross(x, attempts.ended[row], words);
  }

  /* The way back: an answer or acknowledgement, or the asker's giving up. */
  answer(row, x, asker, kind) {
    const { attempts } = this.lane;
    const [replied, settled, late] = ["replied", "settled", "late"].map((name) => attempts[name][row]);
    const verdict = this.film.codes.verdict[attempts.verdict[row]];
    const what = kind === "delivery" ? "acknowledgement" : "answer";
    if (late !== NEVER) {
      this.line(x, replied, asker, late, "bad", `${what}, too late`);
      this.cross(asker, late, `the ${what} comes too late`);
    }
    if (attempts.astray[row] & ANSWER_LOST) {
      this.line(x, replied, (x + asker) / 2, replied, "bad", `${what}, lost`);
      this.cross((x + asker) / 2, replied, `the ${what} is lost on the way`);
    }
    if (settled === NEVER) return;
    const heard = replied !== NEVER && replied <= settled && !attempts.astray[row];
    if (verdict === "done" || verdict === "orphaned" || (heard && kind !== "delivery")) {
      const good = verdict === "done";
      this.line(x, replied, asker, settled, good ? "answer" : "bad", good ? what : `${what}: ${verdict}`);
      if (verdict === "orphaned") this.cross(asker, settled, "nobody waits for the answer any more");
    } else if (kind !== "delivery") {
      this.cross(asker, settled, "gives up");
    }
  }

  message(number) {
    const { messages, sendings } = this.lane;
    const [sender, channel] = endsOfMessage(this.lane, number);
    const passedOn = messages.sender[number] >= this.lane.services.length; // a dead letter, or a copy of an exchange
    const x = passedOn ? this.place.get(sender) : this.at(messages.cause[number]);
    const to = this.place.get(channel);
    const troubled = range(0, sendings.count).filter((sending) => sendings.message[sending] === number);
    if (!troubled.length && messages.sent[number] !== NEVER) {
      const [sent, kept] = [messages.sent[number], messages.appended[number]];
      if (kept !== NEVER)
        this.line(x, sent, to, kept, "message", `message to ${channel}, on the way for ${duration(kept - sent)}`);
    }
    for (const sending of troubled) {
      const [sent, arrived] = [sendings.sent[sending], sendings.arrived[sending]];
      const fate = sendings.fates[sendings.fate[sending]];
      const [there, time] = arrived === NEVER ? [(x + to) / 2, sent] : [to, arrived];
      this.line(x, sent, there, time, "message", `message to ${channel}, ${fate}`);
      if (fate === "lost" || fate === "refused") this.cross(there, time, `the message is ${fate}`);
    }
    const seen = messages.acknowledged[number];
    if (seen !== NEVER)
      this.line(to, messages.confirmed[number], x, seen, "answer", `${channel} has kept the message`);
  }

  // Words.

  /* What came of it: "told yes; it was true 62 ms later". */
  get caption() {
    if (this.told === "nothing") return "no answer yet when the run ended";
    return `told ${this.told}${truthOf(this.index, this.request, this.state, this.lane.complete)}`;
  }

  /* Moments at which a crash of a service would make a difference to this customer, each just before something that it
     does for them: {service, x, time}. A film's times are rounded, so that just before is a microsecond. */
  crashPoints() {
    const { attempts, messages } = this.lane;
    const found = new Map();
    for (const row of this.rows.filter((each) => attempts.started[each] !== NEVER)) {
      const service = this.index.service(row);
      const times = [
        attempts.started[row],
        attempts.ended[row],
        ...this.made.filter((each) => each.row === row).map(({ time }) => time),
      ];
      for (const call of this.callsOf(row)) times.push(attempts.asked[call], attempts.settled[call]);
      for (const number of this.sent) {
        if (messages.cause[number] === row) times.push(messages.published[number], messages.acknowledged[number]);
      }
      for (const time of times) {
        if (time - 1 > attempts.started[row] && time <= attempts.ended[row]) {
          found.set(`${service} ${time}`, { service, x: this.at(row), time: time - 1 });
        }
      }
    }
    return [...found.values()].sort((one, other) => one.time - other.time);
  }
}

/* The lives of a customer in several designs: the lifelines they share stand in one order. */
export function livesOf(lanes, requests) {
  const lives = lanes.map((index, lane) =>
    requests[lane] === undefined ? null : new Life(index, requests[lane]),
  );
  const [first, second] = lives;
  if (!first || !second) return lives;
  const common = first.names.filter((name) => second.names.includes(name))[Symbol.iterator]();
  const names = second.names.map((name) => (first.names.includes(name) ? common.next().value : name));
  return [first, new Life(lanes[1], requests[1], names), ...lives.slice(2)];
}
