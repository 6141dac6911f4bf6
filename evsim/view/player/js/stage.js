/* The stage of one design in a page: its marks are worked out in stage-marks.js and painted here. */

import { h, Layer, put } from "./dom.js";
import { LETTER, SMALLEST } from "./geometry.js";
import { plugMarks } from "./plugs.js";
import { StageMarks } from "./stage-marks.js";

const LARGEST = 0.066; // em for each unit
let instances = 0;

export class Stage {
  /* `arrangement` is geometry's; choose(customer) is called when somebody clicks a mark. */
  constructor(film, arrangement, choose) {
    this.film = film;
    const hatch = `ev-hatch-${++instances}`;
    this.svg = h(
      "svg",
      { class: "ev-stage", role: "img" },
      h(
        "defs",
        {},
        h(
          "pattern",
          { id: hatch, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          h("rect", { width: 3, height: 8, class: "ev-hatch-line" }),
        ),
      ),
    );
    this.svg.style.setProperty("--ev-hatch", `url(#${hatch})`);
    this.arrange(arrangement);
    this.svg.addEventListener("click", ({ target }) => {
      if (target.customer) choose(target.customer);
      if (target.dataset.part) this.pulled(target.dataset.part);
    });
    const layers = ["ev-fixed", "ev-lines", "ev-parts", "ev-dots", "ev-plugs"];
    [this.fixed, this.lines, this.parts, this.flying, this.plugs] = layers.map(
      (name) => new Layer(this.svg, { class: name, "font-size": LETTER }),
    );
  }

  /* Stand otherwise: what there is must be shown again. */
  arrange(arrangement) {
    this.arrangement = arrangement;
    const { width, height, upright } = arrangement;
    put(this.svg, "viewBox", `0 0 ${width} ${height}`);
    this.svg.style.maxWidth = `${Math.round(width * LARGEST * 10) / 10}em`;
    this.svg.style.minWidth = upright ? "" : `${Math.floor(width * SMALLEST)}px`;
  }

  /* Show another lane (of another future). */
  show(index) {
    this.marks = new StageMarks(this.film, this.arrangement, index);
    this.fixed.draw(this.marks.fixed());
  }

  /* Draw the moment t; `mine` is the index of the chosen request, or undefined. */
  draw(t, mine) {
    const { state, parts, lines, flying } = this.marks.at(t, mine);
    this.parts.draw(parts);
    this.lines.draw(lines);
    this.flying.draw(flying);
    return state;
  }

  /* Plugs of some parts of this lane, one of which may be out; pulled(part) is called when somebody clicks one. */
  drawPlugs(parts, out, pulled) {
    this.pulled = pulled;
    const { services, channels } = this.marks.index.lane;
    const here = parts.filter((part) => [...services, ...channels].some(({ name }) => name === part));
    this.plugs.draw(here.flatMap((part) => plugMarks(this.arrangement.boxes[part], part, part === out)));
  }
}
