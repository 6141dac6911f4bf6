/* Which of many intervals are open at a moment, wherever one jumps: an index that does not depend on the way there. */

const LEAST = 64; // intervals a block
const BLOCKS = 256;

/* How many entries of a sorted array are at most `value`. */
export function upTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* An index of the intervals [begin(id), end(id)) of some ids; an end that is negative lasts for ever.
   `at(t)` gives the ids of those open at t in order of their beginnings, `count(t)` how many have begun. */
export function intervals(ids, begin, end) {
  const order = ids.filter((id) => begin(id) >= 0);
  order.sort((one, other) => begin(one) - begin(other) || one - other);
  const begins = Float64Array.from(order, begin);
  const ends = Float64Array.from(order, (id) => (end(id) < 0 ? Infinity : end(id)));
  const size = Math.max(LEAST, Math.ceil(order.length / BLOCKS));
  const open = []; // for each block: positions before it that are open when it begins
  let still = [];
  for (let first = 0; first < order.length; first += size) {
    still = still.filter((position) => ends[position] > begins[first]);
    open.push(still);
    still = still.concat(range(first, Math.min(first + size, order.length)));
  }
  return {
    ids: order,
    begins,
    count: (t) => upTo(begins, t),
    at(t) {
      const known = upTo(begins, t);
      if (!known) return [];
      const block = Math.floor((known - 1) / size);
      const found = [];
      for (const position of open[block]) if (ends[position] > t) found.push(order[position]);
      for (let position = block * size; position < known; position++) {
        if (ends[position] > t) found.push(order[position]);
      }
      return found;
    },
  };
}

export function range(first, end) {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
