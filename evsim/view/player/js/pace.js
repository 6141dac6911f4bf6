/* How fast simulated time goes by: a function of the moments to be seen, not of the frames there are. */

import { following, preceding } from "./events.js";

export const SHORTEST = 250; // ms that every event is seen at event pace
const LONGEST = 1000; // ms that nothing happens

/* The simulated time (microseconds) after `wall` milliseconds from t on.
   moments: those to be seen one by one, or null for true pace, at which a second takes a second divided by `speed`. */
export function advance(t, wall, moments, speed, end) {
  if (!moments) return Math.min(end, t + wall * 1000 * speed);
  let left = wall;
  while (left > 0) {
    const next = following(moments, t);
    if (next === null) return t;
    const before = preceding(moments, next) ?? 0;
    const gap = next - before;
    const whole = pause(gap, speed);
    const share = (next - t) / gap; // of the gap that is still to come
    if (left < whole * share) return next - gap * (share - left / whole);
    left -= whole * share;
    t = next;
  }
  return t;
}

/* Milliseconds between two moments that are `gap` microseconds apart. */
function pause(gap, speed) {
  return Math.min(Math.max(gap / 1000, SHORTEST), LONGEST) / Math.min(speed, 1);
}
