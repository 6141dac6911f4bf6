/* What can happen, in the order in which it is told when it happens at one instant. */

export const [
  FAULT_ENDS, FAULT, SETTLED, CONFIRMED, KEPT, ARRIVE, STARTED, EFFECT, PUBLISHED, ASKED, ANSWER_EARLY, ENDED, GRANTED,
  RESUMED, // work that had to wait starts
] = Array.from({ length: 14 }, (_, kind) => kind);
