/* The page around the toys: guesses, the console with its table, links to a state. Nothing happens that nobody asked for.
   Counts and sentences were made by Python; they stand in `story`. */

const story = JSON.parse(document.getElementById("story").textContent);
const SECOND = 1e6; // of a film
const WATCH = 6; // seconds after an outage until its row of the table is written
const SHAPES = { told: "\u25cf", row: "\u25a0", list: "\u25b2", lost: "\u2716" };

const at = (id) => document.getElementById(id);
const players = (window.players = {}); // name of a toy -> its player
const capital = (words) => words[0].toUpperCase() + words.slice(1);
const listed = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
let pair = ["classic", "events"];

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

function say(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== ""));
}

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
const memory = remembered();

// The toys.

function toys() {
  for (const section of document.querySelectorAll("section[data-toy]")) {
    const { toy } = section.dataset;
    players[toy] = page.show(section.querySelector(".toy"), story.toys[toy]);
  }
  const headings = [...document.querySelectorAll("main > section > h2")];
  const link = (heading) => make("li", {}, make("a", { href: `#${heading.parentNode.id}` }, heading.textContent));
  say(at("steps"), headings.map(link));
}

/* A word that lights up what it means on the stage below it, under a pointer, with the focus, or for good by a press. */
function glyphs() {
  for (const word of document.querySelectorAll(".glyph")) {
    const { lights } = word.dataset;
    const stage = word.closest("section").querySelector(".toy");
    word.type = "button";
    word.prepend(make("span", { className: `shape ${lights}`, ariaHidden: "true" }, SHAPES[lights]));
    word.setAttribute("aria-pressed", "false");
    word.title = "show me on the stage";
    const pressed = () => word.getAttribute("aria-pressed") === "true";
    const light = (on) => (on || pressed() ? (stage.dataset.lit = lights) : delete stage.dataset.lit);
    word.addEventListener("pointerenter", () => light(true));
    word.addEventListener("pointerleave", () => light(false));
    word.addEventListener("click", () => {
      word.setAttribute("aria-pressed", String(!pressed()));
      light(false);
    });
  }
}

// A guess about being told.

function guessing() {
  const { asked, choices, truth } = story.question;
  at("asked").textContent = asked;
  const radio = (choice) => {
    const made = make("input", { type: "radio", name: "told", value: choice, required: true, autocomplete: "off" });
    made.checked = memory.get("told") === choice;
    return make("label", {}, made, ` ${choice}`);
  };
  say(at("choices"), Object.keys(choices).map(radio));
  at("guess").addEventListener("submit", (event) => {
    event.preventDefault();
    memory.set("told", new FormData(event.target).get("told"));
    at("kept").textContent = "Kept. Now press Register below.";
  });
  const player = players["two ways"];
  player.selection.subscribe(({ customer, time }) => {
    if (!customer || time < player.lastOfMine(customer)) return say(at("told"));
    if (at("told").childNodes.length) return;
    const guess = memory.get("told");
    const lines = ["classic", "events"].map((name) => {
      const [true_, yes] = story.whenTold[story.designs.indexOf(name)];
      return make("li", {}, make("b", {}, name), `: for ${true_} of the ${yes} who were told yes`);
    });
    const thought = guess && guess !== truth && choices[guess] ? ` The thought behind that: ${choices[guess]}` : "";
    say(
      at("told"),
      make("p", {}, "And everybody else? Of 326 customers in half a minute, all was there when they were told:".replace("326", story.results.base[0].customers)),
      make("ul", {}, lines),
      make("p", {}, guess ? `You guessed \u201c${guess}\u201d. ${guess === truth ? "So it is." : `It is \u201c${truth}\u201d.`}${thought} ` : "",
        "The word has changed its meaning: from ", make("b", {}, "done"), " to ", make("b", {}, "received"), "."),
    );
  });
}

// The console, for two of the designs.

function show(designs) {
  const before = players.console?.selection.get();
  players.console?.close();
  pair = designs;
  const places = designs.map((name) => story.designs.indexOf(name));
  const chosen = (future) => ({
    ...future,
    lanes: places.map((place) => future.lanes[place]),
    changed: future.changed.length ? places.map((place) => future.changed[place]) : [],
    note: future.fault ? without(future.fault.outage, designs) : "",
  });
  const { console: whole } = story;
  const film = { ...whole, futures: whole.futures.map(chosen), stored: whole.stored.map(chosen) };
  const player = (players.console = window.player = page.show(at("player"), film, { folded: true }));
  if (before) player.selection.set({ time: before.time, customer: before.customer });
  player.selection.subscribe(fills);
}

/* Which designs have no such part, in words. */
function without(part, designs) {
  const { lanes } = story.console.futures[0];
  const lacking = designs.filter((name) => {
    const { services, channels } = lanes[story.designs.indexOf(name)];
    return ![...services, ...channels].some((each) => each.name === part);
  });
  if (!lacking.length) return "";
  const { name } = story.parts.find(({ id }) => id === part);
  return `${listed(lacking)} ${lacking.length === 1 ? "has" : "have"} no ${name.replace("the ", "")}: nothing changes there`;
}

/* Whoever has watched a fault and what it leaves has its cells of the table. */
function fills({ future, time }) {
  if (!future) return;
  const { fault, at: moment } = players.console.futures[future];
  const quiet = Math.min(players.console.film.end, moment + (story.lasts + WATCH) * SECOND);
  if (time >= quiet) for (const name of pair) keep(fault.outage, story.designs.indexOf(name), moment / SECOND);
}

