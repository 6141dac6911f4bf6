/* Players of unusual films, used in unusual ways: each use gives [what was done, a hash of the page then] of each step. */

import { createHash } from "node:crypto";
import { show } from "../../../evsim/view/player/js/page.js";
import { SMALL, SMALLEST, arrange } from "../../../evsim/view/player/js/geometry.js";
import { customerOf } from "../../../evsim/view/player/js/lane.js";
import { PANELS } from "../../../evsim/view/player/js/panels.js";
import { mountPlayer } from "../../../evsim/view/player/js/player.js";
import { render } from "../../../evsim/view/player/js/widget.js";
import { sentence } from "../../../evsim/view/player/js/words.js";
import { placedPage, written } from "./written-page.js";

const USES = { strangers, stage, person, endings, catching, pulling, stored, notebook, bare };
let last = Promise.resolve();

/* film.use: a name of USES; film.made: futures that can be asked for; film.whole: the pages themselves. */
export function playersInUse(film) {
  last = last.then(async () => {
    const use = new Use(film);
    await USES[film.use](use, film);
    return use.pages;
  });
  return last;
}

class Use {
  constructor(film) {
    Object.assign(this, placedPage(), { film, pages: [] });
  }

  /* Mount a player; whatever is broken is looked for among futures that were made before. */
  mount(options = {}) {
    const { film } = this;
    const branch = async ({ fault, at, future }) => {
      const found = film.made?.find((each) => each.at === at && each.fault.outage === fault.outage && each.origin === future);
      if (!found) throw at ? new Error(`nothing of ${JSON.stringify(fault)} at ${at}`) : "nothing at all";
      return found;
    };
    this.player = mountPlayer(this.body, film, { panels: PANELS, branch, ...options });
    this.lanes = this.player.lanes().map(({ lane }) => lane);
  }

  /* Do something, let so many frames of the clock go by, and keep the page. */
  async after(what, act, frames = 0) {
    try {
      await act?.();
    } catch (error) {
      this.pages.push([`${what}: refused`, String(error)]);
    }
    for (let tick = 0; tick < 6; tick++) await null;
    for (let tick = 1; tick <= frames; tick++) for (const frame of this.frames.splice(0)) frame(tick * 160);
    const { player } = this;
    player?.clock.stop();
    this.frames.length = 0;
    player?.bar.paint();
    const state = player && [player.selection.get(), player.pace, player.speed, player.film.end, player.until(), player.last()];
    const page = `${JSON.stringify(state)} ${this.cancelled.splice(0).length} ${written(this.body)}`;
    this.pages.push([what, this.film.whole ? page : createHash("sha256").update(page).digest("hex")]);
  }

  button(words) {
    return this.body.querySelectorAll("button").find((node) => node.textContent === words || node.getAttribute("aria-label") === words);
  }

  press(words) {
    this.button(words).happen("click");
  }
}

/* Designs to which different customers come, what they could do before they came, and futures in which others come. */
async function strangers(use, film) {
  use.mount();
  const { player, lanes } = use;
  const { breaks, controls, selection } = player;
  for (const place of [-1, 0, controls.targets.length - 1])
    await use.after(`no jump to ${place}`, () => [(controls.jumps.selectedIndex = place), use.press("jump there")]);
  for (const [number, lane] of lanes.entries()) {
    for (const request of [0, 3, lane.requests.count - 1]) {
      const index = player.lanes()[number];
      for (const time of [index.asked[request] - 1, index.asked[request], index.answered[request]])
        await use.after(`${number}: ${request} at ${time}`, () => player.goTo(time, { customer: customerOf(lane, request) }));
    }
  }
  for (const [workload, numbers] of [["second", [0, 1, 99]], ["third", [0]]]) {
    for (const number of numbers) {
      selection.set({ customer: { workload, number: 1 } });
      controls.number.value = String(number);
      await use.after(`find ${number} of ${workload}`, () => use.body.querySelectorAll("form")[0].happen("submit"));
    }
  }
  for (const customer of [{ workload: "second", number: 99 }, { workload: "third", number: 0 }, { workload: "first", number: 1 }]) {
    player.goTo(film.end / 4, { customer });
    await use.after(`${customer.workload} goes on`, () => [player.change({ pace: "mine" }), player.clock.start()], 9);
    await use.after(`${customer.workload} steps`, () => [player.step(true, true), player.step(false, true)]);
  }
  for (const [at, origin] of [[500_000, 0], [1_250_000, 0], [0, 0], [500_000, 0], [750_000, 1], [1_000_000, 0], [1_000_000.4, 0]]) {
    await use.after(`broken at ${at} in ${origin}`, () => player.breakAt({ outage: "desk", for: 1 }, at, { origin }));
    for (const { future } of [selection.get()])
      for (const customer of [{ workload: "first", number: 0 }, { workload: "third", number: 5 }, { workload: "second", number: 3 }])
        await use.after(`${customer.workload} ${customer.number} in ${future}`, () => player.goTo(film.end, { customer, future }));
  }
  use.pages.push(["of nobody", String(player.lastOfMine({ workload: "first", number: 99 }))]);
  await use.after("as it was", () => selection.set({ future: 0, customer: null }));
  await use.after("at a fraction", () => [player.goTo(333_333.4), breaks.button.happen("click")]);
  const [wide, beside] = [arrange(film).width, 19 + 19.6 * 16];
  for (const width of [wide * SMALL + beside, wide * SMALL + beside - 1, 640, 639, wide * SMALLEST + 19, wide * SMALLEST + 18, 3000])
    await use.after(`${width} wide`, () => [(player.root.clientWidth = width), player.fit()]);
  const around = use.body;
  await use.after("closed", () => player.close());
  use.pages.push(["what is left of it", String(around.nodes.length)]);
}

