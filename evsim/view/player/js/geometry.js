/* Where everything stands on the stage of a lane, in its own units: the same for all lanes of a film. */

export const BOX = { width: 168, height: 112 };
const GAP = { column: 78, row: 20, edge: 62 };
const LEAST_WIDTH = 760;
const CHANNEL_HEIGHT = 210;

/* {width, height, boxes: name -> {x, y, width, height} (corner and size)}; workloads are doors on the left edge. */
export function arrange(film) {
  const names = new Set(film.futures.flatMap(({ lanes }) => lanes.flatMap(partsOf)));
  const places = Object.entries(film.cast).filter(([name]) => names.has(name));
  const columns = [...new Set(places.map(([, [column]]) => column))].sort((one, other) => one - other);
  const members = new Map(columns.map((column) => [column, places.filter(([, [at]]) => at === column)]));
  const rows = Math.max(1, ...[...members.values()].map((names) => names.length));
  const height = Math.max(rows * (BOX.height + GAP.row), 2 * (BOX.height + GAP.row)) + 4;
  const natural = columns.length * BOX.width + (columns.length - 1) * GAP.column + GAP.edge;
  const stretch = columns.length > 1 ? Math.max(0, LEAST_WIDTH - 8 - natural) / columns.length : 0;
  const boxes = {};
  columns.forEach((column, number) => {
    const inside = members.get(column);
    const x = GAP.edge + stretch + number * (BOX.width + GAP.column + stretch);
    const tall = column % 1 ? Math.min(CHANNEL_HEIGHT, (height - GAP.row * inside.length) / inside.length) : BOX.height;
    inside.forEach(([name], row) => {
      const y = height / 2 + (row - (inside.length - 1) / 2) * (tall + GAP.row) - tall / 2;
      boxes[name] = { x, y, width: BOX.width, height: tall };
    });
  });
  const doors = film.workloads.length;
  film.workloads.forEach((name, row) => {
    boxes[name] = { x: 0, y: (height * (row + 0.5)) / doors - 20, width: 4, height: 40 };
  });
  return { width: Math.max(LEAST_WIDTH, natural + 8), height, boxes };
}

function partsOf(lane) {
  return [...lane.services, ...lane.channels].map(({ name }) => name);
}

/* A function (from, to) -> {x1, y1, x2, y2} between the facing sides of two boxes; lines that share a side lie apart. */
export function wiresOf(lane, boxes) {
  const pairs = [];
  for (const [, from, to] of lane.wires) {
    if (!pairs.some(([one, other]) => (one === from && other === to) || (one === to && other === from))) pairs.push([from, to]);
  }
  const sides = new Map();
  const join = (name, other) => {
    const key = `${name} ${side(boxes[name], boxes[other])}`;
    sides.set(key, [...(sides.get(key) ?? []), other]);
  };
  for (const [from, to] of pairs) {
    join(from, to);
    join(to, from);
  }
  const end = (name, other) => {
    const box = boxes[name];
    const way = side(box, boxes[other]);
    const along = sides.get(`${name} ${way}`);
    along.sort((one, two) => middle(boxes[one], way) - middle(boxes[two], way));
    const share = (along.indexOf(other) + 1) / (along.length + 1);
    if (way === "left" || way === "right") {
      return [way === "left" ? box.x : box.x + box.width, box.y + box.height * share];
    }
    return [box.x + box.width * share, way === "top" ? box.y : box.y + box.height];
  };
  const lines = new Map();
  for (const [from, to] of pairs) {
    const [[x1, y1], [x2, y2]] = [end(from, to), end(to, from)];
    lines.set(`${from} ${to}`, { x1, y1, x2, y2 });
    lines.set(`${to} ${from}`, { x1: x2, y1: y2, x2: x1, y2: y1 });
  }
  return { pairs, line: (from, to) => lines.get(`${from} ${to}`) };
}

function middle(box, way) {
  return way === "left" || way === "right" ? box.y + box.height / 2 : box.x + box.width / 2;
}

/* The side of a box that faces another. */
function side(box, other) {
  if (other.x >= box.x + box.width) return "right";
  if (other.x + other.width <= box.x) return "left";
  return other.y > box.y ? "bottom" : "top";
}
