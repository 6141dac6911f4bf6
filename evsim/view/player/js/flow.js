/* How many arrived, were told and have what, by any moment: the lines of picture D and the gaps between them. */

import { counts, times } from "./axes.js";
import { NEVER } from "./film.js";
import { range, upTo } from "./intervals.js";
import { bandsOf, line, steps, text } from "./marks.js";
import { duration, number } from "./words.js";

const MOST_EFFECTS = 6; // the slowest are the ones to see
const HEIGHTS = [0.2, 0.04, 0.36, 0.5]; // where the arithmetic may stand, as a share of the height

/* The lines of a lane, first of those who arrived: {name, times (in order), kind, effect}. An effect counts when it
   happens to a customer for the first time. */
export function linesOf(index) {
  const { film, lane, arrivals, asked, answered, yes, no, error, truth } = index;
  const toldYes = answered.map((time, request) => (index.told(request) === "yes" ? time : NEVER));
  const lines = [
    { name: "arrived", kind: "arrived", times: arrivals },
    { name: "told yes", kind: "told", times: yes, first: toldYes },
  ];
  const effects = film.effects.map(({ name }, effect) => {
    const first = range(0, lane.requests.count).map((request) => truth.times(effect, request)[0] ?? NEVER);
    const late = first.reduce(
      (sum, time, request) => sum + (time === NEVER ? lane.end : time) - asked[request],
      0,
    );
    const due = first.some((_, request) => truth.due(effect, request));
    return {
      name,
      kind: "effect",
      effect,
      first,
      times: Float64Array.from(first.filter((time) => time !== NEVER)).sort(),
      late,
      due,
    };
  });
  const made = effects.filter(({ times, due }) => times.length || due);
  const slowest = [...made].sort((one, other) => other.late - one.late).slice(0, MOST_EFFECTS);
  lines.push(...made.filter((line) => slowest.includes(line)));
  if (no.length) lines.push({ name: "told no", kind: "no", times: no });
  if (error.length) lines.push({ name: "told error", kind: "error", times: error });
  return lines;
}

/* Of those who had come by t and do not have it yet: {never: how many never will, last: when the last of the others has it
   (null: nobody will)}. */
export function lackingAt({ asked }, { first }, t) {
  let [never, last] = [0, null];
  for (let request = 0; request < asked.length; request++) {
    if (asked[request] > t || (first[request] !== NEVER && first[request] <= t)) continue;
    if (first[request] === NEVER) never++;
    else last = Math.max(last ?? 0, first[request]);
  }
  return { never, last };
}

/* Where a line stands below the first one at t: {come, done, backlog, wait}. wait: microseconds from t until the line has
   come as far as the first one is at t, which is how long whoever came last waits if nobody is passed over; null if it
   never does. */
export function gapAt([arrived], line, t) {
  const come = upTo(arrived.times, t);
  const done = upTo(line.times, t);
  const reached = come ? line.times[come - 1] : t;
  return { come, done, backlog: come - done, wait: reached === undefined ? null : Math.max(0, reached - t) };
}

/* The gap as one knows it: {come, done, backlog, wait, words}. A wait is nobody's where some never have it, and nobody
   knows it before its end; `all`: whether nothing is hidden any more. */
export function gapKnown(index, lines, line, t, all) {
  const gap = gapAt(lines, line, t);
  const lacking = line.first && all ? lackingAt(index, line, t) : null;
  const wait = all && !lacking?.never ? gap.wait : null;
  return { ...gap, wait, words: gapWords(line, gap, lacking, t, index.lane.complete) };
}

/* "94 arrived, 78 have subscription: 16 do not. 12 of them never will; the last of the others does 3.2 s from now." */
function gapWords({ name, kind }, { come, done, backlog }, lacking, time, complete) {
  if (!come) return "Nobody has come yet.";
  const has = { told: ["is told yes", "are told yes"], no: ["is told no", "are told no"], error: ["is told an error", "are told an error"] };
  const [one, many] = has[kind] ?? [`has ${name}`, `have ${name}`];
  const all = `${number(come)} arrived, ${number(done)} ${done === 1 ? one : many}`;
  if (!backlog || kind === "no" || kind === "error") return `${all}.`;
  const gap = `${all}: ${number(backlog)} ${backlog === 1 ? "lacks it" : "lack it"}`;
  if (!lacking) return `${gap}.`;
  const { never, last } = lacking;
  const will = `${complete ? "never" : "not within this run"}`;
  if (last === null) return `${gap}, ${never === 1 ? "and" : "all of them"} ${will}.`;
  const when = `${duration(last - time)} from now`;
  if (!never) return `${gap}. ${backlog === 1 ? "It comes" : "The last of them has it"} ${when}.`;
  return `${gap}, ${number(never)} of them ${will}. The last of the others has it ${when}.`;
}

/* The line, but for the first and those of a no and of errors, that is furthest behind at t. */
export function slowestAt(lines, t) {
  const others = lines.slice(1).filter(({ kind }) => kind !== "error" && kind !== "no");
  return others.reduce((one, other) => (upTo(other.times, t) <= upTo(one.times, t) ? other : one));
}

/* The lines as a scene (evsim.view.flow), up to the time `end` and to `most` customers; faults that begin by `until`. */
export function flowScene({ film, lane }, lines, { end, most, until }) {
  const marks = lines.map(({ name, times, effect }) => {
    const x = [0, ...Array.from(times, (time) => time / 1e6), end / 1e6];
    const y = [...range(0, times.length + 1), times.length];
    return steps(name, x, y, effect === undefined ? film.looks[name] : film.effects[effect].look, { words: `${number(times.length)} ${name}` });
  });
  const found = lane.catch_ups.filter((each) => each.end <= until);
  const ahead = found.filter(({ predicted }) => predicted !== null).map((each) => {
    const time = Math.min(each.predicted, end - each.end) / 1e6;
    const [x, y] = [[each.end / 1e6, each.end / 1e6 + time], [each.done, each.done + each.capacity * time]];
    return line("", x, y, film.looks.predicted, { words: `predicted catch-up: ${each.words}` });
  });
  if (found.length) {
    const longest = found.reduce((one, other) => (other.waiting > one.waiting ? other : one));
    ahead.push(text(`predicted catch-up:\n${longest.words}`, 0.995, 0, { side: "right", level: "bottom", across: true, free: HEIGHTS }));
  }
  const [x, y] = [times(0, end / 1e6), counts(0, most, "customers")];
  return { name: "flow", x, y, bands: bandsOf(lane, until), marks: [...marks, ...ahead] };
}
