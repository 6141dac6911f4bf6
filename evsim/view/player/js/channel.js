/* A channel on the stage: a log as strips of cells with a flag for each group, a queue as a stack of tickets. */

import { NEVER } from "./film.js";
import { LOG } from "./geometry.js";
import { BOLD, PLAIN, faultMarks, faultWords, fitted, short, ticket } from "./service.js";
import { mark } from "./shapes.js";
import { progress } from "./state.js";
import { counted, duration } from "./words.js";

const PAD = 9;
const [CELL_WIDTH, CELL_HEIGHT, CELLS] = [31, 23, 6]; // CELLS: in a line
const [FLAG, APART] = [2.8, 8]; // size of a flag, which stands between two lines of cells, and from flag to flag
const STRIPS = 4; // partitions that have a strip of their own
const STACK = 6; // tickets of a queue that are drawn

/* The items of a channel at a moment. */
export function channelMarks(stage, code, state) {
  const channel = stage.index.lane.channels[code];
  const box = stage.boxes[channel.name];
  const inside = !channel.keeps ? () => [] : channel.partitions ? log : queue;
  return [
    ...faultMarks(box, state.faults),
    ...inside(stage, box, channel, code, state),
    ...faultWords(box, state.faults),
  ];
}

/* The last messages as cells, one line a partition; of many partitions, all in one line that is folded. */
function log(stage, box, channel, code, state) {
  const { messages } = stage.index.lane;
  const groups = stage.index.groups.filter((group) => group.channel === channel.name);
  const lines = linesOf(stage, box, channel, code, state, groups.length);
  const cells = lines.flatMap(({ ids, y }) =>
    ids.map((message, place) => ({ message, x: box.x + PAD + place * CELL_WIDTH, y })),
  );
  const items = cells.flatMap(({ message, x, y }) => cell(stage, groups, message, x, y));
  groups.forEach((group, number) => {
    const oldest = state.groups[number].oldest;
    const at = cells.find(({ message }) => message === oldest);
    if (at) items.push(flag(groups, stage, group, at, state.groups[number].behind));
  });
  const first = box.y + box.height - LOG.line * groups.length + 7;
  groups.forEach((group, number) =>
    items.push(...status(stage, box, group, state.groups[number], first + LOG.line * number)),
  );
  if (!state.kept)
    items.push({ tag: "text", class: "ev-small", x: box.x + PAD, y: box.y + 58, text: "nothing yet" });
  return items;
}

function linesOf(stage, box, { partitions }, code, { kept }, groups) {
  const { lane, kept: all } = stage.index;
  const room = Math.max(1, Math.floor((box.height - LOG.top - LOG.line * groups) / LOG.step));
  const top = box.y + LOG.top;
  const ids = all[code].ids.slice(0, kept);
  if (partitions > 1 && partitions <= Math.min(STRIPS, room)) {
    return Array.from({ length: partitions }, (_, partition) => ({
      y: top + partition * LOG.step,
      ids: ids.filter((message) => lane.messages.partition[message] === partition).slice(-CELLS),
    }));
  }
  // Folded: the first cell of a line is always the same one, so that cells stay where they are while lines move up.
  const lines = Math.ceil(kept / CELLS);
  const shown = Math.min(lines, room);
  return Array.from({ length: shown }, (_, line) => {
    const first = (lines - shown + line) * CELLS;
    return { y: top + line * LOG.step, ids: ids.slice(first, first + CELLS) };
  });
}

