/* What is looked at, shared by the player and all panels: {time, customer, design, future}.

   time: microseconds. customer: {workload, number}, as in the film's requests, or null. design: the index of a lane,
   or null. future: the index of one of the film's futures. What is on the screen follows from film and selection. */

export function createSelection(initial = {}) {
  let state = Object.freeze({ time: 0, customer: null, design: null, future: 0, ...initial });
  const followers = new Set();
  return {
    get: () => state,
    /* Change some of it; followers hear of it only if something did change. */
    set(changes) {
      const before = state;
      const changed = Object.keys(changes).filter((name) => !same(before[name], changes[name]));
      if (!changed.length) return;
      state = Object.freeze({ ...before, ...changes });
      for (const follower of followers) follower(state, new Set(changed), before);
    },
    /* follower(state, names of what changed, state before); returns a function that ends it. */
    subscribe(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

function same(one, other) {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return one === other;
  return one.workload === other.workload && one.number === other.number;
}
