// The controls of a picture: sliders, switches and buttons of the page itself, so that keyboards and screen readers know
// them. The kernel hears of one setting at a time, the last one: while it draws, and for a moment after a move, nothing
// is sent.
const MOMENT = 60;  // ms in which a hand still moves

const STYLE = `
.evsim-panel { display: grid; grid-template-columns: minmax(9em, max-content) minmax(10em, 24em) minmax(4em, max-content);
  gap: 0.35em 0.8em; align-items: center; padding: 0.3em 0; font: inherit; color: var(--jp-content-font-color1, inherit) }
.evsim-panel input[type=range] { width: 100%; accent-color: #3d6fd1 }
.evsim-panel output { font-weight: 600; font-variant-numeric: tabular-nums }
.evsim-panel .row { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.4em 1.2em }
.evsim-panel label.switch { display: inline-flex; gap: 0.4em; align-items: center; cursor: pointer }
.evsim-panel button { font: inherit; padding: 0.15em 0.8em; cursor: pointer }
.evsim-panel .said { grid-column: 1 / -1; position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap }
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

function render({ model, el }) {
  const changes = new Map();
  let busy = false, waiting = null;
  const send = () => {
    waiting = null;
    if (busy || !changes.size) return;
    busy = true;
    model.send({ changes: [...changes] });
    changes.clear();
  };
  const moved = (number, value) => {
    changes.set(number, value);
    clearTimeout(waiting);
    waiting = setTimeout(send, MOMENT);
  };
  const said = element("div", { className: "said", role: "status" });
  const answered = (message) => {
    if (!("said" in message)) return;
    busy = false;
    said.textContent = message.said;
    if (waiting === null) send();
  };
  model.on("msg:custom", answered);
  const controls = model.get("controls");
  const make = { slider, toggle, button };
  const row = (kind) => {
    const made = controls.flatMap((each, number) => each.kind === kind ? make[kind](each, number, moved) : []);
    return made.length ? [element("div", { className: "row" }, ...made)] : [];
  };
  const sliders = controls.flatMap((each, number) => each.kind === "slider" ? slider(each, number, moved) : []);
  const panel = element("div", { className: "evsim-panel" }, ...sliders, ...row("toggle"), ...row("button"), said);
  for (const each of panel.querySelectorAll("input, button")) {
    each.dataset.lmSuppressShortcuts = "true";  // else JupyterLab keeps the arrow keys for its cells
  }
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", "controls of the picture below");
  el.append(element("style", {}, STYLE), panel);
  return () => { clearTimeout(waiting); model.off("msg:custom", answered); };
}

export default { render };
