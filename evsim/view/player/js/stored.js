/* Futures that were made before and stand in the film, for a page that can ask nobody. */

import { futureFrom } from "./differences.js";

/* A player's `branch` for the futures of `film.stored`; null if there are none. */
export function branchesOf({ stored, futures }) {
  if (!stored?.length) return null;
  return async ({ fault, at }) => {
    const wanted = JSON.stringify(fault);
    const found = stored.find((each) => each.at === at && JSON.stringify(each.fault) === wanted);
    if (!found) throw new Error("what follows from this is not on this page");
    return futureFrom(found, futures[0]);
  };
}
