/* Keys and pointer: what they do anywhere in a player. */

import { h, say } from "./dom.js";

const OWN_KEYS = "select, input, textarea, [data-own-keys]"; // elements that need the keys for themselves

/* acts: name of a key -> function(whether shift is held). */
export function listenToKeys(root, acts) {
  // JupyterLab takes keys for itself, unless the very element that has the focus forbids it.
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  root.addEventListener("keydown", (event) => {
    const { key, shiftKey, altKey, ctrlKey, metaKey, target } = event;
    if (altKey || ctrlKey || metaKey || target.closest(OWN_KEYS)) return;
    if (!acts[key] || (key === " " && target.closest("button"))) return;
    event.preventDefault();
    event.stopPropagation();
    acts[key](shiftKey);
  });
}

/* A mark under the pointer says what it is. */
export function listenToPointer(root) {
  const tip = root.appendChild(h("div", { class: "ev-tip", "aria-hidden": "true", hidden: true }));
  root.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  root.addEventListener("pointermove", ({ target, clientX, clientY }) => {
    const words = target.words?.();
    tip.hidden = !words;
    if (!words) return;
    say(tip, words);
    const { left, top, width } = root.getBoundingClientRect();
    const x = Math.min(clientX - left + 14, width - tip.offsetWidth - 4);
    Object.assign(tip.style, { left: `${Math.max(0, x)}px`, top: `${clientY - top + 18}px` });
  });
}
