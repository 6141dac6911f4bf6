/* The controls of a lesson in somebody's hands: what they show, and what a kernel hears of them. */

import { render } from "../../../evsim/lesson/panel.js";
import { placedPage, written } from "./written-page.js";

/* tried: {data (of the model), acts: [[what happens, number of the control, its value] or ["answer", message]]} of each;
   gives [what was done, the page then] of each step. */
export function panelsInUse(tried) {
  return tried.map(inUse);
}

function inUse({ data, acts }) {
  const { body } = placedPage();
  const [heard, listeners] = [[], []];
  const model = {
    get: (name) => data[name],
    send: (message) => heard.push(message),
    on: (name, act) => listeners.push([name, act]),
    off: (name, act) => {
      const place = listeners.findIndex((each) => each[0] === name && each[1] === act);
      if (place >= 0) listeners.splice(place, 1);
    },
  };
  const end = render({ model, el: body });
  const now = () => `${JSON.stringify(heard.splice(0))} ${written(body)}`;
  const pages = [["at first", now()]];
  for (const act of acts) {
    happens(act, body, listeners);
    pages.push([JSON.stringify(act), now()]);
  }
  end();
  happens(["answer", { said: "to nobody" }], body, listeners);
  pages.push(["after its end", `${listeners.length} ${now()}`]);
  return pages;
}

function happens([what, where, value], body, listeners) {
  if (what === "answer") {
    for (const [name, act] of listeners) if (name === "msg:custom") act(where);
    return;
  }
  const control = body.querySelectorAll("input, button")[where];
  if (what === "input") control.value = value;
  if (what === "change") control.checked = value;
  control.happen(what);
}
