/* The player in a notebook (anywidget). Other futures are asked for from Python. */

import { readFilm } from "./film.js";
import { PANELS } from "./panels.js";
import { mountPlayer } from "./player.js";

export function render({ model, el }) {
  const waiting = new Map();
  let tickets = 0;
  const answer = ({ type, ticket, future, words }) => {
    const asked = waiting.get(ticket);
    waiting.delete(ticket);
    if (type === "future") asked?.resolve(future);
    else asked?.reject(new Error(words));
  };
  const branch = (request) =>
    new Promise((resolve, reject) => {
      waiting.set(++tickets, { resolve, reject });
      model.send({ type: "branch", ticket: tickets, ...request });
    });
  model.on("msg:custom", answer);
  const player = mountPlayer(el, readFilm(model.get("film")), { panels: PANELS, folded: true, branch });
  return () => {
    model.off("msg:custom", answer);
    player.close();
  };
}
