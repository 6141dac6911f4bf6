/* A scene (evsim.view.scene) as SVG: what Python made, with the same words, colours and order as on paper.

   `picture` makes a tree, [tag, attributes, children], of a scene; it knows nothing of a page. `Scene` keeps a tree on a
   page, in the width that there is, and lets the scene before stand behind it as a ghost. */

import { SHAPES } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";
const INCH = 96; // pixels
const [SIZE, LINE, GAP] = [13, 17, 7]; // of letters, of lines of text, between things
const NARROW = 540;
const THEME = { "#2b2b30": "var(--evsim-ink)", "#ffffff": "var(--evsim-paper)", white: "var(--evsim-paper)" };
const GHOST = { opacity: 0.45, "stroke-width": 1.3, "stroke-dasharray": null };
const GHOST_SHAPE = { opacity: 0.45, "stroke-width": 0.25 };
const ANCHOR = { left: "start", center: "middle", right: "end" };

export const STYLE = `
.evsim-scene { --evsim-ink: var(--jp-content-font-color1, light-dark(#2b2b30, #e6e6ec)); position: relative;
  --evsim-paper: var(--jp-layout-color0, light-dark(#ffffff, #15151a)); max-width: 800px }
.evsim-scene svg { display: block; width: 100%; height: auto; font: ${SIZE}px "DejaVu Sans", Verdana, sans-serif;
  fill: var(--evsim-ink); font-variant-numeric: tabular-nums }
.evsim-scene .halo { paint-order: stroke; stroke: var(--evsim-paper); stroke-width: 4px; stroke-linejoin: round }
`;

/* How wide a text is, about; a page measures. */
const guess = (text, size = SIZE, bold = false) => text.length * size * (bold ? 0.66 : 0.6);

export function picture(scene, { width = scene.size[0] * INCH, ghost = null, measure = guess } = {}) {
  return new Drawing(scene, width, ghost, measure).tree();
}

class Drawing {
  constructor(scene, width, ghost, measure) {
    Object.assign(this, { scene, ghost, measure, width: Math.round(width) });
    const { x, y, size, plot, below, legend } = scene;
    this.wide = width >= NARROW;
    this.title = this.fold(scene.title, width - 2 * GAP, 15, true);
    this.below = below.flatMap((each) => this.fold(each, width - 2 * GAP));
    const widest = (texts) => Math.max(0, ...texts.map((text) => measure(text)));
    this.left = GAP + widest(y.ticks.map(([, text]) => text)) + (y.label ? LINE + GAP : 0) + (y.ticks.length ? GAP : 0);
    const names = widest([...scene.ends.map(({ text }) => text), ...(ghost && scene.ends.length ? [BEFORE] : [])]);
    const beyond = scene.marks.filter(({ kind, across, x }) => kind === "text" && across && x > 1);
    const room = beyond.map(({ text, side }) => widest(text.split("\n")) * (side === "center" ? 1.1 : 1) + 2 * GAP);
    this.right = this.width - Math.max(16, this.wide && names ? names + 46 : 0, ...room);
    this.top = GAP + 19 * this.title.length + GAP;
    const across = this.right - this.left;
    const tall = plot.length ? (across * plot[1]) / plot[0] : size[1] * INCH * (this.wide ? 1 : 0.8) - 110;
    this.bottom = this.top + Math.max(tall, 60);
    this.keys = [...legend, ...(this.wide ? [] : scene.ends.map(({ text, look }) => [text, look]))];
    this.legendRows = this.rows();
    this.height =
      this.bottom + LINE + GAP + (x.label ? LINE : 0) + LINE * (this.legendRows.length + this.below.length) + 2 * GAP;
    this.x = scale(x, this.left, this.right);
    this.y = scale(y, this.bottom, this.top);
  }

  fold(text, width, size = SIZE, bold = false) {
    const lines = [""];
    for (const word of text.replace(UNITS, "$1\u00a0$2").split(" ")) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (this.measure(longer, size, bold) > width && lines.at(-1)) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  }

