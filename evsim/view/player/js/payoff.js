/* The line that pays off: what came of me, or of everybody, once it is over. */

import { Promises } from "./promise.js";
import { customerAt } from "./state.js";
import { duration, capital } from "./words.js";

/* What came of one customer of a lane, as two sentences. `requests`: all presses of that person, the chosen one last. */
export function mine(index, request) {
  const { asked, told, state } = customerAt(index, request, Infinity);
  if (!told) return "Never told anything.";
  const waited = duration(told.time - asked);
  const true_ = index.lane.requests.true[request];
  if (told.word !== "yes") {
    const had = state.last.startsWith(", but") ? `Yet ${state.last.slice(6).replace(/ done( \(|$)/, " was done$1")}.` : "And nothing was done.";
    return `Told ${told.word === "no" ? "no" : "an error"} after ${waited}. ${had}`;
  }
  if (!state.true) return `Told yes after ${waited}. It never came true.`;
  const lag = true_ - told.time;
  return lag > 0 ? `Told yes after ${waited}. It was true ${duration(lag)} later.` : `You waited ${waited}. It was true.`;
}

/* How often each effect stands at t for a person who pressed more than once: "2 customer rows and 1 subscription". */
export function twice(index, request, t) {
  const presses = index.presses(request);
  const effects = index.film.effects.map(({ name }, effect) => {
    const many = presses.flatMap((each) => customerAt(index, each, t)?.effects[effect].times ?? []).length;
    return many === 1 ? `1 ${name}` : `${many} ${name}s`;
  });
  return `Pressed ${presses.length === 2 ? "twice" : `${presses.length} times`}: ${effects.join(", ")}.`;
}

/* Everybody who has come by t, as a sum. */
export function all(index, t) {
  const late = index.lane.odd.late.length;
  const lied = late ? ` For ${late} of those told yes it was not true a second later.` : "";
  return `${capital(new Promises(index).sum(t))}.${lied}`;
}
