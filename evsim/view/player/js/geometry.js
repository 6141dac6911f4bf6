/* Where everything stands on the stage of a lane, in its own units: the same for all lanes of a film, one above the other. */

export const LETTER = 16.7; // units, the size of all letters on a stage
export const [SMALL, SMALLEST] = [12.5 / LETTER, 11 / LETTER]; // pixels for each unit: between other things, alone
export const SLOTS = 8; // drawn one by one; more are a bar
export const FEW = 4; // slots that have room for long numbers
const BOX = { height: 74, few: 184, many: 236, channel: 204 }; // widths: of a service with few or many slots, of a channel
const GAP = { column: 46, row: 20, edge: 40 };
const LEAST_WIDTH = 704;
const EDGE = 13; // above and below all boxes
const PASSAGE = 18; // above channels, for lines that go past them
const CHANNEL_HEIGHT = 210;
export const LOG = { top: 45, step: 31, line: 18 }; // in a box: above its lines of cells, from one to the next, for a group
const UPRIGHT = { edge: 34, gap: 36, side: 12, plug: 36, channel: 140 };

/* {width, height, upright, boxes: name -> {x, y, width, height} (corner and size)}; workloads are doors on the left edge.
   `upright`: the number of a lane, for a telephone: from above to below, without room for what other lanes have; the doors
   are on the upper edge. */
export function arrange(film, upright = null) {
  const alone = upright !== null;
  const names = new Set(film.futures.flatMap(({ lanes }) => (alone ? [lanes[upright]] : lanes).flatMap(partsOf)));
  const places = Object.entries(film.cast).filter(([name]) => names.has(name));
  const columns = [...new Set(places.map(([, [column]]) => column))].sort((one, other) => one - other);
  const members = new Map(columns.map((column) => [column, places.filter(([, [at]]) => at === column)]));
  if (alone) return stacked(film, columns, members);
  const rows = Math.max(1, ...[...members.values()].map((names) => names.length));
  const ofBoxes = Math.max(rows, 2) * (BOX.height + GAP.row) - GAP.row;
  const ofChannels = columns.filter((column) => column % 1).map((column) =>
    PASSAGE - GAP.row + members.get(column).length * (leastOf(film, members.get(column)) + GAP.row));
  const height = Math.max(ofBoxes, ...ofChannels) + 2 * EDGE;
  const widths = columns.map((column) => widthOf(film, column, members.get(column)));
  const natural = widths.reduce((sum, each) => sum + each + GAP.column, GAP.edge - GAP.column);
  const stretch = columns.length > 1 ? Math.max(0, LEAST_WIDTH - 8 - natural) / columns.length : 0;
  const boxes = {};
  let x = GAP.edge + stretch;
  columns.forEach((column, number) => {
    const inside = members.get(column);
    const width = widths[number];
    const passage = column % 1 ? PASSAGE : 0;
    const room = (height - 2 * EDGE - passage - GAP.row * (inside.length - 1)) / inside.length;
    const tall = column % 1 ? Math.min(CHANNEL_HEIGHT, room) : BOX.height;
    inside.forEach(([name], row) => {
      const y = (height + passage) / 2 + (row - (inside.length - 1) / 2) * (tall + GAP.row) - tall / 2;
      boxes[name] = { x, y, width, height: tall };
    });
    x += width + GAP.column + stretch;
  });
  const doors = film.workloads.length;
  film.workloads.forEach((name, row) => {
    boxes[name] = { x: 0, y: (height * (row + 0.5)) / doors - 20, width: 4, height: 40 };
  });
  return { width: Math.max(LEAST_WIDTH, natural + 8), height, upright: false, boxes };
}

/* How tall a box has to be for any of these channels: a log has a line of cells, and says something of each group. */
function leastOf(film, names) {
  const channels = film.futures.flatMap(({ lanes }) => lanes.flatMap(({ channels }) => channels));
  const logs = channels.filter(({ name, partitions }) => partitions && names.some(([each]) => each === name));
  return Math.max(0, ...logs.map(({ groups }) => LOG.top + LOG.step + LOG.line * groups.length));
}

/* How wide the boxes of a column are: slots have to have room for their numbers. */
function widthOf(film, column, names) {
  if (column % 1) return BOX.channel;
  const slots = film.futures.flatMap(({ lanes }) => lanes.flatMap(({ services }) => services)).filter(({ name, workers }) =>
    names.some(([each]) => each === name) && workers > FEW && workers <= SLOTS);
  return slots.length ? BOX.many : BOX.few;
}

/* The same from above to below: what is a column elsewhere is a row. */
function stacked(film, columns, members) {
  const rows = columns.map((column) => [column, members.get(column), widthOf(film, column, members.get(column))]);
  const side = film.toy?.plugs ? UPRIGHT.plug : UPRIGHT.side;
  const width = Math.max(2 * (BOX.few + side), ...rows.map(([, { length }, wide]) => length * (wide + side))) + side;
  const boxes = {};
  let y = UPRIGHT.edge;
  for (const [column, inside, wide] of rows) {
    const height = column % 1 ? Math.max(UPRIGHT.channel, leastOf(film, inside)) : BOX.height;
    inside.forEach(([name], place) => {
      const x = width / 2 + (place - (inside.length - 1) / 2) * (wide + side) - wide / 2;
      boxes[name] = { x, y, width: wide, height };
    });
    y += height + UPRIGHT.gap;
  }
  film.workloads.forEach((name, place) => {
    boxes[name] = { x: (width * (place + 0.5)) / film.workloads.length - 20, y: 0, width: 40, height: 4 };
  });
  return { width, height: y - UPRIGHT.gap + EDGE, upright: true, boxes };
}

