/* The marks of a scene that a browser makes itself, as evsim.view.scene.marks has them; `more`: words, time ... */

export const steps = (name, x, y, look, more) => ({ kind: "steps", name, x, y, look, words: "", ...more });
export const line = (name, x, y, look, more) => ({ kind: "line", name, x, y, look, across: false, head: "", every: false, words: "", ...more });
export const dots = (name, x, y, look, size, more) => ({ kind: "dots", name, x, y, look, size, across: false, words: "", ...more });
export const bars = (name, left, right, low, high, look, more) => ({ kind: "bars", name, left, right, low, high, look, inside: [], words: "", round: 0, ...more });
export const bar = (name, left, right, low, high, look, more) => bars(name, [left], [right], [low], [high], look, more);
export const text = (text, x, y, more) => ({ kind: "text", text, x, y, ...TEXT, ...more });

const TEXT = { dx: 0, dy: 0, side: "left", level: "center", across: false, free: [], size: 11, bold: false, colour: "#2b2b30", halo: true };

/* The faults of a lane as the bands of a scene, those that begin by `until`; `place` gives the x of a time. */
export function bandsOf({ bands }, until, place = (time) => time / 1e6) {
  const begun = bands.map(({ words, spans }) => ({ words, spans: spans.filter(([start]) => start <= until) }));
  return begun.filter(({ spans }) => spans.length).map(({ words, spans }) => ({ words, spans: spans.map((ends) => ends.map(place)) }));
}
