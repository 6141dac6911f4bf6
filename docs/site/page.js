/* The lesson around the player: steps, guesses, what came of it. Counts and sentences were made by Python; they stand in
   `story`. */

const story = JSON.parse(document.getElementById("story").textContent);
const SECOND = 1e6; // of a film
const IDLE = 25_000; // ms until something breaks by itself, if nobody touches anything
const [WATCH, GUESS, REGISTER, BREAK, TRUTH, TURN] = [0, 1, 2, 3, 4, 5];
const BY_ITSELF = ["mailing-list", 8];

const at = (id) => document.getElementById(id);
const steps = [...document.querySelectorAll(".step")];
const dots = [...document.querySelectorAll("#steps button")];
const memory = remembered();
let player;
let pair = ["classic", "events"];
let broken = null; // {part, moment, shown: whether the truth is told, guesses, byItself}

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

function say(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== ""));
}

const nameOf = (part) => story.parts.find(({ id }) => id === part).name;
const capital = (words) => words[0].toUpperCase() + words.slice(1);
const listed = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

/* A guess outlives a reload, where the browser lets it. */
function remembered() {
  const key = "evsim-press-register";
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {} // a browser that keeps nothing
  return {
    get: (name) => kept[name],
    set(name, value) {
      kept[name] = value;
      try {
        localStorage.setItem(key, JSON.stringify(kept));
      } catch {}
    },
  };
}

// The player, for two of the designs.

function show(designs) {
  const before = player?.selection.get();
  player?.close();
  pair = designs;
  const places = designs.map((name) => story.designs.indexOf(name));
  const chosen = (future) => ({
    ...future,
    lanes: places.map((place) => future.lanes[place]),
    changed: future.changed.length ? places.map((place) => future.changed[place]) : [],
    note: future.fault ? without(future.fault.outage, designs) : "",
  });
  const film = { ...story.film, futures: story.film.futures.map(chosen), stored: story.film.stored.map(chosen) };
  player = window.player = page.show(at("player"), film);
  if (before) player.selection.set({ time: before.time, customer: before.customer });
  player.selection.subscribe(follow);
}

/* Which designs have no such part, in words. */
function without(part, designs) {
  const lanes = story.film.futures[0].lanes;
  const lacking = designs.filter((name) => {
    const { services, channels } = lanes[story.designs.indexOf(name)];
    return ![...services, ...channels].some((each) => each.name === part);
  });
  if (!lacking.length) return "";
  return `${listed(lacking)} ${lacking.length === 1 ? "has" : "have"} no ${part}: nothing changes there`;
}

/* Where the steps stand above the player, one looks at one or the other. */
function look(node) {
  if (matchMedia("(min-width: 1200px)").matches) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}

function follow(state, changed) {
  if (changed.has("future") && state.future) {
    const { fault, at: moment } = player.futures[state.future];
    entered(fault.outage, moment / SECOND);
  }
  if (changed.has("customer") && state.customer) met();
  if (state.customer) tellMe(state);
  if (broken && !broken.shown && state.future && state.time >= quiet()) tellTruth();
}

/* When a fault and what it leaves are over, as far as one wants to watch. */
function quiet() {
  return Math.min(player.film.end, (broken.moment + story.lasts + 6) * SECOND);
}

// Steps.

function go(step) {
  steps.forEach((section, number) => {
    section.hidden = number !== step;
  });
  dots.forEach((dot, number) => {
    if (number === step) dot.setAttribute("aria-current", "step");
    else dot.removeAttribute("aria-current");
  });
}

