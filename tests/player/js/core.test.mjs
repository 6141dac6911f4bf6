// The pure core of the player. Run by tests/player/test_core.py, or with: node --test tests/player/js

import assert from "node:assert/strict";
import { test } from "node:test";

import { following, preceding } from "../../../evsim/view/player/js/events.js";
import { readColumn, readFilm } from "../../../evsim/view/player/js/film.js";
import { arrange, Way, wiresOf } from "../../../evsim/view/player/js/geometry.js";
import { intervals, range, upTo } from "../../../evsim/view/player/js/intervals.js";
import { advance, SHORTEST } from "../../../evsim/view/player/js/pace.js";
import { createSelection } from "../../../evsim/view/player/js/selection.js";
import { list } from "../../../evsim/view/player/js/words.js";

// A generator of numbers below 1 that is the same each time.
function luck(seed) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

test("the index of intervals finds those that a search through all of them finds", () => {
  const random = luck(1);
  for (const count of [0, 1, 5, 100, 3000]) {
    const begins = range(0, count).map(() => Math.floor(random() * 1000) - 1); // some never begin
    const ends = begins.map((begin) => (random() < 0.1 ? -1 : begin + Math.floor(random() * 50)));
    const index = intervals(
      range(0, count),
      (id) => begins[id],
      (id) => ends[id],
    );
    for (const t of range(-1, 60).map((step) => step * 19)) {
      const open = range(0, count).filter(
        (id) => begins[id] >= 0 && begins[id] <= t && (ends[id] < 0 || ends[id] > t),
      );
      assert.deepEqual(
        [...index.at(t)].sort((one, other) => one - other),
        open,
      );
      assert.equal(index.count(t), begins.filter((begin) => begin >= 0 && begin <= t).length);
    }
  }
});

test("upTo counts the entries of a sorted array that are at most a value", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 9].map((value) => upTo([1, 2, 2, 5], value)),
    [0, 1, 3, 3, 4],
  );
});

test("stepping back undoes stepping forward", () => {
  const moments = [0, 3, 4, 4, 10];
  assert.deepEqual([following(moments, -1), following(moments, 3), following(moments, 10)], [0, 4, null]);
  assert.deepEqual([preceding(moments, 10), preceding(moments, 4), preceding(moments, 0)], [4, 3, null]);
});

test("at event pace every moment is seen for at least a quarter of a second, whatever the frames", () => {
  const random = luck(2);
  const moments = range(0, 200)
    .map(() => Math.floor(random() * 20e6))
    .sort((one, other) => one - other);
  for (const frame of [4, 16.7, 100]) {
    let [t, wall] = [0, 0];
    const seen = new Map(); // moment -> when it was first on the screen
    while (following(moments, t) !== null) {
      t = advance(t, frame, moments, 1, 30e6);
      wall += frame;
      for (const each of new Set(moments.filter((moment) => moment <= t)))
        if (!seen.has(each)) seen.set(each, wall);
    }
    const times = [...seen.values()];
    for (const place of range(2, times.length))
      assert.ok(times[place] - times[place - 1] >= SHORTEST - frame - 1e-6);
    assert.ok(times.at(-1) >= (seen.size - 1) * SHORTEST - frame);
  }
});

test("at event pace silence is cut short, and the end of all moments is the end", () => {
  assert.equal(advance(0, 1000, [0, 60e6], 1, 90e6), 60e6);
  assert.equal(advance(60e6, 1000, [0, 60e6], 1, 90e6), 60e6);
  assert.equal(advance(0, 500, [0, 60e6], 0.5, 90e6), 15e6); // half as fast: two seconds for the way
});

test("at true pace a second takes a second, times the speed", () => {
  assert.equal(advance(1e6, 250, null, 1, 9e6), 1.25e6);
  assert.equal(advance(1e6, 250, null, 0.1, 9e6), 1.025e6);
  assert.equal(advance(1e6, 60_000, null, 5, 9e6), 9e6);
});

