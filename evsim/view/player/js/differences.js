/* A future out of its difference to the base (how it is written: evsim/view/player/differences.py). */

import { NEVER, readColumn } from "./film.js";

const REFERENCES = {
  attempts: { first: "attempts", parent: "attempts" },
  messages: { cause: "attempts" },
  requests: { row: "attempts" },
  sendings: { message: "messages" },
  effects: { row: "attempts" },
  history: {},
  remarks: { row: "attempts" },
};
const TABLES = Object.keys(REFERENCES);

/* The future, as readFuture gives it; `base` is the film's first, as it was read. */
export function futureFrom(difference, base) {
  const lanes = difference.lanes.map((changes, number) => laneFrom(changes, base.lanes[number]));
  return { ...difference, lanes };
}

function laneFrom(changes, base) {
  const lane = { ...base, ...changes };
  const origins = {};
  const places = {};
  for (const name of TABLES) {
    origins[name] = originsOf(changes[name]);
    places[name] = placesOf(origins[name], base[name].count);
  }
  const delivers = (row) => (lane.places[lane.attempts.place[row]]?.kind ?? "delivery") === "delivery";
  for (const name of TABLES) {
    const [table, origin] = [base[name], origins[name]];
    const count = changes[name]?.count ?? table.count;
    const found = (lane[name] = { ...table, count });
    const other = changes[name]?.columns ?? {};
    const follows = REFERENCES[name];
    const numbers = Object.keys(table).filter((column) => ArrayBuffer.isView(table[column]));
    numbers.sort((one, two) => (one in follows) - (two in follows)); // what a parent is, its place says
    const changed = {};
    for (const column of numbers) {
      let values = origin ? Float64Array.from(origin, (from) => (from < 0 ? NEVER : table[column][from])) : table[column];
      if (follows[column]) {
        const ways = [places[follows[column]], column === "parent" ? places.messages : places[follows[column]]];
        if (ways[0] || ways[1]) values = Float64Array.from(values, (value, row) => go(value, ways[+delivers(row)]));
      }
      found[column] = patched(values, other, column, changed);
    }
    for (const [column, value] of Object.entries(other)) {
      if (column === "due") found.due = value.map((each) => readColumn(each, count));
      else if (Array.isArray(value)) found[column] = value;
    }
  }
  return lane;
}

function go(value, way) {
  return value < 0 || !way ? value : way[value];
}

/* For each entry of a table: its number in the base, -1 if it is new; null where nothing moved. */
function originsOf(changes) {
  if (!changes?.runs) return null;
  const found = new Int32Array(changes.count);
  let end = 0;
  for (let place = 0; place < changes.runs.length; place += 2) {
    const [first, length] = [changes.runs[place], changes.runs[place + 1]];
    for (let step = 0; step < length; step++) found[end++] = first < 0 ? NEVER : first + step;
  }
  return found;
}

/* For each entry of the base: where it is now, -1 if it is gone; null where nothing moved. */
function placesOf(origin, count) {
  if (!origin) return null;
  const found = new Int32Array(count).fill(NEVER);
  origin.forEach((from, place) => {
    if (from >= 0) found[from] = place;
  });
  return found;
}

/* A column with what differs; `changed` remembers what did, for columns that differ as another one does. */
function patched(values, other, column, changed) {
  const written = other[column];
  if (written === undefined) return values;
  if (typeof written === "string") changed[column] = changed[written.slice(1)];
  else {
    const steps = readColumn(written.at, written.count);
    let place = 0;
    const at = Int32Array.from(steps, (step) => (place += step));
    changed[column] = { at, value: readColumn(written.value, written.count) };
  }
  const found = Float64Array.from(values);
  changed[column].at.forEach((row, number) => {
    found[row] = changed[column].value[number];
  });
  return found;
}
