/* A page that stands alone: shows the film that stands in it. */

import { readFilm } from "./film.js";
import { PANELS } from "./panels.js";
import { mountPlayer } from "./player.js";
import { branchesOf } from "./stored.js";

/* options: as mountPlayer's. */
export function show(element, data, options = {}) {
  const film = readFilm(data);
  return mountPlayer(element, film, { panels: PANELS, branch: branchesOf(film), ...options });
}
