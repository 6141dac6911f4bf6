// Keys, scale, players and the presenter's window. Without this script the slides and notes stand one below the other.
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const body = document.body;
  let here = 0, presenter = null, started = null;

  const fit = () => {
    const height = body.classList.contains("noted") ? 720 + slides[here].querySelector(".notes").offsetHeight : 720;
    const scale = Math.min(innerWidth / 1280, innerHeight / height);
    body.style.setProperty("--scale", scale);
    body.style.setProperty("--top", Math.max(0, (innerHeight - height * scale) / 2) + "px");
  };

  const go = (number) => {
    here = Math.max(0, Math.min(slides.length - 1, number));
    if (here > 0 && started === null) started = Date.now();
    slides.forEach((slide, index) => slide.classList.toggle("here", index === here));
    const live = slides[here].querySelector("iframe");
    if (live && !live.srcdoc) live.srcdoc = live.dataset.page; // it needs a size to be drawn
    history.replaceState(null, "", "#" + (here + 1));
    fit();
    tell();
  };

  const heading = (index) => (slides[index] ? slides[index].querySelector("h1").textContent : "the end");

  const tell = () => {
    if (!presenter || presenter.closed) return;
    const page = presenter.document;
    page.getElementById("now").textContent = here + 1 + ". " + heading(here);
    page.getElementById("then").textContent = "Next: " + heading(here + 1);
    page.getElementById("words").innerHTML = slides[here].querySelector(".notes").innerHTML;
  };

  const open_presenter = () => {
    presenter = open("", "evsim-notes", "width=900,height=700");
    if (!presenter) return toggle_notes();
    presenter.document.body.innerHTML = '<p id="clock"></p><h1 id="now"></h1><dl id="words"></dl><h2 id="then"></h2>';
    presenter.document.title = "Notes";
    presenter.document.head.innerHTML = "<style>body{font:22px/1.4 sans-serif;margin:24px}dt{font-weight:bold}"
      + "dd{margin:0 0 12px}h2{color:#5c5c63;font-size:20px}#clock{float:right;margin:0}</style>";
    presenter.onkeydown = key;
    tell();
  };

  const toggle_notes = () => { body.classList.toggle("noted"); fit(); };
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());

  const KEYS = {
    ArrowRight: () => go(here + 1), PageDown: () => go(here + 1), " ": () => go(here + 1), Enter: () => go(here + 1),
    ArrowLeft: () => go(here - 1), PageUp: () => go(here - 1), Home: () => go(0), End: () => go(slides.length - 1),
    n: toggle_notes, p: open_presenter, f: full,
  };
  const key = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.tagName === "BUTTON" && (event.key === " " || event.key === "Enter")) return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) { event.preventDefault(); act(); }
  };

  setInterval(() => {
    if (!presenter || presenter.closed) return;
    const passed = started === null ? 0 : Math.floor((Date.now() - started) / 1000);
    presenter.document.getElementById("clock").textContent =
      "minute " + Math.floor(passed / 60) + ":" + String(passed % 60).padStart(2, "0");
  }, 500);

  document.addEventListener("keydown", key);
  addEventListener("resize", fit);
  addEventListener("hashchange", () => go(Number(location.hash.slice(1)) - 1));
  const buttons = { back: () => go(here - 1), next: () => go(here + 1), notes: toggle_notes, presenter: open_presenter, full };
  for (const [id, act] of Object.entries(buttons)) document.getElementById(id).onclick = act;
  body.classList.add("running");
  go((Number(location.hash.slice(1)) || 1) - 1);
})();
