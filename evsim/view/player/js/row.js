/* One design: the page that the customer sees, the stage, the lamps, and a line of words about what happened last. */

import { h, put, say } from "./dom.js";
import { latest } from "./events.js";
import { Phone } from "./phone.js";
import { Lamps } from "./lamps.js";
import { Stage } from "./stage.js";
import { countWords, moment, tell } from "./words.js";

const [ONE_LINE, TWO_LINES] = [100, 200]; // letters

export class Row {
  /* `number`: its lane in each future; `alone`: there is no other design. */
  constructor(film, number, { arrangement, choose, alone, settings, login }) {
    const { name } = film.futures[0].lanes[number];
    Object.assign(this, { film, number, letters: alone ? TWO_LINES : ONE_LINE });
    [this.phone, this.stage, this.lamps] = [
      new Phone(film, settings, login),
      new Stage(film, arrangement, (customer) => choose(customer, number)),
      new Lamps(film),
    ];
    const frame = h("div", { class: "ev-stage-frame" }, this.stage.svg);
    // Where it scrolls, whoever has no pointer must get there.
    this.resizing = new ResizeObserver(() => put(frame, "tabindex", frame.scrollWidth > frame.clientWidth ? "0" : null));
    this.resizing.observe(frame);
    this.node = h(
      "div",
      { role: "group", class: `ev-lane${settings.has("lamps") ? "" : " no-lamps"}`, "aria-label": name },
      h("div", { class: "ev-customer" }, h("p", { class: "ev-lane-name" }, name), this.phone.node),
      frame,
      settings.has("lamps") ? this.lamps.node : null,
    );
    this.words = h("span");
    this.line = h("p", { class: "ev-line" }, alone ? null : h("b", {}, name), this.words);
  }

  close() {
    this.resizing.disconnect();
  }

  /* Stand otherwise. */
  arrange(arrangement) {
    this.stage.arrange(arrangement);
    this.stage.show(this.index);
  }

  /* Show the lane of another future. */
  show(index) {
    this.index = index;
    this.stage.show(index);
  }

  /* The moment `time`. request, who: the chosen customer, and their name; before: what became of them as it was; logins: when
     they have logged in. */
  draw(time, request, who, before, logins) {
    const { index } = this;
    const { counts } = this.stage.draw(time, request);
    this.counts = counts;
    put(this.stage.svg, "aria-label", `${index.lane.name} at ${moment(time)}: ${countWords(this.film, counts)}`);
    this.phone.draw(index, time, request, who, counts, logins);
    this.lamps.draw(index, time, request, counts, who, before);
  }

  /* Say what happened last of some events {list, times}. Where nothing happens now the line is faint.
     Gives the words if it happens now, else null. */
  tell(events, time, chosen) {
    const last = latest(events, time);
    const now = last.length > 0 && last[0].time === time;
    const age = last.length && !now ? `${moment(last[0].time)}: ` : "";
    const words = last.length
      ? `${age}${tell(this.index, last, chosen, this.letters)}`
      : "nothing has happened yet";
    this.write(words, now);
    return now ? words : null;
  }

  /* Say how many came and were told what: where too much happens for more. */
  count() {
    this.write(countWords(this.film, this.counts), true);
  }

  write(words, now) {
    say(this.words, words);
    put(this.line, "data-now", String(now));
  }
}
