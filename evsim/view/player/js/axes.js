/* Axes of a scene, in seconds or in counts, divided and named as evsim.view.scene.axes does it. */

const UNITS = [["h", 3600, 7200], ["min", 60, 600], ["s", 1, 1], ["ms", 0.001, 0]]; // name, seconds, for at least
const CLOCK = [0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 960, 1920]; // of a minute or an hour
const MOST = 9; // divisions
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 }); // made once: it takes long
const PLAIN = { log: false, line: true, grid: false, over: false, turned: false, nested: false };

/* An axis of seconds in the unit that suits the longest of them. */
export function times(low, high, what = "time since the start") {
  const [unit, size] = UNITS.find(([, , least]) => high >= least);
  const clock = CLOCK.find((each) => high <= MOST * each * size) ?? high / size / 8;
  const step = size > 1 ? clock * size : round(high - low, MOST, [1, 2, 2.5, 5, 10]);
  const ticks = multiples(low, high, step).map((value) => [value, written(+(value / size).toPrecision(6))]);
  return { ...PLAIN, low, high, label: `${what} (${unit})`, ticks };
}

/* An axis of whole numbers. */
export function counts(low, high, label, most = 7) {
  const step = Math.max(1, round(high, most, [1, 2, 5, 10]));
  return { ...PLAIN, low, high, label, ticks: multiples(0, high, step).map((value) => [value, written(value)]) };
}

/* An axis without a line, with names at some of its places, [place, name]. */
export function names(low, high, ticks, how = {}) {
  return { ...PLAIN, low, high, label: "", ticks, line: false, ...how };
}

/* A round number of which `length` has at most `most`. */
function round(length, most, digits) {
  const least = length / most || 1;
  const ten = 10 ** Math.floor(Math.log10(least));
  return digits.map((digit) => ten * digit).find((each) => each >= least * (1 - 1e-9));
}

function multiples(low, high, step) {
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, number) => +((first + number) * step).toPrecision(12));
}

function written(value) {
  return NUMBER.format(value);
}
