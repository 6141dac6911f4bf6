/* What a toy has beside stage, telephone and bar: plugs, a choice of runs, looks, a bet, and the line that pays off. */

import { Bet } from "./bet.js";
import { h, say } from "./dom.js";
import { Looks } from "./looks.js";
import { all, mine, twice } from "./payoff.js";
import { Plugs } from "./plugs.js";

const SECOND = 1e6;
let instances = 0;

export class Toybox {
  constructor(player) {
    const { film, settings } = player;
    Object.assign(this, { player, film, settings });
    const has = (name, make) => (settings.has(name) ? make() : null);
    const acts = { pull: (part) => this.pull(part), back: (out) => this.back(out) };
    this.plugs = has("plugs", () => new Plugs(settings.plugs, (part) => this.called(part), acts));
    this.looks = has("looks", () => new Looks(settings.phone.login));
    this.bet = has("bet", () => new Bet(film, settings.bet, { run: () => this.run(), back: () => player.restart() }));
    this.futures = has("futures", () => this.choice());
    this.payoff = settings.pays ? h("div", { class: "ev-payoff", role: "status" }) : null;
    this.nodes = [this.futures, this.looks?.node, this.bet?.node, this.payoff].filter(Boolean);
  }

  /* On a telephone there is less room. */
  fit(upright) {
    this.bet?.fit(upright);
  }

  show() {
    const [index] = this.player.lanes();
    this.looks?.show(index);
    this.bet?.show(index);
  }

  draw(time, requests) {
    this.bet?.draw(time);
    if (this.plugs) this.drawPlugs(time);
    if (this.payoff) say(this.payoff, this.words(time, requests));
  }

  // The line that pays off.

  words(time, requests) {
    const { player } = this;
    const lanes = player.lanes();
    const named = (words) => words.map((each, lane) => (lanes.length > 1 ? `${lanes[lane].lane.name}: ${each}` : each)).join("\n");
    if (this.settings.pays === "all") return time < player.last() ? "" : named(lanes.map((index) => all(index, time)));
    const { customer } = player.selection.get();
    if (!customer || time < player.lastOfMine(customer)) return "";
    const again = lanes[0].presses(requests[0]).length > 1;
    return named(lanes.map((index, lane) => (again ? twice : mine)(index, requests[lane], time)));
  }

  /* How often what stands for a person who pressed more than once. */
  presses(requests) {
    const { time } = this.player.selection.get();
    const lanes = this.player.lanes();
    return lanes.map((index, lane) => `${lanes.length > 1 ? `${index.lane.name}: ` : ""}${twice(index, requests[lane], time)}`).join(" ");
  }

  // A choice of runs.

  choice() {
    const group = `ev-runs-${++instances}`;
    const { player } = this;
    const choose = (future) => {
      player.selection.set({ future, time: 0 });
      player.clock.start();
    };
    return h(
      "div",
      { class: "ev-runs", role: "radiogroup", "aria-label": "runs" },
      player.futures.map(({ label }, number) => {
        const radio = h("input", { type: "radio", name: group, autocomplete: "off", onchange: () => choose(number) });
        radio.checked = number === 0;
        return h("label", {}, radio, ` ${label}`);
      }),
    );
  }

  // Plugs.

  async pull(part) {
    const { player, plugs } = this;
    const { longest } = this.settings.plugs;
    const now = player.selection.get().time;
    const at = this.moments(part).find((moment) => moment >= now) ?? (this.moments(part).length ? null : Math.round(now));
    if (at === null || !player.offers({ outage: part, for: longest }, at)) return plugs.refuse();
    plugs.out = { part, at, until: at + longest * SECOND };
    await this.enter(part, at, longest);
    player.clock.start();
  }

  async back({ part, at }) {
    const { player, plugs } = this;
    const { time } = player.selection.get();
    if (time < at) return;
    const exact = !this.moments(part).length;
    const lasts = exact ? Math.max(1e-3, Math.round((time - at) / 1e3) / 1e3) : Math.max(1, Math.ceil((time - at) / SECOND));
    plugs.out = { part, at, until: at + lasts * SECOND };
    await this.enter(part, at, lasts);
    player.clock.start();
  }

  moments(part) {
    return this.film.breaks.find(({ fault }) => fault.outage === part)?.moments ?? [];
  }

  enter(part, at, lasts) {
    return this.player.breakAt({ outage: part, for: lasts }, at, { origin: 0, stay: true });
  }

  drawPlugs(time) {
    const { plugs } = this;
    plugs.draw(time);
    const out = plugs.out && time >= plugs.out.at && time < plugs.out.until ? plugs.out.part : null;
    for (const row of this.player.rows) row.stage.drawPlugs(this.settings.plugs.parts, out, (part) => plugs.press(part));
  }

  /* What people call a part: a channel that a broker keeps is the broker. */
  called(part) {
    const lanes = this.film.futures[0].lanes.flatMap(({ channels }) => channels);
    return lanes.some(({ name, broker }) => name === part && broker) ? "the broker" : part;
  }

  /* Back to the start: nothing is pulled. */
  restart() {
    if (this.plugs) this.plugs.out = null;
  }

  // A bet.

  run() {
    this.player.clock.start();
  }
}
