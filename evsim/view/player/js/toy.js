/* What of a player is shown, and how: a film's `toy` (evsim/view/player/shows.py). */

const RARE = ["again", "login", "plugs", "futures", "looks", "bet"]; // what a console has not

export function settingsOf({ toy = {} }) {
  const has = (name) => (toy.shows ? toy.shows.includes(name) : !RARE.includes(name));
  const usual = { hides: false, pace: "every", speed: 1, begins: 0, stops: null, pays: "", phone: {} };
  return { ...usual, ...toy, has };
}
