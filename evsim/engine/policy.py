"""What a caller does beside asking: the hooks that a part of the socket ``call`` fills.

An attempt passes the policies from the outermost to the innermost before it is sent; the outermost hears first
of its end.
"""

from operator import attrgetter

from evsim.registry import CALL, parts

__all__ = ["OUTERMOST", "Policy", "hearing", "multiplies", "policies_of"]

INNERMOST, MIDDLE, OUTERMOST = range(3)


class Policy:
    """Every hook, doing nothing. `edge` is the :class:`evsim.engine.request_reply.RequestReply`, `row` an attempt.

    ``position``: a policy further out sees an attempt sooner.
    """

    position = MIDDLE

    def become(self, settings):
        """Its settings are others from now on, of those that are exchangeable."""
        self.settings = settings

    def beginning(self, ask):
        """`ask(row)` for the first attempt at an obligation, with whatever is to be done before."""
        return ask

    def asking(self, ask, edge):
        """`ask(row)`, with whatever is to be done before; the time-out of the attempt has not begun."""
        return ask

    def sending(self, send, edge):
        """`send(row)`, with whatever is to be done before; the time-out of the attempt runs."""
        return send

    def answered(self, row):
        """A good answer has come."""

    def failed(self, row, good):
        """The attempt has no good answer. good: True for a final no, None where the caller never sent it."""

    def left(self, row):
        """Nobody waits for the attempt any more."""

    def beaten(self, row):
        """Another attempt at the same obligation was answered first."""

    def ended(self, row):
        """The obligation of `row` has failed for good."""

    def latest(self, row):
        """(latest attempt, number of its try) of the obligation of `row`, where that is not `row` itself; or None."""

    def allows_another(self, row):
        """Whether there may be another attempt after `row`, which is asked for at once if all policies allow it."""
        return True

    def tries_again(self, edge, row, last, number):
        """Whether it makes another attempt, now or later, after the try of this `number`, which ended with `row`.

        last: the latest attempt that was made.
        """
        return False

    def goes_on(self, row, final):
        """Whether another attempt of the same try is still under way."""
        return False


def hearing(policies, hook):
    """The hooks of one name of those policies that fill it."""
    return [getattr(each, hook) for each in policies if getattr(type(each), hook) is not getattr(Policy, hook)]


def multiplies(settings):
    """Whether settings at a call say how many there are, and not what is done beside it."""
    return getattr(settings, "multiplies", False)


def policies_of(edge, step):
    """The policies of an edge, as its step has them; the outermost first."""
    written = getattr(step, "policies", {})
    mine = [part for part in parts(CALL) if part.word in written and not multiplies(written[part.word])]
    found = [part.build(edge, written[part.word]) for part in mine]
    return sorted(found, key=attrgetter("position"), reverse=True)