/* Everything on a stage says what it is: at some moments, for some customers, from left to right and upright. */
async function stage(use, film) {
  use.mount({ panels: [] });
  const { player, lanes } = use;
  const many = lanes[0].requests.count;
  const [index] = player.lanes();
  const sentences = player.events().list.map((event) => sentence(index, event, `customer ${event.request}`));
  use.pages.push(["sentences", sentences.join("\n")]);
  const hash = createHash("sha256");
  for (let time = 0; time < film.end; time += film.end / 60) {
    player.rows[0].stage.draw(time, undefined);
    hash.update(written(player.rows[0].stage.svg));
  }
  use.pages.push(["sixty moments", hash.digest("hex")]);
  for (const upright of [false, true]) {
    await use.after(`upright: ${upright}`, () => [(player.root.clientWidth = upright ? 300 : 3000), player.fit()]);
    for (const share of [0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1]) {
      const customer = customerOf(lanes[0], Math.max(0, Math.floor(share * many) - 20));
      await use.after(`at ${share}`, () => player.goTo(Math.round(share * film.end), { customer }));
    }
  }
}

/* One person at one design: presses again, logs in now and before, until the story ends. */
async function person(use, film) {
  use.mount();
  const { player } = use;
  await use.after("at first");
  await use.after("nobody presses again", () => player.comeAgain());
  await use.after("registers", () => player.come(), 4);
  const { time, customer } = player.selection.get();
  for (const later of [300_000, 20_000, 500_000, 0])
    await use.after(`logs in ${later} later`, () => [player.goTo(time + later), player.login()]);
  for (const later of [-1, 0, 19_999, 20_000, 300_000, 499_999, 600_000])
    await use.after(`looks back at ${later}`, () => player.goTo(time + later));
  await use.after("somebody else comes now", () => [player.goTo(player.lanes()[0].arrivals[1]), player.come()], 1);
  player.goTo(time, { customer });
  player.change({ pace: "true" });
  await use.after("presses again", () => player.comeAgain(), 3);
  for (const share of [0.5, 0.9, 1])
    await use.after(`at ${share}`, () => player.goTo(Math.round(share * film.end), { customer }));
  await use.after("to the end of the story", () => [player.goTo(0), player.change({ pace: "true", speed: 5 }), player.clock.start()], 9);
  for (const words of ["pull the plug of desk", "pull the plug of the broker"]) {
    if (!use.button(words)) continue;
    await use.after(words, () => use.press(words), 1);
    await use.after("start over", () => player.restart());
  }
}

/* What came of some customers in the end, who are not the same in number in all designs. */
async function endings(use, film) {
  use.mount();
  const { player, lanes } = use;
  const { workload, number } = lanes.at(-1).requests;
  for (const request of number.keys()) {
    const customer = { workload: lanes.at(-1).workloads[workload[request]], number: number[request] };
    await use.after(`${customer.number} of ${customer.workload}`, () => player.goTo(player.lastOfMine(customer), { customer }));
  }
  await use.after("in the end", () => player.goTo(film.end, { customer: null }));
}

/* Predictions are shown when their faults end, not before. */
async function catching(use) {
  use.mount();
  const { player, lanes } = use;
  for (const { end } of lanes[0].catch_ups)
    for (const time of [end - 1, end]) await use.after(`at ${time}`, () => player.goTo(time));
}

