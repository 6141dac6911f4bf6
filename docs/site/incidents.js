/* The incident deck: a clock that goes on by the minutes of each look. What was measured stands in `deck`, made by Python. */

const deck = JSON.parse(document.getElementById("deck").textContent);
const HEADER = ["whose way", "lost", "told untrue", "for good", "minutes down", "money spent", "in all"];
const SVG = "http://www.w3.org/2000/svg";

const at = (id) => document.getElementById(id);
let game = null; // the card, the minute it is, what was named and mended

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return made;
}

function timeOfDay(minute) {
  const [hours, minutes] = game.card.clock.split(":").map(Number);
  const all = hours * 60 + minutes + minute;
  return `${String(Math.floor(all / 60) % 24).padStart(2, "0")}:${String(all % 60).padStart(2, "0")}`;
}

function table(header, rows, left) {
  const cell = (tag) => (each, place) => {
    const made = make(tag, { className: left(place) ? "" : "number" });
    made.append(each);
    return made;
  };
  const head = make("tr", {}, header.map(cell("th")));
  const body = rows.map((row) => make("tr", { className: row.mine ? "you" : "" }, (row.cells ?? row).map(cell("td"))));
  const made = make("table", {}, make("thead", {}, head), make("tbody", {}, body));
  return make("div", { className: "scroll", tabIndex: 0 }, made);
}

/* A bar for each minute until now. */
function bars(values) {
  const top = Math.max(0, ...values.filter((each) => each !== null));
  const made = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "bars", width: 7 * values.length, height: 18, role: "img", "aria-label": "one bar a minute" }))
    made.setAttribute(name, value);
  values.forEach((each, place) => {
    const height = top && each ? (18 * each) / top : 0;
    const bar = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: 7 * place, y: 18 - height, width: 5, height, fill: "currentColor" }))
      bar.setAttribute(name, value);
    made.append(bar);
  });
  return made;
}

// What a look shows at this minute.

function gauges(parts) {
  const last = Array.from({ length: deck.shown }, (_, back) => game.now - deck.shown + 1 + back);
  const minutes = [deck.usual, ...last.filter((minute) => minute > deck.usual)];
  const rows = parts.map((part) => [part.words, ...minutes.map((minute) => part.said[minute - 1]), bars(part.values.slice(0, game.now))]);
  const header = ["the minute before", ...minutes.map(timeOfDay), "since the start"];
  return table(header, rows, (place) => place === 0 || place === header.length - 1);
}

function logged(part) {
  const noted = game.card.notes.filter(([minute]) => minute <= game.now).map(([minute, words]) => [timeOfDay(minute), words]);
  const from = timeOfDay(game.now - deck.logged);
  const lines = part.lines.filter(([time]) => time >= from && time < timeOfDay(game.now));
  const rows = [...noted, ...lines].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return rows.length ? table(["at", "what"], rows, () => true) : make("p", {}, "The log says nothing.");
}

function parts(look) {
  const measured = look.parts.filter((part) => part.kind === "gauge");
  const others = look.parts.filter((part) => part.kind !== "gauge");
  const shown = (part) => {
    if (part.kind === "log") return logged(part);
    const rows = part.rows[game.now - game.card.alarm];
    return table(part.header, rows, (place) => place === 0 || part.header.length === 2);
  };
  return [...(measured.length ? [gauges(measured)] : []), ...others.map(shown)];
}

// The game.

function note(title, ...children) {
  at("seen").prepend(make("article", {}, make("h4", {}, title), children));
  at("clock").textContent = `It is ${timeOfDay(game.now)}.`;
}

function pass(minutes) {
  game.now = Math.min(game.now + minutes, game.card.end);
  if (game.now < game.card.end) return true;
  finish(null);
  return false;
}

function look(name) {
  const its = game.card.looks[name];
  if (pass(its.minutes)) note(`${timeOfDay(game.now)}: ${its.label}`, parts(its));
}

function name(cause, button) {
  const { right, suspects } = game.card;
  const said = suspects[cause].said;
  game.named.push([game.now, cause]);
  button.disabled = true;
  if (cause === right) {
    note(`${timeOfDay(game.now)}: yes, ${suspects[cause].label}`, make("p", {}, said), make("p", {}, "What do you do about it?"));
    return;
  }
  const title = `${timeOfDay(game.now)}: no, it is not that ${suspects[cause].label}`;
  const words = [make("p", {}, said), make("p", {}, `The team has followed that for ${deck.wrong} minutes.`)];
  if (pass(deck.wrong)) note(title, words);
}

