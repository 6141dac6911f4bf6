/* A page that stands alone: shows the film that stands in it. */

import { readFilm } from "./film.js";
import { PANELS } from "./panels.js";
import { mountPlayer } from "./player.js";

/* options: as mountPlayer's. */
export function show(element, data, options = {}) {
  return mountPlayer(element, readFilm(data), { panels: PANELS, ...options });
}
