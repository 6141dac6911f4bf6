/* A scene (evsim.view.scene) as SVG: what Python made, with the same words, colours and order as on paper.

   `picture` makes a tree, [tag, attributes, children], of a scene; it knows nothing of a page. `Scene` keeps a tree on a
   page, in the width that there is, and lets the scene before stand behind it as a ghost. */

import { SHAPES } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";
const INCH = 96; // pixels
const [SIZE, LINE, GAP] = [14, 18, 7]; // of letters, of lines of text, between things
const NARROW = 540;
const [PAPER, INK] = ["var(--evsim-paper)", "var(--evsim-ink)"];
/* Colours that are others where a page is dark. */
export const THEME = {
  "#2b2b30": INK, "#ffffff": PAPER, white: PAPER, "#4c4c52": "var(--evsim-soft)", "#b01c29": "var(--evsim-bad)",
  "#f4f4f6": "var(--evsim-fill)", "#d9d9de": "var(--evsim-middle)",
};
const CLIPPED = { steps: 6, line: 6, area: 0, bars: 0 }; // kinds of marks that end so many pixels beyond the axes
const GHOST = { opacity: 0.45, "stroke-width": 1.3, "stroke-dasharray": null };
const GHOST_SHAPE = { opacity: 0.45, "stroke-width": 0.25 };
const SHARE = { left: 0, center: 0.5, right: 1 };
const ANCHOR = { left: "start", center: "middle", right: "end" };

export const STYLE = `
.evsim-scene { --evsim-ink: var(--jp-content-font-color1, light-dark(#2b2b30, #e6e6ec)); position: relative;
  --evsim-paper: var(--jp-layout-color0, light-dark(#ffffff, #15151a)); --evsim-soft: light-dark(#4c4c52, #b9b9c2);
  --evsim-bad: light-dark(#b01c29, #ff9aa0); --evsim-fill: light-dark(#f4f4f6, #26262c);
  --evsim-middle: light-dark(#d9d9de, #4a4a54); overflow-x: auto }
.evsim-scene svg { display: block; width: 100%; height: auto; font: ${SIZE}px "DejaVu Sans", Verdana, sans-serif;
  fill: var(--evsim-ink); font-variant-numeric: tabular-nums }
.evsim-scene .halo { paint-order: stroke; stroke: var(--evsim-paper); stroke-width: 4px; stroke-linejoin: round }
`;

/* How wide a text is, about; a page measures. */
const guess = (text, size = SIZE, bold = false) => text.length * size * (bold ? 0.66 : 0.6);

export function picture(scene, options) {
  return drawing(scene, options).tree();
}

/* What is drawn, before it is: where its axes lie, for those who put something over it. */
export function drawing(scene, { width = (scene.size ?? NOTHING.size)[0] * INCH, ghost = null, measure = guess, id = "evsim" } = {}) {
  return new Drawing({ ...NOTHING, ...scene }, width, ghost, measure, id);
}

const NOWHERE = { low: 0, high: 1, label: "", ticks: [], log: false, line: false, grid: false, over: false, turned: false, nested: false };
const NOTHING = {
  name: "", title: "", alt: "", size: [1, 1], x: NOWHERE, y: NOWHERE, bands: [], marks: [], ends: [], plot: [], inches: false,
  least: 0, legend: [], below: [],
};