function goAndFocus(step) {
  go(step);
  const heading = steps[step].querySelector("h2");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/* Somebody pressed Register: whoever has guessed sees what comes of it, and others guess first. */
function met() {
  if (steps[WATCH].hidden && steps[GUESS].hidden) return;
  go(memory.get("told") ? REGISTER : GUESS);
}

// A guess about being told.

function guessing() {
  at("asked").textContent = story.question.asked;
  say(
    at("choices"),
    Object.keys(story.question.choices).map((choice) => {
      const radio = make("input", { type: "radio", name: "told", value: choice, required: true });
      radio.checked = memory.get("told") === choice;
      return make("label", {}, radio, ` ${choice}`);
    }),
  );
  at("guess").addEventListener("submit", (event) => {
    event.preventDefault();
    memory.set("told", new FormData(event.target).get("told"));
    goAndFocus(REGISTER);
  });
}

/* What became of the customer that one is, once it is known; and of all others. */
function tellMe({ customer, time }) {
  const moments = player.events().mine(customer);
  if (time < moments[moments.length - 1]) {
    at("to-break").hidden = true;
    return say(at("told"), make("p", {}, "It is on its way ..."));
  }
  if (at("to-break").hidden) look(steps[REGISTER]);
  const requests = player.lanes().map((index) => index.requestOf(customer));
  const lines = pair.map((name) => {
    const place = story.designs.indexOf(name);
    const { "told yes": yes } = story.results.base[place].counts;
    return make("li", {}, make("b", {}, name), `: ${story.whenTold[place]} of the ${yes} who were told yes`);
  });
  const { truth, choices } = story.question;
  const guess = memory.get("told");
  const wrong = guess && guess !== truth ? ` The thought behind that: ${choices[guess]}` : "";
  say(
    at("told"),
    make("p", { className: "verdict" }, player.meWords(player.film.end, customer, requests)),
    make("p", {}, "And the others? Row and subscription were both there at the moment of the answer for"),
    make("ul", {}, lines),
    make(
      "p",
      {},
      guess
        ? `You guessed \u201c${guess}\u201d. ${guess === truth ? "So it is." : `It is \u201c${truth}\u201d.`}${wrong}`
        : `So whoever is told \u201cregistered\u201d is on the list: ${truth}.`,
    ),
    make("p", {}, "The word has changed its meaning: from ", make("b", {}, "done"), " to ", make("b", {}, "received"), "."),
  );
  at("to-break").hidden = false;
}

// Break it.

function breaking() {
  say(
    at("parts"),
    story.parts.map(({ id, name }, number) => {
      const radio = make("input", { type: "radio", name: "part", value: id, checked: !number });
      return make("label", {}, radio, ` ${name.replace("the ", "")}`);
    }),
  );
  const slider = Object.assign(at("moment"), { min: 0, max: story.moments.length - 1, step: 1 });
  slider.value = story.moments.indexOf(BY_ITSELF[1]);
  slider.addEventListener("input", moved);
  at("break").addEventListener("submit", (event) => {
    event.preventDefault();
    const guesses = Object.fromEntries(pair.map((name) => [name, at(`guess-${name}`).value]));
    breakIt(new FormData(event.target).get("part"), story.moments[slider.value], guesses);
  });
  for (const node of document.querySelectorAll(".lasts")) node.textContent = story.lasts;
  for (const node of document.querySelectorAll(".all")) node.textContent = story.results.base[0].counts.customers;
}

/* Fields for guesses, for the designs that are shown. */
function askCounts() {
  say(
    at("guesses"),
    pair.map((name) => {
      const field = make("input", { type: "number", id: `guess-${name}`, min: 0, max: 999, inputMode: "numeric" });
      return make("label", {}, `${name} `, field);
    }),
  );
  moved();
}

function moved() {
  const second = story.moments[at("moment").value];
  at("moment-said").textContent = `${second} s`;
  at("moment").setAttribute("aria-valuetext", `second ${second}`);
  const coming = player.lanes(0)[0].arrivals.filter((time) => time >= second * SECOND && time < (second + story.lasts) * SECOND);
  at("come").textContent = coming.length;
}

async function breakIt(part, second, guesses = {}, byItself = false) {
  player.selection.set({ customer: null, future: 0 });
  broken = { guesses, byItself };
  await player.breakAt({ outage: part, for: story.lasts }, second * SECOND);
  player.change({ pace: "true", speed: 1 });
  player.clock.start();
}

/* A future was entered, by the lesson or in the player itself. */
function entered(part, moment) {
  broken = { guesses: {}, byItself: false, ...(broken?.part ? {} : broken), part, moment, shown: false };
  const lacking = without(part, pair);
  const name = nameOf(part);
  say(
    at("truth"),
    make("p", {}, broken.byItself ? make("b", {}, `Nobody pressed anything, so ${name} broke by itself. `) : null,
      `From second ${moment} to ${moment + story.lasts} ${name} is down.`),
    lacking ? make("p", {}, `${capital(lacking)}.`) : null,
    make("p", {}, "Up to then nothing is different. Watch what follows: on the bar, a red mark is an error that a customer is told; in the broker, numbers are messages that wait."),
  );
  at("fill-moment").textContent = moment;
  at("reveal").hidden = false;
  at("again").hidden = true;
  go(TRUTH);
  look(at("player"));
}

function tellTruth() {
  const { part, moment, guesses, byItself } = broken;
  broken.shown = true;
  const results = story.results[`${part} ${moment}`];
  const parts = pair.map((name) => {
    const place = story.designs.indexOf(name);
    const result = results[place];
    const said = [make("p", {}, make("b", { className: "name" }, name), ": ", result ? result.sum : `it has no ${nameOf(part).replace("the ", "")}. ${story.results.base[place].sum}`, ".")];
    if (result) {
      said.push(make("p", { className: "verdict" }, outcome(result.counts)));
      keep(part, place, moment);
    }
    const guess = guesses[name];
    if (guess !== undefined && guess !== "") {
      const { "told error": errors } = (result ?? story.results.base[place]).counts;
      said.push(make("p", { className: "soft" }, `Told an error: you guessed ${guess}, it was ${errors}.`));
    }
    return make("div", { className: "design" }, said);
  });
  const name = capital(nameOf(part));
  const what = byItself ? `${name} broke by itself, at second ${moment}. This came of it:` : `${name} was down from second ${moment} to ${moment + story.lasts}.`;
  say(at("truth"), make("p", {}, what), parts);
  at("reveal").hidden = true;
  at("again").hidden = false;
  look(steps[TRUTH]);
}

/* Who was refused and who was lied to, of some counts of customers: a line each. */
function outcome(counts) {
  const [error, denied] = [counts["told error"], counts["told error, something done"]];
  const late = counts["told yes, not true 1 s later"];
  const line = (text, className = "") => make("span", { className: `what ${className}` }, text);
  return [
    error - denied ? line(`${error - denied} refused: told an error, and nothing done`) : "",
    denied ? line(`${denied} lied to: told an error, and something done`, "bad") : "",
    late ? line(`${late} lied to: told yes, and not true a second later`, "bad") : "",
    error + late ? "" : line("nobody refused, nobody lied to", "good"),
  ];
}

// The table.

function table() {
  const head = make("tr", {}, make("td"), story.designs.map((name) => make("th", { scope: "col" }, name)));
  const rows = [["none", "nothing"], ...story.parts.map(({ id, name }) => [id, name])].map(([id, name]) =>
    make("tr", {}, make("th", { scope: "row" }, name), story.designs.map((_, place) => make("td", { id: `cell-${id}-${place}`, className: "unknown" }, "?"))),
  );
  say(at("table"), make("thead", {}, head), make("tbody", {}, rows));
  story.designs.forEach((_, place) => write(at(`cell-none-${place}`), story.results.base[place]));
  at("fill-moment").textContent = BY_ITSELF[1];
  at("fill").addEventListener("click", () => {
    const moment = Number(at("fill-moment").textContent);
    for (const { id } of story.parts) story.designs.forEach((_, place) => keep(id, place, moment));
  });
}

function keep(part, place, moment) {
  write(at(`cell-${part}-${place}`), story.results[`${part} ${moment}`][place], moment);
}

function write(cell, result, moment = null) {
  cell.className = "";
  if (!result) return say(cell, make("span", { className: "what soft" }, "has no such part"));
  say(cell, outcome(result.counts), moment === null ? "" : make("span", { className: "when" }, `from second ${moment}`));
}

// Which two designs are shown.

function pairs() {
  const choice = (name, place) => {
    const select = make("select", {}, story.designs.map((each) => make("option", { value: each, selected: each === pair[place] }, each)));
    select.addEventListener("change", () => {
      const wanted = [...pair];
      const other = 1 - place;
      if (wanted[other] === select.value) wanted[other] = wanted[place];
      wanted[place] = select.value;
      show(wanted);
      pairs();
      askCounts();
    });
    return make("label", {}, `${name} `, select);
  };
  const button = make("button", { type: "button", className: "next" }, "Break something");
  button.addEventListener("click", () => goAndFocus(BREAK));
  say(at("pairs"), choice("above", 0), choice("below", 1), button);
}

// Begin.

function begin() {
  show(pair);
  guessing();
  breaking();
  askCounts();
  table();
  pairs();
  dots.forEach((dot, number) => dot.addEventListener("click", () => goAndFocus(number)));
  steps[WATCH].querySelector(".next").addEventListener("click", () => goAndFocus(GUESS));
  at("press").addEventListener("click", () => {
    look(at("player"));
    player.come();
  });
  at("to-break").addEventListener("click", () => goAndFocus(BREAK));
  at("again").addEventListener("click", () => goAndFocus(TURN));
  at("reveal").addEventListener("click", () => {
    player.clock.stop();
    player.goTo(player.film.end);
  });
  for (const later of document.querySelectorAll(".later")) later.hidden = true;
  go(WATCH);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  player.clock.start();
  const alone = setTimeout(() => breakIt(...BY_ITSELF, {}, true), IDLE);
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => clearTimeout(alone), { capture: true, once: true });
}

begin();
