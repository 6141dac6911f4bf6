/* What can happen, in the order in which it is told when it happens at one instant. RESUMED: work that had to wait
   starts. */

export const [
  FAULT_ENDS, FAULT, SETTLED, CONFIRMED, KEPT, ARRIVE, STARTED, EFFECT, PUBLISHED, ASKED, ANSWER_EARLY, ENDED, GRANTED,
  RESUMED,
] = Array.from({ length: 14 }, (_, kind) => kind);