/* A message that is kept: its customer's number, and below it how far each group is. */
function cell(stage, groups, message, x, y) {
  const { messages } = stage.index.lane;
  const request = messages.request[message];
  const customer = stage.customer(request);
  const far = groups.map((group) => progress(stage.index, group, message, stage.time));
  const over = far.every((each) => each === "over" || each === "none");
  const removed = messages.removed[message];
  const gone = removed !== NEVER && removed <= stage.time;
  const words = () => {
    const each = groups.map((group, number) => `${group.service} ${PROGRESS[far[number]]}`).join(", ");
    const [partition, offset] = [messages.partition[message], messages.offset[message]];
    const left = gone ? " (kept no longer)" : "";
    return `${stage.who(request)}: partition ${partition}, offset ${offset}${left}; ${each}`;
  };
  const look = `${over ? " over" : ""}${gone ? " gone" : ""}${stage.isMine(request) ? " mine" : ""}`;
  const items = [
    {
      tag: "rect",
      class: `ev-cell${look}`,
      x,
      y,
      width: CELL_WIDTH - 2,
      height: CELL_HEIGHT,
      rx: 1,
      words,
      customer,
    },
    {
      tag: "text",
      class: `ev-number${look}`,
      x: x + CELL_WIDTH / 2 - 1,
      y: y + 15.2,
      ...fitted(customer.number, CELL_WIDTH - 4),
      words,
      customer,
    },
  ];
  const width = (CELL_WIDTH - 4) / groups.length;
  groups.forEach((group, number) => {
    const fill = far[number] === "over" ? stage.colourOf(group.service) : "none";
    const size = { x: x + 1 + number * width, y: y + 16.5, width: width - 1, height: 5 };
    items.push({
      tag: "rect",
      class: `ev-pip ${far[number]}`,
      ...size,
      fill,
      stroke: stage.colourOf(group.service),
      words,
      customer,
    });
  });
  return items;
}

const PROGRESS = {
  none: "does not read it",
  over: "is done with it",
  handed: "has it",
  waits: "has not had it yet",
};

/* The flag of a group stands at the oldest message that it is not done with. */
function flag(groups, stage, group, { x, y }, behind) {
  const which = () => (behind === 1 ? "the only message" : `the oldest of ${behind} messages`);
  const words = () => `${group.service}: this is ${which()} that it is not done with`;
  const shift = 2 + APART * (groups.indexOf(group) % 3);
  return mark("flag", x + shift, y - 0.8, FLAG, { class: "ev-flag", fill: stage.colourOf(group.service), words });
}

function status(stage, box, { channel, service }, { behind }, y) {
  const moving = inRebalance(stage.index.lane, `${service} of ${channel}`, stage.time);
  const said = `${short(service, 15)} ${moving ? "rebalances" : behind ? `${behind} behind` : "up to date"}`;
  const text = fitted(said, box.width - 2 * PAD - 13, behind > 1 ? BOLD : PLAIN);
  const words = () => `${service} has ${counted(behind, "message")} to go`;
  return [
    mark("flag", box.x + PAD, y, 4.5, { fill: stage.colourOf(service), words }),
    { tag: "text", class: `ev-small${behind > 1 ? " strong" : ""}`, x: box.x + PAD + 13, y: y + 1, ...text, words },
  ];
}

function inRebalance({ notes }, what, t) {
  return notes.findLast((note) => note.what === what && note.time <= t)?.kind === "rebalance"; // or the end of one
}

/* The messages that wait, the oldest one lowest; and how many are handed out. */
function queue(stage, box, channel, code, state) {
  const { attempts } = stage.index.lane;
  const [{ behind }] = state.groups;
  const here = (row) => stage.index.channelOf(row) === channel.name;
  const obligation = (row) => (attempts.first[row] === NEVER ? row : attempts.first[row]);
  const waiting = stage.index.shelf.at(stage.time).filter(here);
  waiting.sort((one, other) => obligation(one) - obligation(other)); // what came back has its old place
  const items = [];
  const bottom = box.y + box.height - 46;
  const room = Math.min(STACK, Math.floor((bottom - box.y - 30) / 20));
  waiting.slice(0, room).forEach((row, place) => {
    const request = attempts.request[row];
    const words = () =>
      `${stage.who(request)} waits in ${channel.name}, for ${duration(stage.time - attempts.asked[row])} so far`;
    items.push(
      ...ticket(
        box.x + box.width / 2 - 25 + (place % 2),
        bottom - place * 20,
        stage.customer(request),
        stage.isMine(request),
        words,
        50,
      ),
    );
  });
  if (waiting.length > room) {
    const text = `+${waiting.length - room} more`;
    const right = { x: box.x + box.width - PAD, y: box.y + 34, "text-anchor": "end" };
    items.push({ tag: "text", class: "ev-small strong", ...right, text });
  }
  const handed = stage.index.leases.at(stage.time).filter(here).length;
  const text = behind ? `${waiting.length} wait, ${handed} handed out` : "empty";
  items.push({ tag: "text", class: "ev-small", x: box.x + PAD, y: box.y + box.height - 12, text });
  return items;
}