/* A plug is pulled and put back: before it is out, at once, after a while, too late; on a page at some moments alone. */
async function pulling(use, film) {
  use.mount({ panels: [], branch: film.unasked ? null : lastOf(film) });
  const { player } = use;
  const { plugs } = player.toybox;
  const time = () => player.selection.get().time;
  for (const part of player.settings.plugs.parts) {
    for (const [at, later] of [[0, 0], [500_000, -1], [500_000.4, 400], [500_001, 250_000], [500_000, 1_250_000], [700_000, 1e9], [9e9, 1]]) {
      player.restart();
      player.goTo(at);
      await use.after(`${part} is pulled at ${at}`, () => plugs.press(part), 2);
      if (!plugs.out) continue;
      player.goTo(plugs.out.at + later);
      await use.after(`${part} is put back after ${later}`, () => plugs.press(part), 2);
      if (plugs.out) for (const end of [plugs.out.at, plugs.out.until]) await use.after(`at ${end - time()}`, () => player.goTo(end));
    }
  }
}

/* The last future of a film, as whatever is asked for. */
const lastOf = (film) => async ({ fault, at, future }) => ({ ...film.futures.at(-1), id: `${JSON.stringify(fault)} ${at}`, origin: future, fault, at });

/* A page that stands alone. */
async function stored(use, { data }) {
  const player = (use.player = show(use.body, data));
  await use.after("at first");
  for (const [share, time, fault] of [[0.5, 0.1, 0], [0.9, 0.4, 1], [1, 0.9, 2], [0.5, 0.4, 3]]) {
    player.breaks.choice.selectedIndex = fault;
    await use.after(`broken at ${time}`, () => player.breaks.here(Math.round(time * player.film.end)));
    for (const [number, index] of player.lanes().entries()) {
      const { lane } = index;
      const customer = customerOf(lane, Math.floor(share * (lane.requests.count - 1)));
      await use.after(`${number} at ${share}`, () => player.goTo(Math.round(share * player.film.end), { customer }));
      const plain = (name, value) => (ArrayBuffer.isView(value) ? [...value] : value);
      const text = JSON.stringify([lane, index.truth], plain);
      use.pages.push([`lane ${number} of ${time}`, createHash("sha256").update(text).digest("hex")]);
    }
  }
  await use.after("elsewhere", () => player.breakAt({ outage: "front", for: 1 }, 5));
}

/* The player in a notebook: what it asks Python for, and what comes back. */
async function notebook(use, { data, made }) {
  const [heard, listeners] = [[], []];
  const model = {
    get: (name) => ({ film: data })[name],
    send: (message) => heard.push(JSON.stringify(message)),
    on: (name, act) => listeners.push([name, act]),
    off: (name, act) => {
      const place = listeners.findIndex((each) => each[0] === name && each[1] === act);
      if (place >= 0) listeners.splice(place, 1);
    },
  };
  const answer = (message) => listeners.forEach(([name, act]) => name === "msg:custom" && act(message));
  const end = render({ model, el: use.body });
  const now = (what, act) => use.after(what, act).then(() => use.pages.push([`heard after ${what}`, heard.splice(0).join()]));
  await now("at first");
  for (const panel of use.body.querySelectorAll("details")) await now("unfolded", () => [panel.happen("toggle")]);
  const press = () => use.press("break it here");
  await now("asked", press);
  await now("busy", press);
  await now("somebody else's answer", () => answer({ type: "future", ticket: 9, future: made[0] }));
  await now("refused", () => answer({ type: "refused", ticket: 1, words: "there is no such part" }));
  await now("asked again", press);
  await now("answered", () => answer({ type: "future", ticket: 2, future: made[0] }));
  await now("answered twice", () => [answer({ type: "future", ticket: 2, future: made[0] }), answer({ type: "refused", ticket: 2, words: "no" })]);
  await now("over", () => end());
  use.pages.push(["nobody listens", String(listeners.length)]);
}

/* A player that is given a film alone; and one with a panel of somebody's own. */
async function bare(use, film) {
  use.player = mountPlayer(use.body, film);
  await use.after("a film alone");
  use.player.close();
  use.mount({ branch: null, panels: [] });
  await use.after("nobody can be asked");
  use.player.close();
  const panels = [{ title: "Mine", mount: (body) => body.append("my own panel") }, { id: "nothing", title: "Not shown", mount: () => body.append("no") }];
  use.mount({ panels, folded: true });
  await use.after("folded");
  for (const _ of [1, 2]) await use.after("unfolded", () => use.body.querySelectorAll("details")[0].happen("toggle"));
  await use.after("closed", () => use.player.close());
}