class Drawing {
  /* visible: the width that there is; a scene may need more, and can be scrolled. */
  constructor(scene, visible, ghost, measure, id) {
    const width = Math.max(visible, scene.least * INCH);
    Object.assign(this, { scene, ghost, measure, id, visible, hatches: new Map(), width: Math.round(width) });
    const { x, y, size, plot, below, legend } = scene;
    this.wide = width >= NARROW;
    this.title = scene.title ? this.fold(scene.title, visible - 2 * GAP, 15, true) : [];
    this.below = below.flatMap((each) => this.fold(each, visible - 2 * GAP));
    const names = this.widest([...scene.ends.map(({ text }) => text), ...(ghost && scene.ends.length ? [BEFORE] : [])]);
    this.left = GAP + Math.max(Math.min(this.widest(y.ticks.map(([, text]) => text)), width / 2), this.beside((each) => each <= 0, "right"));
    this.left += (y.label ? LINE + GAP : 0) + (y.ticks.length ? GAP : 0);
    this.right = this.width - Math.max(scene.inches ? GAP : 16, this.wide && names ? names + 46 : 0, this.beside((each) => each >= 1, "left"));
    if (scene.inches) this.right = Math.min(this.right, this.left + plot[0] * INCH);
    const across = this.right - this.left;
    this.unit = scene.inches ? across / (plot[0] * INCH) : 1;
    this.turned = x.turned || (x.over && this.widest(x.ticks.map(([, text]) => text)) * 1.05 > (across * this.apart(x.ticks)) / Math.abs(x.high - x.low));
    this.top = GAP + 19 * this.title.length + (this.title.length ? GAP : 0) + (x.over ? this.heads(x) : 0);
    const tall = plot.length ? (across * plot[1]) / plot[0] : (scene.tall ?? size[1] * INCH * (this.wide ? 1 : 0.8) - 110);
    this.bottom = this.top + Math.max(tall, 60);
    this.keys = [...legend, ...(this.wide ? [] : scene.ends.map(({ text, look }) => [text, look]))];
    this.legendRows = this.rows();
    this.label = x.label && !x.over ? this.fold(x.label, visible - 2 * GAP) : [];
    this.under = (x.ticks.length && !x.over ? LINE : 0) + LINE * this.label.length + GAP;
    const legendLines = this.legendRows.reduce((sum, row) => sum + row.lines, 0);
    this.height = this.bottom + this.under + LINE * (legendLines + this.below.length) + 2 * GAP;
    this.x = scale(x, this.left, this.right);
    this.y = scale(y, this.bottom, this.top);
  }

  widest(texts, size = SIZE) {
    return Math.max(0, ...texts.flatMap((text) => text.split("\n")).map((line) => this.measure(line, size)));
  }

  /* The room that words take which stand beside the axes. */
  beside(where, side) {
    const those = this.scene.marks.filter((mark) => mark.kind === "text" && mark.across && where(mark.x) && [side, "center"].includes(mark.side));
    return Math.max(0, ...those.map((mark) => this.widest([mark.room ?? mark.text]) * (mark.side === "center" || mark.bold ? 1.1 : 1) + 2 * GAP));
  }

  apart(ticks) {
    return Math.min(...ticks.slice(1).map(([value], place) => Math.abs(value - ticks[place][0])), Infinity);
  }

  /* How high names over the picture are. */
  heads({ ticks, label }) {
    const lines = ticks.map(([, text]) => (this.turned ? flat(text) : text));
    const high = this.turned ? 0.77 * this.widest(lines) + LINE : LINE * Math.max(1, ...lines.map((text) => text.split("\n").length));
    return high + (label ? LINE + GAP : 0);
  }

