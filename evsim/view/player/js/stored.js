/* Futures that were made before and stand in the film, for a page that can ask nobody. */

import { futureFrom } from "./differences.js";

/* A player's `branch` for the futures of `film.stored`; null if there are none. */
export function branchesOf({ stored, futures }) {
  if (!stored?.length) return null;
  const find = (fault, at) => {
    const wanted = JSON.stringify(fault);
    return stored.find((each) => each.at === at && JSON.stringify(each.fault) === wanted);
  };
  const branch = async ({ fault, at }) => futureFrom(find(fault, at), futures[0]);
  return Object.assign(branch, { offers: (fault, at) => Boolean(find(fault, at)) });
}