test("followers of a selection hear what changed, and only of changes", () => {
  const selection = createSelection({ future: 1 });
  const heard = [];
  const end = selection.subscribe((state, changed, before) => heard.push([state.time, [...changed], before.time]));
  selection.set({ time: 5, future: 1 });
  selection.set({ time: 5 });
  selection.set({ customer: { workload: "page", number: 3 } });
  selection.set({ customer: { workload: "page", number: 3 } });
  end();
  selection.set({ time: 6 });
  assert.deepEqual(heard, [
    [5, ["time"], 0],
    [5, ["customer"], 5],
  ]);
  assert.equal(selection.get().time, 6);
});

test("a column is one number for all, or its bytes", () => {
  assert.deepEqual([...readColumn(-1, 3)], [-1, -1, -1]);
  assert.deepEqual([...readColumn(1e9, 2)], [1e9, 1e9]);
  for (const edge of [127, 128, -127, -128, -129]) assert.deepEqual([...readColumn(edge, 2)], [edge, edge]);
  assert.deepEqual([...readColumn("i2:AQD/fw==", 2)], [1, 32767]);
});

test("what is no film is refused with a word", () => {
  assert.throws(() => readFilm({}), /no film/);
  assert.throws(() => readFilm(null), /no film/);
  assert.throws(() => readFilm({ format: "evsim-film", version: 99 }), /version 99/);
});

test("a way is walked from its beginning to its end, and its way back is the same line", () => {
  const way = new Way([
    [0, 0],
    [30, 0],
    [30, 40],
  ]);
  assert.equal(way.length, 70);
  assert.deepEqual(way.at(0), { x: 0, y: 0 });
  assert.deepEqual(way.at(1), { x: 30, y: 40 });
  const back = new Way([
    [30, 40],
    [30, 0],
    [0, 0],
  ]);
  const [there, here] = [way.at(0.3), back.at(0.7)];
  assert.ok(Math.abs(there.x - here.x) < 1e-9 && Math.abs(there.y - here.y) < 1e-9);
});

test("a line goes above what stands between its ends, and straight where nothing does", () => {
  const box = (x) => ({ x, y: 20, width: 10, height: 40 });
  const boxes = { a: box(0), b: box(50), c: box(100) };
  const lane = {
    services: [{ name: "a" }, { name: "b" }, { name: "c" }],
    channels: [],
    wires: [["calls", "a", "c"]],
  };
  const { pairs, way } = wiresOf(lane, { boxes });
  assert.deepEqual(pairs, [["a", "c"]]);
  assert.equal(Math.min(...way("a", "c").points.map(([, y]) => y)), 9);
  assert.deepEqual(way("c", "a").points, [...way("a", "c").points].reverse());
  const free = wiresOf({ ...lane, services: [{ name: "a" }, { name: "c" }] }, { boxes });
  assert.equal(free.way("a", "c").points.length, 2);
  assert.equal(free.way("c", "b"), undefined);
});

test("words are joined as people do", () => {
  assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(list), ["", "a", "a and b", "a, b and c"]);
});

test("on a telephone what is a column elsewhere is a row, and a line goes past a box at its side", () => {
  const places = { page: [0, 0], a: [1, 0], b: [1.5, 0], c: [2, 0], d: [2, 1] };
  const parts = { services: ["a", "c", "d"].map((name) => ({ name })), channels: [{ name: "b" }], wires: [["calls", "a", "c"]] };
  const { boxes, width, height, upright } = arrange({ cast: places, workloads: ["page"], futures: [{ lanes: [parts] }] }, 0);
  assert.ok(upright && width < 500);
  assert.ok(boxes.a.y + boxes.a.height < boxes.b.y && boxes.b.y + boxes.b.height < boxes.c.y && boxes.c.y === boxes.d.y);
  assert.ok(Math.max(...Object.values(boxes).map((box) => box.x + box.width)) <= width && boxes.d.y + boxes.d.height <= height);
  const way = wiresOf(parts, { boxes, upright }).way("a", "c");
  for (let share = 0; share <= 1; share += 0.01) {
    const { x, y } = way.at(share);
    const inside = x > boxes.b.x && x < boxes.b.x + boxes.b.width && y > boxes.b.y && y < boxes.b.y + boxes.b.height;
    assert.ok(!inside);
  }
});
