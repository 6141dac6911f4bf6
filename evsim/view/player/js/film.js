/* Reads a film (its format: evsim/view/player/film.py): columns become typed arrays. */

const TYPES = { i1: Int8Array, i2: Int16Array, i4: Int32Array, f8: Float64Array };
const TABLES = ["requests", "history", "attempts", "messages", "sendings", "effects", "remarks"];

export const VERSION = 1;
export const NEVER = -1;

/* The film with all columns as arrays, or an error that says what is wrong with it. */
export function readFilm(data) {
  if (data?.format !== "evsim-film") throw new Error("this is no film of evsim");
  if (data.version !== VERSION)
    throw new Error(`the film has version ${data.version}; this player shows ${VERSION}`);
  const futures = data.futures.map(readFuture);
  return { ...data, futures, end: Math.max(...futures.map(endOf)) };
}

/* When the last of a future's lanes ends. */
export function endOf({ lanes }) {
  return Math.max(...lanes.map(({ end }) => end));
}

export function readFuture(future) {
  return { ...future, lanes: future.lanes.map(readLane) };
}

function readLane(lane) {
  return { ...lane, ...Object.fromEntries(TABLES.map((name) => [name, readTable(lane[name])])) };
}

function readTable(table) {
  const found = { ...table };
  for (const [name, value] of Object.entries(table)) {
    if (name === "count") continue;
    if (name === "due") found.due = value.map((each) => readColumn(each, table.count));
    else if (typeof value === "string" && value[0] === "=") found[name] = found[value.slice(1)];
    else if (!Array.isArray(value)) found[name] = readColumn(value, table.count);
  }
  return found;
}

export function readColumn(value, count) {
  if (ArrayBuffer.isView(value)) return value;
  if (typeof value === "number") {
    const kind = Math.abs(value) < 128 ? Int8Array : Float64Array;
    return new kind(count).fill(value);
  }
  const bytes = Uint8Array.from(atob(value.slice(3)), (letter) => letter.charCodeAt(0));
  return new TYPES[value.slice(0, 2)](bytes.buffer);
}
