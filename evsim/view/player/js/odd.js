/* Customers for whom what they were told and what is true are two things, and what was lost: where to look. */

import { NEVER } from "./film.js";
import { LOST, REFUSED } from "./hops.js";

const LATE = 1_000_000; // microseconds between a yes and the truth from which on somebody may notice

export const ODD = [
  ["never", "told yes, and never true"],
  ["denied", "told error, and something is done"],
  ["twice", "something done more than once"],
  ["late", "told yes, and true more than a second later"],
];

/* kind -> requests of a lane, in order of their arrival, at the end of the film. */
export function oddOf(index) {
  const { lane, truth } = index;
  const found = Object.fromEntries(ODD.map(([kind]) => [kind, []]));
  for (let request = 0; request < lane.requests.count; request++) {
    for (const kind of kindsOf(index, truth, request)) found[kind].push(request);
  }
  for (const requests of Object.values(found))
    requests.sort((one, other) => index.asked[one] - index.asked[other]);
  return found;
}

function kindsOf({ film, lane, answered }, truth, request) {
  const effects = film.effects.map((_, effect) => ({
    times: truth.times(effect, request),
    due: truth.due(effect, request),
  }));
  const told = answered[request] !== NEVER;
  const good = told && lane.requests.outcomes[lane.requests.outcome[request]] === "ok";
  const due = effects.filter((each) => each.due);
  const missing = due.some(({ times }) => !times.length);
  const last = Math.max(...due.map(({ times }) => times[0] ?? NEVER));
  const kinds = [];
  if (good && missing) kinds.push("never");
  if (told && !good && due.some(({ times }) => times.length)) kinds.push("denied");
  if (effects.some(({ times }) => times.length > 1)) kinds.push("twice");
  if (good && !missing && last - answered[request] > LATE) kinds.push("late");
  return kinds;
}

/* When something is first lost or refused on its way, or a delivery given up: {time, request}, or null. */
export function firstLoss(index) {
  const { attempts } = index.lane;
  const { verdict } = index.film.codes;
  const losses = index.hops
    .filter(({ end }) => end === LOST || end === REFUSED)
    .map(({ leave, arrive, request }) => ({ time: Math.max(leave, arrive), request }));
  for (let row = 0; row < attempts.count; row++) {
    if (["dead", "lost"].includes(verdict[attempts.verdict[row]])) {
      losses.push({ time: attempts.settled[row], request: attempts.request[row] });
    }
  }
  return losses.reduce((one, other) => (one && one.time <= other.time ? one : other), null);
}