function pairs() {
  const selects = ["above", "below"].map((word, place) => {
    const select = make("select", { autocomplete: "off" }, story.designs.map((each) => make("option", { value: each }, each)));
    select.addEventListener("change", () => {
      const wanted = [...pair];
      const other = 1 - place;
      if (wanted[other] === select.value) wanted[other] = wanted[place];
      wanted[place] = select.value;
      show(wanted);
      shown();
    });
    return [make("label", {}, `${word} `, select), select];
  });
  const shown = () => selects.forEach(([, select], place) => (select.value = pair[place]));
  say(at("pairs"), selects.map(([label]) => label));
  shown();
  return shown;
}

// The table.

/* Who was refused and who was lied to, of some counts of customers: a line each. */
function outcome(counts) {
  const [error, denied] = [counts["told error"], counts["told error, something done"]];
  const late = counts["told yes, not true 1 s later"];
  const line = (text, className = "") => make("li", { className }, text);
  const lines = [
    error - denied ? line(`${error - denied} refused: told an error, and nothing done`) : "",
    denied ? line(`${denied} lied to: told an error, and something done`, "bad") : "",
    late ? line(`${late} lied to: told yes, and not true a second later`, "bad") : "",
    error + late ? "" : line("nobody refused, nobody lied to", "good"),
  ];
  return make("ul", { className: "what" }, lines.filter(Boolean));
}

function table() {
  const head = make("tr", {}, make("td", {}, "down"), story.designs.map((name) => make("th", { scope: "col" }, name)));
  const rows = [{ id: "none", name: "nothing" }, ...story.parts].map(({ id, name }) =>
    make("tr", {}, make("th", { scope: "row" }, name), story.designs.map((_, place) => make("td", { id: `cell-${id}-${place}`, className: "unknown" }, "?"))),
  );
  say(at("table"), make("thead", {}, head), make("tbody", {}, rows));
  story.designs.forEach((_, place) => write(at(`cell-none-${place}`), story.results.base[place]));
  at("fill").addEventListener("click", () => {
    for (const { id } of story.parts) story.designs.forEach((_, place) => keep(id, place, 8));
  });
  const late = story.designs.filter((_, place) => story.results.base[place]["told yes, not true 1 s later"]);
  at("healthy").textContent = `Counts of ${story.results.base[0].customers} customers. ${capital(listed(late))} lie to a few even with nothing down: customers come by chance, sometimes many at once, and then the line of the mailing list is longer than a second. While a list catches up after an outage it is so for longer, so more customers are lied to than came while it was down.`;
}

function keep(part, place, moment) {
  write(at(`cell-${part}-${place}`), story.results[`${part} ${moment}`][place], moment);
}

function write(cell, result, moment = null) {
  cell.className = "";
  if (!result) return say(cell, "has no such part");
  say(cell, outcome(result), moment === null ? "" : make("span", { className: "when" }, `from second ${moment}`));
}

// Everything that was hidden.

function hidden() {
  const row = ([name, ...cells]) => make("tr", {}, make("th", { scope: "row" }, name), cells.map((cell) => make("td", {}, cell ?? "\u2013")));
  const top = (cells) => make("thead", {}, make("tr", {}, cells.map((cell) => make("th", { scope: "col" }, cell))));
  say(
    at("settings"),
    top(["setting", ...story.designs]),
    make("tbody", {}, story.settings.map(([path, values, written]) => Object.assign(row([path, ...values]), { className: written ? "written" : "" }))),
  );
  const changes = Object.entries(story.changes).flatMap(([name, its]) =>
    Object.entries(its).map(([path, value]) => row([name, path, value])),
  );
  say(at("changes"), top(["toy", "setting", "value"]), make("tbody", {}, changes));
  for (const node of document.querySelectorAll(".lasts")) node.textContent = story.lasts;
  for (const node of document.querySelectorAll(".seed")) node.textContent = story.seed;
}

// Links to a state: it stands in the address, and nobody is asked.

function sharing(shown) {
  at("share").addEventListener("click", async () => {
    const { time, future, customer } = players.console.selection.get();
    const { fault, at: moment } = players.console.futures[future];
    const state = { designs: pair.join(","), seed: story.seed, time: time / SECOND };
    if (fault) Object.assign(state, { down: fault.outage, from: moment / SECOND, for: fault.for });
    if (customer) state.customer = customer.number;
    const link = `${location.href.split("#")[0]}#${new URLSearchParams(state)}`;
    history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      at("shared").textContent = "Copied. It is in the address line, too.";
    } catch {
      at("shared").textContent = "The link is in the address line: copy it there.";
    }
  });
  const open = async () => {
    const state = new URLSearchParams(location.hash.slice(1));
    if (!state.has("designs")) return;
    const designs = state.get("designs").split(",");
    if (designs.length !== 2 || designs.some((name) => !story.designs.includes(name))) return;
    if (Number(state.get("seed")) !== story.seed) at("shared").textContent = `This page has seed ${story.seed} alone; the link was made of seed ${state.get("seed")}.`;
    show(designs);
    shown();
    const player = players.console;
    if (state.has("down")) await player.breakAt({ outage: state.get("down"), for: Number(state.get("for")) }, Number(state.get("from")) * SECOND);
    if (state.has("customer")) player.find(Number(state.get("customer")));
    player.goTo(Number(state.get("time") ?? 0) * SECOND);
    at("console").scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
}

toys();
glyphs();
show(pair);
guessing();
table();
hidden();
sharing(pairs());
