/* What can happen, in the order in which it is told when it happens at one instant.

   NOTE: of a channel or service as a whole. LATE_NEWS: an answer that nobody waits for. RELAYED: a message leaves its
   outbox. SENT: a message is sent again, or lost when it is sent. CAME: what was sent again comes, or is refused.
   RESUMED: work that had to wait starts. REMARK: a part noted something of an attempt. */

export const [
  FAULT_ENDS,
  FAULT,
  NOTE,
  SETTLED,
  LATE_NEWS,
  CONFIRMED,
  KEPT,
  CAME,
  ARRIVE,
  STARTED,
  EFFECT,
  REMARK,
  PUBLISHED,
  RELAYED,
  SENT,
  ASKED,
  ANSWER_EARLY,
  ENDED,
  GRANTED,
  RESUMED,
] = Array.from({ length: 20 }, (_, kind) => kind);