  /* The legend in rows that fit. */
  rows() {
    const rows = [];
    let room = 0;
    for (const key of this.keys) {
      const wide = this.measure(key[0]) + 50;
      if (wide > room) [room, rows[rows.length]] = [this.width - 2 * GAP, []];
      rows.at(-1).push(key);
      room -= wide;
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
    return ["svg", attributes, [
      hatch(), ...heading, ...this.bands(), ...this.grid(), ...this.pale(), ...marks, ...this.ends(), ...this.axis("x"),
      ...this.axis("y"), ...this.legend(), ...this.sentences(),
    ]];
  }

  bands() {
    const shades = this.scene.bands.flatMap(({ spans, words }) => spans.map(([start, end]) => {
      const [from, to] = [this.x(start), this.x(end)];
      const box = { x: round(from), y: this.top, width: round(Math.max(1, to - from)), height: round(this.bottom - this.top) };
      return ["rect", { ...box, fill: "url(#evsim-hatch)" }, [["title", {}, [words]]]];
    }));
    const names = this.scene.bands.flatMap(({ spans, words: text }, row) => {
      const at = Math.max(this.x(spans[0][0]), this.left);
      const leftwards = at > (this.left + this.right) / 2;
      const y = this.top + 13 + LINE * row;
      return [
        shape("D", at, y - 4.5, 5, { fill: "#6d6d73" }),
        words(text, at + (leftwards ? -10 : 10), y, leftwards ? "right" : "left", { class: "halo" }),
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
    if (!this.ghost) return [];
    return this.ghost.marks
      .filter(({ kind, across }) => !across && kind !== "text")
      .map((mark) => this.mark({ ...mark, words: "before", inside: [] }, true));
  }

  mark(mark, ghost = false) {
    const parts = this[mark.kind](mark, ghost).map(([tag, attributes, children]) =>
      [tag, ghost ? { ...attributes, ...(attributes.transform ? GHOST_SHAPE : GHOST) } : attributes, children]);
    const told = mark.words ? [["title", {}, [mark.words]]] : [];
    return ["g", { class: ghost ? "ghost" : "mark", "data-name": mark.name }, [...told, ...parts]];
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

  line({ x, y, look, across }, ghost) {
    const along = this.along({ across });
    const d = x.map((each, place) => `${place ? "L" : "M"}${round(along(each))} ${round(this.y(y[place]))}`).join("");
    const line = ["path", { d, fill: "none", ...stroke(look) }, []];
    if (!look.marker || ghost) return [line];
    const spot = { fill: "var(--evsim-paper)", stroke: paint(look.colour), "stroke-width": 0.4 };
    return [line, shape(look.marker, along(x.at(-1)), this.y(y.at(-1)), 4.5, spot)];
  }

  dots({ x, y, look, size, across }, ghost) {
    const along = this.along({ across });
    const radius = (size * (this.scene.plot.length ? (this.right - this.left) / this.scene.plot[0] : INCH)) / 2;
    const look1 = ghost ? { fill: "none", stroke: paint(look.colour) } : { fill: paint(look.colour) };
    if (look.edge && !ghost) Object.assign(look1, { stroke: paint(look.edge), "stroke-width": 0.2 });
    return x.map((each, place) => shape(look.marker, along(each), this.y(y[place]), round(radius), look1));
  }

  bars({ left, right, low, high, look, inside }) {
    const boxes = left.map((from, place) => {
      const [a, b, c, d] = [this.x(from), this.x(right[place]), this.y(low[place]), this.y(high[place])];
      return [Math.min(a, b), Math.min(c, d), Math.abs(b - a), Math.abs(d - c)].map(round);
    });
    const d = boxes.map(([x, y, width, height]) => `M${x} ${y}h${width}v${height}h${-width}Z`).join("");
    const edge = look.edge ? { stroke: paint(look.edge), "stroke-width": 0.8 } : {};
    const bars = ["path", { d, fill: paint(look.colour), "fill-opacity": look.opacity, "shape-rendering": "crispEdges", ...edge }, []];
    const fits = (text, place) => text && this.measure(text, 12) + 6 < boxes[place][2];
    return [bars, ...inside.flatMap((text, place) => {
      const [x, y, width, height] = boxes[place];
      return fits(text, place) ? [words(text, x + width / 2, y + height / 2 + 4, "center", { class: "halo", "font-size": 12 })] : [];
    })];
  }

  text({ text, x, y, dx, dy, side, level, across, free }) {
    const lines = text.split("\n");
    const at = this.along({ across })(x) + (dx * 4) / 3;
    const base = free.length ? this.bottom - this.free(lines, free) * (this.bottom - this.top) : this.y(y);
    const first = base - (dy * 4) / 3 + { top: 11, center: 4.5 - (LINE * (lines.length - 1)) / 2, bottom: -3 - LINE * (lines.length - 1) }[level];
    return lines.map((line, row) => words(line, at, first + LINE * row, side, { class: "halo" }));
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
      return [...(look ? sample(look, this.right + 6, height) : []), words(text, this.right + (look ? 38 : 8), height + 4.5)];
    }), ...ghost];
  }

  axis(name) {
    const axis = this.scene[name];
    const [left, right, top, bottom] = [this.left, this.right, this.top, this.bottom].map(round);
    const line = ["path", { d: name === "x" ? `M${left} ${bottom}H${right}` : `M${left} ${top}V${bottom}`, stroke: "#8a8a90", fill: "none" }, []];
    const found = axis.line ? [line] : [];
    const room = Math.max(...axis.ticks.map(([, text]) => this.measure(text) + 10));
    const stride = name === "x" ? Math.max(1, Math.ceil((axis.ticks.length * room) / (right - left + room))) : 1;
    axis.ticks.forEach(([value, text], place) => {
      if (place % stride) return;
      found.push(name === "x" ? words(text, this.x(value), bottom + LINE, "center") : words(text, left - GAP, this.y(value) + 4.5, "right"));
    });
    if (!axis.label) return found;
    if (name === "x") return [...found, ...this.fold(axis.label, this.width - 2 * GAP).map((text) =>
      words(text, this.scene.legend.length ? left : (left + right) / 2, bottom + 2 * LINE + 2, this.scene.legend.length ? "left" : "center"))];
    const [x, y] = [GAP + 10, (top + bottom) / 2];
    return [...found, words(axis.label, x, y, "center", { transform: `rotate(-90 ${x} ${round(y)})` })];
  }

  legend() {
    const top = this.bottom + LINE + GAP + (this.scene.x.label ? LINE : 0) + GAP;
    return this.legendRows.flatMap((row, number) => {
      let x = this.left;
      return row.flatMap(([text, look]) => {
        const [at, y] = [x, top + LINE * (number + 0.6)];
        x += this.measure(text) + 50;
        return [...(look ? sample(look, at, y - 4.5) : []), words(text, at + 32, y)];
      });
    });
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

function stroke({ colour, dash, width, opacity }) {
  const dashes = dash.length ? dash.map((length) => round(length * width)).join(" ") : null;
  return { stroke: paint(colour), "stroke-width": width, "stroke-dasharray": dashes, opacity: opacity === 1 ? null : opacity };
}

function words(text, x, y, side = "left", more = {}) {
  return ["text", { x: round(x), y: round(y), "text-anchor": ANCHOR[side], ...more }, [text]];
}

function shape(marker, x, y, size, more) {
  return ["path", { d: SHAPES[marker], transform: `translate(${round(x)} ${round(y)}) scale(${size})`, ...more }, []];
}

function sample(look, x, y) {
  const line = ["path", { d: `M${round(x)} ${round(y)}h26`, fill: "none", ...stroke(look) }, []];
  const box = ["path", { d: `M${round(x)} ${round(y - 5)}h26v10h-26Z`, fill: paint(look.colour), stroke: paint(look.edge) }, []];
  const spot = look.marker ? [shape(look.marker, x + 13, y, 4.5, { fill: paint(look.colour) })] : [];
  return look.edge && !look.marker ? [box] : look.width ? [line, ...spot] : spot;
}

function hatch() {
  const size = { width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const parts = [["rect", { width: 8, height: 8, fill: "#8882" }, []], ["rect", { width: 1.2, height: 8, fill: "#8885" }, []]];
  return ["defs", {}, [["pattern", { id: "evsim-hatch", ...size }, parts]]];
}

function element([tag, attributes, children]) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.map((child) => (typeof child === "string" ? child : element(child))));
  return node;
}

let canvas = null;
function measured(text, size = SIZE, bold = false) {
  canvas ??= document.createElement("canvas").getContext("2d");
  canvas.font = `${bold ? "bold " : ""}${size}px "DejaVu Sans", Verdana, sans-serif`;
  return canvas.measureText(text).width;
}

/* Scenes at a place of a page, one below the other. */
export class Scenes {
  constructor(place) {
    this.place = place;
    this.now = this.ghost = [];
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(place);
  }

  close() {
    this.sizes.disconnect();
  }

  /* Show some scenes; those that stood there before stay as ghosts, if they are as many. */
  show(scenes, ghost = null) {
    [this.ghost, this.now] = [ghost ?? [], scenes];
    this.draw(true);
  }

  draw(anew = false) {
    const width = Math.min(this.place.clientWidth || 768, 800);
    if (!anew && width === this.width) return;
    this.width = width;
    const of = (scene, place) => ({ width, measure: measured, ghost: this.ghost[place] ?? null });
    this.place.replaceChildren(...this.now.map((scene, place) => element(picture(scene, of(scene, place)))));
  }
}
