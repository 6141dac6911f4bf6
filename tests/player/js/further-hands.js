/* More hands on a player: on panels of somebody who is not in all designs, at moments that are exactly those at which
   something happens, while a part of the future is hidden, and on pages that are resized or stand beside the corner. */

import { handled } from "./hands.js";

/* As `handled`, with the steps below. */
export const handledFurther = (film, steps) => handled(film, steps, STEPS);

const lives = (hands) => hands.all("div").find((node) => node.getAttribute("aria-label")?.startsWith("space-time"));
const click = (node, more) => node?.happen("click", more);

/* Each customer of the longest design, before, while and after things happen to them; closer, too. */
async function everybody(hands) {
  const { player } = hands;
  const lanes = player.lanes();
  const most = lanes.reduce((one, other) => (other.asked.length > one.asked.length ? other : one));
  const [first, last] = [0, most.asked.length - 1].map((place) => most.lane.requests.number[place]);
  const zoom = hands.all("button").find((node) => node.textContent === "up to the answer");
  for (const number of [first, last]) {
    const customer = { workload: most.lane.workloads[0], number };
    const asked = most.asked[most.requestOf(customer)];
    for (const after of [-1, 0, 1, 100_000, 130_000, 133_900, 162_500, 167_375, 167_376])
      await hands.after(`${number} after ${after}`, () => player.goTo(asked + after, { customer }));
    await hands.after("closer", () => click(zoom));
    for (const after of [129_999, 130_000, 130_001])
      await hands.after(`closer after ${after}`, () => player.goTo(asked + after));
    for (const place of hands.all(".ev-lv-crash").keys())
      await hands.after(`crash ${place}`, () => click(hands.all(".ev-lv-crash")[place]));
    await hands.after("as before", () => (player.selection.set({ future: 0 }), click(zoom)));
    for (const [place, key] of ["Enter", " "].entries()) {
      player.goTo(asked, { future: 0 });
      await hands.after(`another crash by ${key}`, () => hands.all(".ev-lv-crash").at(-place)?.happen("keydown", { key }));
    }
    const gone = hands.all("path").find((node) => node.time >= 0);
    await hands.after("to a mark", () => click(lives(hands), { target: gone ?? hands.body }));
    player.selection.set({ future: 0 });
  }
}

/* Lines of a flow, measured one after the other; the same one twice. */
async function lines(hands) {
  const { player, film } = hands;
  player.goTo(Math.round(film.end / 2));
  for (const place of hands.all("button").keys()) {
    const chip = hands.all("button")[place];
    if (!chip.classList.contains("ev-fl-chip")) continue;
    await hands.after(`line ${place}`, () => click(chip));
    await hands.after(`line ${place} later`, () => player.goTo(Math.round(0.75 * film.end)));
    await hands.after(`no line ${place}`, () => click(hands.all("button")[place]));
    await hands.after(`line ${place} once more`, () => click(hands.all("button")[place]));
  }
}

/* From moment to moment at which a part of the future becomes known: faults, and what is worked out when they end. */
async function secrets(hands) {
  const { player, film } = hands;
  const { faults, catch_ups: ahead } = player.lanes()[0].lane;
  const moments = [...faults.map(({ start }) => start), ...ahead.map(({ end }) => end)].sort((one, other) => one - other);
  for (const at of new Set(moments))
    for (const time of [at - 1, at, at + 1]) await hands.after(`at ${time}`, () => player.goTo(time));
  await hands.after("back", () => player.goTo(0));
  await hands.after("to the end but one", () => player.goTo(film.end - 1));
  await hands.after("the end", () => player.goTo(film.end));
}

/* A customer whose story is told while it goes on: at each moment at which a crash would matter, and beside it. */
async function story(hands) {
  const { player } = hands;
  const [index] = player.lanes();
  const customer = hands.who(0.5);
  const asked = index.asked[index.requestOf(customer)];
  for (const after of [0, 1, 2, 99_998, 99_999, 100_000, 129_999, 130_000, 130_001, 162_498, 162_499, 162_500, 162_501]) {
    await hands.after(`story after ${after}`, () => player.goTo(asked + after, { customer }));
    const marks = hands.all(".ev-lv-crash").map((node) => node.words());
    hands.pages.push([`crashes after ${after}`, marks.join("; ")]);
  }
}

/* Pages of other sizes, whose pictures do not begin at the edge. */
async function sizes(hands) {
  const { player, film } = hands;
  await hands.after("somebody", () => player.goTo(Math.round(film.end / 2), { customer: hands.who(0.5) }));
  const bodies = hands.all(".ev-panel-body");
  for (const width of [0, 600, 601]) {
    for (const body of bodies) body.clientWidth = width;
    await hands.after(`panels ${width} wide`, () => bodies.forEach((body) => body.resized()));
  }
  for (const [number, frame] of hands.all(".ev-stage-frame").entries())
    for (const width of [999, 1000, 1001, 1000]) {
      frame.scrollWidth = width;
      await hands.after(`stage ${number} of ${width}`, () => frame.resized());
    }
  await hands.after("the whole page", () => player.root.resized());
  const beside = () => ({ left: 200, top: 40, right: 800, bottom: 240, width: 600, height: 200 });
  const pictures = [...hands.all(".ev-pr-columns"), ...hands.all(".ev-flow").flatMap((node) => node.querySelectorAll(".evsim-scene"))];
  for (const [place, node] of pictures.entries())
    for (const clientX of [250, 380, 560])
      for (const what of ["pointermove", "click"]) {
        for (const svg of node.querySelectorAll("svg")) svg.getBoundingClientRect = beside;
        await hands.after(`${what} ${place} at ${clientX}`, () => node.happen(what, { clientX, clientY: 90 }));
      }
  const scrolled = () => hands.body.all().flatMap((node) => (node.scrolled ? [node.dataset.panel ?? node.tagName, node.scrolled] : []));
  for (const calm of [true, false]) {
    matchMedia().matches = calm;
    await hands.after(`a column, ${calm}`, () => click(hands.all(".ev-pr-columns")[0], { clientX: 380, clientY: 90 }));
    hands.pages.push([`seen, ${calm}`, JSON.stringify(scrolled())]);
  }
}

/* Somebody logs in three times, goes back in time, and is somebody else. */
async function logins(hands) {
  const { player } = hands;
  const [index] = player.lanes();
  const [customer, other] = [0.2, 0.7].map((share) => hands.who(share));
  const asked = index.asked[index.requestOf(customer)];
  for (const after of [-1, 0, 900_000, 50_000, 2_000_000])
    await hands.after(`log in after ${after}`, () => (player.goTo(asked + after, { customer }), player.login()));
  for (const after of [49_999, 50_000, 1_000_000]) await hands.after(`back to ${after}`, () => player.goTo(asked + after));
  await hands.after("somebody else", () => player.selection.set({ customer: other }));
  await hands.after("nobody", () => player.selection.set({ customer: null }));
}

const STEPS = { everybody, lines, secrets, story, sizes, logins };
