// The controls of a picture: sliders, switches and buttons of the page itself, so that keyboards and screen readers know
// them. What is known beforehand of the values of a slider is shown at once. The kernel hears of one setting at a time,
// the last one: while it works nothing is sent.

import { STYLE as OF_SCENES, Scenes } from "../view/player/js/scene.js";

const STYLE = `
.evsim-panel { display: grid; grid-template-columns: minmax(9em, max-content) minmax(10em, 24em) minmax(4em, max-content);
  gap: 0.35em 0.8em; align-items: center; padding: 0.3em 0; font: inherit; font-size: max(14px, 1em); color: var(--jp-content-font-color1, inherit) }
.evsim-panel input[type=range] { width: 100%; accent-color: #3d6fd1 }
.evsim-panel output { font-weight: 600; font-variant-numeric: tabular-nums }
.evsim-panel .row { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.4em 1.2em }
.evsim-panel label.switch { display: inline-flex; gap: 0.4em; align-items: center; cursor: pointer }
.evsim-panel button { font: inherit; padding: 0.15em 0.8em; cursor: pointer }
.evsim-said { min-height: 2.6em; margin: 0.2em 0; font-weight: 600; font-size: max(14px, 1em) }
.evsim-rows { font-size: 14px }
.evsim-said.unseen { position: absolute; width: 1px; height: 1px; min-height: 0; overflow: hidden; clip-path: inset(50%) }
.evsim-rows th[scope=row] { text-align: left; font-weight: normal }
@media (max-width: 32em) { .evsim-panel { grid-template-columns: 1fr max-content }
  .evsim-panel input[type=range] { grid-column: 1 / -1; grid-row: auto } }
`;

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function slider(control, number, moved) {
  const id = `evsim-${crypto.getRandomValues(new Uint32Array(1))[0]}-${number}`;
  const value = element("output", {}, control.options[control.index]);
  value.htmlFor = id;
  const input = element("input", { id, type: "range", min: 0, max: control.options.length - 1, step: 1 });
  const show = () => {
    value.textContent = control.options[input.value];
    input.setAttribute("aria-valuetext", control.options[input.value]);
  };
  input.value = control.index;
  show();
  input.addEventListener("input", () => { show(); moved(number, Number(input.value)); });
  return [element("label", { htmlFor: id }, control.label), input, value];
}

function toggle(control, number, moved) {
  const input = element("input", { type: "checkbox", checked: control.on });
  input.addEventListener("change", () => moved(number, input.checked));
  return element("label", { className: "switch" }, input, control.label);
}

function button(control, number, moved) {
  const made = element("button", { type: "button" }, control.label);
  let presses = 0;
  made.addEventListener("click", () => moved(number, ++presses));
  return made;
}

function table(rows) {
  const compared = rows.some(([, , before]) => before);
  const head = element("tr", {}, element("td"), element("th", {}, "now"), element("th", {}, "before"));
  return element("table", { className: "evsim-rows" }, ...(compared ? [head] : []), ...rows.map(([name, ...values]) =>
    element("tr", {}, element("th", { scope: "row" }, name),
      ...values.filter(Boolean).map((value) => element("td", {}, value)))));
}

// What there is to see: a sentence, scenes with those before as ghosts, a table.
class Shown {
  constructor({ scenes, rows }) {
    this.said = element("p", { className: scenes ? "evsim-said" : "evsim-said unseen", role: "status" });
    this.place = element("div", { className: "evsim-scene" });
    this.table = element("div");
    this.scenes = new Scenes(this.place);
    if (scenes) this.show({ scenes, rows });
  }

  show({ scenes, rows = [], said = "" }, ghost = null) {
    this.said.textContent = said;
    this.said.style.opacity = said === scenes?.map(({ title }) => `${title}.`).join(" ") ? 0 : 1; // its title says it
    if (!scenes) return;
    this.scenes.show(scenes, ghost);
    this.table.replaceChildren(...(rows.length ? [table(rows)] : []));
  }
}

export function render({ model, el }) {
  const changes = new Map();
  const { scenes: known = {}, said: told = {} } = model.get("states");
  const controls = model.get("controls");
  const shown = new Shown(model.get("drawn"));
  let at = controls.find(({ kind }) => kind === "slider")?.index;
  let busy = false;
  if (known[at]) shown.scenes.show(known[at]);
  const send = () => {
    if (busy || !changes.size) return;
    busy = true;
    model.send({ changes: [...changes] });
    changes.clear();
  };
  const moved = (number, value) => {
    if (known[value] && known[at]) {
      if (value !== at) shown.show({ scenes: known[value], said: told[value][at] }, known[at]);
      at = value;
      return;
    }
    at = value;
    changes.set(number, value);
    send();
  };
  const answered = (message) => {
    if (!("said" in message)) return;
    busy = false;
    shown.show(message, shown.scenes.now);
    send();
  };
  model.on("msg:custom", answered);
  const make = { slider, toggle, button };
  const row = (kind) => {
    const made = controls.flatMap((each, number) => each.kind === kind ? make[kind](each, number, moved) : []);
    return made.length ? [element("div", { className: "row" }, ...made)] : [];
  };
  const sliders = controls.flatMap((each, number) => each.kind === "slider" ? slider(each, number, moved) : []);
  const panel = element("div", { className: "evsim-panel" }, ...sliders, ...row("toggle"), ...row("button"));
  for (const each of panel.querySelectorAll("input, button")) {
    each.dataset.lmSuppressShortcuts = "true";  // else JupyterLab keeps the arrow keys for its cells
  }
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "controls of the picture below");
  const still = `.${model.get("still")} { display: none }`;  // it is for pages without a kernel
  el.append(element("style", {}, STYLE + OF_SCENES + still), panel, shown.said, shown.place, shown.table);
  return () => { shown.scenes.close(); model.off("msg:custom", answered); };
}
