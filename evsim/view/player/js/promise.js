/* What each customer was told and what is true for them at a moment: the facts of picture B, and their sum in words. */

import { counts, names } from "./axes.js";
import { range, upTo } from "./intervals.js";
import { bandsOf, bars, line, text } from "./marks.js";
import { number } from "./words.js";

const MOST_KINDS = 6; // of customers named in the sum
const [MOST_COLUMNS, BINS] = [2000, 500]; // more customers than that are drawn in so many bins
const LEAST = 0.3; // height of the smallest bar in a bin: one customer in a thousand is to be seen
const [ROW, HIGH, LINE] = [2.5, 48, 17]; // distance of rows in heights of a bar, and in pixels; of lines of words

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

/* The customers who have come by `time` as a scene (evsim.view.promise), with rows of some effects; faults that begin by
   `until`. Beyond 2,000 customers a column is the shares of several. */
export function promiseScene(promises, effects, time, until) {
  const { index, order } = promises;
  const { film, lane } = index;
  const [known, size] = [promises.known(time), sizeOf(order.length)];
  const gap = order.length <= 100 * size ? 0.15 : 0;
  const rows = rowsOf(promises, effects, time);
  const low = -(rows.length - 1) * ROW - 0.35;
  const bands = bandsOf(lane, until, (at) => upTo(promises.asked, at));
  const tall = HIGH * rows.length + LINE * bands.length;
  const above = (4 + LINE * bands.length) / tall; // of the height, for the words of faults
  const ticks = rows.map(({ name }, place) => [-place * ROW + (place ? 0.3 : 0), name]);
  const many = size > 1 ? `, ${number(size)} to a column; the smallest bar is one or more` : "";
  const out = film.effects.length - effects.length;
  const some = out ? `; ${out} of ${film.effects.length} effects left out` : "";
  const twice = promises.effects.some(({ second }) => second.some((at) => at < Infinity));
  const room = `${number(order.length)} ${twice ? "twice or more" : "not there"}`; // of the counts, at any time
  return {
    name: "promise", tall, bands,
    x: counts(0, Math.max(1, order.length), `customers in order of arrival${many}${some}`),
    y: names(low, 1.1 + ((1.1 - low) * above) / (1 - above), ticks),
    marks: rows.flatMap((row, place) => marksOf(row, -place * ROW, known, size, gap, film.looks.base, room)),
  }; // prettier-ignore
}

/* How many customers a column is. */
export function sizeOf(number) {
  return number <= MOST_COLUMNS ? 1 : Math.ceil(number / BINS);
}

/* [{name, bars: [[of whom, height, look]], counts}]: whom a bar counts, by their places, in each row from above. */
function rowsOf(promises, effects, time) {
  const { film, lane } = promises.index;
  const { looks } = film;
  const places = range(0, promises.known(time));
  const states = places.map((place) => promises.state(place, time));
  const [yes, no, error, waiting] = ["yes", "no", "error", "nothing"].map((word) => states.map(({ told }) => told === word));
  const final = time >= lane.end && lane.complete;
  const rows = effects.map((effect) => {
    const { name, look, often } = film.effects[effect];
    const done = places.map((place) => promises.done(effect, place, time));
    const [once, twice] = [1, 2].map((times) => done.map((each) => each >= times));
    const absent = places.map((place) => promises.effects[effect].due[place] && !done[place]);
    const only = once.map((each, place) => each && !twice[place]);
    const words = [[only, "once"], [twice, "twice or more"], [absent, final ? "never" : "not there"]];
    return { name, bars: [[once, 0.5, plain(look)], [twice, 0.5, often]], counts: counted(words) };
  });
  const odd = states.map((state) => state.odd);
  const answers = [[yes, 1, looks["bar yes"]], [error, -1, looks["bar error"]], [no, -0.6, looks["bar no"]], [waiting, 0.12, looks["bar nothing"]]];
  const told = [[yes, "yes ▲"], [no, "no ▾"], [error, "error ▼"], [waiting, "waiting"]];
  return [
    { name: "told", bars: answers, counts: counted(told) }, ...rows,
    { name: "not as told", bars: [[odd, 0.5, looks["bar odd"]]], counts: counted([[odd, ""]], "0") },
  ]; // prettier-ignore
}

const plain = (look) => ({ ...look, marker: "", dash: [] });
const sum = (who) => who.reduce((all, each) => all + Number(each), 0);

function counted(groups, none = "") {
  const found = groups.map(([who, words]) => [sum(who), words]).filter(([many]) => many);
  return found.map(([many, words]) => `${number(many)} ${words}`.trim()).join("\n") || none;
}

/* The marks of a row: a line, bars of the shares of each column's customers on one another each way, and the counts. */
function marksOf({ name, bars: those, counts: words }, base, known, size, gap, look, room) {
  const begins = range(0, Math.ceil(known / size)).map((place) => place * size);
  const height = { 1: begins.map(() => 0), "-1": begins.map(() => 0) };
  const marks = those.flatMap(([who, full, its]) => {
    const side = Math.sign(full);
    const [left, right, low, high] = [[], [], [], []];
    begins.forEach((begin, column) => {
      const end = Math.min(begin + size, known);
      const share = size === 1 ? Number(who[begin]) : sum(who.slice(begin, end)) / (end - begin);
      if (!share) return;
      const from = base + height[side][column];
      height[side][column] += full * Math.max(share, LEAST);
      [begin + gap, end - gap, from, base + height[side][column]].forEach((value, place) => [left, right, low, high][place].push(value));
    });
    return left.length ? [bars(`${name}: ${sum(who)}`, left, right, low, high, its)] : [];
  });
  const across = line("", [0, 1], [base, base], look, { across: true });
  return [across, ...marks, text(words, 1.01, base + (name === "told" ? 0 : 0.3), { across: true, room })];
}
