/* What each customer was told and what is true for them at a moment: the facts of picture B, and their sum in words. */

import { range, upTo } from "./intervals.js";

const MOST_KINDS = 6; // of customers named in the sum

/* The customers of a lane in order of arrival; `at(t)` gives their state. */
export class Promises {
  constructor(index) {
    const { film, asked, truth } = index;
    this.index = index;
    this.order = range(0, index.lane.requests.count).sort((one, other) => asked[one] - asked[other] || one - other);
    this.place = new Map(this.order.map((request, place) => [request, place]));
    this.asked = Float64Array.from(this.order, (request) => asked[request]);
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

  /* What a customer was told by t and what is true for them then: one of the lane's states. */
  state(place, t) {
    return this.index.lane.states[this.index.stateAt(this.order[place], t)];
  }

  /* How often an effect has happened to a customer by t: 0, 1, or 2 for more. */
  done(effect, place, t) {
    const { first, second } = this.effects[effect];
    return Number(first[place] <= t) + Number(second[place] <= t);
  }

  /* Everybody who has come by t as a sum over kinds of customers: "3 = 2 told yes and all done + 1 told ...". */
  sum(t) {
    const known = this.known(t);
    const final = t >= this.index.lane.end && this.index.lane.complete;
    const many = new Map();
    for (let place = 0; place < known; place++) {
      const state = this.index.stateAt(this.order[place], t);
      many.set(state, (many.get(state) ?? 0) + 1);
    }
    const merged = new Map();
    for (const state of [...many.keys()].sort((one, other) => one - other)) {
      const words = wordsOf(this.index.lane.states[state], final);
      merged.set(words, (merged.get(words) ?? 0) + many.get(state));
    }
    const sorted = [...merged].sort(([, one], [, other]) => other - one);
    const terms = sorted.slice(0, MOST_KINDS).map(([words, many]) => `${number(many)} ${words}`);
    const rest = sorted.slice(MOST_KINDS);
    const others = rest.length === 1 ? "1 other way" : `${number(rest.length)} other ways`;
    if (rest.length) terms.push(`${number(rest.reduce((sum, [, many]) => sum + many, 0))} in ${others}`);
    return terms.length ? `${number(known)} = ${terms.join(" + ")}` : "nobody arrived";
  }
}

/* The words for a state: what a customer was told and what is true for them. */
export function wordsOf({ told, truth, last }, final) {
  return `told ${told === "nothing" ? "nothing yet" : told}${final ? last : truth}`;
}

export function number(value) {
  return value.toLocaleString("en-US");
}