function partsOf(lane) {
  return [...lane.services, ...lane.channels].map(({ name }) => name);
}

/* {pairs, way(from, to)}: the lines of a lane, as Ways between the facing sides of two boxes, around what stands
   between. Lines that share a side lie apart. */
export function wiresOf(lane, { boxes, upright }) {
  const pairs = [];
  for (const [, from, to] of lane.wires) {
    if (!pairs.some(([one, other]) => (one === from && other === to) || (one === to && other === from)))
      pairs.push([from, to]);
  }
  const sides = new Map();
  const join = (name, other) => {
    const key = `${name} ${side(boxes[name], boxes[other], upright)}`;
    sides.set(key, [...(sides.get(key) ?? []), other]);
  };
  for (const [from, to] of pairs) {
    join(from, to);
    join(to, from);
  }
  const end = (name, other) => {
    const box = boxes[name];
    const where = side(box, boxes[other], upright);
    const along = sides.get(`${name} ${where}`);
    along.sort((one, two) => middle(boxes[one], where) - middle(boxes[two], where));
    const share = (along.indexOf(other) + 1) / (along.length + 1);
    if (where === "left" || where === "right") {
      return [where === "left" ? box.x : box.x + box.width, box.y + box.height * share];
    }
    return [box.x + box.width * share, where === "top" ? box.y : box.y + box.height];
  };
  const parts = [...lane.services, ...lane.channels].map(({ name }) => name);
  const ways = new Map();
  for (const [from, to] of pairs) {
    const between = parts.filter((name) => name !== from && name !== to).map((name) => boxes[name]);
    const points = upright
      ? around(turned(end(from, to)), turned(end(to, from)), between.map(turnedBox)).map(turned)
      : around(end(from, to), end(to, from), between);
    ways.set(`${from} ${to}`, new Way(points));
    ways.set(`${to} ${from}`, new Way([...points].reverse()));
  }
  return { pairs, way: (from, to) => ways.get(`${from} ${to}`) };
}

/* The same with x and y the other way round: what goes above a box goes to the left of it. */
function turned([x, y]) {
  return [y, x];
}

function turnedBox({ x, y, width, height }) {
  return { x: y, y: x, width: height, height: width };
}

/* The points of a line from `start` to `end` that goes above boxes in its way. */
function around(start, end, boxes) {
  const rightwards = end[0] > start[0];
  const hit = boxes
    .filter((box) => crosses(start, end, box))
    .sort((one, other) => (rightwards ? one.x - other.x : other.x - one.x));
  const past = hit.flatMap(({ x, y, width }) => {
    const [left, right] = [
      [x - 16, y - 11],
      [x + width + 16, y - 11],
    ];
    return rightwards ? [left, right] : [right, left];
  });
  return [start, ...past, end];
}

/* Whether a line from the left to the right, or back, goes through a box. */
function crosses([x1, y1], [x2, y2], { x, y, width, height }) {
  const [left, right] = [Math.max(Math.min(x1, x2), x), Math.min(Math.max(x1, x2), x + width)];
  if (left >= right) return false;
  const at = (place) => y1 + ((y2 - y1) * (place - x1)) / (x2 - x1);
  const [low, high] = [at(left), at(right)].sort((one, other) => one - other);
  return high > y && low < y + height;
}

/* A line of several pieces. */
export class Way {
  constructor(points) {
    this.points = points;
    this.lengths = points.slice(1).map(([x, y], place) => Math.hypot(x - points[place][0], y - points[place][1]));
    this.length = this.lengths.reduce((sum, each) => sum + each, 0) || 1;
  }

  /* {x, y} at a share of the way, `apart` to the left of the line as one goes along it. */
  at(share, apart = 0) {
    let left = share * this.length;
    let piece = 0;
    while (piece < this.lengths.length - 1 && left > this.lengths[piece]) left -= this.lengths[piece++];
    const [[x1, y1], [x2, y2]] = [this.points[piece], this.points[piece + 1]];
    const [dx, dy] = [(x2 - x1) / (this.lengths[piece] || 1), (y2 - y1) / (this.lengths[piece] || 1)];
    return { x: x1 + left * dx + apart * dy, y: y1 + left * dy - apart * dx };
  }

  get path() {
    return `M${this.points.map(([x, y]) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`).join("L")}`;
  }
}

function middle(box, way) {
  return way === "left" || way === "right" ? box.y + box.height / 2 : box.x + box.width / 2;
}

/* The side of a box that faces another. */
function side(box, other, upright) {
  if (upright && other.y >= box.y + box.height) return "bottom";
  if (upright && other.y + other.height <= box.y) return "top";
  if (other.x >= box.x + box.width) return "right";
  if (other.x + other.width <= box.x) return "left";
  return other.y > box.y ? "bottom" : "top";
}
