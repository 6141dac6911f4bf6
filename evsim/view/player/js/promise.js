/* What each customer was told and what is true for them at a moment: the facts of picture B, and their sum in words. */

import { NEVER } from "./film.js";
import { range, upTo } from "./intervals.js";
import { list } from "./words.js";

export const [WAITING, YES, NO] = [0, 1, 2]; // what a customer was told so far
const MOST_KINDS = 6; // of customers named in the sum

/* The customers of a lane in order of arrival; `at(t)` gives their state. */
export class Promises {
  constructor(index) {
    const { film, lane, asked, answered, truth } = index;
    const good = lane.requests.outcomes.indexOf("ok");
    this.index = index;
    this.order = range(0, lane.requests.count).sort((one, other) => asked[one] - asked[other] || one - other);
    this.place = new Map(this.order.map((request, place) => [request, place]));
    this.asked = Float64Array.from(this.order, (request) => asked[request]);
    this.answered = Float64Array.from(this.order, (request) => orInfinity(answered[request]));
    this.good = Uint8Array.from(this.order, (request) => Number(lane.requests.outcome[request] === good));
    this.effects = film.effects.map(({ name }, effect) => {
      const times = this.order.map((request) => truth.times(effect, request));
      return {
        name,
        due: Uint8Array.from(this.order, (request) => Number(truth.due(effect, request))),
        first: Float64Array.from(times, ([time]) => time ?? Infinity),
        second: Float64Array.from(times, ([, time]) => time ?? Infinity),
      };
    });
  }

  /* The effects to draw where there are many: those that went wrong most often in the end. */
  worst(most) {
    const wrong = this.effects.map(({ due, first, second }, effect) => {
      const bad = range(0, this.order.length).filter(
        (place) => (due[place] && first[place] === Infinity) || second[place] < Infinity,
      );
      return { effect, many: bad.length };
    });
    const chosen = wrong.sort((one, other) => other.many - one.many || one.effect - other.effect).slice(0, most);
    return chosen.map(({ effect }) => effect).sort((one, other) => one - other);
  }

  /* How many have arrived by t. */
  known(t) {
    return upTo(this.asked, t);
  }

  /* What a customer was told by t. */
  told(place, t) {
    if (this.answered[place] > t) return WAITING;
    return this.good[place] ? YES : NO;
  }

  /* How often an effect has happened to a customer by t: 0, 1, or 2 for more. */
  done(effect, place, t) {
    const { first, second } = this.effects[effect];
    return Number(first[place] <= t) + Number(second[place] <= t);
  }

  /* Whether promise and truth differ for a customer at t: told yes and something missing, told error and something
     done, something done twice. */
  odd(place, t) {
    const told = this.told(place, t);
    let [some, missing, twice] = [false, false, false];
    for (const { due, first, second } of this.effects) {
      if (due[place] && first[place] <= t) some = true;
      if (due[place] && first[place] > t) missing = true;
      if (second[place] <= t) twice = true;
    }
    return twice || (told === YES && missing) || (told === NO && some);
  }

  /* Everybody who has come by t as a sum over kinds of customers: "3 = 2 told yes and all done + 1 told ...". */
  sum(t) {
    const known = this.known(t);
    const final = t >= this.index.lane.end && this.index.lane.complete;
    const kinds = new Map();
    for (let place = 0; place < known; place++) {
      let key = this.told(place, t);
      for (let effect = 0; effect < this.effects.length; effect++) key = 4 * key + this.kind(effect, place, t);
      const kind = kinds.get(key);
      if (kind) kind.many++;
      else kinds.set(key, { key, many: 1, place });
    }
    const merged = new Map();
    for (const { many, place } of [...kinds.values()].sort((one, other) => one.key - other.key)) {
      const words = this.words(place, t, final);
      merged.set(words, (merged.get(words) ?? 0) + many);
    }
    const sorted = [...merged].sort(([, one], [, other]) => other - one);
    const terms = sorted.slice(0, MOST_KINDS).map(([words, many]) => `${number(many)} ${words}`);
    const rest = sorted.slice(MOST_KINDS);
    const others = rest.length === 1 ? "1 other way" : `${number(rest.length)} other ways`;
    if (rest.length) terms.push(`${number(rest.reduce((sum, [, many]) => sum + many, 0))} in ${others}`);
    return terms.length ? `${number(known)} = ${terms.join(" + ")}` : "nobody arrived";
  }

  kind(effect, place, t) {
    const done = this.done(effect, place, t);
    return done ? done + 1 : this.effects[effect].due[place];
  }

  /* What a customer was told and what is true for them, as a kind of customers. */
  words(place, t, final) {
    const told = this.told(place, t);
    const times = this.effects.map((_, effect) => this.done(effect, place, t));
    const named = (wanted) =>
      this.effects.filter((effect, number) => wanted(effect, times[number])).map(({ name }) => name);
    const has = named((_, done) => done > 0);
    const lacks = named(({ due }, done) => due[place] && !done);
    const twice = named((_, done) => done > 1);
    let truth = "";
    if (told === YES && lacks.length) {
      const [last] = lacks.slice(-1);
      const missing = lacks.length > 1 ? `${lacks.slice(0, -1).join(", ")} and no ${last}` : last;
      truth = `, but no ${missing}${final ? "" : " yet"}`;
    } else if (has.length) {
      truth = `${told === YES ? " and" : ", but"} ${lacks.length ? list(has) : "all"} done`;
    } else if (lacks.length) {
      truth = " and nothing done";
    }
    const again = twice.length ? ` (${list(twice)} more than once)` : "";
    return `${["told nothing yet", "told yes", "told error"][told]}${truth}${again}`;
  }
}

function orInfinity(time) {
  return time === NEVER ? Infinity : time;
}

export function number(value) {
  return value.toLocaleString("en-US");
}
