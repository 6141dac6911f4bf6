/* Customers for whom what they were told and what is true are two things, and what was lost: where to look. */

import { LOST, REFUSED } from "./hops.js";

/* [[kind, words]] of the customers at whom it pays to look. */
export function kindsOf(film) {
  return Object.entries(film.odd);
}

/* kind -> requests of a lane, in order of their arrival, at the end of the film. */
export function oddOf({ lane }) {
  return lane.odd;
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
