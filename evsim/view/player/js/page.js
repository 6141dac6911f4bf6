/* A page that stands alone: shows the film that stands in it. */

import { readFilm } from "./film.js";
import { PANELS } from "./panels.js";
import { mountPlayer } from "./player.js";

export function show(element, data) {
  return mountPlayer(element, readFilm(data), { panels: PANELS });
}
