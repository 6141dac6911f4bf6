/* Buttons and choices below the bar. Everything here can be reached by keyboard and has a name. */

import { h, put, say } from "./dom.js";
import { firstLoss, kindsOf, oddOf } from "./odd.js";
import { customerOf } from "./lane.js";
import { customerName, moment } from "./words.js";

export const PACES = [
  ["every", "every event"],
  ["mine", "my events"],
  ["true", "true pace"],
];
export const SPEEDS = [5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01].map((speed) => [speed, `${speed} \u00d7`]);

export class Controls {
  /* acts: {play, step(forward, mine), start, pace(value), speed(value), jump(target), find(number)}. */
  constructor(film, acts, has) {
    this.film = film;
    const button = (label, name, act) =>
      h("button", { type: "button", class: "ev-button", "aria-label": name, title: name, onclick: act }, label);
    this.play = button("\u25b6 play", "play", acts.play);
    this.play.classList.add("ev-play");
    this.mine = [
      button("\u2039 mine", "my event before (shift and left arrow)", () => acts.step(false, true)),
      button("mine \u203a", "my next event (shift and right arrow)", () => acts.step(true, true)),
    ];
    this.pace = choice("pace", PACES, (value) => acts.pace(value));
    this.speed = choice("speed", SPEEDS, (value) => acts.speed(Number(value)));
    this.jumps = h("select", { class: "ev-select", autocomplete: "off", "aria-label": "jump to" });
    this.number = h("input", {
      class: "ev-number-input",
      type: "number",
      min: "0",
      autocomplete: "off",
      "aria-label": "number of a customer",
    });
    this.note = h("span", { class: "ev-note", role: "status" });
    const find = h(
      "form",
      {
        class: "ev-group",
        onsubmit: (event) => {
          event.preventDefault();
          if (this.number.value !== "") acts.find(Number(this.number.value));
        },
      },
      h("label", {}, "customer ", this.number),
      button("find", "find this customer", null),
    );
    find.lastChild.type = "submit";
    find.append(this.note);
    this.node = h(
      "div",
      { class: "ev-controls" },
      h(
        "div",
        { class: "ev-group" },
        has("play") ? button(has("steps") ? "|\u2039" : "start over", "to the start", acts.start) : null,
        has("steps") ? button("\u2039 back", "event before (left arrow)", () => acts.step(false, false)) : null,
        has("play") ? this.play : null,
        has("steps") ? button("next \u203a", "next event (right arrow)", () => acts.step(true, false)) : null,
        ...(has("steps") ? this.mine : []),
      ),
      has("pace") ? h("div", { class: "ev-group" }, this.pace.node, this.speed.node) : null,
      has("jump") ? h(
        "div",
        { class: "ev-group" },
        h("label", {}, "jump to ", this.jumps),
        button("go", "jump there", () => {
          const target = this.targets[this.jumps.selectedIndex];
          if (target && !this.jumps.selectedOptions[0].disabled) acts.jump(target);
        }),
      ) : null,
      has("find") ? find : null,
    );
  }

  /* A further group of controls, after those of time. */
  add(group) {
    this.node.insertBefore(group, this.node.children[2] ?? null);
  }

  /* Where one can jump in a future. */
  show(lanes) {
    this.targets = [];
    this.jumps.replaceChildren(
      ...lanes.map((index) => {
        const targets = targetsOf(this.film, index);
        this.targets.push(...targets);
        return h(
          "optgroup",
          { label: index.lane.name },
          targets.map(({ label }) => h("option", {}, label)),
        );
      }),
    );
  }

  /* until: how much of the future may be seen; nobody jumps beyond. */
  draw({ playing, pace, speed, chosen, until }) {
    this.targets.forEach(({ known }, place) => {
      const option = this.jumps.options[place];
      option.hidden = option.disabled = known > until;
    });
    say(this.play, playing ? "\u275a\u275a pause" : "\u25b6 play");
    put(this.play, "aria-label", playing ? "pause" : "play");
    for (const button of this.mine) put(button, "aria-disabled", chosen ? null : "true"); // and keeps the focus
    this.pace.set(pace);
    this.speed.set(String(speed));
  }

  /* What became of the search for a customer; nothing if they were found. */
  found(words) {
    say(this.note, words);
  }
}

function choice(name, options, act) {
  const select = h(
    "select",
    { class: "ev-select", autocomplete: "off", onchange: ({ target }) => act(target.value) },
    options.map(([value, label]) => h("option", { value: String(value) }, label)),
  );
  return {
    node: h("label", {}, `${name} `, select),
    set(value) {
      if (select.value !== value) select.value = value;
    },
  };
}

/* {label, time, known (from when on), customer} of faults, the first loss and odd customers in a lane. */
function targetsOf(film, index) {
  const { lane } = index;
  const targets = lane.faults.map(({ start, words }) => ({
    label: `${words}, at ${moment(start)}`,
    time: start,
    known: start,
    customer: null,
  }));
  const kinds = new Set();
  for (const { kind, what, time } of lane.notes) {
    if (!kinds.has(kind)) targets.push({ label: `first ${kind}: ${what}`, time, known: time, customer: null });
    kinds.add(kind);
  }
  const loss = firstLoss(index);
  const at = (request) => customerOf(lane, request);
  if (loss)
    targets.push({
      label: `first loss: ${customerName(at(loss.request), film)}`,
      time: loss.time,
      known: loss.time,
      customer: at(loss.request),
    });
  const odd = oddOf(index);
  for (const [kind, words] of kindsOf(index.film)) {
    const [request] = odd[kind];
    if (request === undefined) continue;
    const many = odd[kind].length > 1 ? `, the first of ${odd[kind].length}` : "";
    targets.push({
      label: `${words}: ${customerName(at(request), film)}${many}`,
      time: index.asked[request],
      known: lane.end,
      customer: at(request),
    });
  }
  return targets.length ? targets : [{ label: "nothing odd happens here", time: 0, known: 0, customer: null }];
}
