/* What can happen, in the order in which it is told when it happens at one instant. SENT and CAME: one
   of several sendings of a message. RESUMED: work that had to wait starts. */

export const [
  FAULT_ENDS, FAULT, SETTLED, CONFIRMED, KEPT, CAME, ARRIVE, STARTED, EFFECT, PUBLISHED, SENT, ASKED, ANSWER_EARLY, ENDED, GRANTED,
  RESUMED,
] = Array.from({ length: 16 }, (_, kind) => kind);
