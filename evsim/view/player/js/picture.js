/* A scene in a panel: drawn as everywhere, but that its marks say what they are as all marks of a player do, and that a
   layer lies over it for what moves. */

import { h, put } from "./dom.js";
import { drawing, drawn, measured } from "./scene.js";

let places = 0;

export class Picture {
  constructor(role = "img") {
    Object.assign(this, { role, id: `ev-picture-${++places}`, over: h("g"), node: h("div", { class: "evsim-scene" }) });
  }

  /* Draw a scene; `words`: a function of a mark, if not its own are said. */
  show(scene, width, words = (mark) => mark.words) {
    this.made = drawing(scene, { width, measure: measured, id: this.id });
    this.svg = drawn(this.made);
    put(this.svg, "role", this.role);
    [...this.svg.querySelectorAll(".mark")].forEach((group, place) => {
      const mark = scene.marks[place];
      group.querySelector("title")?.remove();
      for (const part of group.children) Object.assign(part, { words: () => words(mark), time: mark.time });
    });
    this.svg.append(this.over);
    this.node.replaceChildren(this.svg);
  }

  /* How far to the right a pointer is, in the units of the drawing. */
  across({ clientX }) {
    const { left, width } = this.svg.getBoundingClientRect();
    return (clientX - left) * (this.made.width / width);
  }
}
