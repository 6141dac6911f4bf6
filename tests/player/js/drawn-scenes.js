/* Scenes as a page draws them: as trees, and at a place of a page whose width changes. */

import { Scenes, picture } from "../../../evsim/view/player/js/scene.js";
import { fakePage } from "./fake-page.js";

/* tried: [scene, ghost, width] of each; shown: [width of the page, scenes, those before] one after the other. */
export function drawnScenes({ tried, shown }) {
  const body = fakePage();
  const place = new Scenes(body);
  const pages = shown.map(([wide, scenes, ghosts]) => {
    body.clientWidth = wide;
    if (scenes) place.show(scenes, ghosts);
    else place.draw();
    return written(body);
  });
  place.close();
  return [...tried.map(([scene, ghost, width]) => JSON.stringify(picture(scene, { ghost, width: width ?? undefined }))), ...pages];
}

function written(node) {
  if (!node.tagName) return node.textContent;
  const looks = Object.entries(node.style).filter(([, value]) => typeof value !== "function");
  return `<${node.tagName} ${JSON.stringify([[...node.attributes], looks.sort()])}>${node.nodes.map(written).join("")}</>`;
}