function mend(which) {
  const its = game.card.mends[which];
  const begun = game.now;
  const works = begun + its.minutes;
  const moments = Object.keys(its.costs).map(Number).filter((minute) => minute >= works);
  finish(moments.length ? { which, begun, moment: Math.min(...moments) } : null);
}

function finish(done) {
  at("game").querySelectorAll("button").forEach((button) => (button.disabled = true));
  const { card } = game;
  const right = card.suspects[card.right];
  const mine = done ? card.mends[done.which].costs[done.moment] : card.tolls["doing nothing"];
  const amounts = (values) => values.map((each) => each.toLocaleString("en"));
  const rows = [
    ["doing nothing", ...amounts(card.tolls["doing nothing"])],
    { mine: true, cells: ["you", ...amounts(mine)] },
    ["somebody who knows", ...amounts(card.tolls["somebody who knows"])],
  ];
  const numbers = (place) => place === 0;
  const did = done
    ? `From ${timeOfDay(done.moment)} on: ${card.mends[done.which].label}.`
    : "Nothing was done before the shift was over.";
  const wrong = game.named.filter(([, cause]) => cause !== card.right);
  const named = wrong.map(([minute, cause]) => make("p", {}, `At ${timeOfDay(minute)} you named: ${card.suspects[cause].label}. ${card.suspects[cause].said}`));
  const tells = Object.entries(card.looks).filter(([, its]) => its.tells).map(([, its]) => [its.label, its.tells]);
  const first = (its) => Math.min(...Object.keys(its.costs).map(Number).filter((minute) => minute >= card.alarm + its.minutes));
  const alone = Object.values(card.mends).map((its) => [its.label, ...amounts(its.costs[first(its)]), its.since]);
  at("outcome").replaceChildren(
    make("p", {}, make("b", {}, "Broken first: "), `${right.label}. ${right.said}`),
    make("p", {}, did), ...named, table(HEADER, rows, numbers),
    make("h3", {}, "What the figures showed at the alarm"), table(["a look at", "showed"], tells, () => true),
    make("h3", {}, "Each mend alone, begun at the alarm"), table(["what is done", ...HEADER.slice(1), "why"], alone, (place) => place === 0 || place === 7),
    make("p", {}, make("b", {}, "Cheaper: "), card.cheaper),
    make("p", {}, make("b", {}, "It happened: "), card.retells, " ", make("a", { href: card.source.address }, `${card.source.who}: ${card.source.title}, ${card.source.date}`), "."),
  );
  at("debriefing").hidden = false;
  at("h-debriefing").textContent = `Debriefing: ${card.title} (${card.name}, seed ${card.seed})`;
  at("h-debriefing").focus();
}

function button(words, small, act) {
  const made = make("button", { type: "button" }, words, small ? make("small", {}, ` (${small})`) : null);
  made.addEventListener("click", () => act(made));
  return made;
}

function deal(card) {
  game = { card, now: card.alarm, named: [] };
  window.game = game;
  at("title").textContent = `${timeOfDay(card.alarm)}: ${card.title}`;
  at("about").textContent = card.about;
  at("symptoms").replaceChildren(...card.symptoms.map((each) => make("p", {}, each)));
  at("looks").replaceChildren(...Object.entries(card.looks).map(([key, its]) => button(its.label, `${its.minutes} min`, () => look(key))));
  at("suspects").replaceChildren(...Object.entries(card.suspects).map(([key, its]) => button(its.label, "", (made) => name(key, made))));
  const price = (its) => `${its.minutes} min${its.money ? `, ${its.money.toLocaleString("en")}` : ""}`;
  at("mends").replaceChildren(...Object.entries(card.mends).map(([key, its]) => button(its.label, price(its), () => mend(key))));
  at("seen").replaceChildren();
  at("clock").textContent = `It is ${timeOfDay(game.now)}.`;
  at("debriefing").hidden = true;
  at("game").hidden = false;
  at("title").focus();
}

deck.cards.forEach((card, number) => at("which").append(make("option", { value: number }, `${card.title} (luck ${card.seed})`)));
at("which").prepend(make("option", { value: "", selected: true }, "choose"));
at("which").addEventListener("change", () => at("which").value !== "" && deal(deck.cards[at("which").value]));
at("deal").addEventListener("click", () => deal(deck.cards[Math.floor(Math.random() * deck.cards.length)]));