  fold(text, width, size = SIZE, bold = false) {
    const lines = [""];
    for (const each of text.replace(UNITS, "$1\u00a0$2").split(" ")) {
      const word = this.cut(each, width, size, bold);
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (this.measure(longer, size, bold) > width && lines.at(-1)) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  /* A text that has room; of a longer one the middle is left out, for it is its ends that differ. */
  cut(text, room, size = SIZE, bold = false) {
    let most = text.length;
    const short = () => (most < text.length ? `${text.slice(0, Math.ceil(most / 2))}\u2026${text.slice(-Math.floor(most / 2))}` : text);
    while (most > 4 && this.measure(short(), size, bold) > room) most--;
    return short();
  }

  /* Where a text of some width begins that would like to be about a place, and has to be on the screen. */
  inside(left, wide) {
    return Math.max(GAP, Math.min(left, this.visible - GAP - wide));
  }

  /* The legend in rows that fit, {lines, keys: [lines, look, x]}; what is too long for a row is folded. */
  rows() {
    const wide = ([text, look]) => this.measure(text) + (look ? 50 : 18);
    const right = this.visible - GAP;
    const begin = Math.max(0, ...this.keys.map(wide)) > right - this.left ? GAP : this.left;
    const rows = [];
    let x = right;
    for (const key of this.keys) {
      if (x + wide(key) > right + 18) [x, rows[rows.length]] = [begin, { lines: 1, keys: [] }];
      const lines = this.fold(key[0], right - begin - (key[1] ? 32 : 0));
      rows.at(-1).keys.push([lines, key[1], x]);
      rows.at(-1).lines = Math.max(rows.at(-1).lines, lines.length);
      x += wide(key);
    }
    return rows;
  }

  tree() {
    const { scene, width, height } = this;
    const attributes = { viewBox: `0 0 ${width} ${round(height)}`, role: "img", "aria-label": scene.alt };
    if (!scene.marks.length) {
      const lines = this.fold(scene.title, width * 0.7, 15);
      return ["svg", attributes, lines.map((text, row) => words(text, width / 2, this.top + 60 + 20 * row, "center"))];
    }
    const heading = this.title.map((text, row) => words(text, GAP, GAP + 14 + 19 * row, "left", { "font-size": 15, "font-weight": "bold" }));
    const marks = scene.marks.map((mark) => this.mark(mark));
    const drawn = [
      ...heading, ...this.bands(), ...this.grid(), ...this.pale(), ...marks, ...this.ends(), ...this.axis("x"),
      ...this.axis("y"), ...this.legend(), ...this.sentences(),
    ];
    const clips = [0, 6].map((more) => {
      const [left, top, right, bottom] = [this.left - more, this.top - more, this.right + more, this.bottom + more].map(round);
      return ["clipPath", { id: `${this.id}-clip-${more}` }, [["path", { d: square(left, top, round(right - left), round(bottom - top)) }, []]]];
    });
    return ["svg", attributes, [["defs", {}, [...clips, ...this.hatches.values()]], ...drawn]];
  }

  bands() {
    const shades = this.scene.bands.flatMap(({ spans, words }) => spans.flatMap(([start, end]) => {
      const { low, high } = this.scene.x;
      if (end < low || start > high) return [];
      const [from, to] = [Math.max(this.x(start), this.left), Math.min(this.x(end), this.right)];
      const box = { x: round(from), y: this.top, width: round(Math.max(1, to - from)), height: round(this.bottom - this.top) };
      return [["rect", { ...box, fill: this.hatch("///", "#8885", "#8882") }, [["title", {}, [words]]]]];
    }));
    const names = this.scene.bands.flatMap(({ spans, words: text }, row) => {
      const at = Math.max(this.x(spans[0][0]), this.left);
      const leftwards = at > (this.left + this.right) / 2;
      const y = this.top + 13 + LINE * row;
      const room = (leftwards ? at : this.width - at) - 14;
      return [
        shape("D", at, y - 4.5, 5, { fill: "#6d6d73" }),
        words(this.cut(text, room), at + (leftwards ? -10 : 10), y, leftwards ? "right" : "left", { class: "halo" }),
      ];
    });
    return [...shades, ...names];
  }

  grid() {
    const lines = (ticks, d) => ticks.map(([value]) => ["path", { d: d(value), stroke: "#8884", fill: "none" }, []]);
    const { x, y } = this.scene;
    return [
      ...(x.grid ? lines(x.ticks, (value) => `M${round(this.x(value))} ${this.top}V${round(this.bottom)}`) : []),
      ...(y.grid ? lines(y.ticks, (value) => `M${round(this.left)} ${round(this.y(value))}H${round(this.right)}`) : []),
    ];
  }

  pale() {
    if (!this.ghost || !this.sameRows(this.ghost)) return [];
    return this.ghost.marks
      .filter(({ kind, across }) => !across && kind !== "text")
      .map((mark) => this.mark({ ...mark, words: "before", inside: [] }, true));
  }

  /* Rows with other names are other things, and nothing of the scene before belongs there. */
  sameRows({ y }) {
    const rows = new Map(this.scene.y.line ? [] : this.scene.y.ticks);
    return y.ticks.every(([place, name]) => (rows.get(place) ?? name) === name);
  }

  mark(mark, ghost = false) {
    const parts = this[mark.kind](mark, ghost).map(([tag, attributes, children]) =>
      [tag, ghost ? { ...attributes, ...(attributes.transform ? GHOST_SHAPE : GHOST) } : attributes, children]);
    const told = mark.words ? [["title", {}, [mark.words]]] : [];
    const clip = mark.kind in CLIPPED && !mark.across && !mark.head ? `url(#${this.id}-clip-${CLIPPED[mark.kind]})` : null;
    return ["g", { class: ghost ? "ghost" : "mark", "data-name": mark.name, "clip-path": clip }, [...told, ...parts]];
  }

  along(mark) {
    return mark.across ? (share) => this.left + share * (this.right - this.left) : this.x;
  }

  steps({ x, y, look }, ghost) {
    const parts = [`M${round(this.x(x[0]))} ${round(this.y(y[0]))}`];
    for (let place = 1, before = null; place < x.length; place++) {
      const here = round(this.x(x[place]));
      const next = place + 1 < x.length ? round(this.x(x[place + 1])) : null;
      if (next !== null && next - here < 0.5 && here === before) continue;
      parts.push(`H${here}V${round(this.y(y[place]))}`);
      before = here;
    }
    const line = ["path", { d: parts.join(""), fill: "none", ...stroke(look) }, []];
    if (!look.marker || ghost) return [line];
    const every = Math.max(1, Math.round(x.length / 8));
    const spots = x.flatMap((each, place) => (place && place % every === 0 ? [place] : []));
    return [line, ...spots.map((place) => shape(look.marker, this.x(x[place]), this.y(y[place]), 4.5, { fill: look.colour }))];
  }

  line({ x, y, look, across, head, every }, ghost) {
    const along = this.along({ across });
    const spots = x.map((each, place) => [along(each), this.y(y[place])]);
    const line = ["path", { d: path(spots), fill: "none", ...stroke(look, this.unit) }, []];
    if (head) return [line, this.head(spots, look, head)];
    if (!look.marker || ghost) return [line];
    if (every) return [line, ...spots.map((spot) => shape(look.marker, ...spot, 4.5, { fill: paint(look.colour) }))];
    return [line, shape(look.marker, ...spots.at(-1), 4.5, { fill: PAPER, stroke: paint(look.colour), "stroke-width": 0.4 })];
  }

  head(spots, look, kind) {
    const [x, y] = spots.at(-1);
    const before = spots.findLast(([px, py]) => Math.hypot(x - px, y - py) > 1) ?? [x - 1, y];
    const far = Math.hypot(x - before[0], y - before[1]);
    const [dx, dy] = [(x - before[0]) / far, (y - before[1]) / far].map((way) => way * 5.5 * look.width * this.unit);
    const corners = [[x - dx + dy / 2, y - dy - dx / 2], [x, y], [x - dx - dy / 2, y - dy + dx / 2]];
    const solid = kind === "solid" ? { fill: paint(look.colour) } : { fill: "none", ...stroke({ ...look, dash: [] }, this.unit) };
    return ["path", { d: path(corners) + (kind === "solid" ? "Z" : ""), ...solid }, []];
  }

  area({ x, low, high, look }) {
    const spots = [...x.map((each, place) => [this.x(each), this.y(low[place])]), ...x.map((each, place) => [this.x(each), this.y(high[place])]).reverse()];
    return [["path", { d: `${path(spots)}Z`, fill: paint(look.colour), "fill-opacity": look.opacity }, []]];
  }

  dots({ x, y, look, size, across }, ghost) {
    const along = this.along({ across });
    const radius = (size * (this.scene.plot.length ? (this.right - this.left) / this.scene.plot[0] : INCH)) / 2;
    const look1 = ghost ? { fill: "none", stroke: paint(look.colour) } : { fill: paint(look.colour) };
    if (look.edge && !ghost) Object.assign(look1, { stroke: paint(look.edge), "stroke-width": 0.2 });
    return x.map((each, place) => shape(look.marker, along(each), this.y(y[place]), round(radius), look1));
  }

  bars({ left, right, low, high, look, inside, round: corner }, ghost) {
    const boxes = left.map((from, place) => {
      const [a, b, c, d] = [this.x(from), this.x(right[place]), this.y(low[place]), this.y(high[place])].map(round);
      return [Math.min(a, b), Math.min(c, d), round(Math.abs(b - a)), round(Math.abs(d - c))];
    });
    const r = round(corner * INCH * this.unit);
    const d = boxes.map((box) => (r ? rounded(...box, r) : square(...box))).join("");
    const edge = look.edge ? { stroke: paint(look.edge), "stroke-width": 0.8 } : {};
    const bars = [["path", { d, fill: paint(look.colour), "fill-opacity": look.opacity, "shape-rendering": r ? null : "crispEdges", ...edge }, []]];
    if (look.hatch && !ghost) bars.push(["path", { d, fill: this.hatch(look.hatch, look.edge) }, []]);
    const fits = (text, place) => text && this.measure(text) + 6 < boxes[place][2];
    return [...bars, ...inside.flatMap((text, place) => {
      const [x, y, width, height] = boxes[place];
      return fits(text, place) ? [words(text, x + width / 2, y + height / 2 + 5, "center", { class: "halo" })] : [];
    })];
  }

  text({ text, x, y, dx, dy, side, level, across, free, size, bold, colour, halo }) {
    const lines = text.split("\n");
    const [letter, line] = [SIZE, LINE].map((each) => (each * this.unit * size) / 11);
    const wide = this.widest(lines, letter) * (bold ? 1.1 : 1);
    const from = this.along({ across })(x) + (dx * 4 * this.unit) / 3 - wide * SHARE[side];
    const at = Math.max(2, Math.min(from, this.width - 2 - wide)) + wide * SHARE[side];
    const base = free.length ? this.bottom - this.free(lines, free) * (this.bottom - this.top) : this.y(y);
    const down = { top: 0.85 * letter, center: 0.35 * letter - (line * (lines.length - 1)) / 2, bottom: -3 - line * (lines.length - 1) }[level];
    const look = { class: halo ? "halo" : null, "font-weight": bold ? "bold" : null, "font-size": letter === SIZE ? null : round(letter) };
    const fill = paint(colour) === INK ? null : paint(colour);
    return lines.map((each, row) => words(each, at, base - (dy * 4 * this.unit) / 3 + down + line * row, side, { ...look, fill }));
  }

  /* A pattern, made once for each look. */
  hatch(kind, colour, ground = "none") {
    const name = `${this.id}-${kind.length}${{ "/": "s", x: "x", ".": "d" }[kind[0]]}-${colour.replace(/\W/g, "")}`;
    if (!this.hatches.has(name)) this.hatches.set(name, hatch(name, kind, colour, ground));
    return `url(#${name})`;
  }

  /* The height, in shares, at which words at the right edge hide least of the lines. */
  free(lines, heights) {
    const left = this.right - Math.max(...lines.map((line) => this.measure(line)));
    const tall = this.bottom - this.top;
    const points = this.scene.marks.filter(({ kind }) => kind === "steps" || kind === "line").flatMap(({ x, y, across }) =>
      across ? [] : x.flatMap((each, place) => (this.x(each) > left ? [(this.bottom - this.y(y[place])) / tall] : [])));
    const hidden = heights.map((low) => points.filter((height) => height > low - 0.03 && height < low + 0.17).length);
    return heights[hidden.indexOf(Math.min(...hidden))];
  }

  /* Names in the right margin, moved apart so that they do not overlap. */
  ends() {
    if (!this.wide || !this.scene.ends.length) return [];
    const ends = this.scene.ends.map((end, place) => ({ ...end, place, height: this.y(end.y) })).sort((one, two) => one.height - two.height);
    ends.forEach((end, row) => { if (row) end.height = Math.max(end.height, ends[row - 1].height + LINE); });
    let floor = this.bottom;
    for (const end of [...ends].reverse()) {
      end.height = Math.min(end.height, floor);
      floor = end.height - LINE;
    }
    const lowest = ends.at(-1).height;
    const ghost = this.ghost ? [words(BEFORE, this.right + 38, lowest + LINE + 4.5, "left", { opacity: 0.75 })] : [];
    return [...this.scene.ends.flatMap(({ text }, place) => {
      const { height, look } = ends.find((end) => end.place === place);
      return [...(look ? this.sample(look, this.right + 6, height) : []), words(text, this.right + (look ? 38 : 8), height + 4.5)];
    }), ...ghost];
  }

  axis(name) {
    const axis = this.scene[name];
    const [left, right, top, bottom] = [this.left, this.right, this.top, this.bottom].map(round);
    const line = ["path", { d: name === "x" ? `M${left} ${bottom}H${right}` : `M${left} ${top}V${bottom}`, stroke: "#8a8a90", fill: "none" }, []];
    const found = axis.line ? [line] : [];
    if (axis.over) return [...found, ...this.over(axis)];
    const room = Math.max(...axis.ticks.map(([, text]) => this.measure(text) + 10));
    const stride = name === "x" && axis.line ? Math.max(1, Math.ceil((axis.ticks.length * room) / (right - left + room))) : 1;
    const begin = GAP + (axis.label ? LINE + GAP : 0);
    axis.ticks.forEach(([value, text], place) => {
      if (place % stride) return;
      if (name === "x") found.push(words(text, this.x(value), bottom + LINE, "center"));
      else if (axis.nested) found.push(words(text.replace(/^ +/, (all) => "\u00a0".repeat(all.length)), begin, this.y(value) + 4.5));
      else found.push(words(this.cut(text, this.width / 2), left - GAP, this.y(value) + 4.5, "right"));
    });
    if (!axis.label) return found;
    const below = bottom + (axis.ticks.length ? LINE : 0) + LINE + 2;
    const first = (wide) => this.inside(this.scene.legend.length ? left : (left + right - wide) / 2, wide);
    if (name === "x") return [...found, ...this.label.map((text, row) => words(text, first(this.measure(text)), below + LINE * row))];
    const [x, y] = [GAP + 10, (top + bottom) / 2];
    return [...found, words(axis.label, x, y, "center", { transform: `rotate(-90 ${x} ${round(y)})` })];
  }

  /* Names over the picture, their last lines on one height, or turned. */
  over({ ticks, label }) {
    const names = ticks.flatMap(([value, text]) => {
      const [x, y] = [round(this.x(value)), this.top - 6];
      if (this.turned) return [words(flat(text), x + 3, y, "left", { transform: `rotate(-50 ${x + 3} ${round(y)})` })];
      const lines = text.split("\n");
      return lines.flatMap((line, row) => (line ? [words(line, x, y - LINE * (lines.length - 1 - row), "center")] : []));
    });
    return label ? [...names, words(label, this.inside(this.left, this.measure(label)), this.top - this.heads({ ticks, label }) + LINE - 4)] : names;
  }

  legend() {
    let y = this.bottom + this.under + GAP + LINE * 0.6;
    return this.legendRows.flatMap(({ lines: high, keys }) => {
      const top = y;
      y += LINE * high;
      return keys.flatMap(([lines, look, x]) => [
        ...(look ? this.sample(look, x, top - 4.5) : []),
        ...lines.map((text, row) => words(text, x + (look ? 32 : 0), top + LINE * row)),
      ]);
    });
  }

  sample(look, x, y) {
    const line = ["path", { d: `M${round(x)} ${round(y)}h26`, fill: "none", ...stroke(look) }, []];
    const d = square(round(x), round(y - 5), 26, 10);
    const boxes = [["path", { d, fill: paint(look.colour), stroke: paint(look.edge) }, []]];
    if (look.hatch) boxes.push(["path", { d, fill: this.hatch(look.hatch, look.edge) }, []]);
    const edge = look.edge ? { stroke: paint(look.edge), "stroke-width": 0.25 } : {};
    const spot = look.marker ? [shape(look.marker, x + 13, y, 4.5, { fill: paint(look.colour), ...edge })] : [];
    return look.edge && !look.marker ? boxes : look.width ? [line, ...spot] : spot;
  }

  sentences() {
    const top = this.height - GAP - LINE * this.below.length;
    return this.below.map((text, row) => words(text, GAP, top + LINE * row + 12));
  }
}

const UNITS = /(\d) (%|ms|s|min|h)(?!\w)/g; // a number stays with its unit
const BEFORE = "pale: as it was before";

function scale({ low, high, log }, from, to) {
  const place = log ? (value) => Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value) => (value - low) / (high - low);
  return (value) => from + place(value) * (to - from);
}

const round = (value) => Math.round(value * 10) / 10;
const paint = (colour) => THEME[colour] ?? colour;

const flat = (text) => text.replace(/-\n/g, "-").replace(/\n/g, " ").trim();
const path = (spots) => spots.map(([x, y], place) => `${place ? "L" : "M"}${round(x)} ${round(y)}`).join("");
const square = (x, y, width, height) => `M${x} ${y}h${width}v${height}h${-width}Z`;
const rounded = (x, y, width, height, r) =>
  `M${x + r} ${y}h${round(width - 2 * r)}a${r} ${r} 0 0 1 ${r} ${r}v${round(height - 2 * r)}a${r} ${r} 0 0 1 ${-r} ${r}` +
  `h${round(2 * r - width)}a${r} ${r} 0 0 1 ${-r} ${-r}v${round(2 * r - height)}a${r} ${r} 0 0 1 ${r} ${-r}Z`;

function stroke({ colour, dash, width, opacity }, unit = 1) {
  const dashes = dash.length ? dash.map((length) => round(length * width * unit)).join(" ") : null;
  return { stroke: paint(colour), "stroke-width": round(width * unit), "stroke-dasharray": dashes, opacity: opacity === 1 ? null : opacity };
}

function words(text, x, y, side = "left", more = {}) {
  return ["text", { x: round(x), y: round(y), "text-anchor": ANCHOR[side], ...more }, [text]];
}

function shape(marker, x, y, size, more) {
  return ["path", { d: SHAPES[marker], transform: `translate(${round(x)} ${round(y)}) scale(${size})`, ...more }, []];
}

function hatch(id, kind, colour, ground) {
  const size = { width: 8, height: 8, patternUnits: "userSpaceOnUse" };
  const fill = paint(colour);
  if (kind[0] === ".") return ["pattern", { id, ...size }, [["circle", { cx: 4, cy: 4, r: 1.1, fill }, []]]];
  const lines = [["rect", { width: 8, height: 8, fill: ground }, []], ["rect", { width: 1.3, height: 8, fill }, []]];
  if (kind[0] === "x") lines.push(["rect", { width: 8, height: 1.3, fill }, []]);
  return ["pattern", { id, ...size, width: kind.length > 3 ? 5 : 8, patternTransform: "rotate(45)" }, lines];
}

function element([tag, attributes, children]) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.map((child) => (typeof child === "string" ? child : element(child))));
  return node;
}

