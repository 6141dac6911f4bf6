/* Marks: one shape and one colour for each meaning, as in the still pictures (evsim.view.style). */

const star = (points, inner, turn = 0) => polygon(2 * points, (corner) => (corner % 2 ? inner : 1), turn);

function polygon(corners, radius = () => 1, turn = 0) {
  const spots = Array.from({ length: corners }, (_, corner) => {
    const angle = turn - Math.PI / 2 + (2 * Math.PI * corner) / corners;
    return `${(radius(corner) * Math.cos(angle)).toFixed(3)},${(radius(corner) * Math.sin(angle)).toFixed(3)}`;
  });
  return `M${spots.join("L")}Z`;
}

/* Paths about the origin, about one unit in all directions, by matplotlib's letters for markers. */
export const SHAPES = {
  o: "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z",
  s: "M-.88,-.88H.88V.88H-.88Z",
  "^": "M0,-1L1,.85H-1Z",
  v: "M0,1L1,-.85H-1Z",
  D: "M0,-1L1,0L0,1L-1,0Z",
  P: "M-.36,-1H.36V-.36H1V.36H.36V1H-.36V.36H-1V-.36H-.36Z",
  "*": star(5, 0.42),
  p: polygon(5),
  "|": "M-.15,-1V1H.15V-1Z",
  _: "M-1,-.28H1V.28H-1Z",
  x: "M-.95,-.6L-.6,-.95L0,-.35L.6,-.95L.95,-.6L.35,0L.95,.6L.6,.95L0,.35L-.6,.95L-.95,.6L-.35,0Z",
  flag: "M0,0V-2.4H1.9L1.3,-1.8L1.9,-1.2H.3V0Z",
};

/* A mark for a layer: `shape` at (x, y), `size` from the middle to the rim. */
export function mark(shape, x, y, size, more) {
  return {
    tag: "path",
    d: SHAPES[shape],
    transform: `translate(${round(x)} ${round(y)}) scale(${size})`,
    ...more,
  };
}

export function round(value) {
  return Math.round(value * 100) / 100;
}
