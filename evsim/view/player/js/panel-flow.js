/* Picture D beside the player: arrived, told, done as cumulative steps; brackets give the gaps at the cursor. */

import { h, put, say } from "./dom.js";
import { flowScene, gapKnown, linesOf, slowestAt } from "./flow.js";
import { upTo } from "./intervals.js";
import { Picture } from "./picture.js";
import { sample } from "./scene.js";
import { duration, moment, number } from "./words.js";

const TALL = 190; // pixels

export function mount(element, film, selection, player) {
  const charts = film.futures[0].lanes.map((lane, number) => new Chart(element, film, selection, player, number));
  element.append(...charts.map(({ node }) => node));
  const show = () => {
    const most = Math.max(1, ...player.lanes().map(({ arrivals }) => 1.04 * arrivals.length));
    for (const chart of charts) chart.show(most);
  };
  const end = selection.subscribe((state, changed) => {
    if (changed.has("future")) show();
    else for (const chart of charts) chart.draw();
  });
  show();
  const resizing = new ResizeObserver(show);
  resizing.observe(element);
  return () => {
    end();
    resizing.disconnect();
  };
}

/* The lines of one design. */
class Chart {
  constructor(element, film, selection, player, lane) {
    Object.assign(this, { element, film, selection, player, lane, picked: null, picture: new Picture() });
    const { name } = film.futures[0].lanes[lane];
    this.picture.node.onclick = (event) => this.point(event);
    this.shade = h("rect", { class: "ev-fl-shade" });
    this.cursor = h("path", { class: "ev-fl-cursor" });
    this.brackets = h("g", { class: "ev-fl-brackets" });
    this.picture.over.append(this.shade, this.cursor, this.brackets);
    this.chips = h("div", {
      class: "ev-fl-chips",
      role: "group",
      "aria-label": `lines of ${name}: which one is measured`,
    });
    this.sentence = h("p", { class: "ev-fl-sentence" });
    const heading = film.futures[0].lanes.length > 1 ? h("p", { class: "ev-panel-lane" }, name) : null;
    const head = h("div", { class: "ev-fl-head" }, heading, this.chips);
    this.node = h("div", { class: "ev-flow" }, head, this.picture.node, this.sentence);
  }

  /* Show the chosen future; `most`: how many customers there is room for. */
  show(most) {
    this.index = this.player.lanes()[this.lane];
    this.lines = linesOf(this.index);
    this.most = most;
    const { faults, catch_ups: ahead } = this.index.lane;
    this.news = [...faults.map(({ start }) => start), ...ahead.map(({ end }) => end)];
    this.paint();
    const [arrived, ...others] = this.scene.marks;
    this.chips.replaceChildren(...others.slice(0, this.lines.length - 1).map((mark, place) => this.chip(this.lines[place + 1], mark)));
    this.arrivedChip = h("span");
    this.chips.prepend(h("span", { class: "ev-fl-chip" }, sample(arrived.look), this.arrivedChip));
    this.draw();
  }

  /* What changes only with what was hidden: when a fault begins, and when one can work out what follows. */
  paint() {
    this.begun = this.player.until();
    this.scene = { ...flowScene(this.index, this.lines, { end: this.film.end, most: this.most, until: this.begun }), tall: TALL };
    this.picture.show(this.scene, this.element.clientWidth || 600, (mark) => this.says(mark));
  }

  says({ name, words }) {
    const line = this.lines.find((each) => each.name === name);
    if (!line) return words;
    const now = `${name}: ${number(upTo(line.times, this.selection.get().time))} by now`;
    return this.player.until() < this.film.end ? now : `${now}, ${number(line.times.length)} in the end`;
  }

  chip(line, mark) {
    const text = h("span");
    const act = { type: "button", class: "ev-fl-chip", "aria-pressed": "false", onclick: () => this.pick(line.name) };
    return Object.assign(h("button", act, sample(mark.look), text), { line, text });
  }

  pick(name) {
    this.picked = this.picked === name ? null : name;
    this.draw();
  }

  // What changes with the time.

  draw() {
    const { time } = this.selection.get();
    const until = this.player.until();
    if (this.news.some((at) => at > this.begun && at <= until)) this.paint();
    const line = this.lines.find(({ name }) => name === this.picked) ?? slowestAt(this.lines, time);
    const gap = gapKnown(this.index, this.lines, line, time, until >= this.film.end);
    say(this.arrivedChip, `${number(gap.come)} arrived`);
    for (const button of this.chips.querySelectorAll("button")) {
      say(button.text, `${number(upTo(button.line.times, time))} ${button.line.name}`);
      put(button, "aria-pressed", String(button.line.name === this.picked));
      button.classList.toggle("measured", button.line === line);
    }
    const { made } = this.picture;
    const [x, top] = [made.x(time / 1e6), made.top - 6]; // the highest line has a width
    const shade = { x, y: top, width: made.right - x + 3, height: made.bottom - top };
    for (const [name, value] of Object.entries(shade)) put(this.shade, name, value);
    put(this.cursor, "d", `M${x},${top}V${made.bottom}`);
    this.bracket(made, x, time, gap);
    const { words } = gap;
    say(this.sentence, words);
    put(this.picture.svg, "aria-label", `${this.index.lane.name}, counts of customers against time. ${moment(time)}: ${words}`);
  }

  bracket(made, x, time, { come, done, backlog, wait }) {
    const [high, low] = [made.y(come), made.y(done)];
    const parts = [];
    if (backlog) {
      parts.push(h("path", { d: `M${x - 5},${high}H${x}V${low}H${x - 5}` }));
      const middle = Math.min((high + low) / 2 + 5, made.bottom - 3);
      parts.push(h("text", { x: x - 8, y: middle, "text-anchor": "end", class: "ev-fl-number backlog" }, number(backlog)));
    }
    if (wait) {
      const until = made.x((time + wait) / 1e6);
      parts.push(h("path", { d: `M${x},${high - 5}V${high}H${until}V${high - 5}` }));
      const right = until > made.right - 76;
      const place = { x: right ? until : Math.max(until, x + 4), y: high - 7, "text-anchor": right ? "end" : "start" };
      parts.push(h("text", { ...place, class: "ev-fl-number wait" }, duration(wait)));
    }
    this.brackets.replaceChildren(...parts);
  }

  point(event) {
    const { made } = this.picture;
    const share = (this.picture.across(event) - made.left) / (made.right - made.left);
    this.player.goTo(Math.round(share * this.film.end));
  }
}
