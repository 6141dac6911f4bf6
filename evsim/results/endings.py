"""Endings: the codes of how an attempt, its lease and a message ended, and why."""

from evsim.registry import reasons
from evsim.results.codes import Codes

__all__ = ["FINAL", "Fate", "NEVER_SENT", "Outcome", "REFUSALS", "Reason", "Verdict"]


class Outcome(metaclass=Codes):
    """How the execution of an attempt ended: what the one who worked knows."""

    OPEN = 0  # not yet
    OK = 1
    FAILED = 2  # the handler failed
    CRASHED = 3  # its instance died while it worked or waited
    REFUSED = 4  # never let in
    LOST = 5  # never arrived
    WITHDRAWN = 6  # taken back before it started


class Verdict(metaclass=Codes):
    """How the lease of an attempt ended: what who asked knows. The last attempt's verdict is the obligation's."""

    OPEN = 0  # still held, or still ready
    DONE = 1
    ERROR = 2
    TIMEOUT = 3
    REJECTED = 4
    DEAD = 5  # given up after the last allowed attempt
    LOST = 6
    GIVEN_BACK = 7  # the holder died or failed; another attempt may follow
    ORPHANED = 8  # the one who asked had ended before the answer
    REVOKED = 9  # taken from a holder that may still be at work; another attempt follows
    DROPPED = 10  # taken out of the channel by a rule of its own
    EXPIRED = 11  # a message's time to live was over
    COPY = 12  # made by the link: nobody holds it, and nobody waits for it
    DECLINED = 13  # the answer is no, as what was asked for cannot be
    BEATEN = 14  # another attempt at the same obligation was answered first


class Reason(metaclass=Codes):
    """Why an attempt did not end well: what is known everywhere, and then what parts bring (:mod:`evsim.registry`)."""

    NONE = 0
    FAIL_STEP = 1
    ERROR_RATE = 2
    TIMEOUT = 3
    LIMIT = 4
    UNREACHABLE = 5
    LINK = 6
    CRASH = 7
    DEPENDENCY = 8  # a call or a publish of the handler failed
    STALE = 9  # its caller had given up before it started
    RETENTION = 10  # the log had it no more
    COMPACTION = 11  # the log had a later message of its key
    LEADER = 12  # only the broker that failed had it
    REJECTED = 13  # its handler said that it must not come again
    EXPIRED = 14
    MAX_LENGTH = 15  # its queue was full
    UNROUTABLE = 16  # no queue is bound for it
    NOBODY = 17  # no handler was there
    OVERFLOW = 18  # there was no room to wait in
    BROKEN_PIPE = 19  # nobody reads it any more
    ENDED = 20  # its program had done what it was there for
    POISON = 21  # its key fails
    SHED = 22  # it would wait, or had waited, too long to be of use
    RATE_LIMIT = 23  # more came than its service lets in
    TAKEN = 24  # a row of its key was there, and only one may be
    CONFLICT = 25  # what it had read was changed before it wrote
    REDRIVEN = 26  # moved from where dead letters lie to where it died
    BREAKER = 27  # its caller's circuit breaker was open
    BULKHEAD = 28  # its caller had as many calls under way as it may
    LATE_DELETE = 29  # whoever had received it last acknowledged it after its time
    LATEST = 30  # it came to an added partition before its group read there, from the end on
    THROTTLED = 31  # its function may have no more environments, or requests, now
    PURGED = 32  # an operator threw away what its queue had
    GROUP = 33  # one before it in its group failed, in the same batch
    BATCH = 34  # another one of its batch failed, and all with it
    for _number, _name in enumerate(reasons(), start=BATCH + 1):
        vars()[_name] = _number


def _of_parts(what):
    return {Reason.named(name) for name, reason in reasons().items() if getattr(reason, what)}


FINAL = frozenset({Reason.REJECTED, Reason.TAKEN} | _of_parts("final"))  # another attempt would not end better
NEVER_SENT = frozenset({Reason.BREAKER, Reason.BULKHEAD} | _of_parts("unsent"))  # refused by the caller itself
REFUSALS = frozenset(
    {Reason.LIMIT, Reason.SHED, Reason.RATE_LIMIT, Reason.THROTTLED} | NEVER_SENT | _of_parts("refusal")
)  # who asked sees that it was refused, and no error


class Fate(metaclass=Codes):
    """Why a message is not kept by its channel."""

    OPEN = 0
    LOST = 1  # on the link
    REFUSED = 2  # by a broker that was down
    TRUNCATED = 3  # it was kept, and lost with the broker that had it
    FULL = 4  # refused by a queue that was
    RETURNED = 5  # no queue is bound for it
    DUPLICATE = 6  # its queue had it already, and said that it is kept
    WITHDRAWN = 7  # it waited for room in a pipe when its writer's work ended
    BROKEN = 8  # nobody reads the pipe any more
    ABORTED = 9  # the transaction that it was a part of did not commit
