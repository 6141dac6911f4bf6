// Toys as high as what they show and as light or dark as the page, and a filter above long tables.
(() => {
  const LONG = 40;

  addEventListener("message", ({ data, source }) => {
    if (!data || typeof data.evsim !== "number") return;
    for (const frame of document.querySelectorAll("iframe.toy")) {
      if (frame.contentWindow !== source) continue;
      frame.style.height = `${Math.ceil(data.evsim) + 24}px`;
      lookAlike(frame);
    }
  });

  const lookAlike = (frame) => frame.contentWindow.postMessage({ evsimLooks: document.body.dataset.theme ?? "auto" }, "*");

  const filter = (table, number) => {
    const rows = [...table.tBodies[0].rows], box = document.createElement("input"), said = document.createElement("span");
    const label = document.createElement("label");
    Object.assign(box, { type: "search", id: `filter-${number}`, autocomplete: "off" });
    Object.assign(label, { htmlFor: box.id, textContent: `Show only rows with ` });
    said.setAttribute("role", "status");
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
      said.textContent = words.length ? `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
    });
    const line = document.createElement("p");
    line.className = "filter";
    line.append(label, box, " ", said);
    (table.closest(".table-wrapper") || table).before(line);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const switched = new MutationObserver(() => document.querySelectorAll("iframe.toy").forEach(lookAlike));
    switched.observe(document.body, { attributeFilter: ["data-theme"] });
    [...document.querySelectorAll("article table")].filter((table) => table.tBodies[0]?.rows.length > LONG).forEach(filter);
    for (const box of document.querySelectorAll("article .table-wrapper, article pre")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // else who has keys alone cannot move it
    }
  });
})();
