/* Parts of a player that are asked alone: axes, columns, wires, looks, a telephone, lives on lifelines. */

import { counts, times } from "../../../evsim/view/player/js/axes.js";
import { readColumn, readFilm } from "../../../evsim/view/player/js/film.js";
import { Way, arrange, wiresOf } from "../../../evsim/view/player/js/geometry.js";
import { indexLane } from "../../../evsim/view/player/js/lane.js";
import { livesScene } from "../../../evsim/view/player/js/life-scene.js";
import { livesOf } from "../../../evsim/view/player/js/lives.js";
import { Looks } from "../../../evsim/view/player/js/looks.js";
import { bandsOf } from "../../../evsim/view/player/js/marks.js";
import { firstLoss } from "../../../evsim/view/player/js/odd.js";
import { phoneAt } from "../../../evsim/view/player/js/phone.js";
import { Promises, promiseScene, sizeOf } from "../../../evsim/view/player/js/promise.js";
import { stateOf } from "../../../evsim/view/player/js/state.js";
import { fakePage } from "./fake-page.js";

const refusal = (act) => {
  try {
    return act();
  } catch (error) {
    return error.message;
  }
};

/* Of a page: its words, and what each element has. */
const written = (node) =>
  node.tagName ? [node.tagName, ...node.attributes.entries(), ...node.nodes.map(written)] : node.textContent;

/* spans: [low, high] of axes; numbers: of columns and customers; wired: {wires, boxes} of lanes; ways: points;
   until: moments of bands; films: name -> film. Gives name -> what is said. */
export function partsAsked({ spans, numbers, wired, ways, until, bands, films }) {
  const column = (number) => [readColumn(number, 2).constructor.name, ...readColumn(number, 2)];
  return {
    axes: spans.map(([low, high]) => [times(low, high), counts(low, high, "customers"), counts(low, high, "few", 3)]),
    columns: numbers.map((number) => [column(number), column(-number), sizeOf(number)]),
    "no film": [refusal(() => readFilm(null)), refusal(() => readFilm({ format: "evsim-film" }))],
    wires: wired.flatMap((each) => [false, true].map((upright) => wire(each, upright))),
    ways: ways.map((points) => [new Way(points).path, new Way(points).length, ...[0, 0.4, 0.5, 1].map((share) => new Way(points).at(share, 3))]),
    bands: until.map((time) => [bandsOf(bands, time), bandsOf(bands, time, (at) => at + 1)]),
    ...Object.fromEntries(Object.entries(films).map(([name, data]) => [name, ofFilm(readFilm(data))])),
  };
}

function wire({ wires, boxes }, upright) {
  const names = Object.keys(boxes).map((name) => ({ name }));
  const { pairs, way } = wiresOf({ wires, services: names.slice(1), channels: names.slice(0, 1) }, { boxes, upright });
  return pairs.map(([from, to]) => [from, to, way(from, to).path, way(to, from).path, way(from, to).at(0.25, 2)]);
}

function ofFilm(film) {
  const lanes = film.futures[0].lanes.map((lane) => indexLane(film, lane));
  const [index] = lanes;
  const promises = new Promises(index);
  const all = film.effects.map((_, effect) => effect);
  return {
    "where things stand": [arrange(film), ...lanes.map((_, number) => arrange(film, number))],
    "with plugs": arrange({ ...film, toy: { plugs: ["any"] } }, 0),
    promise: promiseScene(promises, promises.worst(2), film.end / 2, film.end / 4),
    "all effects": [promiseScene(promises, all, film.end, film.end), promises.worst(1), promises.sum(film.end)],
    looks: looked(index, all),
    telephone: called(index, all),
    lives: lived(film, lanes),
    "at first": lanes.map((each) => [0, 250_000, film.end].map((t) => stateOf(each, t))),
    "lost first": lanes.map(firstLoss),
  };
}

/* Looks at moments at which an effect happens, and far beyond all of them. */
function looked(index, effects) {
  fakePage();
  return (index.asked.length ? effects : []).map((effect) => {
    const looks = new Looks(effect);
    looks.show(index);
    const after = looks.after.filter(Number.isFinite).sort((one, other) => one - other);
    for (const since of [0, after[0], after.at(-2), after.at(-1), 400_000, 400_001, 9e9]) if (since !== undefined) looks.add(since);
    return written(looks.node);
  });
}

/* What the telephone of some says before they come, at each of their moments and a microsecond before it. */
function called(index, effects) {
  const sums = { arrived: 3, yes: 1, no: 0, error: 0 };
  const many = [sums, { ...sums, no: 1 }, { ...sums, error: 1 }];
  const those = [0, 1, index.asked.length - 1].filter((request) => request in index.asked);
  return those.flatMap((request) => {
    const asked = index.asked[request];
    const moments = effects.flatMap((effect) => index.presses(request).flatMap((each) => index.truth.times(effect, each)));
    const logins = [asked - 1, asked, ...moments.flatMap((time) => [time - 1, time]), asked + 9e9].sort((one, other) => one - other);
    const at = [asked - 1, ...logins.slice(1, 9), index.answered[request], index.lane.end];
    return at.map((t, place) =>
      [undefined, request].map((who) =>
        [logins, logins.slice(0, 1), []].map((made) =>
          [null, ...effects].map((effect) => phoneAt(index, t, who, many[place % 3], made, { row: effect, mail: effect })),
        ),
      ),
    );
  });
}

/* The lives of some in all designs, in some of them and in none but the last, for as long as this or that lasts. */
function lived(film, lanes) {
  const one = lanes[0].asked.length - 1;
  const those = [[...lanes.keys()].map(() => 0), ...lanes.map((_, lane) => lanes.map((_, other) => (other < lane ? undefined : 0)))];
  return [...those, lanes.map((index, lane) => (lane ? undefined : one))].flatMap((requests) => {
    const lives = livesOf(lanes, requests.map((each, lane) => (each in lanes[lane].asked ? each : undefined)));
    const there = lives.filter((life) => life);
    if (!there.length) return [];
    const [life] = there;
    const ends = [life.end, life.answered, ...life.effects.map(({ time }) => time), ...life.lines.map(({ arrive }) => arrive)];
    const spans = [...new Set(ends.map((time) => time - life.begin))].filter((span) => span > 0).sort((a, b) => a - b);
    const drawn = [...spans.slice(0, 3), spans.at(-1)].map((span) => livesScene(film, lives, span).scene);
    return [drawn, there.map((each) => [each.caption, each.names, each.crashPoints(), each.end])];
  });
}