let canvas = null;
export function measured(text, size = SIZE, bold = false) {
  canvas ??= document.createElement("canvas").getContext("2d");
  canvas.font = `${bold ? "bold " : ""}${size}px "DejaVu Sans", Verdana, sans-serif`;
  return canvas.measureText(text).width;
}

let places = 0;

/* Scenes at a place of a page, one below the other. */
export class Scenes {
  constructor(place) {
    this.place = place;
    this.now = this.ghost = [];
    this.id = ++places;
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(place);
  }

  close() {
    this.sizes.disconnect();
  }

  /* Show some scenes; those that stood there before stay as ghosts, if they are as many. */
  show(scenes, ghost) {
    [this.ghost, this.now] = [ghost ?? [], scenes];
    this.draw(true);
  }

  draw(anew = false) {
    const room = this.place.clientWidth || 768;
    if (!anew && room === this.room) return;
    this.room = room;
    this.place.replaceChildren(...this.now.map((scene, place) => {
      const width = Math.min(room, Math.max(800, scene.size[0] * INCH));
      return drawn(drawing(scene, { width, measure: measured, ghost: this.ghost[place] ?? null, id: `evsim${this.id}-${place}` }));
    }));
  }
}

/* A look as a small drawing of its own, for a legend on a page. */
export function sample(look) {
  const made = drawing({});
  return element(["svg", { viewBox: "0 0 28 16", class: "evsim-sample", "aria-hidden": "true" }, made.sample({ ...look, width: Math.min(look.width, 4) }, 1, 8)]);
}

/* A drawing as an element of a page, as wide as it has to be. */
export function drawn(made) {
  const node = element(made.tree());
  node.style.minWidth = `${made.scene.least * INCH}px`;
  node.style.maxWidth = `${made.width}px`;
  return node;
}
